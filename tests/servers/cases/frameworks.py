"""Frameworks and workers beside Flask and Django: each breaks in its own words."""

import socket

from cases.common import DJANGO_WSGI, FLASK_APP, django_site, view
from stacks.own_server import OwnServer
from stacks.registry import case

ONE = ("--bind", "127.0.0.1:8000")
FRAMEWORKS = {"venv": "venv-frameworks"}


def gunicorn(site, *arguments, paths=("/", "/"), wait=1.5, location="", **options):
    """gunicorn behind nginx and some visits."""
    site.proxy("http://127.0.0.1:8000", location=location)
    site.gunicorn(*ONE, *arguments, ready=r"Booting worker|rror", **options)
    site.wait(wait)
    for path in paths:
        site.get(path)


def program(site, *command, port=8000, paths=("/", "/"), ready=r"rror|unning|[Ll]isten", location="", **options):
    """A program of the virtualenv behind nginx and some visits, once it said anything of weight."""
    site.proxy(f"http://127.0.0.1:{port}", location=location)
    site.run([site.python, *command], tag="python", ready=ready, seconds=25, **options)
    site.wait(1 if ready else 5)
    for path in paths:
        site.get(path)


@case("fw-dash-healthy", OwnServer, "gunicorn is given the Dash object, not its server: Dash 3 may be called, too.",
      first=[], project="dash", symptom="ok", **FRAMEWORKS)
def dash(site):
    site.write("app.py", "from dash import Dash, html\n\napp = Dash(__name__)\napp.layout = html.Div('hello')\n")
    gunicorn(site, "app:app", wait=9)


@case("fw-numpy-abi", OwnServer, "pandas of another generation than numpy: the binary does not fit.",
      first=["incompatible-dependency"], project="abi", symptom="502", **FRAMEWORKS)
def numpy_abi(site):
    site.write("app.py", view("return 'ok'", head="import numpy\nimport pandas\n"))
    package = site.venv_path / "lib/python3.11/site-packages"
    # What an upgrade of numpy alone leaves behind.
    (package / "numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so").unlink()
    gunicorn(site, "app:app", wait=4)



@case("fw-socketio-run-at-import", OwnServer, "socketio.run(app) without a guard under gunicorn.",
      first=["dev-server-run"], project="chatty", symptom="504", **FRAMEWORKS)
def socketio_run(site):
    site.write("app.py", "from flask import Flask\nfrom flask_socketio import SocketIO\n\napp = Flask(__name__)\nsocketio = SocketIO(app)\n\n\n@app.route('/')\ndef index():\n    return 'ok'\n\n\nsocketio.run(app, host='0.0.0.0', port=5000, allow_unsafe_werkzeug=True)\n")
    gunicorn(site, "app:app", wait=3, location="proxy_read_timeout 3s;", paths=("/",))


@case("fw-bottle-run-at-import", OwnServer, "Bottle's run() at module level under gunicorn.",
      first=["dev-server-run"], project="bottle", symptom="504", **FRAMEWORKS)
def bottle_run(site):
    site.write("app.py", "from bottle import default_app, route, run\n\n\n@route('/')\ndef index():\n    return 'ok'\n\n\napp = default_app()\nrun(host='localhost', port=8080)\n")
    gunicorn(site, "app:app", wait=2, location="proxy_read_timeout 3s;", paths=("/",))


@case("fw-bottle-template", OwnServer, "Bottle finds no template: the working directory is another.",
      first=["template-missing"], project="views", symptom="last", **FRAMEWORKS)
def bottle_template(site):
    site.write("web/views/index.tpl", "hello\n")
    site.write("web/app.py", "from bottle import default_app, route, template\n\n\n@route('/')\ndef index():\n    return template('index')\n\n\napp = default_app()\n")
    gunicorn(site, "web.app:app")


@case("fw-falcon-exception", OwnServer, "A Falcon resource reads a key that is not there.",
      first=["app-exception"], project="falcon", symptom="last", **FRAMEWORKS)
