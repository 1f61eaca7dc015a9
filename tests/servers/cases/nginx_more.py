"""nginx whose settings do not fit, and sites that nginx alone breaks."""

import os

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from stacks.own_server import OwnServer
from stacks.registry import case

ONE = ("--bind", "127.0.0.1:8000", "app:app")


@case("nx-host-not-passed", OwnServer, "nginx passes no Host on: Django sees the upstream's name.",
      first=["disallowed-host", "proxy-misconfigured"], verdict="unknown", exit_status=0, project="hosted", symptom="400")
def host_not_passed(site):
    django_site(site, extra="LOGGING = {'version': 1, 'disable_existing_loggers': False, 'handlers': {'console': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['console'], 'level': 'WARNING'}}")
    site.write("hosted/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="hosted.settings"))
    site.proxy("http://app_server", location="", template="upstream app_server {{ server 127.0.0.1:8000; }}\nserver {{\n    listen 80;\n    server_name {domain};\n{server}\n    location / {{\n        proxy_pass {upstream};\n{location}\n    }}\n}}\n")
    site.gunicorn("--bind", "127.0.0.1:8000", "hosted.wsgi")
    site.get("/")
    site.get("/")


@case("nx-static-alias-403", OwnServer, "nginx may not enter the home folder that holds the static files.",
      first=["permission-denied", "static-files"], project="style", symptom="403")
def static_403(site):
    site.write("app.py", FLASK_APP)
    site.write("static/site.css", "a {}\n")
    os.chmod(site.folder / "static", 0o700)
    site.proxy("http://127.0.0.1:8000", server=f"location /static/ {{ alias {site.folder}/static/; }}")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/static/site.css")
    site.get("/static/site.js")


@case("nx-static-alias-404", OwnServer, "The alias names a folder that is not where collectstatic puts the files.",
      first=["static-files", "file-not-found"], verdict="unknown", project="styles", symptom="404")
def static_404(site):
    site.write("app.py", FLASK_APP)
    site.write("staticfiles/css/site.css", "a {}\n")
    site.proxy("http://127.0.0.1:8000", server=f"location /static/ {{ alias {site.folder}/static/; }}")
    site.gunicorn(*ONE)
    site.get("/")
    for path in ("/static/css/site.css", "/static/js/site.js", "/static/css/site.css"):
        site.get(path)


@case("nx-try-files-loop", OwnServer, "try_files falls back to itself: a rewrite cycle.",
      first=["redirect-loop", "proxy-misconfigured"], project="cycle2", symptom="500")
def try_files(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000", server="location /app/ { root /srv/cycle2/public; try_files $uri /app/index.html; }")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/app/")
    site.get("/app/x")


@case("nx-read-timeout-short", OwnServer, "A report takes longer than nginx's proxy_read_timeout; gunicorn goes on.",
      first=["harakiri-slow-request"], project="reports", symptom="504", log_style="journal", origin="transformed")
def read_timeout(site):
    site.write("app.py", view("time.sleep(5)\nreturn 'ok'", head="import time\n"))
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 1s;")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/")


@case("nx-uwsgi-params-missing", OwnServer, "uwsgi_pass without include uwsgi_params: the app lacks its request variables.",
      first=["proxy-misconfigured"], platform="uwsgi", project="params", symptom="last", never=["missing-env-var"])
def params(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi("master = true", f"socket = {site.socket}", "chmod-socket = 666", f"chdir = {site.folder}",
               f"virtualenv = {site.venv_path}", "module = app:app")
    site.proxy(f"unix:{site.socket}", template="server {{\n    listen 80;\n    server_name {domain};\n{server}\n    location / {{\n        uwsgi_pass {upstream};\n{location}\n    }}\n}}\n")
    site.get("/")
    site.get("/")



@case("nx-client-abort-healthy", OwnServer, "Visitors who leave (499), large uploads buffered to disk, scanners: a healthy site.",
      first=[], project="aborts", symptom="ok")
def aborts(site):
    site.write("app.py", view("if request.args.get('slow'):\n    time.sleep(1.5)\nreturn 'ok'", head="import time\n"))
    site.proxy("http://127.0.0.1:8000", level="warn", server="client_body_buffer_size 1k;")
    site.gunicorn(*ONE)
    for _ in range(2):
        site.get("/")
        site.get("/?slow=1", timeout=0.4)
        site.wait(1.5)
        site.get("/", method="POST", body=b"x" * 9000)
    for path in ("/.git/HEAD", "/phpmyadmin/", "/", "/", "/"):
        site.get(path)


@case("nx-limit-req-503", OwnServer, "limit_req is far too strict: visitors get 503.",
      first=["proxy-misconfigured", "workers-exhausted"], verdict="unknown", project="limited", symptom="503", never=["proxy-upstream-down"])
def limit(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000", http_extra="limit_req_zone $binary_remote_addr zone=one:1m rate=1r/m;", location="limit_req zone=one;")
    site.gunicorn(*ONE)
    for _ in range(5):
        site.get("/")




@case("nx-upstream-keepalive-reset", OwnServer, "gunicorn is killed while nginx waits: reset, then all is well.",
      first=[], project="blip", symptom="ok")
def blip(site):
    site.write("app.py", view("time.sleep(1)\nreturn 'ok'", head="import time\n") + "\n\n@app.route('/ok')\ndef ok():\n    return 'ok'\n")
    site.proxy("http://127.0.0.1:8000")
    process = site.gunicorn(*ONE)
    import threading
    threading.Timer(0.4, process.kill).start()
    site.get("/")
    site.wait(1.5)
    site.gunicorn(*ONE, ready=None)
    site.wait(1.5)
    for _ in range(6):
        site.get("/ok")
