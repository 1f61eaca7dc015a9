//! Any bytes as a Procfile, a platform's manifest or a server's configuration. The first byte says which.
#![no_main]

use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use diagnose::procfile;
use libfuzzer_sys::fuzz_target;

static DIR: LazyLock<PathBuf> = LazyLock::new(|| {
    let dir = std::env::temp_dir().join(format!("diagnose-fuzz-start-{}", std::process::id()));
    fs::create_dir_all(&dir).unwrap();
    fs::write(dir.join("app.py"), "from flask import Flask\napp = Flask(__name__)\n").unwrap();
    fs::write(dir.join("requirements.txt"), "flask\ngunicorn\n").unwrap();
    dir
});

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, text)) = bytes.split_first() else { return };
    let names = ["Procfile", "app.json", "scalingo.json", "fly.toml", "render.yaml", "requirements.txt"];
    let name = names[usize::from(first) % names.len()];
    let path = DIR.join(name);
    fs::write(&path, text).unwrap();
    let parsed = procfile::parse(text);
    assert!(parsed.entries.iter().all(|entry| entry.line > 0));
    let options = procfile::Options::default();
    for found in procfile::check_folder(&DIR, &options) {
        assert!(!found.message.is_empty() && found.place.line != Some(0));
    }
    if name == "requirements.txt" {
        fs::write(&path, "flask\ngunicorn\n").unwrap();
    } else {
        fs::remove_file(&path).unwrap();
    }
});
