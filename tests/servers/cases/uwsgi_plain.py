"""nginx and uWSGI without a platform's wrapper, 2.0.31 and 2.0.24."""

import os
import pathlib
import socket

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from stacks.own_server import OwnServer
from stacks.registry import case


def ini(site, *lines, wsgi="app.py", name="app", where=None, processes=2):
    """The usual lines of an ini file."""
    return ["master = true", f"processes = {processes}", f"socket = {where or site.socket}", "chmod-socket = 666",
            f"chdir = {site.folder}", f"virtualenv = {site.venv_path}", f"wsgi-file = {wsgi}", f"callable = {name}",
            "die-on-term = true", "vacuum = true", *lines]


def serve(site, *lines, ready="spawned uWSGI worker 1 ", location="", **options):
    """uWSGI on its socket with nginx in front."""
    site.uwsgi(*ini(site, *lines, **options), ready=ready)
    site.uwsgi_proxy(options.get("where") or f"unix:{site.socket}", location=location)


@case("uw-missing-package", OwnServer, "The app imports a package that is not in the virtualenv.",
      first=["module-not-installed"], platform="uwsgi", project="shop", symptom="last")
def missing_package(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import celery\nfrom flask"))
    serve(site)
    site.get("/")
    site.get("/")


@case("uw-module-not-found-old", OwnServer, "`module = forum.wsgi` but chdir names the wrong folder; uWSGI 2.0.24.",
      first=["module-not-on-path", "application-missing"], platform="uwsgi", project="forum", symptom="500",
      venv="venv-old", inputs="root")
def module_not_found(site):
    site.write("src/forum/__init__.py", "")
    site.write("src/forum/wsgi.py", FLASK_APP + "\napplication = app\n")
    lines = [line for line in ini(site) if not line.startswith(("wsgi-file", "callable"))]
    site.uwsgi(*lines, "module = forum.wsgi")
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.get("/")


@case("uw-no-callable", OwnServer, "The file has `app`, the server looks for `application`.",
      first=["application-missing"], platform="uwsgi", project="blog", symptom="last")
def no_callable(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*[line for line in ini(site) if not line.startswith("callable")])
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")


@case("uw-syntax-error", OwnServer, "The app does not compile.", first=["wsgi-syntax-error"], platform="uwsgi",
      project="menu", symptom="500", venv="venv-old")
def syntax_error(site):
    site.write("app.py", FLASK_APP.replace("return 'Hello from Flask!'", "return 'Hello"))
    serve(site)
    site.get("/")


@case("uw-need-app", OwnServer, "With need-app, the failed import ends uWSGI: nginx finds no socket.",
      first=["module-not-installed"], platform="uwsgi", project="strict", symptom="last", inputs="root",
      never=["proxy-misconfigured"])
def need_app(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import sentry_sdk\nfrom flask"))
    serve(site, "need-app = true", ready=None)
    site.wait(1.5)
    site.get("/")


@case("uw-harakiri", OwnServer, "A view takes longer than harakiri; uWSGI 2.0.31 with verbose output.",
      first=["harakiri-slow-request"], platform="uwsgi", project="report", symptom="last", never=["out-of-memory"])
def harakiri(site):
    site.write("app.py", view("time.sleep(60)\nreturn 'done'", head="import time\n") +
               "\n\n@app.route('/ok')\ndef ok():\n    return 'ok'\n")
    serve(site, "harakiri = 3", "harakiri-verbose = true", "py-tracebacker = /run/report/tb")
    site.get("/ok")
    site.get("/")
    site.wait(1)


@case("uw-harakiri-old", OwnServer, "The same with uWSGI 2.0.24 and the journal's prefixes.",
      first=["harakiri-slow-request"], platform="uwsgi", project="export", symptom="502", venv="venv-old",
      log_style="syslog", origin="transformed", never=["out-of-memory"])
def harakiri_old(site):
    site.write("app.py", view("time.sleep(60)\nreturn 'done'", head="import time\n"))
    serve(site, "harakiri = 3")
    site.get("/")
    site.wait(1)


@case("uw-worker-killed", OwnServer, "The kernel kills workers that grew too large; no harakiri is set.",
      first=["out-of-memory"], platform="uwsgi", project="charts", symptom="502", never=["harakiri-slow-request"])
def killed(site):
    site.write("app.py", view("frames = []\nwhile len(frames) < 80:\n    frames.append(bytearray(1_000_000))\n"
                              "    time.sleep(0.02)\nreturn 'done'", head="import time\n"))
    serve(site)
    for _ in range(2):
        site.kill_above(60_000)
        site.get("/")
        site.wait(1.5)


@case("uw-segfault-old", OwnServer, "A C call crashes the worker; uWSGI 2.0.24.", first=["segfault"], platform="uwsgi",
      project="cext", symptom="last", venv="venv-old")
def segfault(site):
    site.write("app.py", view("ctypes.string_at(0)\nreturn 'ok'", head="import ctypes\n"))
    serve(site)
    site.get("/")
    site.wait(1)


@case("uw-listen-queue-full", OwnServer, "One slow worker, many visitors: the listen queue is full.",
      first=["workers-exhausted"], platform="uwsgi", project="rush", symptom="504")
def listen_queue(site):
    site.write("app.py", view("time.sleep(2)\nreturn 'ok'", head="import time\n"))
    serve(site, "listen = 4", where="127.0.0.1:3031", processes=1, location="uwsgi_read_timeout 3s;")
    held = []
    for _ in range(16):
        connection = socket.create_connection(("127.0.0.1", 80))
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {site.domain}\r\nUser-Agent: curl/8.5.0\r\n\r\n".encode())
        held.append(connection)
        site.wait(0.1)
    site.wait(5)


@case("uw-http-to-uwsgi-socket", OwnServer, "nginx speaks HTTP (proxy_pass) to a socket that expects the uwsgi protocol.",
      first=["proxy-misconfigured"], platform="uwsgi", project="atlas", symptom="last", never=["request-too-large"])
def http_to_uwsgi(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*ini(site, where="127.0.0.1:3031"))
    site.proxy("http://127.0.0.1:3031")
    site.get("/")
    site.get("/", method="HEAD")


@case("uw-uwsgi-to-http-socket", OwnServer, "nginx speaks uwsgi (uwsgi_pass) to uWSGI's http-socket.",
      first=["proxy-misconfigured"], platform="uwsgi", project="maps", symptom="last", venv="venv-old", inputs="root")
def uwsgi_to_http(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*[line.replace("socket =", "http-socket =", 1) if line.startswith("socket") else line
                 for line in ini(site, "http-timeout = 2", where="127.0.0.1:3031")])
    site.uwsgi_proxy("127.0.0.1:3031", location="uwsgi_read_timeout 4s;")
    site.get("/")


@case("uw-socket-permission", OwnServer, "The socket is only for its owner; nginx runs as www-data.",
      first=["proxy-misconfigured"], platform="uwsgi", project="vault", symptom="last")
def socket_permission(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*[line.replace("666", "600") for line in ini(site)])
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.get("/")


@case("uw-socket-path", OwnServer, "nginx and uWSGI name different sockets.", first=["proxy-misconfigured"],
      platform="uwsgi", project="club", symptom="last", venv="venv-old", inputs="root", never=["file-not-found"])
def socket_path(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*ini(site))
    site.uwsgi_proxy("unix:/tmp/club.sock")
    site.get("/")


@case("uw-chdir-missing", OwnServer, "chdir names a folder that is not there: uWSGI does not start.",
      first=["file-not-found", "proxy-misconfigured", "module-not-on-path"], platform="uwsgi", project="moved",
      symptom="502")
def chdir_missing(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*[line.replace("/srv/moved", "/srv/moved/web") if line.startswith("chdir") else line
                 for line in ini(site)], ready=None)
    site.wait(1)
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")


@case("uw-virtualenv-missing", OwnServer, "virtualenv names a folder that is not there.",
      first=["python-version-mismatch", "file-not-found", "module-not-installed"], platform="uwsgi", project="ghost",
      symptom="502")
def virtualenv_missing(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*[line.replace("/venv", "/env") if line.startswith("virtualenv") else line for line in ini(site)],
               ready=None)
    site.wait(1)
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")


@case("uw-virtualenv-of-other-python", OwnServer, "The virtualenv is for 3.8, this uWSGI was built for 3.11.",
      first=["python-version-mismatch"], platform="uwsgi", project="mixed", symptom="500",
      within_three=["python-version-mismatch", "module-not-installed"])
def virtualenv_other(site):
    from stacks import isolation
    other = site.folder / "env38"
    isolation.bind_virtualenv(site.scratch, pathlib.Path("venv-old"), other)
    site.write("app.py", FLASK_APP)
    site.uwsgi(*[line.replace("/venv", "/env38") if line.startswith("virtualenv") else line for line in ini(site)],
               ready=None)
    site.wait(1.5)
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    os.system(f"umount {other}")


@case("uw-exception-outside-framework", OwnServer, "A plain WSGI function fails before start_response: 502 behind nginx.",
      first=["app-exception"], platform="uwsgi", project="plain", symptom="last")
def plain_exception(site):
    site.write("app.py", """
        def app(environ, start_response):
            name = environ['QUERY_STRING'].split('=')[1]
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [name.encode()]
        """)
    serve(site)
    site.get("/?name=x")
    site.get("/")
    site.get("/")


@case("uw-asgi-app", OwnServer, "FastAPI under uWSGI.", first=["asgi-app-in-wsgi"], platform="uwsgi", project="api",
      symptom="last")
def asgi(site):
    site.write("app.py", "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef index():\n    return {'ok': True}\n")
    serve(site)
    site.get("/")


@case("uw-header-too-large", OwnServer, "Cookies larger than uWSGI's buffer-size.", first=["request-too-large"],
      platform="uwsgi", project="prefs", symptom="last", venv="venv-old")
def header_too_large(site):
    site.write("app.py", FLASK_APP)
    serve(site)
    site.get("/")
    site.get("/", headers={"Cookie": "p=" + "x" * 4500})


@case("uw-body-too-large", OwnServer, "An upload is larger than nginx allows.", first=["request-too-large"],
      platform="uwsgi", project="photos", symptom="413")
def body_too_large(site):
    site.write("app.py", FLASK_APP)
    serve(site)
    site.get("/")
    site.get("/upload", method="POST", body=b"x" * 1_200_000)


@case("uw-threads-disabled", OwnServer,
      "A background thread fills the cache, but uWSGI 2.0.24 runs without enable-threads: requests wait for it for ever.",
      first=["deadlock-or-threads"], platform="uwsgi", project="ticker", symptom="504", venv="venv-old")
def threads_disabled(site):
    site.write("app.py", view("ready.wait()\nreturn 'filled'", head="import threading\nimport time\n", extra="""
ready = threading.Event()


def fill():
    time.sleep(1)
    ready.set()


threading.Thread(target=fill, daemon=True).start()
"""))
    serve(site, location="uwsgi_read_timeout 3s;")
    site.get("/")


@case("uw-app-run", OwnServer, "app.run() without a guard: uWSGI never gets to its workers.", first=["dev-server-run"],
      platform="uwsgi", project="todo", symptom="last")
def app_run(site):
    site.write("app.py", FLASK_APP + "\n\napp.run(port=5000)\n")
    serve(site, ready=None, location="uwsgi_read_timeout 3s;")
    site.wait(1.5)
    site.get("/")


@case("uw-address-in-use", OwnServer, "The uwsgi port is taken by another program: uWSGI ends at once.",
      first=["manual-port-bind", "proxy-misconfigured"], platform="uwsgi", project="second", symptom="last",
      within_three=["manual-port-bind"])
def address_in_use(site):
    taken = socket.create_server(("127.0.0.1", 3031))
    site.write("app.py", FLASK_APP)
    serve(site, where="127.0.0.1:3031", ready=None)
    site.wait(1)
    taken.close()
    site.get("/")


@case("uw-django-no-table", OwnServer, "Django on plain uWSGI with a console handler: the table is missing.",
      first=["database-schema"], platform="uwsgi", project="store", symptom="last", inputs="root")
def django_table(site):
    django_site(site, """
        from django.http import HttpResponse

        from shop.models import Order


        def index(request):
            return HttpResponse(f'{Order.objects.count()} orders')
        """, models="from django.db import models\n\n\nclass Order(models.Model):\n    title = models.CharField(max_length=9)\n",
                extra="LOGGING = {'version': 1, 'disable_existing_loggers': False, 'handlers': {'console':"
                      " {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['console'], 'level': 'WARNING'}}")
    site.write("store/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="store.settings"))
    serve(site, wsgi="store/wsgi.py", name="application")
    site.get("/")
    site.get("/")


@case("uw-django-hosts-old", OwnServer, "ALLOWED_HOSTS lacks the new domain; Django 4.2.", first=["disallowed-host"],
      platform="uwsgi", project="cards", symptom="400", venv="venv-old")
def django_hosts(site):
    django_site(site, hosts=["cards.example.com"],
                extra="LOGGING = {'version': 1, 'disable_existing_loggers': False, 'handlers': {'console':"
                      " {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['console'], 'level': 'WARNING'}}")
    site.write("cards/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="cards.settings"))
    serve(site, wsgi="cards/wsgi.py", name="application")
    site.get("/")
    site.get("/login")


@case("uw-healthy-emperor", OwnServer, "Under the Emperor: vassals are touched and reload; nothing is wrong.", first=[],
      platform="uwsgi", project="empire", symptom="ok")
def emperor(site):
    site.write("app.py", FLASK_APP)
    vassals = pathlib.Path("/etc/uwsgi/vassals")
    vassals.mkdir(parents=True)
    vassal = vassals / "empire.ini"
    vassal.write_text("\n".join(["[uwsgi]", *ini(site)]) + "\n")
    site.configs.append(str(vassal))
    site.run(["/usr/local/bin/uwsgi", "--emperor", vassals], tag="uwsgi", ready="spawned uWSGI worker 1 ")
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.wait(1.2)
    os.utime(vassal)
    site.wait(4)
    for _ in range(4):
        site.get("/")


@case("uw-healthy-recycling-old", OwnServer, "max-requests, cheaper and a graceful reload on uWSGI 2.0.24.", first=[],
      platform="uwsgi", project="cycle", symptom="ok", venv="venv-old", inputs="root")
def recycling(site):
    import signal
    site.write("app.py", FLASK_APP)
    process = site.uwsgi(*ini(site, "max-requests = 3", "cheaper = 1", "harakiri = 20"))
    site.uwsgi_proxy(f"unix:{site.socket}")
    for _ in range(8):
        site.get("/")
        site.wait(0.2)
    process.send_signal(signal.SIGHUP)
    site.wait(2.5)
    for _ in range(3):
        site.get("/")


@case("uw-healthy-fixed", OwnServer, "An import error in the log above; the present start loaded the app.", first=[],
      platform="uwsgi", project="fixed", symptom="200")
def fixed(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import stripe\nfrom flask"))
    site.uwsgi(*ini(site, "touch-reload = /srv/fixed/app.py"))
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.wait(1.2)
    site.write("app.py", FLASK_APP)
    site.wait(3)
    for _ in range(4):
        site.get("/")
