//! Any bytes: parsed for two versions, every problem checked for a place inside the source.
//! Run with `cargo fuzz run python -- -max_len=65536 -max_total_time=600`.
#![no_main]

use diagnose::model::PythonVersion;
use diagnose::python::parse::parse_file;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for minor in [8, 14] {
        let file = parse_file(bytes, "fuzz.py", Some(PythonVersion { major: 3, minor }));
        for error in &file.errors {
            assert!(error.range.start <= error.range.end && error.range.end <= file.source.len());
            assert!(error.line >= 1 && error.line as usize <= file.lines.count());
            assert!(!error.message.is_empty());
        }
        assert!(file.errors.is_sorted_by_key(|error| error.range.start));
        let _ = file.walk(|module| module.body.len());
    }
});