def falcon(site):
    site.write("app.py", "import falcon\n\n\nclass Items:\n    def on_get(self, req, resp):\n        resp.media = {'name': {'a': 1}['b']}\n\n\napp = falcon.App()\napp.add_route('/', Items())\n")
    gunicorn(site, "app:app")


@case("fw-pyramid-renderer", OwnServer, "Pyramid: pyramid_jinja2 is in the ini file but not installed.",
      first=["module-not-installed"], project="pyramid", symptom="502", **FRAMEWORKS)
def pyramid(site):
    site.write("app.py", "from pyramid.config import Configurator\n\nwith Configurator() as config:\n    config.include('pyramid_jinja2')\n    app = config.make_wsgi_app()\n")
    gunicorn(site, "app:app", wait=2.5)


@case("fw-tornado-address-in-use", OwnServer, "Tornado's port is held by the old process.",
      first=["manual-port-bind"], project="tornado", symptom="502", **FRAMEWORKS)
def tornado_port(site):
    taken = socket.create_server(("0.0.0.0", 8888))
    site.write("main.py", "import asyncio\n\nimport tornado.web\n\n\nclass Main(tornado.web.RequestHandler):\n    def get(self):\n        self.write('ok')\n\n\nasync def main():\n    tornado.web.Application([('/', Main)]).listen(8888)\n    await asyncio.Event().wait()\n\n\nif __name__ == '__main__':\n    asyncio.run(main())\n")
    site.proxy("http://127.0.0.1:8888")
    site.run([site.python, "main.py"], tag="python")
    site.until(site.server_log, "Address already in use", 20)
    taken.close()
    site.get("/")


@case("fw-tornado-exception", OwnServer, "A Tornado handler fails: its own logger's words.",
      first=["app-exception"], project="tornadoes", symptom="last", **FRAMEWORKS)
def tornado_exception(site):
    site.write("main.py", "import asyncio\n\nimport tornado.web\n\n\nclass Main(tornado.web.RequestHandler):\n    def get(self):\n        self.write(self.get_argument('q').upper() + None)\n\n\nasync def main():\n    tornado.web.Application([('/', Main)]).listen(8000)\n    await asyncio.Event().wait()\n\n\nif __name__ == '__main__':\n    asyncio.run(main())\n")
    program(site, "main.py", paths=("/?q=a", "/?q=b"), ready=None)


@case("fw-aiohttp-exception", OwnServer, "An aiohttp handler calls a Redis that does not run.",
      first=["database-unreachable"], project="aio", symptom="last", **FRAMEWORKS)
def aiohttp(site):
    site.write("main.py", "import redis.asyncio\nfrom aiohttp import web\n\nclient = redis.asyncio.Redis(host='localhost')\n\n\nasync def index(request):\n    return web.Response(text=str(await client.incr('hits')))\n\n\napp = web.Application()\napp.router.add_get('/', index)\n\nif __name__ == '__main__':\n    web.run_app(app, port=8000)\n")
    program(site, "main.py")


@case("fw-aiohttp-under-gunicorn-sync", OwnServer, "An aiohttp app under gunicorn's sync worker.",
      first=["asgi-app-in-wsgi", "application-missing"], project="aiosync", symptom="last", **FRAMEWORKS)
def aiohttp_sync(site):
    site.write("main.py", "from aiohttp import web\n\n\nasync def index(request):\n    return web.Response(text='ok')\n\n\napp = web.Application()\napp.router.add_get('/', index)\n")
    gunicorn(site, "main:app", wait=2.5)


@case("fw-quart-under-gunicorn-sync", OwnServer, "A Quart app under gunicorn's sync worker.",
      first=["asgi-app-in-wsgi"], project="quart", symptom="last", **FRAMEWORKS)
