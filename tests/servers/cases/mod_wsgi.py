"""Apache with mod_wsgi."""

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from stacks.apache import Apache
from stacks.registry import case

WSGI = "from app import app as application\n"


def two_visits(site):
    site.get("/")
    site.get("/")


@case("mw-missing-package", Apache, "A package is not installed in the virtualenv of WSGIDaemonProcess.",
      first=["module-not-installed"], project="shop", symptom="last")
def missing_package(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import stripe\nfrom flask"))
    site.write("wsgi.py", WSGI)
    site.serve()
    two_visits(site)


@case("mw-no-application", Apache, "The script has `app`, mod_wsgi looks for `application`.",
      first=["application-missing"], project="blog", symptom="500", venv="venv-apache-old")
def no_application(site):
    site.write("app.py", FLASK_APP)
    site.write("wsgi.py", "from app import app\n")
    site.serve()
    two_visits(site)


@case("mw-not-on-path", Apache, "WSGIDaemonProcess has no python-path: the project's module is not found.",
      first=["module-not-on-path"], project="forum", symptom="500", inputs="root")
def not_on_path(site):
    site.write("app.py", FLASK_APP)
    site.write("wsgi.py", WSGI)
    site.serve(daemon="processes=2 threads=5")
    two_visits(site)


@case("mw-syntax-error", Apache, "The script has a syntax error.", first=["wsgi-syntax-error"], project="menu",
      symptom="500", venv="venv-apache-old")
def syntax_error(site):
    site.write("wsgi.py", "import sys\n\nsys.path.insert(0, '/srv/menu')\n\nfrom app import app as application)\n")
    site.write("app.py", FLASK_APP)
    site.serve()
    two_visits(site)


@case("mw-view-error", Apache, "A view fails.", first=["app-exception"], project="club", symptom="last")
def view_error(site):
    site.write("app.py", view("return {'a': 1}['b']"))
    site.write("wsgi.py", WSGI)
    site.serve()
    two_visits(site)


@case("mw-plain-exception", Apache, "A plain WSGI function fails: mod_wsgi logs the exception itself.",
      first=["app-exception"], never=["missing-env-var"], project="plain", symptom="500", venv="venv-apache-old")
def plain_exception(site):
    site.write("wsgi.py", "def application(environ, start_response):\n    return [environ['NO_SUCH_KEY'].encode()]\n")
    site.serve()
    two_visits(site)


@case("mw-request-timeout", Apache, "A view takes longer than the daemon's time limits.",
      first=["harakiri-slow-request"], project="report", symptom="last",
      daemon="python-path=/srv/report processes=1 threads=2 socket-timeout=2 request-timeout=3")
def request_timeout(site):
    site.write("app.py", view("time.sleep(30)\nreturn 'ok'", head="import time\n"))
    site.write("wsgi.py", WSGI)
    site.serve()
    site.get("/")
    site.wait(3)


@case("mw-segfault", Apache, "A C call crashes the daemon process.", first=["segfault"], project="cext", symptom="last",
      level="info")
def segfault(site):
    site.write("app.py", view("ctypes.string_at(0)\nreturn 'ok'", head="import ctypes\n"))
    site.write("wsgi.py", WSGI)
    site.serve()
    site.get("/")
    site.wait(2)


@case("mw-permission", Apache, "The project folder is closed to the user that Apache runs as.",
      first=["permission-denied"], project="vault", symptom="last")
def permission(site):
    import os
    site.write("app.py", FLASK_APP)
    path = site.write("wsgi.py", WSGI)
    os.chown(path, 0, 0)
    path.chmod(0o600)
    site.serve()
    two_visits(site)


@case("mw-python-home-wrong", Apache, "python-home names a folder that is no virtualenv.",
      first=["python-version-mismatch", "file-not-found"], project="ghost", symptom="timeout", venv="venv-apache-old")
def python_home(site):
    site.write("app.py", FLASK_APP)
    site.write("wsgi.py", WSGI)
    site.serve(home="/srv/ghost/env")
    site.get("/", timeout=4)


@case("mw-django-settings", Apache, "DJANGO_SETTINGS_MODULE names a module that is not there.",
      first=["django-settings-wrong"], project="portal", symptom="500")
def settings(site):
    django_site(site)
    site.write("wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="portal.production"))
    site.serve()
    two_visits(site)


@case("mw-django-hosts", Apache, "ALLOWED_HOSTS lacks the domain; DEBUG writes it to the error log.",
      first=["disallowed-host"], project="cards", symptom="400", inputs="root")
def hosts(site):
    django_site(site, hosts=["www.cards.example"],
                extra="LOGGING = {'version': 1, 'disable_existing_loggers': False, 'handlers': {'console':"
                      " {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['console'], 'level': 'WARNING'}}")
    site.write("wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="cards.settings"))
    site.serve()
    two_visits(site)


@case("mw-healthy", Apache, "Prints, scanners and a graceful restart: nothing is wrong.", first=[], project="calm",
      symptom="ok", level="info", venv="venv-apache-old")
def healthy(site):
    import signal
    site.write("app.py", FLASK_APP + "\nprint('app is loaded')\n")
    site.write("wsgi.py", WSGI)
    process = site.serve()
    for path in ("/", "/static/favicon.ico", "/wp-login.php", "/"):
        site.get(path)
    process.send_signal(signal.SIGUSR1)
    site.wait(2)
    for _ in range(3):
        site.get("/")


@case("mw-healthy-fixed", Apache, "A missing package until it was removed and the script touched.", first=[],
      project="fixed", symptom="ok")
def fixed(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import pandas\nfrom flask"))
    path = site.write("wsgi.py", WSGI)
    process = site.serve()
    two_visits(site)
    site.write("app.py", FLASK_APP)
    site.wait(1)
    import os
    import signal
    os.utime(path)
    process.send_signal(signal.SIGUSR1)
    site.wait(2)
    for _ in range(4):
        site.get("/")


@case("mw-missing-package-old", Apache, "The same as mw-missing-package with mod_wsgi 4.9.", first=["module-not-installed"],
      project="wiki", symptom="500", venv="venv-apache-old", inputs="root")
def missing_package_old(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import markdown2\nfrom flask"))
    site.write("wsgi.py", WSGI)
    site.serve()
    two_visits(site)


@case("mw-request-timeout-old", Apache, "The same as mw-request-timeout with mod_wsgi 4.9.",
      first=["harakiri-slow-request"], project="export", symptom="last", venv="venv-apache-old",
      daemon="python-path=/srv/export processes=1 threads=2 socket-timeout=2 request-timeout=3")
def request_timeout_old(site):
    site.write("app.py", view("time.sleep(30)\nreturn 'ok'", head="import time\n"))
    site.write("wsgi.py", WSGI)
    site.serve()
    site.get("/")
    site.wait(3)


@case("mw-segfault-old", Apache, "The same as mw-segfault with mod_wsgi 4.9.", first=["segfault"], project="native",
      symptom="last", venv="venv-apache-old", inputs="root")
def segfault_old(site):
    site.write("app.py", view("ctypes.string_at(0)\nreturn 'ok'", head="import ctypes\n"))
    site.write("wsgi.py", WSGI)
    site.serve()
    site.get("/")
    site.wait(2)
