//! What start files name, in small projects.

use super::{docker, entries, manifest_line};
use crate::python::entry::{EntryKind, Interface};
use std::fs;

fn found(files: &[(&str, &str)]) -> Vec<(String, EntryKind, Interface)> {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    entries(dir.path())
        .into_iter()
        .map(|entry| {
            let file = entry.file.strip_prefix(dir.path()).unwrap().display().to_string();
            (file, entry.options.kind, entry.options.interface)
        })
        .collect()
}

fn module(module: &str, attr: &str, factory: bool) -> EntryKind {
    EntryKind::ModuleAttr { module: module.into(), attr: attr.into(), factory }
}

#[test]
fn procfiles_name_modules_factories_and_scripts() {
    let files = [
        ("Procfile", "web: gunicorn \"core.web:make(1)\" -b :$PORT\nworker: python jobs/run.py\n"),
        ("core/web.py", ""),
        ("jobs/run.py", ""),
    ];
    assert_eq!(
        found(&files),
        [
            ("core/web.py".into(), module("core.web", "make", true), Interface::Wsgi),
            ("jobs/run.py".into(), EntryKind::Script, Interface::Wsgi),
        ]
    );
}

#[test]
fn containers_and_manifests() {
    let files = [
        ("Dockerfile", "FROM x\nWORKDIR /app\nCMD [\"./start.sh\"]\n"),
        (
            "start.sh",
            "#!/bin/sh\nexec gunicorn -k uvicorn.workers.UvicornWorker \\\n  api.main:app\n",
        ),
        ("render.yaml", "services:\n  - type: web\n    startCommand: uvicorn other:app\n"),
        ("Procfile", "web: uvicorn --interface wsgi third:app\n"),
        ("third.py", ""),
        ("api/main.py", ""),
        ("other.py", ""),
    ];
    assert_eq!(
        found(&files),
        [
            ("third.py".into(), module("third", "app", false), Interface::Any),
            ("api/main.py".into(), module("api.main", "app", false), Interface::Asgi),
            ("other.py".into(), module("other", "app", false), Interface::Asgi),
        ]
    );
}

#[test]
fn services_below_the_project_are_found_where_their_manifest_says() {
    let app = [("api/main.py", ""), ("jobs/main.py", ""), ("tool.py", "")];
    for (name, text) in [
        ("render.yaml", "- type: web\n  rootDir: api\n  startCommand: uvicorn main:app\n"),
        ("docker-compose.yml", "  api:\n    build: ./api\n    command: uvicorn main:app\n"),
        ("compose.yaml", "  api:\n    build: ./api\n    command: [uvicorn, 'main:app']\n"),
        (
            "compose.yml",
            "    build: ./api\n    command: >\n      sh -c \"alembic upgrade head &&\n      uvicorn main:app\"\n",
        ),
        ("Dockerfile", "COPY api/ /srv/api\nWORKDIR /srv/api\nCMD [\"uvicorn\", \"main:app\"]\n"),
        ("api/Dockerfile", "WORKDIR /srv\nCMD uvicorn main:app\n"),
    ] {
        let mut files = app.to_vec();
        files.push((name, text));
        if name.starts_with("api/") {
            files.push(("docker-compose.yml", "    build:\n      context: api\n"));
        }
        let expected = ("api/main.py".into(), module("main", "app", false), Interface::Asgi);
        assert_eq!(found(&files), [expected], "{name}");
    }
    // The nearest folder counts, and what stands in none is none.
    let two =
        "  jobs:\n    build: ./jobs\n    command: uvicorn main:app\n\n\n  api:\n    build: api\n";
    let mut files = app.to_vec();
    files.push(("compose.yml", two));
    assert_eq!(found(&files)[0].0, "jobs/main.py");
    assert!(
        found(&[("pyproject.toml", "dependencies = [\"gunicorn\", \"tool\"]\n"), ("tool.py", "")])
            .is_empty()
    );
}

#[test]
fn the_search_path_of_the_start_is_the_entrys() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("backend")).unwrap();
    fs::write(dir.path().join("Procfile"), "web: PYTHONPATH=backend gunicorn core:app\n").unwrap();
    fs::write(dir.path().join("backend/core.py"), "").unwrap();
    let found = entries(dir.path());
    assert_eq!(found[0].file, dir.path().join("backend/core.py"));
    assert_eq!(found[0].options.extra_path, [dir.path().join("backend")]);
}