def quart_sync(site):
    site.write("main.py", "from quart import Quart\n\napp = Quart(__name__)\n\n\n@app.route('/')\nasync def index():\n    return 'ok'\n")
    gunicorn(site, "main:app", wait=2.5)


@case("fw-hypercorn-wrong-module", OwnServer, "hypercorn is told asgi:app, the file is main.py.",
      first=["application-missing", "module-not-on-path"], project="hyper", symptom="502", **FRAMEWORKS)
def hypercorn(site):
    site.write("main.py", "from quart import Quart\n\napp = Quart(__name__)\n")
    program(site, f"{site.venv_path}/bin/hypercorn", "--bind", "127.0.0.1:8000", "asgi:app")


@case("fw-hypercorn-exception", OwnServer, "A Quart view fails under hypercorn.", first=["app-exception"],
      project="hyperfail", symptom="last", **FRAMEWORKS)
def hypercorn_exception(site):
    site.write("main.py", "from quart import Quart\n\napp = Quart(__name__)\n\n\n@app.route('/')\nasync def index():\n    return str([1][3])\n")
    program(site, f"{site.venv_path}/bin/hypercorn", "--bind", "127.0.0.1:8000", "main:app")


@case("fw-fastapi-missing-multipart", OwnServer, "A FastAPI form needs python-multipart.",
      first=["module-not-installed"], project="forms", symptom="502", **FRAMEWORKS)
