use super::*;

/// Loads files by name and text.
fn of(files: &[(&str, &str)]) -> ServerConfig {
    let folder = tempfile::tempdir().expect("a folder");
    let files: Vec<ConfigFile> = files
        .iter()
        .enumerate()
        .map(|(at, (shown, text))| {
            let path = folder.path().join(at.to_string());
            std::fs::write(&path, text).expect("written");
            ConfigFile { path, shown: (*shown).to_owned() }
        })
        .collect();
    load(&files, None)
}

fn tcp(host: &str, port: u16) -> Address {
    Address::Tcp { host: host.to_owned(), port }
}

fn text(setting: Option<&Setting>) -> Option<&str> {
    setting.map(|setting| setting.text.as_str())
}

#[test]
fn addresses() {
    assert_eq!(Address::parse("unix:/run/a.sock", 0), Some(Address::Unix("/run/a.sock".into())));
    assert_eq!(Address::parse("unix:///run/a.sock", 0), Some(Address::Unix("/run/a.sock".into())));
    assert_eq!(Address::parse("127.0.0.1:8000", 0), Some(tcp("127.0.0.1", 8000)));
    assert_eq!(Address::parse(":3031", 0), Some(tcp("", 3031)));
    assert_eq!(Address::parse("[::1]:80", 0), Some(tcp("::1", 80)));
    assert_eq!(Address::parse("web", 80), Some(tcp("web", 80)));
    for unknown in ["", "$upstream", "%d/a.sock", "a b", "127.0.0.1:99999", "@abstract"] {
        assert_eq!(Address::parse(unknown, 80), None, "{unknown:?}");
    }
}

/// Loads the first `given` files of a tree that holds them all.
fn of_tree(files: &[(&str, &str)], given: usize) -> ServerConfig {
    let folder = tempfile::tempdir().expect("a folder");
    let mut read = Vec::new();
    for (shown, text) in files {
        let path = folder.path().join(shown.trim_start_matches('/'));
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(&path, text).expect("written");
        read.push(ConfigFile { path, shown: (*shown).to_owned() });
    }
    load(&read[..given], Some(&crate::site::Tree::new(folder.path())))
}

#[test]
fn includes_of_nginx_stand_in_their_place() {
    let files = [
        (
            "/etc/nginx/nginx.conf",
            "user www;\nhttp { include /srv/*/site.conf; include nginx.conf; }",
        ),
        (
            "/srv/shop/site.conf",
            "server { server_name shop.example.com; include snippets/app.conf; }",
        ),
        ("/etc/nginx/snippets/app.conf", "location / {\n  proxy_pass http://127.0.0.1:9000;\n}"),
    ];
    // The last part alone may be a pattern.
    assert!(of_tree(&files, 1).fronts.is_empty());
    let named = "user www;\nhttp { include /srv/shop/*.conf; include nginx.conf; }";
    let config = of_tree(&[(files[0].0, named), files[1], files[2]], 1);
    let front = &config.fronts[0];
    assert_eq!(front.names, ["shop.example.com"]);
    assert_eq!(text(front.user.as_ref()), Some("www"));
    assert_eq!(&*front.backends[0].pass.place.file, "/etc/nginx/snippets/app.conf");
    assert_eq!(front.backends[0].pass.place.line, Some(2));
    assert_eq!(config.files.len(), 3);
}

#[test]
fn drop_ins_change_their_unit() {
    let files = [
        (
            "/etc/systemd/system/shop.service",
            "[Service]\nUser=root\nWorkingDirectory=/srv/shop\nExecStart=/usr/bin/gunicorn app:app\n",
        ),
        (
            "/etc/systemd/system/shop.service.d/override.conf",
            "[Service]\nUser=www\nExecStart=\nExecStart=/usr/bin/gunicorn -b :9000 app:application\n",
        ),
    ];
    for given in [1, 2] {
        let config = of_tree(&files, given);
        assert_eq!(config.apps.len(), 1);
        let app = &config.apps[0];
        assert_eq!(text(app.module.as_ref()), Some("app:application"));
        assert_eq!(text(app.user.as_ref()), Some("www"));
        assert_eq!(text(app.chdir.as_ref()), Some("/srv/shop"));
        assert_eq!(app.module.as_ref().and_then(|m| m.place.line), Some(4));
        assert_eq!(config.files.len(), 2);
    }
}

#[test]
fn who_reaches_whom() {
    let reaches = |to: &str, at: &str| {
        Address::parse(to, 80).expect("to").reaches(&Address::parse(at, 80).expect("at"))
    };
    assert_eq!(reaches("/var/run/a.sock", "/run/a.sock"), Some(true));
    assert_eq!(reaches("/run/a.sock", "/run/b.sock"), Some(false));
    assert_eq!(reaches("/srv/a/a.sock", "./a.sock"), None);
    assert_eq!(reaches("localhost:8000", "127.0.0.1:8000"), Some(true));
    assert_eq!(reaches("localhost:8000", "0.0.0.0:8000"), Some(true));
    assert_eq!(reaches("127.0.0.1:8000", "127.0.0.1:8001"), Some(false));
    assert_eq!(reaches("web:8000", "127.0.0.1:8000"), Some(false));
    assert_eq!(reaches("web:8000", "0.0.0.0:8000"), Some(true));
    assert_eq!(reaches("/run/a.sock", "127.0.0.1:8000"), Some(false));
}

