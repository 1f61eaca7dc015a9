"""uWSGI whose settings do not fit: plugins, callables, protocols, limits, places."""

import os
import pathlib
import socket

from cases.common import FLASK_APP, view
from cases.uwsgi_plain import ini, serve
from stacks.own_server import OwnServer
from stacks.registry import case


def boot(site, lines, seconds=1.5, **options):
    """uWSGI with these lines, which may not start, behind nginx, and one visit."""
    site.uwsgi(*lines, ready=None, **options)
    site.wait(seconds)
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.get("/")


@case("uw-healthy-needless-plugin", OwnServer,
      "`plugins = python3` of the distribution's uWSGI; this one was built by pip, has Python in it, and serves.",
      first=[], platform="uwsgi", project="garden", symptom="ok")
def plugin_missing(site):
    site.write("app.py", FLASK_APP)
    boot(site, ["plugins = python3", *ini(site)])


@case("uw-wsgi-file-missing", OwnServer, "wsgi-file names a file that is not there.",
      first=["application-missing", "file-not-found", "module-not-on-path"], platform="uwsgi", project="tennis",
      symptom="last")
def wsgi_file_missing(site):
    site.write("app.py", FLASK_APP)
    boot(site, ini(site, wsgi="wsgi.py"))


@case("uw-module-and-callable-typo", OwnServer, "`module = app:aplication`: the attribute is misspelled.",
      first=["application-missing"], platform="uwsgi", project="bakery", symptom="last")
def callable_typo(site):
    site.write("app.py", FLASK_APP)
    boot(site, [line for line in ini(site, "module = app:aplication") if not line.startswith(("wsgi-file", "callable"))])


@case("uw-mount-script-name", OwnServer, "mount names a module that is not there.",
      first=["application-missing", "module-not-on-path"], platform="uwsgi", project="mounts", symptom="last",
      venv="venv-old")
def mount(site):
    site.write("app.py", FLASK_APP)
    boot(site, [line for line in ini(site, "mount = /shop=shop:app", "manage-script-name = true")
                if not line.startswith(("wsgi-file", "callable"))])


@case("uw-lazy-apps-import-error", OwnServer, "lazy-apps: each worker fails by itself.",
      first=["module-not-installed"], platform="uwsgi", project="lazy", symptom="last")
