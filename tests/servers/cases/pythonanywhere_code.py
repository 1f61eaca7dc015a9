"""PythonAnywhere-like sites whose code can't be loaded."""

from cases.common import FLASK_APP, FLASK_WSGI
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case


@case("pa-wsgi-file-syntax-error", PythonAnywhere, "The WSGI file itself has an unclosed bracket.",
      first=["wsgi-syntax-error"])
def wsgi_syntax(site):
    site.write("flask_app.py", FLASK_APP)
    site.wsgi("""
        import sys

        path = '/home/ada/mysite'
        if path not in sys.path:
            sys.path.insert(0, path

        from flask_app import app as application
        """)
    site.start()
    site.visit()


@case("pa-module-syntax-error", PythonAnywhere, "The imported application module lacks a colon.",
      first=["wsgi-syntax-error"], user="mbrown", project="blog", symptom="last")
def module_syntax(site):
    site.write("app.py", """
        from flask import Flask

        app = Flask(__name__)

        @app.route('/')
        def index()
            return 'hello'
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="app", name="app"))
    site.start()
    site.visit("/", "/favicon.ico")


@case("pa-missing-package", PythonAnywhere, "A third-party package was not installed in the virtualenv.",
      first=["module-not-installed"], user="jkim", project="shop")
def missing_package(site):
    site.write("shop.py", """
        from flask import Flask
        import stripe

        app = Flask(__name__)
        stripe.api_key = 'none'

        @app.route('/')
        def index():
            return 'shop'
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="shop", name="app"))
    site.start()
    site.visit("/", "/")


@case("pa-project-not-on-path", PythonAnywhere, "The WSGI file adds the wrong folder to sys.path.",
      first=["module-not-on-path"], user="petra", project="mysite")
def not_on_path(site):
    site.write("flask_app.py", FLASK_APP)
    site.wsgi(FLASK_WSGI.format(folder="/home/petra/mysite_old", module="flask_app", name="app"))
    site.start()
    site.visit()


@case("pa-no-application", PythonAnywhere, "The WSGI file imports the app but never names it `application`.",
      first=["application-missing"], user="samir", inputs="flags", symptom="500")
def no_application(site):
    site.write("flask_app.py", FLASK_APP)
    site.wsgi("""
        import sys

        sys.path.insert(0, '/home/samir/mysite')

        from flask_app import app
        """)
    site.start()
    site.visit()


@case("pa-app-run-on-import", PythonAnywhere, "app.run() without a guard in the imported module; its port is free.",
      first=["dev-server-run"], user="lucia", project="todo", symptom="last", ping_timeout=2, read_timeout=4)
def app_run(site):
    site.write("app.py", """
        from flask import Flask

        app = Flask(__name__)

        @app.route('/')
        def index():
            return 'todo'

        app.run(debug=False)
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="app", name="app"))
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()


@case("pa-app-run-port-taken", PythonAnywhere, "app.run() without a guard while its port is taken: the start ends.",
      first=["dev-server-run", "manual-port-bind"], user="tomas", project="bot", symptom="last", inputs="flags")
def app_run_taken(site):
    import socket
    taken = socket.create_server(("127.0.0.1", 5000))
    site.write("main.py", """
        from flask import Flask

        server = Flask(__name__)

        @server.route('/')
        def index():
            return 'bot'

        server.run(host='127.0.0.1', port=5000)
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="main", name="server"))
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()
    taken.close()


@case("pa-manual-socket-bind", PythonAnywhere, "The module opens a listening socket of its own; the port is taken.",
      first=["manual-port-bind"], user="noor", project="metrics")
def manual_bind(site):
    import socket
    taken = socket.create_server(("127.0.0.1", 9090))
    site.write("metrics.py", """
        import socket

        from flask import Flask

        app = Flask(__name__)
        listener = socket.socket()
        listener.bind(('127.0.0.1', 9090))
        listener.listen()

        @app.route('/')
        def index():
            return 'metrics'
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="metrics", name="app"))
    site.start()
    site.visit()
    taken.close()


@case("pa-missing-env-var", PythonAnywhere, "The code reads an environment variable that is only set on the laptop.",
      first=["missing-env-var"], user="greta", project="weather", never=["import-time-exception"])
def env_var(site):
    site.write("weather/__init__.py", "")
    site.write("weather/web.py", """
        import os

        from flask import Flask

        app = Flask(__name__)
        app.secret_key = os.environ['WEATHER_SECRET_KEY']

        @app.route('/')
        def index():
            return 'sunny'
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="weather.web", name="app"))
    site.start()
    site.visit()


@case("pa-asgi-app", PythonAnywhere, "A Starlette (ASGI) application is given to the WSGI server.",
      first=["asgi-app-in-wsgi"], user="owen", project="api", symptom="last")
def asgi(site):
    site.write("api.py", """
        from starlette.applications import Starlette
        from starlette.responses import PlainTextResponse
        from starlette.routing import Route


        async def index(request):
            return PlainTextResponse('ok')

        app = Starlette(routes=[Route('/', index)])
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="api", name="app"))
    site.start()
    site.visit()


@case("pa-sys-exit-on-import", PythonAnywhere, "The module ends the process while it is imported.",
      first=["exit-on-start"], user="irene", project="survey", symptom="last")
def sys_exit(site):
    site.write("survey.py", """
        import sys

        from flask import Flask

        app = Flask(__name__)

        if len(sys.argv) < 3:
            print('usage: survey.py INPUT OUTPUT')
            sys.exit(2)
        """)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="survey", name="app"))
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()
