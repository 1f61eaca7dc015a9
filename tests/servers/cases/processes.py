"""What ends, starves or stops processes: limits, locks, clocks, names, and people who edit the wrong thing."""

import os
import socket

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from cases.frameworks import FRAMEWORKS, gunicorn
from stacks.own_server import OwnServer
from stacks.registry import case


@case("pr-memory-limit-of-the-shell", OwnServer, "ulimit -v is too small for a model that is loaded at import.",
      first=["out-of-memory"], project="model", symptom="502", **FRAMEWORKS)
def ulimit(site):
    site.write("app.py", view("return 'ok'", head="import resource\n\nresource.setrlimit(resource.RLIMIT_AS, (600_000_000, 600_000_000))\n\nimport numpy\n",
                              extra="\nweights = numpy.ones((20000, 20000))\n"))
    gunicorn(site, "app:app", wait=4)


@case("pr-openblas-threads", OwnServer, "numpy's OpenBLAS may not start its threads: the process limit.",
      first=["deadlock-or-threads", "out-of-memory"], project="blas", symptom="502", **FRAMEWORKS)
def openblas(site):
    site.write("app.py", view("return 'ok'", head="import resource\n\nresource.setrlimit(resource.RLIMIT_NPROC, (1, 1))\n\nimport numpy\n"))
    gunicorn(site, "app:app", wait=4, env={"OPENBLAS_NUM_THREADS": "16"})


@case("pr-recursion-in-template", OwnServer, "A template includes itself.", first=["recursion-error"], project="recur",
      symptom="last", **FRAMEWORKS)
def template_recursion(site):
    site.write("templates/index.html", "{% include 'index.html' %}\n")
    site.write("app.py", view("return render_template('index.html')"))
    gunicorn(site, "app:app", wait=2)


@case("pr-worker-deadlock-sync-timeouts", OwnServer, "A lock that is never freed: workers time out one after the other.",
      first=["harakiri-slow-request", "deadlock-or-threads"], project="stuck", symptom="last", never=["out-of-memory"], **FRAMEWORKS)
def deadlock(site):
    site.write("app.py", view("lock.acquire()\nreturn 'ok'", head="import threading\n", extra="\nlock = threading.Lock()\n"))
    gunicorn(site, "--timeout", "2", "app:app", wait=2, paths=("/", "/", "/"))


@case("pr-preload-fork-healthy", OwnServer, "--preload, max-requests and a HUP: a noisy healthy site.", first=[], project="preloaded",
      symptom="ok", **FRAMEWORKS)
def preload(site):
    import signal
    site.write("app.py", FLASK_APP + "\nimport logging\nlogging.basicConfig(level=logging.INFO)\nlogging.getLogger('app').warning('cache miss, error_count=0')\n")
    site.proxy("http://127.0.0.1:8000")
    process = site.gunicorn("--bind", "127.0.0.1:8000", "--preload", "--max-requests", "3", "--max-requests-jitter", "1", "app:app")
    for _ in range(7):
        site.get("/")
        site.wait(0.3)
    process.send_signal(signal.SIGHUP)
    site.wait(2)
    for _ in range(4):
        site.get("/")



@case("pr-django-migrate-pending", OwnServer, "A column of the newest model is missing: migrate was not run.",
      first=["database-schema"], project="pending", symptom="last", **FRAMEWORKS)
