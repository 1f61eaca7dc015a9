//! Any bytes as a log: read, scanned, concluded, redacted and written in every format. The first byte says which
//! log and which platform.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use diagnose::engine::{EngineOptions, conclude};
use diagnose::log::scan::{ScanOptions, scan};
use diagnose::model::{LogFile, LogKind, PlatformId, Site};
use diagnose::redact::{RedactOptions, redact};
use diagnose::report::{Format, Style, render};
use diagnose::rules::Rules;
use libfuzzer_sys::fuzz_target;

static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    std::env::temp_dir().join(format!("diagnose-fuzz-{}.log", std::process::id()))
});

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, text)) = bytes.split_first() else { return };
    fs::write(&*FILE, text).unwrap();
    let kind = match first & 7 {
        0 => Some(LogKind::Error),
        1 => Some(LogKind::Server),
        2 => Some(LogKind::Access),
        3 => Some(LogKind::Nginx),
        4 => Some(LogKind::Platform),
        5 => Some(LogKind::Any),
        _ => None,
    };
    let platform = ["generic", "pythonanywhere", "scalingo", "heroku"][usize::from(first >> 3 & 3)];
    let site = Site {
        platform: Some(PlatformId(platform.to_owned())),
        logs: vec![LogFile { path: FILE.clone(), shown: "app.log".to_owned(), kind }],
        ..Site::default()
    };
    let rules = Rules::embedded();
    let options = ScanOptions { platform: platform.to_owned(), ..ScanOptions::default() };
    let facts = scan(&site.logs, &options, rules);
    let crashed = |text: &String| text.contains("crashed; please report");
    assert!(!facts.skipped.iter().any(|skipped| crashed(&skipped.missing)), "the scanner crashed");
    let report = conclude(facts, &site, rules, &EngineOptions::default());
    let report = redact(report, &RedactOptions::shared());
    let formats = [
        Format::Text,
        Format::Concise,
        Format::Json,
        Format::Markdown,
        Format::Html,
        Format::Sarif,
        Format::Github,
        Format::Gitlab,
        Format::Junit,
        Format::Reply,
    ];
    let format = formats[usize::from(first >> 5) + usize::from(first & 2)];
    render(format, &report, &Style::default(), &mut Vec::new()).unwrap();
});
