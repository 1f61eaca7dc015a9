"""Faults of real people's projects on servers of their own: upgrades, neighbours, rights, limits and proxies."""

import os
import pathlib
import socket
import threading

from cases.common import FLASK_APP, django_site, view
from stacks import fake_databases
from stacks.own_server import OwnServer
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case

TCP = ("--bind", "127.0.0.1:8000")
API = """
from fastapi import FastAPI

app = FastAPI()


@app.get('/')
def index():
    return {'ok': True}
"""
CONSOLE = "LOGGING = {'version': 1, 'disable_existing_loggers': False, 'root': {'handlers': ['console'], " \
          "'level': 'WARNING'}, 'handlers': {'console': {'class': 'logging.StreamHandler'}}}"
RENDER = "from django.shortcuts import render\n\n\ndef index(request):\n    return render(request, 'index.html')\n"
UPLOAD = "\n\n@app.route('/upload', methods=['POST'])\ndef upload():\n    return str(len(request.get_data()))\n"


def gunicorn(site, *arguments, paths=("/", "/"), wait=2.0, server="", ready="Booting worker|rror", **options):
    """gunicorn behind nginx and some visits."""
    site.proxy("http://127.0.0.1:8000", server=server)
    site.gunicorn(*TCP, *arguments, ready=ready, seconds=20, **options)
    site.wait(wait)
    for path in paths:
        site.get(path)


def program(site, *command, paths=("/", "/"), wait=3.0, **options):
    """A program of the virtualenv behind nginx and some visits."""
    site.proxy("http://127.0.0.1:8000")
    site.run([site.python, *command], tag="python", **options)
    site.wait(wait)
    for path in paths:
        site.get(path)


def django(site, views, **options):
    """A Django project with the wsgi.py of startproject, logging to the console."""
    extra = options.pop("extra", "")
    django_site(site, views, extra=f"{CONSOLE}\n{extra}", **options)
    site.write(f"{site.project}/wsgi.py", f"""
        import os

        from django.core.wsgi import get_wsgi_application

        os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{site.project}.settings')

        application = get_wsgi_application()
        """)


def talking_redis(answer, port=6379):
    """A Redis that answers each command with the same line."""
    server = socket.create_server(("127.0.0.1", port))

    def serve(connection):
        with connection:
            while connection.recv(65536):
                connection.sendall(answer)

    def loop():
        while True:
            threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
    threading.Thread(target=loop, daemon=True).start()


# Upgrades and packages

@case("rp-waitress-removed-name", OwnServer, "waitress shows its whole help above the name that the new MarkupSafe lacks.",
      first=["incompatible-dependency"], project="garden", symptom="502", venv="venv-old", platform="generic")
def waitress_removed_name(site):
    site.write("app.py", "from markupsafe import soft_unicode\n" + FLASK_APP)
    program(site, "-m", "waitress", "--listen=127.0.0.1:8000", "app:app")


@case("rp-union-type-in-a-view", OwnServer, "`str | None` in a module that only the first request loads, on Python 3.8.",
      first=["python-version-mismatch"], project="unions", symptom="last", venv="venv-old")
def union_type(site):
    django(site, "from django.http import HttpResponse\n\n\ndef label(name: str | None = None) -> str:\n"
                 "    return name or ''\n\n\ndef index(request):\n    return HttpResponse(label())\n")
    gunicorn(site, "unions.wsgi")


@case("rp-unknown-package-in-wsgi-file", OwnServer, "The whole app is wsgi.py; it imports a package that nobody knows.",
      first=["module-not-installed"], project="quiet", symptom="502", log_style="journal", origin="transformed")
def unknown_package(site):
    site.write("wsgi.py", "import quietlog\n" + FLASK_APP)
    gunicorn(site, "wsgi:app")


@case("rp-own-package-hides-library", OwnServer, "The project is named environ, like the library that its settings want.",
      first=["module-shadowed"], also=["import-time-exception"], project="environ", symptom="502")
def own_package(site):
    django(site, RENDER)
    site.edit("environ/settings.py", "SECRET_KEY = 'only-for-this-capture'",
              "import environ\n\nenv = environ.Env()\nSECRET_KEY = env('SECRET_KEY')")
    gunicorn(site, "environ.wsgi")


@case("rp-optional-import-then-database", OwnServer, "A missing accelerator is done without; what runs in its place fails.",
      first=["file-not-found", "database-unreachable", "permission-denied"], project="notes", symptom="502",
      never=["module-not-installed"], platform="generic")
def optional_import(site):
    site.write("store.py", "import sqlite3\n\n\nclass Store:\n    def __init__(self, path):\n"
                           "        self.db = sqlite3.connect(path)\n")
    site.write("serve.py", """
        from store import Store


        def main():
            try:
                from fastnotes import serve
            except ImportError:
                from waitress import serve
                store = Store('/var/lib/notes/notes.db')
            serve(lambda environ, start_response: [], port=8000)


        main()
        """)
    program(site, "serve.py")


