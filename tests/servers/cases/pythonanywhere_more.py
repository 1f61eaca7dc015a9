"""Further PythonAnywhere-like sites: packages that don't fit, inputs as people really hand them over."""

import gzip
import pathlib

from cases.common import FLASK_APP, FLASK_WSGI, flask_site, view
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case


@case("pa-missing-pillow", PythonAnywhere, "PIL is imported; its distribution has another name.",
      first=["module-not-installed"], user="wim", project="gallery")
def pillow(site):
    flask_site(site, FLASK_APP.replace("from flask", "from PIL import Image\nfrom flask"))
    site.start()
    site.visit()


@case("pa-shared-library-missing", PythonAnywhere, "A C library that the code loads is not on this machine.",
      first=["incompatible-dependency"], user="sia", project="geo")
def shared_library(site):
    flask_site(site, view("return 'ok'", head="import ctypes\n", extra="\ngeos = ctypes.CDLL('libgeos_c.so.1')\n"))
    site.start()
    site.visit()


@case("pa-version-conflict", PythonAnywhere, "The code demands another version of Flask than is installed.",
      first=["incompatible-dependency"], user="tom", project="pins", venv="venv-old", symptom="500")
def conflict(site):
    flask_site(site, FLASK_APP.replace("from flask", "import pkg_resources\n\npkg_resources.require('Flask<2')\nfrom flask"))
    site.start()
    site.visit()


@case("pa-collections-mapping", PythonAnywhere, "Code for Python 3.9 and older: collections.Mapping is gone.",
      first=["python-version-mismatch", "incompatible-dependency"], user="uma", project="vendor")
def collections_mapping(site):
    site.write("vendor/__init__.py", "")
    site.write("vendor/oldlib.py", "import collections\n\n\nclass Headers(collections.MutableMapping):\n    pass\n")
    flask_site(site, FLASK_APP.replace("from flask", "from vendor import oldlib\nfrom flask"))
    site.start()
    site.visit()


@case("pa-relative-import", PythonAnywhere, "A module of a package is imported as if it stood alone.",
      first=["module-not-on-path", "import-time-exception"], user="vic", project="pkg", symptom="500")
def relative_import(site):
    site.write("__init__.py", "")
    site.write("models.py", "class Page:\n    pass\n")
    flask_site(site, FLASK_APP.replace("from flask", "from .models import Page\nfrom flask"), module="views")
    site.start()
    site.visit()


@case("pa-file-and-folder-of-one-name", PythonAnywhere, "app.py hides the package folder that the import means.",
      first=["module-shadowed", "module-not-on-path"], user="xeno", project="twins")
def twins(site):
    site.write("core/models.py", "class Page:\n    pass\n")
    site.write("core.py", "VALUE = 1\n")
    flask_site(site, FLASK_APP.replace("from flask", "from core.models import Page\nfrom flask"), module="web")
    site.start()
    site.visit()


@case("pa-virtualenv-path-missing", PythonAnywhere, "The Web tab names a virtualenv that was deleted.",
      first=["python-version-mismatch", "file-not-found", "module-not-installed"], user="yan", project="gone",
      symptom="last", use_virtualenv=False)
def virtualenv_gone(site):
    site.ini.write_text(site.ini.read_text() + "virtualenv = /home/yan/.virtualenvs/gone\n")
    flask_site(site, FLASK_APP)
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()


@case("pa-permission-at-import", PythonAnywhere, "A configuration file can't be read by the web app.",
      first=["permission-denied"], user="zack", project="locked")
def permission_import(site):
    import os
    path = site.write("settings.ini", "[site]\ntitle = x\n")
    os.chown(path, 0, 0)
    path.chmod(0o600)
    flask_site(site, view("return 'ok'", extra="\nwith open('/home/zack/locked/settings.ini') as handle:\n    SETTINGS = handle.read()\n"))
    site.start()
    site.visit()


@case("pa-template-syntax", PythonAnywhere, "A template has an unclosed block.", first=["app-exception"], user="amy",
      project="cards", symptom="last")
def template_syntax(site):
    site.write("templates/index.html", "{% for card in cards %}<p>{{ card }}</p>\n")
    flask_site(site, view("return render_template('index.html', cards=[1])"))
    site.start()
    site.visit("/", "/")


@case("pa-no-secret-key", PythonAnywhere, "Flask's secret key is None because its variable is unset.",
      first=["missing-env-var", "app-exception"], user="bob", project="login", symptom="500")
def secret_key(site):
    flask_site(site, view("session['n'] = 1\nreturn 'ok'", head="import os\n\nfrom flask import session\n",
                          extra="app.secret_key = os.environ.get('FLASK_SECRET_KEY')\n"))
    site.start()
    site.visit("/", "/")


@case("pa-healthy-edited-not-reloaded", PythonAnywhere, "The code was edited after the start, but nothing fails.",
      first=[], user="cleo", project="drafts", symptom="ok")
