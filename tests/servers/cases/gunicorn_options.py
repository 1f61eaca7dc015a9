"""gunicorn whose settings do not fit: configuration file, worker classes, places, limits."""

import os
import pathlib

from cases.common import FLASK_APP, view
from cases.gunicorn_nginx import TCP, boot
from stacks.own_server import OwnServer
from stacks.registry import case


@case("gu-config-file-syntax", OwnServer, "gunicorn.conf.py does not compile.", first=["wsgi-syntax-error"],
      project="conf", symptom="502")
def config_syntax(site):
    site.write("app.py", FLASK_APP)
    site.write("gunicorn.conf.py", "bind = '127.0.0.1:8000'\nworkers = 2\nenv = {'A': '1'\naccesslog = '-'\n")
    boot(site, "app:app")


@case("gu-config-file-name-error", OwnServer, "gunicorn.conf.py uses multiprocessing without importing it.",
      first=["import-time-exception"], project="cores", symptom="502")
def config_name(site):
    site.write("app.py", FLASK_APP)
    site.write("gunicorn.conf.py", "bind = '127.0.0.1:8000'\nworkers = multiprocessing.cpu_count() * 2 + 1\n")
    boot(site, "app:app")


@case("gu-config-file-missing", OwnServer, "-c names a file that is not there.",
      first=["file-not-found", "procfile-invalid"], project="noconf", symptom="502", log_style="journal", origin="transformed")
def config_missing(site):
    site.write("app.py", FLASK_APP)
    boot(site, "-c", "/srv/noconf/deploy/gunicorn.conf.py", "app:app")


@case("gu-config-invalid-value", OwnServer, "workers = 'auto' is no number.",
      first=["import-time-exception", "procfile-invalid", "exit-on-start"], project="auto", symptom="502")
def config_value(site):
    site.write("app.py", FLASK_APP)
    site.write("gunicorn.conf.py", "bind = '127.0.0.1:8000'\nworkers = 'auto'\n")
    boot(site, "app:app")


@case("gu-unknown-option", OwnServer, "An option of uvicorn is given to gunicorn.", first=["procfile-invalid"],
      project="options", symptom="502", log_style="journal", origin="transformed")
def unknown_option(site):
    site.write("app.py", FLASK_APP)
    boot(site, "--host", "0.0.0.0", "--port", "8000", "app:app")


@case("gu-chdir-missing", OwnServer, "--chdir names a folder that was renamed.",
      first=["file-not-found", "module-not-on-path", "procfile-invalid"], project="renamed", symptom="502")
def chdir(site):
    site.write("app.py", FLASK_APP)
    boot(site, *TCP, "--chdir", "/srv/renamed/backend", "app:app")


@case("gu-socket-folder-missing", OwnServer, "--bind unix:… in a folder that does not exist after the reboot.",
      first=["file-not-found", "proxy-misconfigured", "permission-denied"], project="rebooted", symptom="502")