@case("rp-distribution-not-installed", OwnServer, "pserve: the project's own package was never installed.",
      first=["module-not-installed"], project="pyra", symptom="502", venv="venv-frameworks", platform="generic")
def distribution(site):
    site.write("production.ini", "[app:main]\nuse = egg:pyra\n\n[server:main]\nuse = egg:waitress#main\n"
                                 "listen = 127.0.0.1:8000\n")
    site.write("pyra/__init__.py", "def main(config, **settings):\n    pass\n")
    program(site, f"{site.venv_path}/bin/pserve", "production.ini", ready="PackageNotFoundError:", seconds=20)


@case("rp-hypercorn-no-app", OwnServer, "hypercorn is told main:app, the module has `server`.",
      first=["application-missing"], project="hyper", symptom="502", venv="venv-frameworks", platform="generic")
def hypercorn(site):
    site.write("main.py", "from quart import Quart\n\nserver = Quart(__name__)\n")
    program(site, f"{site.venv_path}/bin/hypercorn", "main:app", "--bind", "127.0.0.1:8000", ready="NoAppError:", seconds=20)


# Django's settings

@case("rp-storages-without-staticfiles", OwnServer, "STORAGES was written anew, without its entry for static files.",
      first=["django-settings-wrong"], project="buckets", symptom="last")
def storages(site):
    django(site, RENDER, extra="STORAGES = {'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'}}")
    site.write("templates/index.html", "{% load static %}<link href=\"{% static 'site.css' %}\">\n")
    gunicorn(site, "buckets.wsgi")


@case("rp-tag-library", OwnServer, "A template loads humanize, which is not in INSTALLED_APPS.",
      first=["django-settings-wrong"], project="taglib", symptom="last", log_style="journal", origin="transformed")
def tag_library(site):
    django(site, RENDER)
    site.write("templates/index.html", "{% load humanize %}{{ 1000|intcomma }}\n")
    gunicorn(site, "taglib.wsgi")


@case("rp-models-under-two-names", OwnServer, "A view imports the app's models by a second name.",
      first=["django-settings-wrong"], project="twopaths", symptom="last")
def models_twice(site):
    django(site, "import sys\n\nsys.path.insert(0, '/srv/twopaths/shop')\nimport models\nfrom django.http import "
                 "HttpResponse\n\n\ndef index(request):\n    return HttpResponse('ok')\n",
           models="from django.db import models\n\n\nclass Item(models.Model):\n    name = models.TextField()\n\n"
                  "    class Meta:\n        app_label = 'shop'\n")
    gunicorn(site, "twopaths.wsgi")


@case("rp-csrf-origin", OwnServer, "TLS ends before nginx; Django refuses every form for its origin.",
      first=["django-settings-wrong", "proxy-misconfigured"], project="forms")
def csrf_origin(site):
    django(site, "from django.http import HttpResponse\n\n\ndef index(request):\n    return HttpResponse('ok')\n",
           middleware=["django.middleware.csrf.CsrfViewMiddleware"])
    gunicorn(site, "forms.wsgi", paths=("/",))
    for _ in range(4):
        site.get("/", method="POST", body=b"a=1", headers={"Origin": "https://forms.example.org"})


@case("rp-every-page-400", OwnServer, "ALLOWED_HOSTS lacks the site's name; with Django's own logging no line says so.",
      first=["disallowed-host"], project="silent400", give=("server", "nginx", "access", "config"))
def every_page_400(site):
    django_site(site, hosts=["www.example.net"])
    site.write("silent400/wsgi.py", "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
               "os.environ['DJANGO_SETTINGS_MODULE'] = 'silent400.settings'\napplication = get_wsgi_application()\n")
    gunicorn(site, "silent400.wsgi", paths=("/", "/shop/", "/", "/about/"))


# Databases

@case("rp-postgres-without-ssl", OwnServer, "The app asks for SSL, PostgreSQL has none.", first=["database-unreachable"],
      project="ledger2", symptom="last", log_style="syslog", origin="transformed")
def postgres_ssl(site):
    fake_databases.postgres()
    site.write("app.py", view("return str(psycopg2.connect('host=127.0.0.1 dbname=a user=a sslmode=require').closed)",
                              head="import psycopg2\n"))
    gunicorn(site, "app:app")


@case("rp-redis-read-only", OwnServer, "The app writes to a Redis that only copies another one.",
      first=["database-unreachable"], project="replica", symptom="last")