#[test]
fn nginx_with_an_upstream() {
    let config = of(&[(
        "/etc/nginx/sites-enabled/shop",
        "upstream app { server unix:/run/shop.sock fail_timeout=0; }\n\
         # server { proxy_pass http://old; }\n\
         server {\n    listen 443 ssl;\n    server_name shop.example www.shop.example;\n    client_max_body_size 4m;\n\
             error_log /var/log/nginx/shop.error.log warn;\n    location /static/ { alias /srv/static/; }\n\
             location / {\n        proxy_set_header Host $http_host;\n        proxy_pass http://app;\n        proxy_read_timeout 30s;\n    }\n}\n\
         server { listen 80; server_name shop.example; return 301 https://$host$request_uri; }\n",
    )]);
    assert_eq!(config.fronts.len(), 1);
    let front = &config.fronts[0];
    assert_eq!(front.names, ["shop.example", "www.shop.example"]);
    assert!(front.tls);
    assert_eq!(text(front.body_limit.as_ref()), Some("4m"));
    assert_eq!(front.logs, [(LogKind::Nginx, "/var/log/nginx/shop.error.log".to_owned())]);
    let backend = &front.backends[0];
    assert_eq!(backend.protocol, Protocol::Http);
    assert_eq!(backend.addresses[0].0, Address::Unix("/run/shop.sock".into()));
    assert_eq!(backend.addresses[0].1.place.line, Some(1));
    assert_eq!(text(backend.read_timeout.as_ref()), Some("30s"));
}

#[test]
fn nginx_without_a_backend_of_ours() {
    let config = of(&[(
        "/etc/nginx/conf.d/x.conf",
        "server { location ~ \\.php$ { fastcgi_pass unix:/run/php.sock; } }\n\
         server { set $up http://a; location / { proxy_pass $up; } }\n",
    )]);
    assert!(config.fronts.is_empty());
}

#[test]
fn broken_nginx_files_do_no_harm() {
    for text in [
        "server {",
        "}}}}",
        "server { location / { proxy_pass",
        "\"",
        "{{{{{{{{",
        "server { } ; ; {",
    ] {
        let _ = of(&[("/etc/nginx/nginx.conf", text)]);
    }
    let deep = "location / {".repeat(100_000);
    let _ = of(&[("/etc/nginx/nginx.conf", &format!("server {{ {deep}"))]);
}

#[test]
fn uwsgi_ini() {
    let config = of(&[(
        "/etc/uwsgi/vassals/shop.ini",
        "[uwsgi]\nproject = shop\nbase = /srv\nchdir = %(base)/%(project)\nmodule = shop.wsgi:application\n\
         home=%(base)/venv\nsocket = /run/uwsgi/%n.sock\nchmod-socket = 660\nharakiri = 20\n\
         buffer_size = 8192\nenable-threads = true\nlogto = /var/log/uwsgi/%n.log\nstats = $(STATS)\n; http = :80\n",
    )]);
    let app = &config.apps[0];
    assert_eq!(text(app.chdir.as_ref()), Some("/srv/shop"));
    assert_eq!(text(app.virtualenv.as_ref()), Some("/srv/venv"));
    assert_eq!(app.binds.len(), 1);
    assert_eq!(app.binds[0].address, Address::Unix("/run/uwsgi/shop.sock".into()));
    assert_eq!(app.binds[0].protocol, Protocol::Uwsgi);
    assert_eq!(app.binds[0].setting.place.line, Some(7));
    assert_eq!(text(app.timeout.as_ref()), Some("20"));
    assert_eq!(text(app.buffer_size.as_ref()), Some("8192"));
    assert!(app.enable_threads.is_some());
    assert_eq!(app.logs, [(LogKind::Server, "/var/log/uwsgi/shop.log".to_owned())]);
}

#[test]
fn unknown_placeholders_are_no_values() {
    let config = of(&[(
        "/e/a.ini",
        "[uwsgi]\nsocket = %x/a.sock\nchdir = $(HOME)/a\nmodule = a\n[other]\nsocket = /b\n",
    )]);
    assert!(config.apps[0].binds.is_empty());
    assert_eq!(config.apps[0].chdir, None);
}

