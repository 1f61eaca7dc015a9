//! One machine's files, seen from its own `/` or as a copied tree. Paths are the server's own;
//! links are followed inside the tree only, so that nothing of this machine leaks into a copy.

use std::path::{Component, Path, PathBuf};

/// Links followed before a path counts as a loop.
const MOST_LINKS: u32 = 40;
/// Largest configuration or source file that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;
/// Most names taken of one folder.
const MOST_NAMES: usize = 5_000;

/// The root of what is looked at.
#[derive(Debug, Clone)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether this is the machine itself and not a copy.
    #[must_use]
    pub fn is_machine(&self) -> bool {
        self.root == Path::new("/")
    }

    /// The readable path that a path of the server means; `None` where nothing stands there.
    #[must_use]
    pub fn find(&self, server_path: &str) -> Option<PathBuf> {
        if self.is_machine() {
            let path = PathBuf::from(server_path);
            return path.exists().then_some(path);
        }
        // Components still to walk, last first.
        let mut ahead: Vec<PathBuf> = Path::new(server_path).components().rev().map(part).collect();
        let mut at = self.root.clone();
        let mut links = 0;
        while let Some(next) = ahead.pop() {
            match next.components().next()? {
                Component::RootDir | Component::Prefix(_) => at.clone_from(&self.root),
                Component::CurDir => {}
                Component::ParentDir => {
                    if at != self.root {
                        at.pop();
                    }
                }
                Component::Normal(name) => {
                    let path = at.join(name);
                    if std::fs::symlink_metadata(&path).ok()?.file_type().is_symlink() {
                        links += 1;
                        if links > MOST_LINKS {
                            return None;
                        }
                        let target = std::fs::read_link(&path).ok()?;
                        ahead.extend(target.components().rev().map(part));
                    } else {
                        at = path;
                    }
                }
            }
        }
        Some(at)
    }

    /// The readable path of something that stands at `path` already, with its links followed
    /// inside the tree.
    #[must_use]
    pub fn follow(&self, path: &Path) -> Option<PathBuf> {
        self.find(&self.shown(path))
    }

    #[must_use]
    pub fn is_dir(&self, server_path: &str) -> bool {
        self.find(server_path).is_some_and(|path| path.is_dir())
    }

    #[must_use]
    pub fn is_file(&self, server_path: &str) -> bool {
        self.find(server_path).is_some_and(|path| path.is_file())
    }

    /// A readable path as the server knows it.
    #[must_use]
    pub fn shown(&self, path: &Path) -> String {
        super::on_server(Some(&self.root), path)
    }

    /// Sorted names in a folder of the server; empty where there is none.
    #[must_use]
    pub fn names(&self, server_dir: &str) -> Vec<String> {
        let Some(dir) = self.find(server_dir) else { return Vec::new() };
        let mut names: Vec<String> = std::fs::read_dir(dir)
            .into_iter()
            .flatten()
            .flatten()
            .take(MOST_NAMES)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A file of the server as text, at most 1 MB; `None` where it cannot be read.
    #[must_use]
    pub fn text(&self, server_path: &str) -> Option<String> {
        read(&self.find(server_path)?)
    }
}

fn part(component: Component<'_>) -> PathBuf {
    PathBuf::from(component.as_os_str())
}

/// At most 1 MB of a regular file as text; `None` for everything else.
#[must_use]
pub(super) fn read(path: &Path) -> Option<String> {
    use std::io::Read;
    // A pipe or device would block for ever.
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(LARGEST).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first 64 KB of a regular file.
pub(super) fn head(path: &Path) -> Option<Vec<u8>> {
    use std::io::Read;
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path).ok()?.take(64 * 1024).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// `dir` and `path` joined as the server would: an absolute path stays, `.` and `..` are taken out.
#[must_use]
pub fn join(dir: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{dir}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_stay_inside_the_copy() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        std::fs::create_dir_all(root.join("etc/nginx/sites-available")).expect("made");
        std::fs::create_dir_all(root.join("etc/nginx/sites-enabled")).expect("made");
        std::fs::write(root.join("etc/nginx/sites-available/shop"), "x").expect("written");
        let link =
            |to: &str, at: &str| std::os::unix::fs::symlink(to, root.join(at)).expect("linked");
        link("/etc/nginx/sites-available/shop", "etc/nginx/sites-enabled/shop");
        link("../../../../../../etc/passwd", "etc/nginx/sites-enabled/out");
        link("/etc/hostname", "etc/name");
        link("b", "etc/a");
        link("a", "etc/b");
        let tree = Tree::new(root);
        assert_eq!(tree.text("/etc/nginx/sites-enabled/shop").as_deref(), Some("x"));
        assert_eq!(tree.find("/etc/nginx/sites-enabled/out"), None);
        assert_eq!(tree.find("/etc/name"), None);
        assert_eq!(tree.find("/etc/a"), None);
        assert_eq!(tree.find("/../../etc/hostname"), None);
        assert_eq!(tree.names("/etc/nginx/sites-enabled"), ["out", "shop"]);
    }

    #[test]
    fn paths_are_joined_as_the_server_would() {
        assert_eq!(join("/srv/shop", "run/a.sock"), "/srv/shop/run/a.sock");
        assert_eq!(join("/srv/shop", "/run/a.sock"), "/run/a.sock");
        assert_eq!(join("/srv/shop", "../../../x"), "/x");
    }
}
