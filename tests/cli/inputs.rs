//! Files as they come: empty, binary, cut, huge, oddly encoded, oddly named.

use std::io::Write;

use crate::{BROKEN, Desk, NOW, ran};

fn gzip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text.as_bytes()).expect("in memory");
    out.finish().expect("in memory")
}

fn utf16(text: &str) -> Vec<u8> {
    [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
}

/// The missing package is found whatever shape the log has.
#[test]
fn a_log_is_read_in_every_shape() {
    let desk = Desk::new();
    let crlf = BROKEN.replace('\n', "\r\n");
    let nuls = format!("\0\0\0\0{BROKEN}");
    let mut invalid = b"caf\xe9 \xff\xfe\n".to_vec();
    invalid.extend_from_slice(BROKEN.as_bytes());
    let bom = format!("\u{feff}{BROKEN}");
    let mut gz_cut = gzip(&format!("{BROKEN}{}", "x\n".repeat(50_000)));
    gz_cut.truncate(gz_cut.len() - 12);
    let shapes: &[(&str, Vec<u8>)] = &[
        ("plain.log", BROKEN.into()),
        ("crlf.log", crlf.into()),
        ("nuls.log", nuls.into()),
        ("latin1.log", invalid),
        ("bom.log", bom.into()),
        ("utf16.log", utf16(BROKEN)),
        ("no-newline.log", BROKEN.trim_end().into()),
        ("error.log.1.gz", gzip(BROKEN)),
        ("cut.log.gz", gz_cut),
        ("-dash.log", BROKEN.into()),
        ("with space;$(x)'\".log", BROKEN.into()),
        ("escape\u{1b}[31m.log", BROKEN.into()),
        ("new\nline.log", BROKEN.into()),
        ("::error::x.log", BROKEN.into()),
    ];
    for (name, bytes) in shapes {
        desk.file(name, bytes);
        let typed = format!("./{name}");
        let ran = desk.run(&["--error-log", &typed, "--symptom", "500", NOW[0], NOW[1]]);
        assert_eq!(ran.code, 1, "{name:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("flask_cors"), "{name:?}: {}", ran.out);
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{name:?}");
    }
}

#[test]
fn standard_input_is_a_log() {
    let desk = Desk::new();
    for args in [&["-"][..], &["--error-log", "-"]] {
        let args = [args, &["--symptom", "500", NOW[0], NOW[1]]].concat();
        let ran = ran(&desk.command(&args).write_stdin(BROKEN).output().expect("it runs"));
        assert_eq!(ran.code, 1, "{args:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("flask_cors"), "{}", ran.out);
    }
}

/// Every check looks at standard input, not the log scanner alone.
#[test]
fn standard_input_tells_the_platform_and_its_containers() {
    let desk = Desk::new();
    let started = |time: &str, id: &str| {
        format!(
            "2026-11-20 {time}.1 +0000 UTC [manager] container [web-1] ({id}) started\n\
             2026-11-20 {time}.5 +0000 UTC [web-1] KeyError: 'SECRET'\n"
        )
    };
    let log = [("10:00:00", "a1"), ("10:00:05", "a2"), ("10:00:10", "a3"), ("10:05:15", "a4")]
        .map(|(time, id)| started(time, id))
        .concat();
    let events = "* Fri Nov 20 2026 10:00:00 - Scale - containers have been scaled from [web:1:M], to [web:0:M] <ann (a@b.c)>\n";
    for (input, wanted) in [(log.as_str(), "web-1 crashed 4 times"), (events, "[site-disabled]")] {
        let args = ["-", "--now", "2026-11-20T10:06:00Z"];
        let ran = ran(&desk.command(&args).write_stdin(input).output().expect("it runs"));
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        assert!(ran.out.starts_with("Scalingo") && ran.out.contains(wanted), "{}", ran.out);
        assert!(ran.out.contains("stdin:") || ran.out.contains("stdin"), "{}", ran.out);
    }
}

/// A pipe is a log like any other: the platform is seen, and it is read once, however often named.
#[test]
fn what_comes_through_a_pipe_is_recognised() {
    let desk = Desk::new();
    let log = "2026-11-21T03:19:22.100000+00:00 heroku[web.1]: Starting process with command `gunicorn main:app`\n\
        2026-11-21T03:19:23.100000+00:00 app[web.1]: ModuleNotFoundError: No module named 'main'\n\
        2026-11-21T03:19:24.100000+00:00 heroku[web.1]: State changed from starting to crashed\n";
    for args in [&["-"][..], &["-", "-"], &["--platform-log", "-"]] {
        let ran = ran(&desk.command(args).write_stdin(log).output().expect("it runs"));
        let first = ran.out.lines().next().unwrap_or_default();
        assert!(first.contains("Heroku") && first.contains("1 log"), "{args:?}: {}", ran.out);
        assert!(ran.out.contains("stdin:2"), "{args:?}: {}", ran.out);
    }
    // A WSGI file that somebody pasted is read as code, and its project is not at hand.
    let code = "import sys\nsys.path.insert(0, '/home/ana/shop')\nfrom shop import app as application\nimport flask\nflask.Flask('x').run()\n";
    let ran = ran(&desk.command(&["-"]).write_stdin(code).output().expect("it runs"));
    assert!(ran.out.contains("stdin:5") && ran.out.contains("dev-server-run"), "{}", ran.out);
    #[cfg(unix)]
    {
        let ran = desk.run(&["/dev/zero"]);
        assert!(ran.code == 2 && ran.err.contains("device"), "{}", ran.err);
    }
}

#[test]
fn a_log_that_is_named_twice_counts_once() {
    let desk = Desk::new();
    let log = desk.file("e.log", BROKEN);
    let once = desk.run(&["--format", "concise", "--error-log", &log]);
    let twice = desk.run(&["--format", "concise", "--error-log", &log, "./e.log"]);
    assert_eq!(once.out, twice.out);
    let wide: Vec<u8> = BROKEN.encode_utf16().flat_map(u16::to_le_bytes).collect();
    desk.file("wide.log", [&[0xff, 0xfe][..], &wide].concat());
    let header = |name: &str| desk.run(&[name]).out.lines().next().map(str::to_owned);
    assert_eq!(header("wide.log"), header("e.log"), "the platform is seen in every encoding");
}

/// What cannot be read beside something that can is said, and nothing else changes.
#[test]
fn what_cannot_be_read_stands_in_the_report() {
    let desk = Desk::new();
    let good = desk.file("good.log", BROKEN);
    let binary: Vec<u8> =
        (0..40_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    desk.file("binary.log", binary);
    std::fs::create_dir(desk.dir.path().join("folder.log")).expect("made");
    let broken_gz = desk.file("broken.log.gz", b"\x1f\x8b\x08\x00nonsense");
    for bad in ["binary.log", "folder.log", "missing.log", &broken_gz] {
        let ran = desk.run(&["--error-log", &good, "--server-log", bad, "--symptom", "500"]);
        assert_eq!(ran.code, 1, "{bad}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("flask_cors") && ran.out.contains(bad), "{bad}: {}", ran.out);
    }
}

#[test]
fn nothing_readable_is_exit_2_and_names_the_file() {
    let desk = Desk::new();
    desk.file("binary.log", [0u8, 159, 146, 150, 1, 2, 3, 0, 0, 0].repeat(900));
    for bad in ["binary.log", "missing.log"] {
        let ran = desk.run(&["--error-log", bad]);
        assert_eq!(ran.code, 2, "{bad}: {}{}", ran.out, ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains(bad), "{bad}");
    }
}

#[test]
fn an_empty_log_proves_nothing() {
    let desk = Desk::new();
    let empty = desk.file("error.log", "");
    let ran = desk.run(&["--error-log", &empty, "--format", "json", NOW[0], NOW[1]]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let json: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(json["verdict"], "unknown");
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    let log = desk.file("secret.log", BROKEN);
    let path = desk.dir.path().join(&log);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("set");
    let ran = desk.run(&["--error-log", &log, "--symptom", "500"]);
    if std::fs::File::open(&path).is_ok() {
        // The superuser reads everything.
        assert_eq!(ran.code, 1, "{}", ran.err);
    } else {
        assert_eq!(ran.code, 2, "{}", ran.out);
        assert!(ran.err.contains("secret.log"), "{}", ran.err);
    }
}

/// A hundred megabytes without a line end: read, and most of it never held.
#[test]
fn one_line_of_100_megabytes() {
    let desk = Desk::new();
    let path = desk.dir.path().join("long.log");
    let mut file = std::fs::File::create(&path).expect("made");
    let chunk = "GET /a ModuleNotFoundError 500 ".repeat(33_000);
    for _ in 0..100 {
        file.write_all(chunk.as_bytes()).expect("written");
    }
    file.write_all(b"\n").expect("written");
    file.write_all(BROKEN.as_bytes()).expect("written");
    drop(file);
    // An address space of 512 MB holds threads' stacks and a few blocks, not the file thrice.
    let script = "ulimit -v 900000 2>/dev/null; exec \"$0\" --error-log long.log --symptom 500";
    let output = assert_cmd::Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_diagnose")])
        .current_dir(desk.dir.path())
        .env("HOME", desk.dir.path())
        .output()
        .expect("it runs");
    let ran = ran(&output);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("flask_cors"), "{}", ran.out);
}
