//! Embeds `rules/` and `demo/`: a new file there is known to the binary without an edit elsewhere.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    for folder in ["rules", "demo"] {
        println!("cargo::rerun-if-changed={folder}");
        let mut files = Vec::new();
        collect(&root.join(folder), &mut files);
        files.sort();
        let mut text = String::from("&[\n");
        for file in files {
            let name = file.strip_prefix(root.join(folder)).expect("below it").to_string_lossy();
            let name = name.replace('\\', "/");
            writeln!(text, "    ({name:?}, include_bytes!({:?})),", file.to_string_lossy())
                .expect("writing to a string");
        }
        text.push(']');
        fs::write(out.join(format!("{folder}.rs")), text).expect("OUT_DIR is writable");
    }
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