def pending(site):
    django_site(site, "from django.http import HttpResponse\n\nfrom shop.models import Order\n\n\ndef index(request):\n    return HttpResponse(str(list(Order.objects.all())))\n",
                models="from django.db import models\n\n\nclass Order(models.Model):\n    title = models.CharField(max_length=9)\n",
                extra="LOGGING = {'version': 1, 'disable_existing_loggers': False, 'handlers': {'console': {'class': 'logging.StreamHandler'}}, 'root': {'handlers': ['console'], 'level': 'WARNING'}}")
    site.write("pending/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="pending.settings"))
    site.manage("manage.py", "makemigrations", "shop")
    site.manage("manage.py", "migrate")
    site.edit("shop/models.py", "max_length=9)\n", "max_length=9)\n    note = models.TextField(default='')\n")
    gunicorn(site, "pending.wsgi", wait=3)


@case("pr-django-split-settings-env", OwnServer, "Split settings: production reads a variable that the unit does not set.",
      first=["missing-env-var", "django-settings-wrong"], project="split", symptom="502", **FRAMEWORKS)
def split(site):
    django_site(site)
    base = site.folder / "split/settings.py"
    text = base.read_text()
    base.unlink()
    site.write("split/settings/__init__.py", "")
    site.write("split/settings/base.py", text)
    site.write("split/settings/production.py", "import os\n\nfrom .base import *  # noqa\n\nSECRET_KEY = os.environ['DJANGO_SECRET_KEY']\n")
    site.write("split/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="split.settings.production"))
    gunicorn(site, "split.wsgi", wait=3)


@case("pr-relative-sqlite-other-folder", OwnServer, "sqlite:///app.db is another file when the unit starts elsewhere.",
      first=["database-schema"], project="sqlited", symptom="last", **FRAMEWORKS)
def sqlite_folder(site):
    site.write("app.py", view("return str(sqlite3.connect('data.db').execute('select * from notes').fetchall())", head="import sqlite3\n"))
    import sqlite3
    db = sqlite3.connect(site.folder / "data.db")
    db.execute("create table notes (n)")
    db.commit()
    (site.folder / "run").mkdir()
    os.chown(site.folder / "run", 60123, 60123)
    gunicorn(site, "--chdir", "/srv/sqlited/run", "--pythonpath", "/srv/sqlited", "app:app", wait=2)


@case("pr-dns-of-an-api", OwnServer, "A view calls an API whose name does not resolve.",
      first=["outbound-blocked", "app-exception"], project="weather", symptom="last", never=["dns-misconfigured"], **FRAMEWORKS)
def dns(site):
    site.write("app.py", view("return requests.get('https://api.weather.example/v1', timeout=3).text", head="import requests\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-api-timeout", OwnServer, "A view waits for an API without a time limit until nginx gives up.",
      first=["harakiri-slow-request", "outbound-blocked"], project="slowapi", symptom="504", **FRAMEWORKS)
def api_timeout(site):
    site.silent_server(9100)
    site.write("app.py", view("return requests.get('http://127.0.0.1:9100/rates').text", head="import requests\n"))
    gunicorn(site, "--timeout", "3", "app:app", wait=2, location="proxy_read_timeout 2s;", paths=("/",))
    site.wait(2)


@case("pr-stdlib-shadow-logging", OwnServer, "An own logging.py hides the standard library's.", first=["module-shadowed"],
      project="shadow", symptom="502", **FRAMEWORKS)
def shadow(site):
    site.write("app.py", FLASK_APP)
    site.write("logging.py", "def log(text):\n    print(text)\n")
    site.proxy("http://127.0.0.1:8000")
    site.run([site.python, "-m", "gunicorn", "--bind", "127.0.0.1:8000", "app:app"], tag="gunicorn", ready="rror")
    site.get("/")


@case("pr-own-email-package", OwnServer, "An own package named email hides the standard library's.", first=["module-shadowed"],
      project="mailer", symptom="502", **FRAMEWORKS)
def email(site):
    site.write("app.py", FLASK_APP)
    site.write("email/__init__.py", "")
    site.write("email/send.py", "def send():\n    pass\n")
    site.proxy("http://127.0.0.1:8000")
    site.run([site.python, "-m", "gunicorn", "--bind", "127.0.0.1:8000", "app:app"], tag="gunicorn", ready="rror")
    site.get("/")


@case("pr-partial-install", OwnServer, "An interrupted pip left a package without its modules.",
      first=["incompatible-dependency", "module-not-installed"], project="partial", symptom="502", **FRAMEWORKS)
def partial(site):
    site.write("app.py", FLASK_APP)
    import shutil
    shutil.rmtree(site.venv_path / "lib/python3.11/site-packages/jinja2")
    (site.venv_path / "lib/python3.11/site-packages/jinja2").mkdir()
    gunicorn(site, "app:app", wait=3)


@case("pr-unit-without-path", OwnServer, "The unit's PATH lacks the program that a view starts.",
      first=["file-not-found"], project="convert", symptom="last", **FRAMEWORKS)
def no_path(site):
    site.write("app.py", view("return subprocess.run(['ffmpeg', '-version'], check=True, capture_output=True).stdout", head="import subprocess\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-home-unset", OwnServer, "A library wants HOME, which the unit does not set.",
      first=["missing-env-var", "permission-denied"], project="nohome", symptom="502", **FRAMEWORKS)
def home(site):
    site.write("app.py", view("return 'ok'", head="import os\n", extra="\nCACHE = os.path.join(os.environ['XDG_CACHE_HOME'], 'models')\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-dotenv-not-loaded", OwnServer, "int(os.getenv('PORT_DB')) of an unset variable.",
      first=["missing-env-var"], project="dotenv", symptom="502", **FRAMEWORKS)
def dotenv(site):
    site.write("app.py", view("return 'ok'", head="import os\n", extra="\nDB_PORT = int(os.getenv('DB_PORT'))\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-multiprocessing-in-view", OwnServer, "A view starts a process pool: daemonic processes may not have children; handled.",
      first=["deadlock-or-threads", "app-exception"], project="pool", symptom="last", **FRAMEWORKS)
def pool(site):
    site.write("app.py", view("worker = multiprocessing.Process(target=print, daemon=True)\nmultiprocessing.current_process()._config['daemon'] = True\nworker.start()\nreturn 'ok'", head="import multiprocessing\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-healthy-handled-errors", OwnServer, "Retries, timeouts of an API that are caught, deprecation warnings: all answered with 200.",
      first=[], project="caught", symptom="ok", **FRAMEWORKS)
def caught(site):
    site.write("app.py", view("try:\n    requests.get('http://127.0.0.1:9/rates', timeout=1)\nexcept requests.RequestException:\n    log.exception('rates are not there, using yesterday')\nwarnings.warn('old call', DeprecationWarning)\nreturn 'ok'",
                              head="import logging\nimport warnings\n\nimport requests\n\nlogging.basicConfig(level=logging.INFO)\nlog = logging.getLogger('rates')\n"))
    gunicorn(site, "--access-logfile", "-", "app:app", wait=2, paths=("/", "/", "/", "/"))



@case("pr-asyncio-event-loop-closed", OwnServer, "A bot's library closes the loop between two requests.",
      first=["app-exception"], project="closed", symptom="last", **FRAMEWORKS)
def loop_closed(site):
    site.write("app.py", view("loop.run_until_complete(asyncio.sleep(0))\nloop.close()\nreturn 'ok'", head="import asyncio\n", extra="\nloop = asyncio.new_event_loop()\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-certificate-of-database", OwnServer, "An https API has a self-signed certificate.",
      first=["tls-problem", "outbound-blocked"], project="certs", symptom="last", **FRAMEWORKS)
def certificate(site):
    import ssl
    import subprocess
    import threading
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "/run/k.pem", "-out", "/run/c.pem", "-days", "9", "-subj", "/CN=api.example"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("/run/c.pem", "/run/k.pem")
    server = socket.create_server(("127.0.0.1", 9443))

    def serve():
        while True:
            try:
                context.wrap_socket(server.accept()[0], server_side=True).close()
            except OSError:
                pass
    threading.Thread(target=serve, daemon=True).start()
    site.write("app.py", view("return requests.get('https://127.0.0.1:9443/').text", head="import requests\n"))
    gunicorn(site, "app:app", wait=2)


@case("pr-old-pyc-other-python", OwnServer, "A compiled module of another Python without its source.",
      first=["python-version-mismatch"], project="pyc", symptom="502", **FRAMEWORKS)
def pyc(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import helper\nfrom flask"))
    (site.folder / "helper.pyc").write_bytes(b"U\r\r\n" + bytes(12) + b"\xe3")
    gunicorn(site, "app:app", wait=2)
