//! A virtual environment's site-packages: where they are, `.pth` files and editable installs.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::{Tree, pathops};
use crate::model::PythonVersion;

/// What is known of the Python environment.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Folders of third-party packages, as paths on the server.
    pub site_packages: Vec<String>,
    /// Folders that `.pth` files add.
    pub pth: Vec<String>,
    /// Editable installs: top-level module to its folder or file on the server.
    pub editable: BTreeMap<String, String>,
    pub python: Option<PythonVersion>,
    /// It also sees the system's packages, which are not at hand.
    pub system_too: bool,
    /// The packages were listed: what is not there is not installed.
    pub known: bool,
}

/// Reads a virtual environment given by its path on the server (or at hand).
pub fn read(tree: &Tree, venv: &str) -> Environment {
    let mut out = Environment::default();
    let cfg = fs::read_to_string(tree.disk(&pathops::join(venv, "pyvenv.cfg"))).unwrap_or_default();
    for line in cfg.lines() {
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim();
        match key.trim() {
            "version" | "version_info" => out.python = version(value),
            "include-system-site-packages" => out.system_too = value.eq_ignore_ascii_case("true"),
            _ => {}
        }
    }
    for lib in ["lib", "lib64"] {
        let lib = pathops::join(venv, lib);
        let Ok(entries) = fs::read_dir(tree.disk(&lib)) else { continue };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.starts_with("python"))
            .collect();
        names.sort();
        for name in names {
            let site = format!("{lib}/{name}/site-packages");
            let disk = tree.disk(&site);
            if disk.is_dir() && !same_as_known(tree, &out.site_packages, &disk) {
                out.python = out.python.or_else(|| version(&name["python".len()..]));
                read_pth(tree, &site, &disk, &mut out);
                out.site_packages.push(site);
            }
        }
    }
    out.known = !out.site_packages.is_empty();
    out
}

fn same_as_known(tree: &Tree, known: &[String], disk: &Path) -> bool {
    let real = fs::canonicalize(disk).ok();
    real.is_some() && known.iter().any(|site| fs::canonicalize(tree.disk(site)).ok() == real)
}

/// `3.10.4` to 3.10.
pub fn version(text: &str) -> Option<PythonVersion> {
    let mut parts = text.trim().split('.');
    let major = parts.next()?.trim().parse().ok()?;
    let minor: String = parts.next()?.chars().take_while(char::is_ascii_digit).collect();
    Some(PythonVersion { major, minor: minor.parse().ok()? })
}

/// Reads `.pth` files and the finders of editable installs.
pub fn read_pth(tree: &Tree, site: &str, disk: &Path, out: &mut Environment) {
    let Ok(entries) = fs::read_dir(disk) else { return };
    let mut names: Vec<String> =
        entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.sort();
    for name in &names {
        let small = |name: &str| {
            let path = disk.join(name);
            let size = fs::metadata(&path).map_or(u64::MAX, |meta| meta.len());
            if size > 1 << 20 { None } else { fs::read_to_string(path).ok() }
        };
        if name.ends_with(".pth") || name.ends_with(".egg-link") {
            for line in small(name).unwrap_or_default().lines() {
                let line = line.trim();
                if line.is_empty() || line.starts_with('#') || line.starts_with("import") {
                    continue;
                }
                let path = pathops::absolute(line, site);
                if !out.pth.contains(&path) && path != site {
                    out.pth.push(path);
                }
            }
        } else if name.starts_with("__editable__") && name.ends_with("_finder.py") {
            mapping(&small(name).unwrap_or_default(), &mut out.editable);
        }
    }
    let _ = tree;
}

/// The `MAPPING` of setuptools' editable finder: a literal dictionary on one line.
fn mapping(text: &str, out: &mut BTreeMap<String, String>) {
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("MAPPING") else { continue };
        let Some((_, literal)) = rest.split_once('{') else { continue };
        let mut strings = literal.split(['\'', '"']).skip(1).step_by(2);
        while let (Some(name), Some(path)) = (strings.next(), strings.next()) {
            out.insert(name.to_owned(), path.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{mapping, read, version};
    use crate::python::resolve::Tree;
    use std::collections::BTreeMap;
    use std::fs;

    #[test]
    fn reads_packages_pth_and_editables() {
        let dir = tempfile::tempdir().unwrap();
        let site = dir.path().join("home/u/venv/lib/python3.10/site-packages");
        fs::create_dir_all(&site).unwrap();
        fs::write(site.join("mine.pth"), "# c\nimport os\n/home/u/src\n../extra\n").unwrap();
        fs::write(
            site.join("__editable___shop_1_0_finder.py"),
            "MAPPING: dict[str, str] = {'shop': '/home/u/shop/src/shop'}\n",
        )
        .unwrap();
        let env = read(&Tree { root: Some(dir.path().to_owned()), unsaved: None }, "/home/u/venv");
        assert!(env.known);
        assert_eq!(env.python.map(|v| v.to_string()).as_deref(), Some("3.10"));
        assert_eq!(env.pth, ["/home/u/src", "/home/u/venv/lib/python3.10/extra"]);
        assert_eq!(env.editable["shop"], "/home/u/shop/src/shop");
    }

    #[test]
    fn versions_and_mappings() {
        assert_eq!(version("3.10.4").map(|v| v.minor), Some(10));
        assert_eq!(version("x"), None);
        let mut out = BTreeMap::new();
        mapping("MAPPING = {}\nNAMESPACES = {'a': ['b']}", &mut out);
        assert!(out.is_empty());
    }
}
