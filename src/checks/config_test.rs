use super::*;
use crate::checks::testing::{run_tree, signatures};

const UNIT: &str = "[Service]\nWorkingDirectory=/srv/shop\nExecStart=/srv/venv/bin/gunicorn -b unix:/run/shop.sock shop.wsgi:application\n";

fn found(files: &[(&str, &str)]) -> Vec<String> {
    signatures(&run_tree(files, collect))
}

#[test]
fn a_good_tree_says_nothing() {
    assert!(
        found(&[
            ("etc/systemd/system/shop.service", UNIT),
            ("srv/shop/shop/__init__.py", ""),
            ("srv/shop/shop/wsgi.py", "def application(environ, start_response):\n    return []\n"),
        ])
        .is_empty()
    );
}

#[test]
fn a_tree_without_the_project_says_nothing() {
    assert!(found(&[("etc/systemd/system/shop.service", UNIT)]).is_empty());
    // The package may be installed in a virtualenv that was not copied.
    let unit = UNIT.replace("shop.wsgi", "installed.wsgi");
    assert!(
        found(&[("etc/systemd/system/shop.service", &unit), ("srv/shop/manage.py", "")]).is_empty()
    );
}

#[test]
fn a_wrong_folder_and_a_wrong_module() {
    let unit = UNIT.replace("Directory=/srv/shop", "Directory=/srv/shopp");
    assert_eq!(
        found(&[("etc/systemd/system/shop.service", &unit), ("srv/shop/manage.py", "")]),
        ["module-not-on-path/config-folder-missing"]
    );
    let unit = UNIT.replace("shop.wsgi", "shop.wsgy");
    assert_eq!(
        found(&[
            ("etc/systemd/system/shop.service", &unit),
            ("srv/shop/shop/__init__.py", ""),
            ("srv/shop/shop/wsgi.py", ""),
        ]),
        ["module-not-on-path/config-module-unresolved"]
    );
}
