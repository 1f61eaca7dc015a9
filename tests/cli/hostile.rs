//! Logs are written by attackers, too: nothing of them reaches a sink raw, and nothing panics.

use diagnose::report::Format;

use crate::formats::{diagnosed, printed};
use crate::{BROKEN, Desk, fixture};

const HOSTILE: &str = "\
2026-11-20 09:00:00,200: <script>alert(1)</script> ModuleNotFoundError: No module named 'x'
2026-11-20 09:00:00,201: ::error file=a.py::owned
2026-11-20 09:00:00,202: \u{1b}[2J\u{1b}]0;title\u{7} \u{202e}evil Error: [x](javascript:alert(1))
Traceback (most recent call last):
  File \"/home/ana/mysite/<script>.py\", line 3, in <module>
    import x; \"</script><script>alert(2)</script>\"
RuntimeError: \u{1b}[31m</code><script>alert(3)</script>%0A::error::owned
";

#[test]
fn nothing_hostile_reaches_a_reader_raw() {
    let desk = Desk::new();
    desk.file("error.log", format!("{BROKEN}{HOSTILE}"));
    let path = desk.dir.path().join("error.log").to_string_lossy().into_owned();
    let argv = ["--error-log", &path, "--symptom", "500", crate::NOW[0], crate::NOW[1]];
    let reports = diagnosed(&argv.map(str::to_owned));
    for format in [
        Format::Text,
        Format::Markdown,
        Format::Html,
        Format::Github,
        Format::Gitlab,
        Format::Json,
        Format::Sarif,
        Format::Junit,
        Format::Reply,
        Format::Concise,
    ] {
        let text = printed(&reports, format);
        assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format:?}: {text}");
        if matches!(format, Format::Html | Format::Junit) {
            for tag in ["<script>alert", "</script><script>"] {
                assert!(!text.contains(tag), "{format:?}: {text}");
            }
        }
        if format == Format::Github {
            assert!(!text.contains("\n::error::owned"), "{text}");
            assert!(!text.contains("file=a.py::owned"), "{text}");
        }
    }
}

/// A sequence that looks random and is the same on every run (xorshift64).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (below.max(1) as u64)).unwrap_or(0)
    }

    /// Bytes cut, doubled, swapped, replaced.
    fn mutate(&mut self, seed: &[u8]) -> Vec<u8> {
        let mut bytes = seed.to_vec();
        for _ in 0..=self.roll(12) {
            let at = self.roll(bytes.len());
            let end = (at + self.roll(200)).min(bytes.len());
            match self.roll(6) {
                0 => drop(bytes.drain(at..end)),
                1 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece.repeat(1 + self.roll(5)));
                }
                2 => bytes[at..end].reverse(),
                3 => bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x80),
                4 => drop(bytes.splice(at..at, *b"\xf0\x9f\x98\x80\r\0\t\x1b[")),
                _ => bytes.truncate(at.max(1)),
            }
            if bytes.is_empty() {
                bytes.push(b'\n');
            }
        }
        bytes
    }
}

#[test]
fn three_hundred_damaged_files_and_no_panic() {
    let desk = Desk::new();
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let mut seeds: Vec<Vec<u8>> = vec![BROKEN.into(), HOSTILE.into()];
    for name in ["pa-missing-package", "gu-two-faults", "heroku-memory", "uw-segfault-old"] {
        let files = walkdir::WalkDir::new(fixture(name)).into_iter().flatten();
        for entry in files.filter(|entry| entry.file_type().is_file()) {
            let mut bytes = std::fs::read(entry.path()).unwrap_or_default();
            bytes.truncate(20_000);
            seeds.push(bytes);
        }
    }
    seeds.retain(|seed| !seed.is_empty());
    let endings = ["log", "log", "py", "ini", "json", "conf", "txt", "gz"];
    for round in 0..12 {
        let mut args = vec!["--symptom".to_owned(), "500".to_owned()];
        for file in 0..25 {
            let seed = &seeds[dice.roll(seeds.len())];
            let bytes = dice.mutate(seed);
            let name = format!("{round}-{file}.{}", endings[dice.roll(endings.len())]);
            desk.file(&name, bytes);
            args.push(name);
        }
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let ran = desk.run(&args);
        assert!((0..=2).contains(&ran.code), "round {round}: {} {}", ran.code, ran.err);
        for text in [&ran.out, &ran.err] {
            assert!(
                !text.contains("panicked at") && !text.contains("please report it"),
                "{round}: {text}"
            );
            assert!(!text.contains('\u{1b}'), "{round}: {text}");
        }
    }
}
