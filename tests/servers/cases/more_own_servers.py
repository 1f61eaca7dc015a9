"""Further sites on servers of one's own: proxies that don't fit, two faults, noise, odd inputs."""

import os
import pathlib
import socket

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from stacks.own_server import OwnServer
from stacks.registry import case

ONE = ("--bind", "127.0.0.1:8000", "app:app")


@case("gu-proxy-https-to-http", OwnServer, "nginx speaks https to a gunicorn that speaks http.",
      first=["proxy-misconfigured", "tls-problem"], project="secure", symptom="last")
def https_to_http(site):
    site.write("app.py", FLASK_APP)
    site.proxy("https://127.0.0.1:8000")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/")


@case("gu-redirect-loop", OwnServer, "SECURE_SSL_REDIRECT behind a proxy that does not pass X-Forwarded-Proto on.",
      first=["redirect-loop"], project="loop", symptom="last")
def redirect_loop(site):
    django_site(site, extra="SECURE_SSL_REDIRECT = True")
    site.write("loop/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="loop.settings"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8000", "--access-logfile", "-", "loop.wsgi")
    for _ in range(12):
        site.get("/")


@case("gu-two-faults", OwnServer, "Uploads are refused by nginx, and the list of uploads lacks its template.",
      first=["request-too-large", "template-missing"], also=["request-too-large", "template-missing"], project="both",
      symptom="500")
def two_faults(site):
    site.write("app.py", FLASK_APP.replace("import Flask", "import Flask, render_template") +
               "\n\n@app.route('/list')\ndef listing():\n    return render_template('list.html')\n")
    site.proxy("http://127.0.0.1:8000", server="client_max_body_size 8k;")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/upload", method="POST", body=b"x" * 20000)
    site.get("/list")
    site.get("/upload", method="POST", body=b"x" * 20000)
    site.get("/list")


@case("gu-journal-newest-first", OwnServer, "journalctl -r: the newest line stands first.", first=["missing-env-var"],
      project="reverse", symptom="502", log_style="journal", origin="transformed", venv="venv-old")