def multipart(site):
    site.write("main.py", "from fastapi import FastAPI, Form\n\napp = FastAPI()\n\n\n@app.post('/login')\ndef login(name: str = Form(...)):\n    return name\n")
    program(site, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000")


@case("fw-fastapi-pydantic-settings", OwnServer, "pydantic's BaseSettings moved to another package.",
      first=["incompatible-dependency", "module-not-installed"], project="settings", symptom="502", **FRAMEWORKS)
def pydantic(site):
    site.write("main.py", "from fastapi import FastAPI\nfrom pydantic import BaseSettings\n\n\nclass Settings(BaseSettings):\n    token: str\n\n\napp = FastAPI()\n")
    program(site, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000")


@case("fw-fastapi-workers-die", OwnServer, "uvicorn --workers: the children die while importing and are started again.",
      first=["missing-env-var"], project="workers", symptom="502", never=["import-time-exception"], **FRAMEWORKS)
def uvicorn_workers(site):
    site.write("main.py", "import os\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\nTOKEN = os.environ['BOT_TOKEN']\n")
    program(site, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000", "--workers", "2", ready="KeyError")


@case("fw-fastapi-sync-in-loop", OwnServer, "An async view runs its own event loop.",
      first=["app-exception"], project="loops", symptom="last", **FRAMEWORKS)
def loops(site):
    site.write("main.py", "import asyncio\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\nasync def load():\n    return 1\n\n\n@app.get('/')\nasync def index():\n    return asyncio.run(load())\n")
    program(site, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000")


@case("fw-fastapi-blocking-view", OwnServer, "An async view sleeps without await: the whole server stands still.",
      first=["harakiri-slow-request"], project="blocking", symptom="504", **FRAMEWORKS)
def blocking(site):
    site.write("main.py", "import time\n\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\nasync def index():\n    time.sleep(30)\n    return 1\n")
    program(site, f"{site.venv_path}/bin/uvicorn", "main:app", "--port", "8000", location="proxy_read_timeout 2s;")


@case("fw-eventlet-worker-healthy", OwnServer, "gunicorn with gevent workers; visitors go away, all is well.", first=[],
      project="green", symptom="ok", **FRAMEWORKS)
def gevent(site):
    site.write("app.py", FLASK_APP)
    gunicorn(site, "-k", "gevent", "--access-logfile", "-", "app:app", paths=("/", "/favicon.ico", "/", "/.env", "/"), wait=3)


@case("fw-eventlet-monkey-recursion", OwnServer, "gevent patches ssl after requests was imported: endless recursion.",
      first=["recursion-error", "incompatible-dependency"], project="patched", symptom="last", **FRAMEWORKS)
def monkey(site):
    site.write("app.py", view("return str(context.options)", head="import ssl\n\nimport requests\nimport urllib3.util.ssl_\n\nfrom gevent import monkey\n\nmonkey.patch_all()\n",
                              extra="\ncontext = urllib3.util.ssl_.create_urllib3_context()\ncontext.minimum_version = ssl.TLSVersion.TLSv1_2\n"))
    gunicorn(site, "app:app", wait=3)


@case("fw-bot-polling-at-import", OwnServer, "A Telegram bot polls at import beside the web part.",
      first=["import-time-blocking"], project="botty", symptom="504", **FRAMEWORKS)
def bot(site):
    site.silent_server(8443)
    site.write("app.py", FLASK_APP + "\nfrom telegram.ext import ApplicationBuilder\n\nbot = ApplicationBuilder().token('1:abc').base_url('http://127.0.0.1:8443/bot').build()\nbot.run_polling()\n")
    gunicorn(site, "app:app", wait=3, location="proxy_read_timeout 3s;", paths=("/",))


@case("fw-bot-no-event-loop", OwnServer, "The bot's loop is wanted in a thread that has none.",
      first=["app-exception", "import-time-exception"], project="botloop", symptom="last", **FRAMEWORKS)
def bot_loop(site):
    site.write("app.py", view("return str(asyncio.get_event_loop())", head="import asyncio\n"))
    gunicorn(site, "--threads", "4", "app:app", wait=2)


@case("fw-scheduler-healthy", OwnServer, "APScheduler at import misses runs and logs a failing job; the site works.", first=[],
      project="sched", symptom="ok", **FRAMEWORKS)
def scheduler(site):
    site.write("app.py", FLASK_APP + "\nimport logging\n\nfrom apscheduler.schedulers.background import BackgroundScheduler\n\nlogging.basicConfig(level=logging.INFO)\nscheduler = BackgroundScheduler()\nscheduler.add_job(lambda: print('tick'), 'interval', seconds=1)\nscheduler.start()\n")
    gunicorn(site, "app:app", paths=("/", "/", "/", "/"), wait=4)


@case("fw-sqlalchemy-no-context", OwnServer, "The database is used outside of the application context.",
      first=["app-exception", "import-time-exception"], project="context", symptom="502", **FRAMEWORKS)
def no_context(site):
    site.write("shop/__init__.py", "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\ndb = SQLAlchemy()\n\n\ndef create_app():\n    app = Flask(__name__)\n    app.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:////srv/context/shop.db'\n    db.init_app(app)\n    db.create_all()\n    return app\n")
    site.write("wsgi.py", "from shop import create_app\n\napp = create_app()\n")
    gunicorn(site, "wsgi:app", wait=3)


@case("fw-sqlalchemy-uri-unset", OwnServer, "SQLALCHEMY_DATABASE_URI is None: the variable is not set on the server.",
      first=["missing-env-var", "import-time-exception", "database-unreachable"], project="uri", symptom="502", **FRAMEWORKS)
def uri(site):
    site.write("app.py", "import os\n\nfrom flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\n\napp = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = os.environ.get('DATABASE_URL')\ndb = SQLAlchemy(app)\n")
    gunicorn(site, "app:app", wait=3)


@case("fw-sqlalchemy-postgres-scheme", OwnServer, "postgres:// is no longer a dialect of SQLAlchemy.",
      first=["incompatible-dependency", "database-unreachable", "missing-env-var"], project="scheme", symptom="502", env={"DATABASE_URL": "x"}, **FRAMEWORKS)
def scheme(site):
    site.write("app.py", "from sqlalchemy import create_engine\nfrom flask import Flask\n\napp = Flask(__name__)\nengine = create_engine('postgres://u:p@localhost/db')\n")
    gunicorn(site, "app:app", wait=3)


@case("fw-blueprint-missing-template", OwnServer, "A blueprint's template folder is wrong.",
      first=["template-missing"], project="blue", symptom="last", **FRAMEWORKS)
def blueprint(site):
    site.write("shop/__init__.py", "from flask import Flask\n\n\ndef create_app():\n    app = Flask(__name__)\n    from .views import views\n    app.register_blueprint(views)\n    return app\n")
    site.write("shop/views.py", "from flask import Blueprint, render_template\n\nviews = Blueprint('views', __name__, template_folder='tmpl')\n\n\n@views.route('/')\ndef index():\n    return render_template('views/index.html')\n")
    site.write("shop/views/templates/views/index.html", "hello")
    gunicorn(site, "shop:create_app()", wait=2)


@case("fw-endpoint-conflict", OwnServer, "Two views of one endpoint: an AssertionError at import.",
      first=["import-time-exception"], project="endpoint", symptom="502", **FRAMEWORKS)
def endpoint(site):
    site.write("app.py", FLASK_APP + "\n\n@app.route('/more')\ndef hello_world():\n    return 'more'\n")
    gunicorn(site, "app:app", wait=2)


@case("fw-whitenoise-healthy", OwnServer, "WhiteNoise warns that there is no directory at STATIC_ROOT; the site works.", first=[],
      project="noise2", symptom="ok", **FRAMEWORKS)
def whitenoise(site):
    django_site(site, middleware=["whitenoise.middleware.WhiteNoiseMiddleware"], extra="STATIC_ROOT = BASE_DIR / 'staticfiles'")
    site.write("noise2/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="noise2.settings"))
    gunicorn(site, "noise2.wsgi", paths=("/", "/favicon.ico", "/", "/wp-login.php", "/"), wait=3)


@case("fw-celery-broker-down", OwnServer, "A view queues a Celery task; Redis, its broker, does not run.",
      first=["database-unreachable"], project="queues", symptom="last", **FRAMEWORKS)
def celery(site):
    site.write("app.py", view("add.apply_async((1, 2), retry=False)\nreturn 'queued'", head="from celery import Celery\n",
                              extra="\ncelery = Celery('app', broker='redis://localhost:6379/0')\n\n\n@celery.task\ndef add(a, b):\n    return a + b\n"))
    gunicorn(site, "app:app", wait=3)


@case("fw-cherrypy-port", OwnServer, "CherryPy's port is not free.", first=["manual-port-bind"], project="cherry", symptom="502", **FRAMEWORKS)
def cherrypy(site):
    taken = socket.create_server(("127.0.0.1", 8080))
    site.write("main.py", "import cherrypy\n\n\nclass Root:\n    @cherrypy.expose\n    def index(self):\n        return 'ok'\n\n\nif __name__ == '__main__':\n    cherrypy.quickstart(Root())\n")
    program(site, "main.py", port=8080, paths=())
    taken.close()
    site.get("/")


@case("fw-segfault-at-import", OwnServer, "A compiled library crashes while it is imported: workers die in a loop.",
      first=["segfault"], project="crashy", symptom="504", **FRAMEWORKS)
def crashy(site):
    site.write("app.py", view("return 'ok'", head="import ctypes\n", extra="\nctypes.string_at(1)\n"))
    gunicorn(site, "app:app", wait=3, location="proxy_read_timeout 2s;", paths=("/",))


@case("fw-nested-decorator-none", OwnServer, "A view function returns None.",
      first=["app-exception"], project="noneview", symptom="last", **FRAMEWORKS)
def none_view(site):
    site.write("app.py", view("value = 1"))
    gunicorn(site, "app:app")


@case("fw-json-not-serializable", OwnServer, "A view returns a Decimal in JSON.",
      first=["app-exception"], project="jsony", symptom="last", **FRAMEWORKS)
def json_view(site):
    site.write("app.py", view("import json\nreturn json.dumps({'a': object()})"))
    gunicorn(site, "app:app")
