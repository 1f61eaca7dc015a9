"""nginx and gunicorn on a server of one's own, the newest gunicorn and 20.1."""

import os
import pathlib

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from stacks.own_server import OwnServer
from stacks.registry import case

TCP = ("--bind", "127.0.0.1:8000", "--workers", "2")


def boot(site, *arguments, wait=2.0, **options):
    """Start gunicorn where the boot is expected to fail, and ask for the page."""
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*arguments, ready=None, **options)
    site.wait(wait)
    site.get("/")


@case("gu-missing-package", OwnServer, "A package of requirements.txt was never installed; the workers fail to boot.",
      first=["module-not-installed"], project="shop", symptom="last")
def missing_package(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import stripe\nfrom flask"))
    boot(site, *TCP, "app:app")


@case("gu-missing-package-old", OwnServer, "The same with gunicorn 20.1, with the journal's prefixes.",
      first=["module-not-installed"], project="clinic", symptom="502", venv="venv-old", log_style="journal",
      origin="transformed")
def missing_package_old(site):
    site.write("wsgi.py", FLASK_APP.replace("from flask", "import celery\nfrom flask"))
    boot(site, *TCP, "wsgi:app")


@case("gu-wrong-attribute", OwnServer, "gunicorn is told app:application, the module has `app`.",
      first=["application-missing"], project="blog", symptom="last")
def wrong_attribute(site):
    site.write("app.py", FLASK_APP)
    boot(site, *TCP, "app:application")


@case("gu-wrong-attribute-old", OwnServer, "gunicorn 20.1 is told main (thus main:application), the module has `app`.",
      first=["application-missing"], project="quiz", symptom="502", venv="venv-old", inputs="root")
def wrong_attribute_old(site):
    site.write("main.py", FLASK_APP)
    boot(site, *TCP, "main")


@case("gu-wrong-module", OwnServer, "gunicorn is told wsgi:app, but the file is app.py.",
      first=["application-missing", "module-not-on-path"], project="club", symptom="502")
def wrong_module(site):
    site.write("app.py", FLASK_APP)
    boot(site, *TCP, "wsgi:app")


@case("gu-wrong-working-directory", OwnServer, "The unit starts gunicorn in the folder above the project.",
      first=["module-not-on-path", "application-missing"], project="forum", symptom="502", venv="venv-old",
      log_style="syslog", origin="transformed")
def wrong_directory(site):
    site.write("forum/__init__.py", "")
    site.write("forum/web.py", FLASK_APP)
    boot(site, *TCP, "forum.web:app", cwd="/srv")


@case("gu-syntax-error", OwnServer, "The newest edit of the app does not compile.", first=["wsgi-syntax-error"],
      project="menu", symptom="502")
def syntax_error(site):
    site.write("app.py", FLASK_APP.replace("Flask(__name__)", "Flask(__name__"))
    boot(site, *TCP, "app:app")


@case("gu-env-var", OwnServer, "The unit has no EnvironmentFile: a variable of .env is missing.",
      first=["missing-env-var"], project="pay", symptom="502", log_style="journal", origin="transformed")
def env_var(site):
    site.write(".env", "PAY_TOKEN=only-for-this-capture\n")
    site.write("app.py", view("return 'ok'", head="import os\n", extra="\nTOKEN = os.environ['PAY_TOKEN']\n"))
    boot(site, *TCP, "app:app")


@case("gu-django-settings", OwnServer, "wsgi.py names a settings module that was split into a package.",
      first=["django-settings-wrong"], project="portal", symptom="502", venv="venv-old")
def settings(site):
    django_site(site)
    site.write("portal/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="portal.settings.production"))
    boot(site, *TCP, "portal.wsgi")


def slow(site, timeout):
    """A slow view under gunicorn's own limit."""
    site.write("app.py", view("return str(work(request.args.get('n', 60)))", head="import time\n",
                              extra="\n\ndef work(n):\n    time.sleep(int(n))\n    return n\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "--timeout", str(timeout), "app:app")
    site.get("/?n=0")
    site.get("/")
    site.wait(1)


@case("gu-worker-timeout", OwnServer, "A view takes longer than gunicorn's timeout.", first=["harakiri-slow-request"],
      project="report", symptom="last", never=["out-of-memory"])
def worker_timeout(site):
    slow(site, 2)


@case("gu-worker-timeout-old", OwnServer, "The same with gunicorn 20.1.", first=["harakiri-slow-request"],
      project="export", symptom="last", venv="venv-old", never=["out-of-memory"])
def worker_timeout_old(site):
    slow(site, 2)


@case("gu-worker-timeout-on-database", OwnServer, "A view waits for a server that never answers, until the time limit.",
      first=["harakiri-slow-request", "database-unreachable"], project="crm", symptom="500", never=["out-of-memory"],
      within_three=["harakiri-slow-request"])
def timeout_connect(site):
    site.silent_server(3306)
    site.write("app.py", view("return str(pymysql.connect(host='127.0.0.1', user='crm', password='x').open)",
                              head="import pymysql\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "--timeout", "2", "app:app")
    site.get("/")
    site.wait(1)


def killed(site):
    """A worker that grows and is killed."""
    site.write("app.py", view("frames = []\nwhile len(frames) < 80:\n    frames.append(bytearray(1_000_000))\n"
                              "    time.sleep(0.02)\nreturn 'done'", head="import time\n") +
               "\n\n@app.route('/status')\ndef status():\n    return 'ok'\n")
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/status")
    for _ in range(2):
        site.kill_above(60_000)
        site.get("/")
        site.wait(1.5)


@case("gu-worker-killed", OwnServer, "The kernel kills a worker that grew too large.", first=["out-of-memory"],
      project="charts", symptom="502", never=["harakiri-slow-request"])
def worker_killed(site):
    killed(site)


@case("gu-worker-killed-old", OwnServer, "The same with gunicorn 20.1: the log has only its warning, if anything.",
      first=["out-of-memory"], project="tiles", symptom="502", venv="venv-old", never=["harakiri-slow-request"])
def worker_killed_old(site):
    killed(site)


@case("gu-segfault", OwnServer, "A C call crashes the worker.", first=["segfault"], project="cext", symptom="last")
def segfault(site):
    site.write("app.py", view("ctypes.string_at(0)\nreturn 'ok'", head="import ctypes\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.wait(1)


@case("gu-address-in-use", OwnServer, "Another program has the port; gunicorn gives up after its retries.",
      first=["manual-port-bind"], project="news", symptom="last", log_style="journal", origin="transformed")
def address_in_use(site):
    import socket
    taken = socket.create_server(("127.0.0.1", 8000))
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 2s;")
    site.gunicorn(*TCP, "app:app", ready="Can't connect to|connect to", seconds=15)
    taken.close()
    site.get("/")


@case("gu-nginx-wrong-port", OwnServer, "nginx passes to port 8000, gunicorn listens on 8001.",
      first=["proxy-misconfigured"], project="wiki", symptom="last", never=["database-unreachable"])
def wrong_port(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8001", "app:app")
    site.get("/")
    site.get("/")


@case("gu-nginx-wrong-socket", OwnServer, "nginx looks for the socket where an older unit had it.",
      first=["proxy-misconfigured"], project="atlas", symptom="last", inputs="root", never=["file-not-found"])
def wrong_socket(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://unix:/run/gunicorn.sock")
    site.gunicorn("--bind", f"unix:{site.socket}", "app:app")
    site.get("/")
    site.get("/")


@case("gu-nginx-socket-permission", OwnServer, "The socket's folder is closed to nginx's user.",
      first=["proxy-misconfigured"], project="vault", symptom="last", venv="venv-old", never=["file-not-found"])
def socket_permission(site):
    site.write("app.py", FLASK_APP)
    os.chmod(f"/run/{site.project}", 0o700)
    site.proxy(f"http://unix:{site.socket}")
    site.gunicorn("--bind", f"unix:{site.socket}", "app:app")
    site.get("/")
    site.get("/")


@case("gu-not-running", OwnServer, "Nothing runs behind nginx, and no log says why.", first=["proxy-upstream-down"],
      project="empty", symptom="last", platform="generic", give=("nginx", "access", "config"))
def not_running(site):
    site.proxy("http://127.0.0.1:8000")
    site.get("/")
    site.get("/about")


@case("gu-upstream-header-too-big", OwnServer, "The app sets cookies larger than nginx's buffer for answers.",
      first=["proxy-misconfigured"], project="prefs", symptom="last")
def big_header(site):
    site.write("app.py", view("from flask import Response\nreturn Response('ok', headers={'Set-Cookie': 'p=' + 'x' * 9000})"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/")


@case("gu-upload-too-large", OwnServer, "An upload is larger than nginx's client_max_body_size.",
      first=["request-too-large"], project="photos", symptom="last")
def upload(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000", server="client_max_body_size 16k;")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/upload", method="POST", body=b"x" * 40000)


@case("gu-nginx-timeout", OwnServer, "A view takes longer than nginx waits; gunicorn would have finished.",
      first=["harakiri-slow-request", "proxy-misconfigured"], project="pdf", symptom="last")
def nginx_timeout(site):
    site.write("app.py", view("time.sleep(4)\nreturn 'done'", head="import time\n") +
               "\n\n@app.route('/ok')\ndef ok():\n    return 'ok'\n")
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 2s;")
    site.gunicorn(*TCP, "app:app")
    site.get("/ok")
    site.get("/")
    site.wait(2.5)


@case("gu-app-run", OwnServer, "app.run() without a guard under gunicorn 27: an empty log after the start, 504.",
      first=["dev-server-run"], within_three=["dev-server-run", "manual-port-bind"], project="todo", symptom="last")
def app_run(site):
    site.write("app.py", FLASK_APP + "\n\napp.run(host='0.0.0.0', port=5000)\n")
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 3s;")
    site.gunicorn(*TCP, "app:app")
    site.wait(1)
    site.get("/")


@case("gu-app-run-old", OwnServer, "app.run() without a guard under gunicorn 20.1: the workers time out in a loop.",
      first=["dev-server-run"], project="notes", symptom="504", venv="venv-old")
def app_run_old(site):
    site.write("app.py", FLASK_APP + "\n\napp.run(host='0.0.0.0', port=5000)\n")
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 3s;")
    site.gunicorn("--bind", "127.0.0.1:8000", "--timeout", "2", "app:app")
    site.get("/")
    site.wait(4)


@case("gu-loop-at-import", OwnServer, "The module waits in a loop while it is imported; gunicorn 27 says nothing.",
      first=["import-time-blocking"], project="watch", symptom="last")
def loop_import(site):
    site.write("app.py", view("return 'ok'", head="import time\n", extra="\nwhile True:\n    time.sleep(5)\n"))
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 3s;")
    site.gunicorn("--bind", "127.0.0.1:8000", "app:app")
    site.get("/")


@case("gu-asgi-app", OwnServer, "FastAPI under gunicorn's default (WSGI) worker.", first=["asgi-app-in-wsgi"],
      project="api", symptom="last")
def asgi(site):
    site.write("main.py", "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef index():\n    return {'ok': True}\n")
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "main:app")
    site.get("/")
    site.get("/docs")


@case("gu-worker-class-missing", OwnServer, "gunicorn is told -k gevent, which is not installed.",
      first=["module-not-installed", "incompatible-dependency"], project="live", symptom="502")
def worker_class(site):
    site.write("app.py", FLASK_APP)
    boot(site, *TCP, "-k", "gevent", "app:app")


@case("gu-log-not-writable", OwnServer, "gunicorn may not write the log file that it is given.",
      first=["permission-denied"], project="audit", symptom="502", log_style="journal", origin="transformed")
def log_not_writable(site):
    site.write("app.py", FLASK_APP)
    pathlib.Path("/var/log/gunicorn").mkdir(mode=0o755)
    boot(site, *TCP, "--error-logfile", "/var/log/gunicorn/error.log", "app:app")


@case("gu-exit-on-import", OwnServer, "The module calls sys.exit(1) when a licence file is missing: workers respawn for ever.",
      first=["exit-on-start"], project="lic", symptom="last")
def exit_import(site):
    site.write("app.py", view("return 'ok'", head="import os\nimport sys\n",
                              extra="\nif not os.path.exists('/etc/lic/key'):\n    sys.exit(1)\n"))
    site.proxy("http://127.0.0.1:8000", location="proxy_read_timeout 3s;")
    site.gunicorn("--bind", "127.0.0.1:8000", "app:app")
    site.get("/")


@case("gu-postgres-refused", OwnServer, "The view's database does not run.", first=["database-unreachable"],
      project="ledger", symptom="last", inputs="root", never=["proxy-upstream-down"])
def postgres(site):
    site.write("app.py", view("return str(psycopg2.connect(host='localhost', dbname='ledger', user='app').closed)",
                              head="import psycopg2\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/")


@case("gu-name-resolution", OwnServer, "The database host is Docker's service name, which this machine does not know.",
      first=["database-unreachable"], project="rooms", symptom="500", venv="venv-old", log_style="compose",
      origin="transformed")
def name_resolution(site):
    site.write("app.py", view("return str(psycopg2.connect(host='db', dbname='rooms', user='app').closed)",
                              head="import psycopg2\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/")


@case("gu-django-silent-500", OwnServer,
      "Django without DEBUG answers 500 and writes no traceback anywhere: there is nothing to know it from.", first=[],
      verdict="unknown", project="silent", symptom="last", give=("server", "nginx", "access", "config"),
      never=["out-of-memory", "harakiri-slow-request", "proxy-misconfigured", "database-unreachable", "app-exception"])
def silent_500(site):
    django_site(site, "from django.http import HttpResponse\n\n\ndef index(request):\n    return HttpResponse({}['a'])\n")
    site.write("silent/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="silent.settings"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "silent.wsgi")
    site.get("/")
    site.get("/")


@case("gu-healthy", OwnServer, "A quiet healthy site with scanners' noise in nginx's log.", first=[], project="calm",
      symptom="ok", home=False)
def healthy(site):
    site.write("app.py", FLASK_APP)
    site.write("static/site.css", "body { color: black }\n")
    site.proxy("http://127.0.0.1:8000", server=f"location /static/ {{ alias {site.folder}/static/; }}")
    site.gunicorn(*TCP, "--access-logfile", "-", "app:app")
    for path in ("/", "/static/site.css", "/static/favicon.ico", "/static/", "/wp-login.php", "/robots.txt", "/", "/"):
        site.get(path)


@case("gu-healthy-after-restart", OwnServer, "nginx found nobody while gunicorn was restarted; since then all is well.",
      first=[], project="again", symptom="ok", inputs="root")
def after_restart(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000")
    site.get("/")
    site.get("/")
    process = site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/")
    process.terminate()
    process.wait(10)
    site.get("/")
    site.gunicorn(*TCP, "app:app", ready=None)
    site.wait(1.5)
    for _ in range(5):
        site.get("/")


@case("gu-healthy-recycling", OwnServer, "Workers are replaced after some requests, a HUP reloads them: all normal.",
      first=[], project="cycle", symptom="ok", venv="venv-old", log_style="journal", origin="transformed")
def recycling(site):
    import signal
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000")
    process = site.gunicorn(*TCP, "--max-requests", "3", "app:app")
    for _ in range(8):
        site.get("/")
        site.wait(0.15)
    process.send_signal(signal.SIGHUP)
    site.wait(1)
    for _ in range(3):
        site.get("/")


@case("gu-healthy-fixed", OwnServer, "A missing package yesterday; it was installed and the unit restarted.", first=[],
      project="fixed", symptom="ok")
def fixed(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import pandas\nfrom flask"))
    boot(site, *TCP, "app:app")
    site.write("app.py", FLASK_APP)
    site.wait(1)
    site.gunicorn(*TCP, "app:app", ready=None)
    site.wait(1.5)
    for _ in range(4):
        site.get("/")