#[test]
fn a_gunicorn_unit_with_its_file_and_socket() {
    let unit = "[Service]\nUser=www-data\nWorkingDirectory=/srv/shop\nEnvironment=\"PORT=9000\" A=b\n\
        ExecStart=/srv/shop/venv/bin/gunicorn \\\n    --workers 3 --timeout=60 \\\n    --bind unix:/run/shop.sock shop.wsgi:application\n";
    let config = of(&[("/etc/systemd/system/shop.service", unit)]);
    let app = &config.apps[0];
    assert_eq!(app.kind, AppKind::Gunicorn);
    assert_eq!(app.binds[0].address, Address::Unix("/run/shop.sock".into()));
    assert_eq!(app.binds[0].setting.place.line, Some(5));
    assert_eq!(text(app.module.as_ref()), Some("shop.wsgi:application"));
    assert_eq!(text(app.virtualenv.as_ref()), Some("/srv/shop/venv"));
    assert_eq!(text(app.timeout.as_ref()), Some("60"));

    let socket = "[Socket]\nListenStream=/run/gunicorn/shop.sock\nSocketMode=0600\n";
    let config = of(&[
        ("/etc/systemd/system/shop.service", unit),
        ("/etc/systemd/system/shop.socket", socket),
    ]);
    assert_eq!(config.apps[0].binds[0].address, Address::Unix("/run/gunicorn/shop.sock".into()));
    assert_eq!(text(config.apps[0].socket_mode.as_ref()), Some("600"));

    let with_file = unit.replace("--bind unix:/run/shop.sock", "-c gunicorn.conf.py");
    let config = of(&[
        ("/etc/systemd/system/shop.service", &with_file),
        (
            "/srv/shop/gunicorn.conf.py",
            "import os\nbind = '127.0.0.1:8001'\ntimeout = int(os.environ['T'])\nworkers = 2  # two\n",
        ),
    ]);
    assert_eq!(config.apps.len(), 1);
    assert_eq!(config.apps[0].binds[0].address, tcp("127.0.0.1", 8001));
    assert_eq!(text(config.apps[0].timeout.as_ref()), Some("60"));
}

#[test]
fn a_bind_that_is_not_written_down_is_not_the_default() {
    let config = of(&[(
        "/srv/gunicorn.conf.py",
        "import os\nbind = f\"0.0.0.0:{os.environ['PORT']}\"\ntimeout = 30\n",
    )]);
    assert!(config.apps[0].binds.is_empty());
    let config =
        of(&[("/e/a.service", "[Service]\nExecStart=/v/bin/gunicorn -b 0.0.0.0:${PORT} a:app\n")]);
    assert!(config.apps[0].binds.is_empty());
    let config = of(&[("/e/a.service", "[Service]\nExecStart=/v/bin/gunicorn a:app\n")]);
    assert_eq!(config.apps[0].binds[0].address, tcp("127.0.0.1", 8000));
}

#[test]
fn commands_in_a_shell() {
    let config = of(&[(
        "/e/a.service",
        "[Service]\nExecStart=/bin/bash -c 'cd /srv/a && source venv/bin/activate && exec gunicorn -b :5000 a:app'\n",
    )]);
    let app = &config.apps[0];
    assert_eq!(text(app.chdir.as_ref()), Some("/srv/a"));
    assert_eq!(app.binds[0].address, tcp("", 5000));
    let other = of(&[("/e/b.service", "[Service]\nExecStart=/usr/bin/node server.js\n")]);
    assert!(other.apps.is_empty());
}

#[test]
fn supervisor_programs() {
    let config = of(&[(
        "/etc/supervisor/conf.d/a.conf",
        "[program:shop]\ncommand=/srv/venv/bin/uvicorn shop:app --host 127.0.0.1 --port 8100\ndirectory=/srv/shop\nuser=shop\nstdout_logfile=/var/log/shop.log\n[program:worker]\ncommand=celery worker\n",
    )]);
    assert_eq!(config.apps.len(), 1);
    assert_eq!(config.apps[0].binds[0].address, tcp("127.0.0.1", 8100));
    assert_eq!(text(config.apps[0].chdir.as_ref()), Some("/srv/shop"));
}

#[test]
fn apache_with_mod_wsgi() {
    let config = of(&[(
        "/etc/apache2/sites-enabled/a.conf",
        "<VirtualHost *:443>\n  ServerName a.example\n  ErrorLog ${APACHE_LOG_DIR}/a.log\n\
           WSGIDaemonProcess a python-home=/srv/venv python-path=/srv/a:/srv/lib request-timeout=30\n\
           WSGIProcessGroup a\n  WSGIScriptAlias / /srv/a/a/wsgi.py\n</VirtualHost>\n",
    )]);
    let (front, app) = (&config.fronts[0], &config.apps[0]);
    assert_eq!(front.names, ["a.example"]);
    assert!(front.tls);
    assert_eq!(text(app.wsgi_file.as_ref()), Some("/srv/a/a/wsgi.py"));
    assert_eq!(text(app.virtualenv.as_ref()), Some("/srv/venv"));
    assert_eq!(app.python_path.len(), 2);
    assert_eq!(app.logs, [(LogKind::Nginx, "/var/log/apache2/a.log".to_owned())]);
}
