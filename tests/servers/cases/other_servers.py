"""uvicorn and waitress behind nginx, or on their own."""

import socket

from cases.common import FLASK_APP, view
from stacks.own_server import OwnServer
from stacks.registry import case

ASGI = """
from fastapi import FastAPI

app = FastAPI()


@app.get('/')
def index():
    return {'ok': True}
"""


def uvicorn(site, target, *arguments, ready="Uvicorn running", **options):
    """uvicorn on port 8000 behind nginx."""
    site.proxy("http://127.0.0.1:8000")
    site.run([site.python, f"{site.venv_path}/bin/uvicorn", target, "--port", "8000", *arguments], tag="uvicorn",
             ready=ready, **options)
    if not ready:
        site.wait(2)


@case("uv-wrong-module", OwnServer, "uvicorn is told main:app, the file is app.py.",
      first=["application-missing", "module-not-on-path"], platform="generic", project="shop", symptom="last")
def wrong_module(site):
    site.write("app.py", ASGI)
    uvicorn(site, "main:app", ready=None)
    site.get("/")


@case("uv-wrong-attribute", OwnServer, "uvicorn is told main:application, the module has `app`.",
      first=["application-missing"], platform="generic", project="blog", symptom="502", log_style="compose",
      origin="transformed")
def wrong_attribute(site):
    site.write("main.py", ASGI)
    uvicorn(site, "main:application", ready=None)
    site.get("/")


@case("uv-address-in-use", OwnServer, "Another process listens on uvicorn's port.", first=["manual-port-bind"],
      platform="generic", project="news", symptom="502")
def address_in_use(site):
    taken = socket.create_server(("127.0.0.1", 8000))
    site.write("main.py", ASGI)
    uvicorn(site, "main:app", ready=None)
    taken.close()
    site.get("/")


@case("uv-missing-package", OwnServer, "A FastAPI app imports a package that is not installed.",
      first=["module-not-installed"], platform="generic", project="api", symptom="502")
def missing_package(site):
    site.write("main.py", ASGI.replace("from fastapi", "import sqlmodel\nfrom fastapi", 1))
    uvicorn(site, "main:app", ready=None)
    site.get("/")


@case("uv-exception", OwnServer, "A FastAPI route divides by zero.", first=["app-exception"], platform="generic",
      project="calc", symptom="last")
def exception(site):
    site.write("main.py", ASGI.replace("return {'ok': True}", "return {'share': 1 / 0}"))
    uvicorn(site, "main:app")
    site.get("/")
    site.get("/")


@case("uv-env-var", OwnServer, "A setting is read from the environment while the module is imported.",
      first=["missing-env-var"], platform="generic", project="pay", symptom="502", log_style="journal",
      origin="transformed")
def env_var(site):
    site.write("main.py", ASGI + "\nimport os\n\nDATABASE_URL = os.environ['DATABASE_URL']\n")
    uvicorn(site, "main:app", ready=None)
    site.get("/")


@case("uv-redis-refused-in-lifespan", OwnServer, "The start-up hook connects to a Redis that does not run.",
      first=["database-unreachable"], platform="generic", project="queue", symptom="502")
def lifespan(site):
    site.write("main.py", """
        from contextlib import asynccontextmanager

        import redis.asyncio
        from fastapi import FastAPI


        @asynccontextmanager
        async def lifespan(app):
            client = redis.asyncio.Redis(host='localhost', port=6379)
            await client.ping()
            yield

        app = FastAPI(lifespan=lifespan)
        """)
    uvicorn(site, "main:app", ready=None)
    site.get("/")


@case("uv-wsgi-app", OwnServer, "A Flask app under uvicorn, which speaks ASGI.", first=["asgi-app-in-wsgi"],
      platform="generic", project="mixed", symptom="500")
def wsgi_app(site):
    site.write("app.py", FLASK_APP)
    uvicorn(site, "app:app")
    site.get("/")


@case("uv-healthy", OwnServer, "uvicorn with scanners' noise.", first=[], platform="generic", project="calm", symptom="ok")
def healthy(site):
    site.write("main.py", ASGI)
    uvicorn(site, "main:app")
    site.get("/")
    with socket.create_connection(("127.0.0.1", 8000)) as scanner:
        scanner.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
        scanner.recv(200)
    for path in ("/wp-login.php", "/.env", "/", "/", "/"):
        site.get(path)


@case("wt-missing-package", OwnServer, "waitress-serve can't import the app.", first=["module-not-installed"],
      platform="generic", project="wiki", symptom="502")
def waitress_package(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import pandas\nfrom flask"))
    site.proxy("http://127.0.0.1:8080")
    site.run([site.python, f"{site.venv_path}/bin/waitress-serve", "--listen=127.0.0.1:8080", "app:app"], tag="waitress")
    site.wait(2)
    site.get("/")


@case("wt-exception", OwnServer, "A view reads a file by a path relative to the project; waitress runs elsewhere.",
      first=["file-not-found"], platform="generic", project="docs", symptom="last", venv="venv-old")
def waitress_exception(site):
    site.write("pages/index.txt", "welcome\n")
    site.write("app.py", view("return open('pages/index.txt').read()"))
    site.proxy("http://127.0.0.1:8080")
    site.run([site.python, f"{site.venv_path}/bin/waitress-serve", "--listen=127.0.0.1:8080", "app:app"],
             tag="waitress", cwd="/", env={"PYTHONPATH": str(site.folder)})
    site.wait(2)
    site.get("/")
    site.get("/")


@case("flask-dev-server-on-localhost", OwnServer,
      "`python app.py` behind nginx works; nginx's own noise only.", first=[], platform="generic", project="devsite",
      symptom="ok")
def dev_server(site):
    site.write("app.py", FLASK_APP + "\n\nif __name__ == '__main__':\n    app.run(port=5000)\n")
    site.proxy("http://127.0.0.1:5000")
    site.run([site.python, "app.py"], tag="python", ready="Running on")
    for path in ("/", "/favicon.ico", "/", "/"):
        site.get(path)
