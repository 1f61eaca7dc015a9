//! Folders in, findings out.

use std::path::Path;

use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = dir.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("."))).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }
    dir
}

const FLASK: (&str, &str) = ("app.py", "from flask import Flask\napp = Flask(__name__)\n");
const NEEDS: (&str, &str) = ("requirements.txt", "Flask==3.0\ngunicorn>=20 # the server\n");

fn names(files: &[(&str, &str)]) -> Vec<&'static str> {
    let dir = folder(files);
    check_folder(dir.path(), &Options::default()).iter().map(|found| found.name).collect()
}

fn of(procfile: &str) -> Vec<&'static str> {
    names(&[("Procfile", procfile), FLASK, NEEDS])
}

#[test]
fn what_starts_is_not_complained_about() {
    for good in [
        "web: gunicorn app:app\n",
        "web: gunicorn app:app --bind 0.0.0.0:$PORT --workers 2 --log-file -\n",
        "web: gunicorn -b :${PORT:-8000} app:app\nworker: python app.py\n",
        "web: gunicorn --bind=0.0.0.0:$PORT -w 4 'app:app'\n",
        "# comment\n\nweb: exec gunicorn app:app\npostdeploy: python app.py\n",
        "web: env FLAG=1 gunicorn app:app > log.txt 2>&1\n",
        "web: sh -c 'gunicorn app:app --bind 0.0.0.0:$PORT'\n",
        "web: newrelic-admin run-program gunicorn app:app\n",
        "web: bin/start-nginx node server.js\n",
        "web: gunicorn \"app:app\" -k gthread --threads 4 --timeout 120 --preload\n",
        "web: python -m gunicorn app:app\n",
    ] {
        assert!(of(good).is_empty(), "{good}: {:?}", of(good));
    }
}

#[test]
fn frameworks_that_start() {
    let fastapi = ("main.py", "from fastapi import FastAPI\napp = FastAPI()\n");
    let wants = ("requirements.txt", "fastapi\nuvicorn[standard]\n");
    for good in [
        "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n",
        "web: uvicorn main:app --host=0.0.0.0 --port=${PORT:-5000} --proxy-headers\n",
        "web: uvicorn --host 0.0.0.0 --port $PORT main:app\n",
    ] {
        let found = names(&[("Procfile", good), fastapi, wants]);
        assert!(found.is_empty(), "{good}: {found:?}");
    }
    let django = [
        ("Procfile", "web: gunicorn shop.wsgi --log-file -\nrelease: python manage.py migrate\n"),
        ("manage.py", ""),
        ("shop/__init__.py", ""),
        (
            "shop/wsgi.py",
            "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
        ),
        ("requirements.txt", "-r more.txt\n"),
        ("more.txt", "django\ngunicorn\n"),
    ];
    assert!(names(&django).is_empty(), "{:?}", names(&django));
    let sub = [
        ("Procfile", "web: gunicorn --chdir backend wsgi:application\n"),
        ("backend/wsgi.py", "def application(environ, start_response):\n    pass\n"),
        ("x.py", ""),
        NEEDS,
    ];
    assert!(names(&sub).is_empty(), "{:?}", names(&sub));
}

#[test]
fn name_and_syntax() {
    assert_eq!(names(&[("Procfile.txt", "web: gunicorn app:app\n")]), ["procfile-bad-name"]);
    assert_eq!(names(&[("procfile", "web: gunicorn app:app\n")]), ["procfile-bad-name"]);
    assert!(names(&[("profile", "export PATH=$PATH\n")]).is_empty());
    assert_eq!(of("web gunicorn app:app\n"), ["procfile-syntax"]);
    assert_eq!(of("web : gunicorn app:app\n"), ["procfile-syntax"]);
    assert_eq!(of("web:\n"), ["procfile-syntax"]);
    assert_eq!(of("Web: gunicorn app:app\n"), ["procfile-no-web"]);
    assert_eq!(of("worker: python app.py\n"), ["procfile-no-web"]);
    assert_eq!(of("web: gunicorn app:app\nweb: gunicorn app:app\n"), ["procfile-duplicate"]);
    assert_eq!(of("web: gunicorn app:app\r\n"), ["procfile-line-ends"]);
    assert_eq!(of("\u{feff}web: gunicorn app:app\n"), ["procfile-encoding"]);
    let dir = folder(&[FLASK, NEEDS]);
    let utf16: Vec<u8> = [0xff, 0xfe]
        .into_iter()
        .chain("web: gunicorn app:app\r\n".encode_utf16().flat_map(u16::to_le_bytes))
        .collect();
    std::fs::write(dir.path().join("Procfile"), utf16).expect("a file");
    let found = check_folder(dir.path(), &Options::default());
    assert_eq!(found.iter().map(|f| f.name).collect::<Vec<_>>(), ["procfile-encoding"]);
}