def newest_first(site):
    site.write("app.py", view("return 'ok'", head="import os\n", extra="\nTOKEN = os.environ['API_TOKEN']\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*ONE, ready=None)
    site.wait(2)
    site.get("/")
    path = pathlib.Path(site.server_log)
    path.write_text("".join(reversed(path.read_text().splitlines(keepends=True))))


@case("gu-compose-database-first", OwnServer, "Compose: the database was not ready at the first try, then all is well.",
      first=[], project="stack", symptom="ok", log_style="compose", origin="transformed")
def compose(site):
    from stacks import fake_databases
    site.write("app.py", view("return 'ok'", head="import time\n\nimport pymysql\n", extra="""

for attempt in range(20):
    try:
        pymysql.connect(host='127.0.0.1', user='app', password='x').close()
        break
    except pymysql.err.OperationalError as error:
        print('waiting for the database:', error, flush=True)
        time.sleep(0.5)
"""))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*ONE, unit=False)
    site.wait(1.2)
    fake_databases.mysql()
    site.wait(1.5)
    for _ in range(4):
        site.get("/")


@case("gu-healthy-noise-of-scanners", OwnServer, "TLS bytes and nonsense reach gunicorn's port; visitors are served.",
      first=[], project="noise", symptom="ok", venv="venv-old")
def scanners(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8000", "--access-logfile", "-", "--log-level", "debug", "app:app")
    for data in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"NONSENSE\r\n\r\n", b"GET /\xff HTTP/9.9\r\n\r\n"):
        for port in (80, 8000):
            with socket.create_connection(("127.0.0.1", port), timeout=2) as scanner:
                scanner.sendall(data)
                try:
                    scanner.recv(300)
                except OSError:
                    pass
    for path in ("/", "/.git/config", "/", "/"):
        site.get(path)


@case("gu-healthy-worker-timeout-long-ago", OwnServer, "A worker timed out before the restart; the view was made fast.",
      first=[], project="quick", symptom="ok")
def timeout_fixed(site):
    site.write("app.py", view("time.sleep(30)\nreturn 'ok'", head="import time\n"))
    site.proxy("http://127.0.0.1:8000")
    process = site.gunicorn("--bind", "127.0.0.1:8000", "--timeout", "2", "app:app")
    site.get("/")
    process.terminate()
    process.wait(10)
    site.write("app.py", view("return 'ok'"))
    site.wait(1)
    site.gunicorn("--bind", "127.0.0.1:8000", "--timeout", "2", "app:app", ready=None)
    site.wait(1.5)
    for _ in range(5):
        site.get("/")


@case("gu-disk-full", OwnServer, "The disk is full: a view can't write its export.", first=["disk-quota"],
      project="exports", symptom="last")
def disk_full(site):
    from stacks import isolation
    data = site.folder / "data"
    data.mkdir()
    isolation.mount("-t", "tmpfs", "-o", "size=64k,mode=777", "tmpfs", data)
    site.write("app.py", view("with open('/srv/exports/data/export.csv', 'w') as export:\n    export.write('1;2;3\\n' * 50000)\nreturn 'ok'"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/")
    os.system(f"umount -l {data}")


@case("gu-template-missing-old", OwnServer, "A template was not copied to the server.", first=["template-missing"],
      project="pages", symptom="500", venv="venv-old", log_style="compose", origin="transformed")
def template_missing(site):
    site.write("app.py", view("return render_template('index.html')"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*ONE)
    site.get("/")
    site.get("/")


@case("gu-circular-import", OwnServer, "Two own modules import each other.", first=["module-shadowed"],
      project="circle", symptom="502", inputs="root")
def circular(site):
    site.write("models.py", "from app import db\n\n\nclass Page:\n    store = db\n")
    site.write("app.py", view("return Page.__name__", head="from models import Page\n", extra="db = {}\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*ONE, ready=None)
    site.wait(2)
    site.get("/")


@case("gu-new-syntax-on-old-python", OwnServer, "`list[str] | None` is evaluated on Python 3.8.",
      first=["python-version-mismatch"], project="typed", symptom="502", venv="venv-old")
def new_syntax(site):
    site.write("app.py", FLASK_APP + "\n\ndef first(names: list[str] | None = None):\n    return names\n")
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*ONE, ready=None)
    site.wait(2)
    site.get("/")


@case("uw-two-epochs", OwnServer, "A syntax error before, a missing template now.", first=["template-missing"],
      platform="uwsgi", project="steps", symptom="500", never=["wsgi-syntax-error"])
def two_epochs(site):
    site.write("app.py", FLASK_APP.replace("def hello_world():", "def hello_world("))
    site.uwsgi("master = true", "processes = 2", f"socket = {site.socket}", "chmod-socket = 666", f"chdir = {site.folder}",
               f"virtualenv = {site.venv_path}", "wsgi-file = app.py", "callable = app", "touch-reload = /srv/steps/app.py")
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.wait(1.2)
    site.write("app.py", view("return render_template('index.html')"))
    site.wait(3)
    site.get("/")
    site.get("/")


@case("uw-healthy-broken-pipes", OwnServer, "Visitors leave while a large answer is sent: SIGPIPE and write errors.",
      first=[], platform="uwsgi", project="pipes", symptom="ok")
def broken_pipes(site):
    site.write("app.py", view("return (b'x' * 65536 for _ in range(400))"))
    site.uwsgi("master = true", "processes = 2", "http-socket = 127.0.0.1:8000", f"chdir = {site.folder}",
               f"virtualenv = {site.venv_path}", "wsgi-file = app.py", "callable = app")
    site.proxy("http://127.0.0.1:8000", location="proxy_buffering off;")
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", 80), timeout=3) as visitor:
            visitor.sendall(f"GET / HTTP/1.1\r\nHost: {site.domain}\r\n\r\n".encode())
            visitor.recv(1000)
        site.wait(0.5)
    for _ in range(25):
        site.get("/", keep=False)


@case("uv-healthy-old-crash", OwnServer, "uvicorn could not import the app; after the fix it runs.", first=[],
      platform="generic", project="mended", symptom="ok")
def uvicorn_mended(site):
    command = [site.python, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000"]
    site.write("main.py", "import httpx2\n")
    site.proxy("http://127.0.0.1:8000")
    site.run(command, tag="uvicorn")
    site.wait(2)
    site.get("/")
    site.write("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef index():\n    return 1\n")
    site.run(command, tag="uvicorn", ready="Uvicorn running")
    for _ in range(4):
        site.get("/")
