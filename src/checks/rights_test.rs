use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::*;
use crate::checks::testing::{context, signatures};
use crate::model::{Facts, Site};

#[test]
fn rights_by_user_and_group() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.sock");
    std::fs::write(&file, "").expect("written");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).expect("set");
    let meta = std::fs::metadata(&file).expect("there");
    let person = |user, groups| Person { name: "x".to_owned(), user, groups };
    let owner = person(meta.uid(), Vec::new());
    let member = person(meta.uid() + 1, vec![meta.gid()]);
    let other = person(meta.uid() + 1, Vec::new());
    assert!(owner.may(&meta, WRITE) && !member.may(&meta, WRITE) && member.may(&meta, READ));
    assert!(!other.may(&meta, READ));
}

/// A small server in a folder: everything belongs to whoever runs the test, and the server's user
/// is somebody else. Returns the signatures of what is found with the given modes.
fn found(modes: &[(&str, u32)]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let me = std::fs::metadata(folder.path()).expect("there").uid();
    let passwd =
        format!("root:x:{me}:0::/root:/bin/sh\nwww:x:{}:{}::/:/bin/false\n", me + 7, me + 7);
    let files: &[(&str, &str)] = &[
        ("etc/passwd", &passwd),
        (
            "srv/shop/app.py",
            "DB = BASE / 'db.sqlite3'\nLOG = \"shop.log\"\nMEDIA = 'media/'\n# 'old.db'\napp = 1\n",
        ),
        ("srv/shop/db.sqlite3", ""),
        ("srv/shop/old.db", ""),
        ("srv/shop/shop.log", ""),
        ("srv/shop/media/a.png", ""),
        (
            "etc/nginx/sites-enabled/shop",
            "server { server_name shop.example.com; location /static/ { alias /srv/static/; } location / { proxy_pass http://127.0.0.1:8000; } }",
        ),
        ("etc/nginx/nginx.conf", "user www;\nhttp { }\n"),
        ("srv/static/a.css", ""),
        (
            "etc/systemd/system/shop.service",
            "[Service]\nUser=www\nWorkingDirectory=/srv/shop\nExecStart=/usr/bin/gunicorn -b 127.0.0.1:8000 app:app\n",
        ),
    ];
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(&path, text).expect("written");
    }
    let set = |path: &Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set");
    };
    for entry in walkdir::WalkDir::new(folder.path()).into_iter().flatten() {
        set(entry.path(), if entry.file_type().is_dir() { 0o777 } else { 0o666 });
    }
    for (name, mode) in modes {
        set(&folder.path().join(name), *mode);
    }
    let rules = crate::rules::Rules::load_embedded();
    let site = crate::site::discover(folder.path(), None, &rules).sites.remove(0);
    let context = context(Site { root: Some(folder.path().to_owned()), ..site });
    let tree = Tree::new(folder.path());
    let facts = judged(&context, &tree);
    signatures(&Facts { facts, ..Facts::default() })
}

#[test]
fn everything_is_open() {
    assert!(found(&[]).is_empty(), "{:?}", found(&[]));
}

#[test]
fn what_the_server_user_may_not_write() {
    assert_eq!(
        found(&[("srv/shop/db.sqlite3", 0o644)]),
        ["permission-denied/database-not-writable"]
    );
    // The journal is made beside the file.
    assert_eq!(found(&[("srv/shop", 0o755)]), ["permission-denied/database-not-writable"]);
    assert_eq!(found(&[("srv/shop/shop.log", 0o600)]), ["permission-denied/log-not-writable"]);
    assert_eq!(found(&[("srv/shop/media", 0o755)]), ["permission-denied/uploads-not-writable"]);
    // Nothing names it but a comment.
    assert!(found(&[("srv/shop/old.db", 0o600)]).is_empty());
}

#[test]
fn code_and_static_files_behind_a_closed_door() {
    assert_eq!(found(&[("srv/shop", 0o700)]), ["permission-denied/code-not-readable"]);
    assert_eq!(found(&[("srv/static", 0o750)]), ["static-files/nginx-may-not-read"]);
    let both = found(&[("srv", 0o750)]);
    assert!(both.contains(&"static-files/nginx-may-not-read".to_owned()), "{both:?}");
    assert!(both.contains(&"permission-denied/code-not-readable".to_owned()), "{both:?}");
}

#[test]
fn copies_that_lost_their_owners_say_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir_all(folder.path().join("srv/shop")).expect("made");
    let site = Site {
        root: Some(folder.path().to_owned()),
        project: Some(folder.path().join("srv/shop")),
        ..Site::default()
    };
    // Without the machine's own files nobody knows whose the copy's are.
    assert!(collect(&context(site), &Tree::new(folder.path())).is_empty());
}

#[test]
fn names_in_strings_only() {
    assert!(quoted("x = 'db.sqlite3'", "db.sqlite3"));
    assert!(quoted("url = \"sqlite:///data/db.sqlite3\"", "db.sqlite3"));
    assert!(!quoted("see my-db.sqlite3 or 'old-db.sqlite3'", "db.sqlite3"));
}