#[test]
fn programs_and_modules() {
    assert_eq!(of("web: guniconr app:app\n"), ["procfile-command-missing"]);
    assert_eq!(
        of("web: uvicorn app:app --host 0.0.0.0 --port $PORT\n"),
        ["procfile-command-missing"]
    );
    assert_eq!(of("web: python serve.py\n"), ["procfile-command-missing"]);
    assert_eq!(of("web: gunicorn app.py:app\n"), ["procfile-module-unresolved"]);
    assert_eq!(of("web: gunicorn api:app\n"), ["procfile-module-unresolved"]);
    assert_eq!(of("web: gunicorn app:application\n"), ["procfile-module-unresolved"]);
    assert_eq!(of("web: gunicorn app\n"), ["procfile-module-unresolved"]);
    let sub = [
        ("Procfile", "web: gunicorn wsgi:app\n"),
        ("backend/wsgi.py", "app = print\n"),
        ("x.py", ""),
        NEEDS,
    ];
    assert_eq!(names(&sub), ["procfile-module-unresolved"]);
    for line in [
        "web: PYTHONPATH=backend gunicorn wsgi:app\n",
        "web: gunicorn --pythonpath backend wsgi:app\n",
    ] {
        let mut sub = sub;
        sub[0].1 = line;
        assert!(names(&sub).is_empty(), "{line}");
    }
    // All code in one folder, and a package of another name.
    let django = "import os\nfrom django.core.wsgi import get_wsgi_application\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n";
    let below = |command| {
        names(&[
            ("Procfile", command),
            ("site/manage.py", ""),
            ("site/shop/__init__.py", ""),
            ("site/shop/settings.py", "SECRET_KEY = 'x'\nROOT_URLCONF = 'shop.urls'\n"),
            ("site/shop/urls.py", "urlpatterns = []\n"),
            ("site/shop/wsgi.py", django),
            NEEDS,
        ])
    };
    assert_eq!(below("web: gunicorn shop.wsgi\n"), ["procfile-module-unresolved"]);
    assert!(below("web: gunicorn --chdir site shop.wsgi\n").is_empty());
    let other = [
        ("Procfile", "web: gunicorn webshop.wsgi\n"),
        ("manage.py", ""),
        ("shop/__init__.py", ""),
        ("shop/wsgi.py", "application = print\n"),
    ];
    assert_eq!(names(&other), ["procfile-module-unresolved"]);
    // gunicorn 20 and newer take no attribute of an object.
    let dash = "import dash\napp = dash.Dash(__name__)\n";
    let dotted = |needs| {
        names(&[
            ("Procfile", "web: gunicorn app:app.server\n"),
            ("app.py", dash),
            ("requirements.txt", needs),
        ])
    };
    assert_eq!(dotted("dash\ngunicorn\n"), ["procfile-module-unresolved"]);
    assert!(dotted("dash\ngunicorn==19.9.0\n").is_empty());
    // Without the project nothing is known of its modules.
    assert!(names(&[("Procfile", "web: gunicorn shop.wsgi\n")]).is_empty());
}

#[test]
fn ports_and_addresses() {
    assert_eq!(of("web: gunicorn app:app -b 0.0.0.0:8000\n"), ["procfile-fixed-port"]);
    assert_eq!(of("web: gunicorn app:app -b 127.0.0.1:$PORT\n"), ["procfile-localhost-bind"]);
    assert_eq!(of("web: gunicorn app:app -b '0.0.0.0:$PORT'\n"), ["procfile-fixed-port"]);
    assert_eq!(of("web: gunicorn app:app -b 0.0.0.0:PORT\n"), ["procfile-fixed-port"]);
    assert_eq!(
        of("web: flask run\n"),
        ["procfile-dev-server", "procfile-fixed-port", "procfile-localhost-bind"]
    );
    assert_eq!(of("web: flask run -h 0.0.0.0 -p $PORT\n"), ["procfile-dev-server"]);
    assert_eq!(of("web: gunicorn app:app &\n"), ["procfile-background"]);
    assert_eq!(of("web: gunicorn app:app --daemon\n"), ["procfile-background"]);
    assert!(of("web: gunicorn app:app --bind unix:/tmp/nginx.socket\n").is_empty());
    assert_eq!(
        of("worker: gunicorn app:app -b 0.0.0.0:8000\nweb: gunicorn app:app\n"),
        Vec::<&str>::new()
    );
}

#[test]
fn manifests() {
    let fly = "[http_service]\ninternal_port = 8080\n[processes]\napp = \"gunicorn app:app --bind 0.0.0.0:8000\"\n";
    assert_eq!(names(&[("fly.toml", fly), FLASK, NEEDS]), ["procfile-fixed-port"]);
    assert!(names(&[("fly.toml", &fly.replace("8000", "8080")), FLASK, NEEDS]).is_empty());
    let render = "services:\n  - type: web\n    name: x\n    startCommand: gunicorn ap:app\n";
    assert_eq!(names(&[("render.yaml", render), FLASK, NEEDS]), ["procfile-module-unresolved"]);
    assert!(
        names(&[("render.yaml", &render.replace("ap:app", "app:app")), FLASK, NEEDS]).is_empty()
    );
    assert_eq!(names(&[("app.json", "{\"name\": \"x\",}")]), ["procfile-syntax"]);
    assert!(names(&[("scalingo.json", "{\"formation\": {\"web\": {\"amount\": 1}}}")]).is_empty());
}

