//! A project's code alone, without any log: which fault the server meets first, and what is said of each.

use crate::{Desk, NOW};

const SETTINGS: &str = r#"
import environ
import dj_database_url

SECRET_KEY = environ.Env()("SECRET_KEY")
ALLOWED_HOSTS = "shop.example.com"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes"]
MIDDLEWARE = []
ROOT_URLCONF = "mysite.urls"
DATABASES = {"default": dj_database_url.config()}
"#;

const WSGI: &str = r#"
import os
from django.core.wsgi import get_wsgi_application
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mysite.settings")
application = get_wsgi_application()
"#;

fn project(settings: &str) -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.dir.path().join("mysite")).expect("a folder");
    for (name, text) in [
        ("manage.py", "from django.core.management import execute_from_command_line\n"),
        ("mysite/__init__.py", ""),
        ("mysite/urls.py", "urlpatterns = []\n"),
        ("mysite/wsgi.py", WSGI),
        ("mysite/settings.py", settings),
        ("Procfile", "web: gunicorn mysite.wsgi\n"),
        ("requirements.txt", "Django==5.1.2\ngunicorn==23.0.0\nsqlparse==0.5.1\nasgiref==3.8.1\n"),
    ] {
        desk.file(name, text);
    }
    desk
}

#[test]
fn an_import_that_fails_stands_before_what_is_below_it() {
    let missing_one =
        SETTINGS.replace("import dj_database_url\n", "").replace("dj_database_url.config()", "{}");
    for (settings, others) in [(SETTINGS, "dj-database-url"), (&missing_one, "")] {
        let desk = project(settings);
        let ran = desk.run(&["--platform", "scalingo", NOW[0], NOW[1], "."]);
        assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
        let at = |word: &str| ran.out.find(word).unwrap_or_else(|| panic!("{word}: {}", ran.out));
        assert!(at("[module-not-installed]") < at("[django-settings-wrong]"), "{}", ran.out);
        assert!(at("django-environ") < at("ALLOWED_HOSTS must be a list"), "{}", ran.out);
        assert_eq!(ran.out.contains("Others are missing, too"), !others.is_empty(), "{}", ran.out);
        assert!(ran.out.contains(others), "{}", ran.out);
    }
}

#[test]
fn settings_that_are_refused_above_an_import_come_first() {
    let (imports, rest) = SETTINGS.split_once("\n\n").expect("imports and the rest");
    let below = format!(
        "ALLOWED_HOSTS = 'shop.example.com'\n{imports}\n\n{}",
        rest.replace("ALLOWED_HOSTS =", "HOSTS =")
    );
    let desk = project(&below);
    let ran = desk.run(&["--platform", "scalingo", NOW[0], NOW[1], "."]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let at = |word: &str| ran.out.find(word).unwrap_or_else(|| panic!("{word}: {}", ran.out));
    assert!(at("[django-settings-wrong]") < at("[module-not-installed]"), "{}", ran.out);
    assert!(!ran.out.contains("Set DJANGO_SETTINGS_MODULE to"), "{}", ran.out);
}

/// Python compiles the whole file before its first line runs.
#[test]
fn a_syntax_error_comes_before_imports_above_it() {
    let desk = Desk::new();
    desk.file("helpers.py", "");
    desk.file("Procfile", "web: gunicorn wsgi\n");
    let wsgi = "import helper\nfrom flask import Flask\napplication = Flask(__name__)\nprint((1)\n";
    desk.file("wsgi.py", wsgi);
    let ran = desk.run(&["--platform", "scalingo", NOW[0], NOW[1], "."]);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    let at = |word: &str| ran.out.find(word).unwrap_or_else(|| panic!("{word}: {}", ran.out));
    assert!(at("[wsgi-syntax-error]") < at("[module-not-on-path]"), "{}", ran.out);
}