#[test]
fn scripts_go_where_they_say() {
    let files = [
        ("Procfile", "web: ./start.sh\n"),
        ("start.sh", "#!/bin/sh\ncd backend\n# don't\npython seed.py\nexec gunicorn core:app\n"),
        ("backend/seed.py", ""),
        ("backend/core.py", ""),
        ("core.py", ""),
    ];
    assert_eq!(
        found(&files),
        [
            ("backend/seed.py".into(), EntryKind::Script, Interface::Wsgi),
            ("backend/core.py".into(), module("core", "app", false), Interface::Wsgi),
        ]
    );
}

#[test]
fn uwsgi_and_fastapi_name_files_and_modules() {
    let files = |line| {
        found(&[
            ("Procfile", line),
            ("shop/web.py", "from fastapi import FastAPI\nmain_app = FastAPI()\n"),
        ])
    };
    let wsgi = Interface::Wsgi;
    for line in [
        "web: uwsgi --http :$PORT -w shop.web:app\n",
        "web: uwsgi --master --module=shop.web --callable app\n",
    ] {
        assert_eq!(files(line)[0].1, module("shop.web", "app", false), "{line}");
    }
    let file = ("shop/web.py".into(), EntryKind::WsgiFile, wsgi);
    assert_eq!(files("web: uwsgi --wsgi-file shop/web.py --callable app\n"), [file]);
    let file = ("shop/web.py".into(), EntryKind::WsgiFile, Interface::Any);
    assert_eq!(files("web: fastapi run shop/web.py\n"), [file]);
    assert!(files("web: uwsgi uwsgi.ini\n").is_empty());
}

#[test]
fn a_worker_imports_and_serves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir_all(dir.path().join("shop")).unwrap();
    for (name, text) in [
        ("Procfile", "worker: celery -A shop worker -l info\nbeat: celery --app=jobs beat\n"),
        ("shop/__init__.py", ""),
        ("shop/celery.py", "from celery import Celery\napp = Celery('shop')\n"),
        ("jobs.py", "from celery import Celery\napp = Celery('jobs')\nimport gone.by\n"),
    ] {
        fs::write(dir.path().join(name), text).unwrap();
    }
    let found = entries(dir.path());
    let files: Vec<_> =
        found.iter().map(|entry| entry.file.strip_prefix(dir.path()).unwrap()).collect();
    assert_eq!(files, [std::path::Path::new("shop/celery.py"), std::path::Path::new("jobs.py")]);
    for entry in found {
        assert!(!entry.options.served);
        let analysis = crate::python::entry::analyse_entry(&entry.options);
        assert!(analysis.findings.is_empty(), "{:?}", analysis.findings);
    }
}

#[test]
fn what_is_not_there_or_not_plain_is_none() {
    assert!(found(&[("Procfile", "web: gunicorn $APP\nx: gunicorn no.such:app\n")]).is_empty());
    assert!(found(&[("Dockerfile", "RUN pip install gunicorn\n# CMD gunicorn a:b\n")]).is_empty());
    // Lists of packages that happen to hold a server's name.
    let packages = "[tool.coverage.run]\nsource_pkgs = [\"uvicorn\", \"checks\"]\n";
    assert!(found(&[("pyproject.toml", packages), ("checks/__init__.py", "")]).is_empty());
}

#[test]
fn lines_are_read_as_they_are_written() {
    assert_eq!(docker("CMD [\"sh\", \"-c\", \"gunicorn a:b\"]"), ["sh -c \"gunicorn a:b\""]);
    assert_eq!(
        manifest_line("  \"startCommand\": \"gunicorn a:b\",").as_deref(),
        Some("gunicorn a:b")
    );
    assert_eq!(manifest_line("# run: gunicorn a:b"), None);
    assert_eq!(manifest_line("packages = [\"gunicorn\", \"a\"]"), None);
    let words = "serve = [\"gunicorn\", \"--reload\", \"a\"]";
    assert_eq!(manifest_line(words).as_deref(), Some("gunicorn --reload a"));
    assert_eq!(manifest_line("image: python"), None);
    assert_eq!(manifest_line("  startCommand: python bot.py").as_deref(), Some("python bot.py"));
    assert_eq!(manifest_line("  buildCommand: python build.py"), None);
}