#[test]
fn streamlits_port_may_come_from_a_file() {
    let app = ("app.py", "import streamlit as st\n");
    let needs = ("requirements.txt", "streamlit\n");
    let web = |line, more| names(&[("Procfile", line), app, needs, more]);
    let script = |text| ("setup.sh", text);
    let line = "web: sh setup.sh && streamlit run app.py\n";
    let config = "mkdir -p ~/.streamlit\necho \"port = $PORT\" > ~/.streamlit/config.toml\n";
    assert!(web(line, script(config)).is_empty());
    assert!(web("web: bash ./setup.sh && streamlit run app.py\n", script(config)).is_empty());
    let kept = (".streamlit/config.toml", "[server]\nport = 8501\n");
    assert!(web("web: streamlit run app.py\n", kept).is_empty());
    // Neither says a port: the default is not the platform's.
    assert_eq!(web(line, script("python train.py\n")), ["procfile-fixed-port"]);
    let theme = (".streamlit/config.toml", "[theme]\nbase = \"dark\"\n");
    assert_eq!(web("web: streamlit run app.py\n", theme), ["procfile-fixed-port"]);
}

#[test]
fn a_services_own_folder_is_the_projects() {
    let render = "services:\n  - type: web\n    startCommand: gunicorn app:app\n    rootDir: api\n  - type: web\n    rootDir: site\n    startCommand: gunicorn app:app\n";
    let api = ("api/app.py", FLASK.1);
    let tool = ("tool.py", "");
    let needs = ("api/requirements.txt", "gunicorn\n");
    let site = [("site/app.py", FLASK.1), ("site/requirements.txt", "gunicorn\n")];
    assert!(names(&[("render.yaml", render), api, tool, needs, site[0], site[1]]).is_empty());
    // Of the second service the module is missing.
    let other = ("site/apps.py", "");
    assert_eq!(
        names(&[("render.yaml", render), api, tool, needs, other, site[1]]),
        ["procfile-module-unresolved"]
    );
}

#[test]
fn hostile_text_is_read_to_the_end() {
    for text in [
        "",
        ":",
        "web:'",
        "web:\\",
        "web:\"$(",
        "\0\0\0",
        "web: gunicorn -b",
        "web: gunicorn -b [",
        "web: uvicorn --host",
        "web: -c",
        "web: sh -c",
        "é: é",
        "web: gunicorn é:é",
        "web: gunicorn -é app:app",
        "web: gunicorn €uro",
        "web: &",
        "web: ${",
        "web: a:${",
    ] {
        let _ = of(text);
    }
    let long = format!("web: gunicorn {}", "-b ".repeat(50_000));
    let _ = of(&long);
}

#[test]
fn celery_loads_a_module_that_is_there() {
    let worker = |target: &str| format!("web: gunicorn app:app\nworker: celery {target} worker\n");
    let needs = ("requirements.txt", "Flask==3.0\ngunicorn>=20\ncelery\n");
    let files = |procfile: &str| {
        names(&[
            ("Procfile", procfile),
            FLASK,
            needs,
            ("shop/__init__.py", ""),
            ("shop/celery.py", ""),
            ("jobs/celery.py", ""),
        ])
    };
    for good in
        ["-A app", "-A shop", "--app=shop.celery:queue", "-A jobs", "-A $APP", "-A app.queue"]
    {
        let told = files(&worker(good));
        assert_eq!(told.is_empty(), good != "-A app.queue", "{good} {told:?}");
    }
    for bad in ["-A gone", "-A shop.py", "--app gone.celery"] {
        assert_eq!(files(&worker(bad)), ["procfile-module-unresolved"], "{bad}");
    }
}

#[test]
fn a_shell_of_its_own_and_a_server_that_another_package_brings() {
    let shop = ("src/shop.py", "from flask import Flask\napp = Flask(__name__)\n");
    for good in [
        "web: (cd src; exec gunicorn shop:app -b 0.0.0.0:$PORT)\n",
        "web: (cd src && gunicorn shop:app)\n",
        "web: gunicorn --chdir src --workers $((2 * 1 + 1)) shop:app\n",
        "web: cd src && gunicorn \"shop:app\" --workers $(nproc)\n",
    ] {
        let found = names(&[("Procfile", good), shop, NEEDS]);
        assert!(found.is_empty(), "{good}: {found:?}");
    }
    let brings = |list: &str| {
        names(&[("Procfile", "web: gunicorn app:app\n"), FLASK, ("requirements.txt", list)])
    };
    assert!(brings("flask\nmlflow\n").is_empty());
    assert_eq!(brings("flask\n"), ["procfile-command-missing"]);
}