def lazy(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import boto3\nfrom flask"))
    boot(site, ini(site, "lazy-apps = true"))


@case("uw-ini-unknown-option-strict", OwnServer, "strict = true and a misspelled option: uWSGI refuses to start.",
      first=["procfile-invalid"],
      platform="uwsgi", project="strictly", symptom="502")
def strict(site):
    site.write("app.py", FLASK_APP)
    boot(site, ["strict = true", *ini(site, "procesess = 4")])


@case("uw-socket-folder-missing", OwnServer, "The folder of the socket (RuntimeDirectory) does not exist.",
      first=["file-not-found", "proxy-misconfigured"], platform="uwsgi", project="runtime", symptom="502")
def socket_folder(site):
    site.write("app.py", FLASK_APP)
    site.socket = "/run/runtime-uwsgi/app.sock"
    boot(site, ini(site))


@case("uw-logto-not-writable", OwnServer, "logto names a folder where uWSGI's user may not write.",
      first=["permission-denied"], platform="uwsgi", project="quietly", symptom="502")
def logto(site):
    site.write("app.py", FLASK_APP)
    pathlib.Path("/var/log/uwsgi").mkdir(mode=0o755)
    boot(site, ini(site, "logto = /var/log/uwsgi/app.log"))


@case("uw-pidfile-not-writable", OwnServer, "pidfile lies in a folder of root.",
      first=["permission-denied"], platform="uwsgi", project="pids", symptom="502")
def pidfile(site):
    site.write("app.py", FLASK_APP)
    boot(site, ini(site, "pidfile = /run/uwsgi.pid"))


@case("uw-buffer-size-small", OwnServer, "A long address (a search form by GET) is larger than buffer-size.",
      first=["request-too-large"], platform="uwsgi", project="search", symptom="last")
def buffer_size(site):
    site.write("app.py", FLASK_APP)
    serve(site)
    site.get("/")
    site.get("/?q=" + "word+" * 1200)


@case("uw-limit-as-memory", OwnServer, "limit-as is too small for the libraries that are imported.",
      first=["out-of-memory"], platform="uwsgi", project="limits", symptom="last")
def limit_as(site):
    site.write("app.py", view("return 'ok'", extra="\ntable = bytearray(400_000_000)\n"))
    boot(site, ini(site, "limit-as = 256"))


@case("uw-reload-on-rss-healthy", OwnServer, "evil-reload-on-rss and max-worker-lifetime recycle workers: nothing is wrong.",
      first=[], platform="uwsgi", project="recycle", symptom="ok")
def rss(site):
    site.write("app.py", FLASK_APP)
    serve(site, "reload-on-rss = 1", "max-requests = 2", "lazy-apps = true")
    for _ in range(9):
        site.get("/")
        site.wait(0.4)


@case("uw-harakiri-in-c", OwnServer, "A regular expression runs for ever in C; harakiri kills the worker.",
      first=["harakiri-slow-request"], platform="uwsgi", project="words", symptom="502", never=["out-of-memory"])
def harakiri_c(site):
    site.write("app.py", view("return str(re.match(r'(a+)+$', 'a' * 40 + 'b'))", head="import re\n"))
    serve(site, "harakiri = 2")
    site.get("/")
    site.wait(1.5)


@case("uw-deadlock-at-import", OwnServer, "A lock taken at import is taken again in a view after the fork.",
      first=["deadlock-or-threads", "harakiri-slow-request"], platform="uwsgi", project="locks", symptom="504")
def deadlock(site):
    site.write("app.py", view("with lock:\n    return 'ok'", head="import threading\n",
                              extra="\nlock = threading.Lock()\nlock.acquire()\n"))
    serve(site, location="uwsgi_read_timeout 3s;")
    site.get("/")


@case("uw-http-port-privileged", OwnServer, "http = :80 without the right to bind it.",
      first=["permission-denied", "manual-port-bind"], platform="uwsgi", project="front", symptom="502")
def privileged(site):
    site.write("app.py", FLASK_APP)
    lines = [line.replace(f"socket = {site.socket}", "http-socket = 127.0.0.1:443") for line in ini(site)]
    pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").write_text("1024")
    boot(site, lines)



@case("uw-home-encodings", OwnServer, "home names the project folder, which is no virtualenv: no module named encodings.",
      first=["python-version-mismatch"], platform="uwsgi", project="homeless", symptom="502", venv="venv-old")
def encodings(site):
    site.write("app.py", FLASK_APP)
    boot(site, [line.replace("/venv", "") if line.startswith("virtualenv") else line for line in ini(site)])


@case("uw-static-map-permission", OwnServer, "static-map serves a folder that the worker may not read.",
      first=["permission-denied", "static-files"], platform="uwsgi", project="assets", symptom="last")
def static_map(site):
    site.write("app.py", FLASK_APP)
    site.write("static/site.css", "a {}\n")
    os.chown(site.folder / "static/site.css", 0, 0)
    os.chmod(site.folder / "static/site.css", 0o600)
    serve(site, "static-map = /static=/srv/assets/static")
    site.get("/")
    site.get("/static/site.css")
    site.get("/static/site.css")


@case("uw-healthy-second-launch", OwnServer, "A second uWSGI finds the port taken and ends; the first goes on serving.",
      first=[], platform="uwsgi", project="twice", symptom="ok")
def second_launch(site):
    site.write("app.py", FLASK_APP)
    serve(site, where="127.0.0.1:3031")
    site.get("/")
    site.uwsgi(*ini(site, where="127.0.0.1:3031"), ready=None)
    site.wait(1)
    for _ in range(3):
        site.get("/")


@case("uw-emperor-vassal-broken", OwnServer, "Under the Emperor, one vassal has an import error and is respawned for ever.",
      first=["module-not-on-path", "module-not-installed"], platform="uwsgi", project="realm", symptom="502")
def vassal(site):
    site.write("app.py", FLASK_APP.replace("from flask", "from realm_core import settings\nfrom flask"))
    vassals = pathlib.Path("/etc/uwsgi/vassals")
    vassals.mkdir(parents=True)
    (vassals / "realm.ini").write_text("\n".join(["[uwsgi]", *ini(site, "need-app = true")]) + "\n")
    site.configs.append(str(vassals / "realm.ini"))
    site.run(["/usr/local/bin/uwsgi", "--emperor", vassals], tag="uwsgi", ready="GAME OVER")
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.wait(3)
    site.get("/")
    site.get("/")


@case("uw-wrong-protocol-binary", OwnServer, "A browser is pointed at the uwsgi port without nginx.",
      first=["proxy-misconfigured"], platform="uwsgi", project="direct", symptom="timeout", verdict="broken",
      give=("server", "config"))
def direct(site):
    site.write("app.py", FLASK_APP)
    site.uwsgi(*ini(site, where="127.0.0.1:3031"))
    for _ in range(2):
        with socket.create_connection(("127.0.0.1", 3031), timeout=3) as visitor:
            visitor.sendall(b"GET / HTTP/1.1\r\nHost: direct.example.org\r\nUser-Agent: Mozilla/5.0 (X11; Linux)\r\n\r\n")
            try:
                visitor.recv(100)
            except OSError:
                pass