def redis_read_only(site):
    talking_redis(b"-READONLY You can't write against a read only replica.\r\n")
    site.write("app.py", view("return str(store.incr('hits'))", head="import redis\n",
                              extra="\nstore = redis.Redis(host='127.0.0.1')\n"))
    gunicorn(site, "app:app", paths=["/"] * 5)


@case("rp-advice-in-tracebacks", OwnServer, "A client library's errors are full of advice: still a log, no guide.",
      first=["missing-env-var", "app-exception"], project="billing", symptom="last")
def advice(site):
    site.write("payments.py", """
        class AuthenticationError(Exception):
            pass


        def charge(key):
            if not key:
                raise AuthenticationError('No API key provided. You can set your API key with payments.api_key. You can '
                                          'make keys on your dashboard; if you have any questions, write to your contact.')
        """)
    site.write("app.py", view("payments.charge(os.environ.get('PAYMENTS_KEY'))\nreturn 'paid'",
                              head="import os\n\nimport payments\n"))
    gunicorn(site, "app:app", paths=["/"] * 6)


# Servers, rights and limits

@case("rp-gunicorn-runs-already", OwnServer, "A second gunicorn finds the pid file of the first.",
      first=["manual-port-bind"], project="twice", symptom="502")
def runs_already(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000")
    pid = ("--pid", "/run/twice/gunicorn.pid")
    site.run([site.python, f"{site.venv_path}/bin/gunicorn", "--bind", "127.0.0.1:8001", *pid, "app:app"],
             tag="gunicorn", ready="Booting worker")
    site.gunicorn(*TCP, *pid, "app:app", ready="Already running")
    site.wait(1)
    site.get("/")


@case("rp-env-file-missing", OwnServer, "uvicorn is given an --env-file that was not copied to the server.",
      first=["file-not-found", "procfile-invalid"], project="envfile", symptom="502", platform="generic",
      log_style="journal", origin="transformed")
def env_file(site):
    site.write("main.py", API)
    program(site, f"{site.venv_path}/bin/uvicorn", "main:app", "--env-file", ".env", "--port", "8000")


@case("rp-refused-folder-in-a-record", OwnServer, "A server's own record of level CRITICAL names the folder it may not make.",
      first=["permission-denied"], also=["proxy-upstream-down"], project="calendars", symptom="502",
      platform="generic")
def refused_folder(site):
    site.write("serve.py", """
        import logging
        import os
        import sys

        logging.basicConfig(format='[%(asctime)s +0000] [%(process)d] [%(levelname)s] %(message)s',
                            datefmt='%Y-%m-%d %H:%M:%S', level=logging.INFO)
        logging.info('storage location: /var/lib/calendars')
        try:
            os.makedirs('/var/lib/calendars')
        except OSError as error:
            logging.critical('An exception occurred during server startup: %s', error)
            sys.exit(1)
        """)
    program(site, "serve.py")


@case("rp-address-space", OwnServer, "ulimit -v: a compiled package cannot be mapped.", first=["out-of-memory"],
      project="space", symptom="502", venv="venv-frameworks")
def address_space(site):
    site.write("app.py", view("return 'ok'", head="import pandas\n"))
    site.proxy("http://127.0.0.1:8000")
    site.run(["bash", "-c", f"export OPENBLAS_NUM_THREADS=1; ulimit -v 100000; exec {site.python} "
                            f"{site.venv_path}/bin/gunicorn --bind 127.0.0.1:8000 app:app"], tag="gunicorn",
             ready="rror", seconds=30)
    site.wait(3)
    site.get("/")


@case("rp-uwsgi-chdir-denied", OwnServer, "uWSGI's user may not enter the home folder that chdir names.",
      first=["permission-denied"], project="homely", symptom="last", platform="uwsgi",
      give=("server", "nginx", "access", "config"))
def uwsgi_chdir(site):
    folder = pathlib.Path("/home/ana/site")
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(FLASK_APP)
    os.chmod("/home/ana", 0o700)
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.uwsgi("master = true", f"socket = {site.socket}", f"chdir = {folder}", "module = app:app", ready=None)
    site.wait(2)
    site.get("/")


@case("rp-uwsgi-no-section", OwnServer, "The ini file begins without its [uwsgi] line.", first=["procfile-invalid"],
      project="nosection", symptom="last", platform="uwsgi")
def uwsgi_no_section(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi_proxy(f"unix:{site.socket}")
    path = pathlib.Path("/etc/uwsgi/apps-enabled/nosection.ini")
    path.parent.mkdir(parents=True)
    path.write_text(f"socket = {site.socket}\nmodule = app:app\nchdir = {site.folder}\n")
    site.configs.append(str(path))
    site.run(["/usr/local/bin/uwsgi", "--ini", path], tag="uwsgi")
    site.wait(2)
    site.get("/")


# Proxies

@case("rp-nginx-temporary-denied", OwnServer, "nginx may not write the file of an upload that is larger than its buffer.",
      first=["permission-denied"], project="bodies")
def nginx_temporary(site):
    site.write("app.py", view("return 'ok'") + UPLOAD)
    folder = pathlib.Path("/run/body")
    folder.mkdir()
    site.proxy("http://127.0.0.1:8000", server="client_max_body_size 10m;\nclient_body_temp_path /run/body;")
    os.chown(folder, 0, 0)
    os.chmod(folder, 0o700)
    site.gunicorn(*TCP, "app:app")
    site.wait(1)
    site.get("/")
    for _ in range(3):
        site.get("/upload", method="POST", body=b"x" * 300_000)


@case("rp-script-name", OwnServer, "SCRIPT_NAME is set, and nginx takes the prefix off.", first=["proxy-misconfigured"],
      project="prefixed", symptom="last")
def script_name(site):
    site.write("app.py", FLASK_APP)
    gunicorn(site, "app:app", server="location /app/ { proxy_pass http://127.0.0.1:8000/; }",
             env={"SCRIPT_NAME": "/app"}, paths=("/app/", "/app/"))


@case("rp-two-ports-in-two-logs", OwnServer, "Only the logs are at hand: nginx asks at 8000, gunicorn says 8001.",
      first=["proxy-misconfigured"], project="ports", symptom="502", give=("server", "nginx", "access"))
def two_ports(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8001", "app:app")
    site.wait(1)
    site.get("/")
    site.get("/")


@case("rp-upload-413", OwnServer, "Flask's own limit refuses uploads; only the access log knows.",
      first=["request-too-large"], project="albums", give=("server", "access", "config", "project"))
def upload_413(site):
    site.write("app.py", view("return 'ok'", extra="\napp.config['MAX_CONTENT_LENGTH'] = 1000\n") + UPLOAD)
    gunicorn(site, "app:app", paths=("/",))
    for _ in range(3):
        site.get("/upload", method="POST", body=b"x" * 30_000)


@case("rp-pa-no-static-mapping", PythonAnywhere, "The admin comes without its styles: the Web tab maps no static files.",
      first=["static-files"], user="sten", project="adm")
def static_mapping(site):
    django_site(site, apps=["django.contrib.sessions", "django.contrib.messages", "django.contrib.admin"])
    site.start()
    site.visit("/")
    for path in ("css/base.css", "js/theme.js", "css/login.css"):
        site.visit(f"/static/admin/{path}", headers={"Referer": f"https://{site.domain}/admin/"})


# Sites that work

@case("rp-healthy-foreign-hosts", OwnServer, "Scanners ask for other names and addresses; the site works.", first=[],
      project="scanned", symptom="ok", never=["disallowed-host"])
def foreign_hosts(site):
    django(site, "from django.http import HttpResponse\n\n\ndef index(request):\n    return HttpResponse('ok')\n",
           middleware=["django.middleware.csrf.CsrfViewMiddleware"])
    gunicorn(site, "--access-logfile", "-", "scanned.wsgi", paths=("/", "/wp-login.php", "/.env", "/"))
    site.get("/", host="203.0.113.9")
    site.get("/", host="shop.example.com")
    site.get("/", method="POST", body=b"a=1")
    for _ in range(4):
        site.get("/")


@case("rp-healthy-recycled-for-memory", OwnServer, "uWSGI replaces workers that grew: configured so, and all pages come.",
      first=[], project="leaky", symptom="ok", platform="uwsgi")
def recycled(site):
    site.write("app.py", view("held.append(bytearray(8_000_000))\nreturn 'ok'", extra="\nheld = []\n"))
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.uwsgi("master = true", "processes = 2", f"socket = {site.socket}", "chmod-socket = 666",
               f"chdir = {site.folder}", f"virtualenv = {site.venv_path}", "module = app:app", "reload-on-rss = 60")
    for _ in range(14):
        site.get("/")
    site.wait(2)
    for _ in range(4):
        site.get("/")


@case("rp-healthy-odd-requests", OwnServer, "Raw bytes, upgrade attempts and bots under uvicorn; the site works.", first=[],
      project="oddly", symptom="ok", platform="generic")
def odd_requests(site):
    site.write("main.py", API)
    site.proxy("http://127.0.0.1:8000", location="proxy_http_version 1.1;\nproxy_set_header Upgrade $http_upgrade;\n"
                                                 "proxy_set_header Connection upgrade;")
    site.run([site.python, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000"], tag="uvicorn",
             ready="running on")
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", 8000)) as raw:
            raw.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03abc\r\n\r\n")
            raw.recv(100)
    site.get("/", headers={"Upgrade": "h2c"})
    for path in ("/", "/.git/config", "/", "/", "/"):
        site.get(path)
