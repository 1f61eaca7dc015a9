//! Embeds `rules/` and `demo/`: a new file there is known to the binary without an edit elsewhere.
//!
//! Rule files are written in TOML by people and embedded as JSON, which is read eight times faster
//! at each start; one that is not TOML ends the build. What they must hold besides is tested.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    write_list(&out.join("rules.rs"), &root.join("rules"), |name, file| {
        let text = fs::read_to_string(file).expect("rule files are UTF-8");
        let value: serde_json::Value =
            toml::from_str(&text).unwrap_or_else(|error| panic!("rules/{name}: {error}"));
        format!("{:?}", value.to_string())
    });
    write_list(&out.join("demo.rs"), &root.join("demo"), |_, file| {
        format!("include_bytes!({:?})", file.to_string_lossy())
    });
}

/// Writes a table of the files below a folder: path below it, and what `embed` makes of the file.
fn write_list(to: &Path, folder: &Path, embed: impl Fn(&str, &Path) -> String) {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    let mut text = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(folder).expect("below it").to_string_lossy();
        let name = name.replace('\\', "/");
        writeln!(text, "    ({name:?}, {}),", embed(&name, &file)).expect("writing to a string");
    }
    text.push(']');
    fs::write(to, text).expect("OUT_DIR is writable");
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        println!("cargo::rerun-if-changed={}", path.display());
        if path.is_dir() {
            collect(&path, files);
        } else {
            files.push(path);
        }
    }
}