def socket_folder(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://unix:/run/gunicorn/rebooted.sock")
    site.gunicorn("--bind", "unix:/run/gunicorn/rebooted.sock", "app:app", ready=None)
    site.wait(2)
    site.get("/")


@case("gu-socket-folder-permission", OwnServer, "--bind unix:… in a folder of root.",
      first=["permission-denied"], project="rooted", symptom="502", venv="venv-old")
def socket_permission(site):
    site.write("app.py", FLASK_APP)
    site.proxy("http://unix:/run/rooted.sock")
    site.gunicorn("--bind", "unix:/run/rooted.sock", "app:app", ready="Can't connect to")
    site.get("/")


@case("gu-preload-database-down", OwnServer, "--preload and a database connection at import: the master itself dies.",
      first=["database-unreachable"], project="preload", symptom="502")
def preload(site):
    site.write("shop/__init__.py", """
        from flask import Flask
        from sqlalchemy import create_engine, text

        engine = create_engine('mysql+pymysql://shop:secret@127.0.0.1:3306/shop')


        def create_app():
            app = Flask(__name__)
            with engine.connect() as connection:
                connection.execute(text('select 1'))
            return app
        """)
    site.write("wsgi.py", "from shop import create_app\n\napp = create_app()\n")
    boot(site, *TCP, "--preload", "wsgi:app")


@case("gu-factory-call-with-missing-argument", OwnServer, "`app:create_app()` needs a configuration name.",
      first=["application-missing", "import-time-exception"], project="factory", symptom="502")
def factory(site):
    site.write("app.py", "from flask import Flask\n\n\ndef create_app(config_name):\n    app = Flask(__name__)\n    return app\n")
    boot(site, *TCP, "app:create_app()")


@case("gu-uvicorn-worker-missing", OwnServer, "-k uvicorn.workers.UvicornWorker, uvicorn is not installed.",
      first=["module-not-installed"], project="asgi", symptom="502", venv="venv-py36")
def uvicorn_worker(site):
    site.write("app.py", FLASK_APP)
    boot(site, *TCP, "-k", "uvicorn.workers.UvicornWorker", "app:app")


@case("gu-ld-library", OwnServer, "A compiled extension misses a shared library at import.",
      first=["incompatible-dependency"], project="sharedlib", symptom="502")
def shared_library(site):
    site.write("app.py", view("return 'ok'", head="import ctypes\n", extra="\nlib = ctypes.CDLL('libvips.so.42')\n"))
    boot(site, *TCP, "app:app")


@case("gu-posix-locale", OwnServer, "A unit without LANG: an open() of a UTF-8 file fails on Python 3.6.",
      first=["encoding-error"], project="locale", symptom="500", venv="venv-py36")
def locale(site):
    site.write("menu.txt", "Crème brûlée — 6 €\n")
    site.write("app.py", view("return open('/srv/locale/menu.txt').read()"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app", env={"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"})
    site.get("/")
    site.get("/")


@case("gu-walrus-on-36", OwnServer, "The walrus and f'{x=}' on Python 3.6.", first=["python-version-mismatch"],
      project="walrus", symptom="502", venv="venv-py36")
def walrus(site):
    site.write("app.py", FLASK_APP + "\n\ndef size(text):\n    if (n := len(text)) > 3:\n        return n\n")
    boot(site, *TCP, "app:app")


@case("gu-dataclasses-on-36", OwnServer, "dataclasses is not in Python 3.6.",
      first=["python-version-mismatch", "module-not-installed"], project="dataclass", symptom="502", venv="venv-py36")
def dataclasses(site):
    site.write("app.py", FLASK_APP.replace("from flask", "from dataclasses import dataclass\nfrom flask"))
    boot(site, *TCP, "app:app")


@case("gu-thread-limit", OwnServer, "A view starts a thread for each mail until no more can be started.",
      first=["deadlock-or-threads", "out-of-memory"], project="threads", symptom="last")
def threads(site):
    site.write("app.py", view("threading.stack_size(256 * 1024 * 1024)\nfor n in range(400):\n    threading.Thread(target=time.sleep, args=(20,), daemon=True).start()\nreturn 'ok'",
                              head="import threading\nimport time\nimport resource\n",
                              extra="\nresource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000))\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/")


@case("gu-too-many-open-files", OwnServer, "A view never closes its files.",
      first=["workers-exhausted", "app-exception", "file-not-found"], project="handles", symptom="last", never=["disk-quota", "permission-denied"])
def handles(site):
    site.write("app.py", view("for n in range(200):\n    kept.append(open('/srv/handles/app.py'))\nreturn 'ok'",
                              head="import resource\n",
                              extra="\nresource.setrlimit(resource.RLIMIT_NOFILE, (120, 120))\nkept = []\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8000", "app:app")
    site.get("/")
    site.get("/")


@case("gu-scheduler-at-import-sqlite-locked", OwnServer, "Two workers write one SQLite file; the second waits and fails.",
      first=["database-connection-lost", "database-unreachable", "app-exception", "deadlock-or-threads"], project="locked",
      symptom="500", never=["database-schema"])
def sqlite_locked(site):
    site.write("app.py", view("db = sqlite3.connect('/srv/locked/data.db', timeout=0.5)\ndb.execute('create table if not exists t (n)')\nreturn 'ok'",
                              head="import sqlite3\n"))
    import sqlite3
    held = sqlite3.connect("/srv/locked/data.db", isolation_level=None)
    held.execute("create table other (n)")
    os.chown("/srv/locked/data.db", 60123, 60123)
    held.execute("begin exclusive")
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, "app:app")
    site.get("/")
    site.get("/")
    held.execute("commit")


@case("gu-tmp-not-writable", OwnServer, "gunicorn finds no usable temporary directory.",
      first=["permission-denied", "disk-quota", "file-not-found"], project="notmp", symptom="502")
def no_tmp(site):
    site.write("app.py", FLASK_APP)
    os.chmod("/srv/notmp", 0o555)
    boot(site, *TCP, "--worker-tmp-dir", "/srv/notmp/tmp", "app:app")


@case("gu-unit-user-cannot-read", OwnServer, "The project folder belongs to another user: the unit's user may not enter it.",
      first=["permission-denied", "module-not-on-path", "application-missing"], project="private", symptom="502")
def cannot_read(site):
    site.write("web/app.py", FLASK_APP)
    os.chown("/srv/private/web", 0, 0)
    os.chmod("/srv/private/web", 0o700)
    boot(site, *TCP, "web.app:app")
