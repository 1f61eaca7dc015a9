use super::*;
use crate::checks::testing::{run_tree, signatures};

const WSGI: &str =
    "import sys\nsys.path.insert(0, '/home/ana/shop')\nfrom shop import app as application\n";
const SERVER: &str = "2026-04-13 07:57:44 Python version: 3.10.5 (main) [GCC]\n\
    2026-04-13 07:57:44 PEP 405 virtualenv detected: /home/ana/.virtualenvs/shop\n";

fn found(more: &[(&str, &str)]) -> Vec<String> {
    let mut files = vec![
        ("var/www/ana_pythonanywhere_com_wsgi.py", WSGI),
        ("var/log/ana.pythonanywhere.com.server.log", SERVER),
        ("var/log/ana.pythonanywhere.com.error.log", ""),
        ("home/ana/shop/shop.py", "app = 1\n"),
    ];
    files.extend_from_slice(more);
    signatures(&run_tree(&files, collect))
}

#[test]
fn a_tree_without_virtualenvs_says_nothing() {
    assert!(found(&[]).is_empty());
}

#[test]
fn a_missing_one_among_others() {
    assert_eq!(
        found(&[("home/ana/.virtualenvs/old/pyvenv.cfg", "version = 3.10.5\n")]),
        ["python-version-mismatch/virtualenv-missing"]
    );
}

#[test]
fn one_for_another_python() {
    let cfg = "home/ana/.virtualenvs/shop/pyvenv.cfg";
    assert_eq!(
        found(&[(cfg, "home = /usr/bin\nversion = 3.8.10\n")]),
        ["python-version-mismatch/virtualenv-of-other-python"]
    );
    assert!(found(&[(cfg, "home = /usr/bin\nversion = 3.10.9\n")]).is_empty());
    assert!(found(&[(cfg, "garbage\nversion = \n")]).is_empty());
}

#[test]
fn a_folder_that_is_no_virtualenv() {
    assert_eq!(
        found(&[("home/ana/.virtualenvs/shop/readme.txt", "x")]),
        ["python-version-mismatch/virtualenv-broken"]
    );
}

#[test]
fn required_and_not_installed() {
    let packages = "home/ana/.virtualenvs/shop/lib/python3.10/site-packages";
    let flask = format!("{packages}/Flask-2.0.dist-info/METADATA");
    let login = format!("{packages}/flask_login-0.6.dist-info/METADATA");
    let text = "# all\nflask>=2\nFlask-Login==0.6\npywin32; sys_platform == 'win32'\n-r more.txt\nrequests[socks]\n";
    let requirements = ("home/ana/shop/requirements.txt", text);
    let cfg = ("home/ana/.virtualenvs/shop/pyvenv.cfg", "version = 3.10.5\n");
    assert_eq!(
        found(&[cfg, (&flask, ""), (&login, ""), requirements]),
        ["module-not-installed/requirement-missing"]
    );
    let requests = format!("{packages}/requests-2.31.0.dist-info/METADATA");
    assert!(found(&[cfg, (&flask, ""), (&login, ""), (&requests, ""), requirements]).is_empty());
    // Packages were copied without their records.
    let bare = format!("{packages}/flask/__init__.py");
    assert!(found(&[cfg, (&bare, ""), requirements]).is_empty());
}

#[test]
fn names_of_requirements() {
    assert_eq!(
        required(
            "Django==4.2\nzope.interface\n  six  # old\ngit+https://x/y\nfoo @ file:///x\n\n-e .\n"
        ),
        ["django", "zope-interface", "six"]
    );
}