def edited_fine(site):
    flask_site(site, FLASK_APP)
    site.start()
    site.visit("/", "/", "/")
    site.wait(1.2)
    site.edit("app.py", "Hello from Flask!", "Hello again!")
    site.visit("/")


@case("pa-healthy-rotated-logs", PythonAnywhere, "The failures stand in rotated logs; the present ones are quiet.",
      first=[], user="dirk", project="archive", symptom="ok")
def rotated(site):
    flask_site(site, FLASK_APP.replace("from flask", "import xlrd\nfrom flask"))
    site.start()
    site.visit("/", "/")
    site.write("app.py", FLASK_APP)
    for kind, log in site.logs.items():
        path = pathlib.Path(log)
        old = pathlib.Path(log + ".1")
        if kind == "error":
            with gzip.GzipFile(log + ".2.gz", "wb", mtime=0) as packed:
                packed.write(path.read_bytes())
        else:
            old.write_bytes(path.read_bytes())
        with open(path, "r+b") as handle:
            handle.truncate(0)
    site.reload()
    site.visit("/", "/", "/", "/")


@case("pa-log-crlf", PythonAnywhere, "The error log went through a Windows editor: CRLF and a byte order mark.",
      first=["database-schema"], user="eike", project="recipes", origin="transformed", symptom="500", inputs="flags",
      logs=("error",), give_wsgi=False)
def crlf(site):
    flask_site(site, view("return str(sqlite3.connect('/home/eike/recipes/r.db').execute('select 1 from dish').fetchall())",
                          head="import sqlite3\n"))
    site.start()
    site.visit("/", "/")
    path = pathlib.Path(site.logs["error"])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


@case("pa-log-utf16", PythonAnywhere, "The error log was saved as UTF-16 by PowerShell.", first=["template-missing"],
      user="finn", project="pages", origin="transformed", symptom="500", inputs="flags", logs=("error",), give_wsgi=False)
def utf16(site):
    flask_site(site, view("return render_template('start.html')"))
    site.start()
    site.visit("/")
    path = pathlib.Path(site.logs["error"])
    path.write_bytes(path.read_text().replace("\n", "\r\n").encode("utf-16"))


@case("pa-positional-error-log", PythonAnywhere, "Only the error log, without a flag: its kind is recognised.",
      first=["module-not-installed"], user="gus", project="plot", inputs="positional", logs=("error",))
def positional(site):
    flask_site(site, FLASK_APP.replace("from flask", "import matplotlib\nfrom flask"))
    site.start()
    site.visit("/", "/")


@case("pa-positional-all-logs", PythonAnywhere, "The three logs, without flags.", first=["harakiri-slow-request"],
      user="hedy", project="sim", inputs="positional", harakiri=3, ping_timeout=2, symptom="last", never=["out-of-memory"])
def positional_all(site):
    flask_site(site, view("time.sleep(100)\nreturn 'ok'", head="import time\n"))
    site.start()
    site.visit()
    site.wait(1)


@case("pa-positional-folder", PythonAnywhere, "A folder with the downloaded logs and the WSGI file.",
      first=["application-missing"], user="ivy", project="lab", inputs="folder", symptom="500")
def positional_folder(site):
    site.write("web.py", FLASK_APP)
    site.wsgi("import sys\n\nsys.path.insert(0, '/home/ivy/lab')\n\nfrom web import app as aplication\n")
    site.start()
    site.visit()


@case("pa-own-domain", PythonAnywhere, "A site under a domain of its own, with dots and dashes, lacks a package.",
      first=["module-not-installed"], user="jo", project="main", symptom="500", domain="www.jo-and-co.example")
def own_domain(site):
    flask_site(site, FLASK_APP.replace("from flask", "import shapely\nfrom flask"))
    site.start()
    site.visit("/", "/")


@case("pa-slow-ping-then-harakiri", PythonAnywhere, "Each request waits on an API that never answers, without a time limit.",
      first=["harakiri-slow-request"], within_three=["harakiri-slow-request"], user="kate", project="proxyapi", harakiri=3,
      ping_timeout=2, symptom="last", never=["out-of-memory"])
def waits(site):
    site.silent_server(8081)
    flask_site(site, view("return requests.get('http://localhost:8081/data').text", head="import requests\n"))
    site.start()
    site.visit()
    site.wait(1)


@case("pa-import-from-newer-file", PythonAnywhere, "Half of an upload: the new views need a function of an old helpers.py.",
      first=["import-time-exception", "module-not-on-path"], user="lou", project="half")
def half_upload(site):
    site.write("helpers.py", "def first(items):\n    return items[0]\n")
    flask_site(site, FLASK_APP.replace("from flask", "from helpers import last\nfrom flask"))
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="app", name="app"))
    site.start()
    site.visit()
