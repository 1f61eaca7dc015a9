"""More PythonAnywhere-like sites whose code can't be loaded: names, versions, blocking."""

from cases.common import FLASK_APP, FLASK_WSGI, flask_site, view
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case


@case("pa-own-file-named-flask", PythonAnywhere, "The app's own file is named flask.py and hides the library.",
      first=["module-shadowed"], user="ben", project="start")
def own_flask(site):
    flask_site(site, FLASK_APP, module="flask")
    site.start()
    site.visit()


@case("pa-own-file-named-random", PythonAnywhere, "A file random.py in the project hides the standard library's.",
      first=["module-shadowed"], user="mona", project="dice")
def own_random(site):
    site.write("random.py", "import string\n\nletters = string.ascii_letters\n")
    flask_site(site, view("return str(random.randint(1, 6))", head="import random\n"), module="dice")
    site.start()
    site.visit("/")


@case("pa-circular-import", PythonAnywhere, "Two own modules import each other.", first=["module-shadowed"], user="luis",
      project="library", symptom="500")
def circular(site):
    site.write("models.py", "from web import db\n\n\nclass Book:\n    store = db\n")
    flask_site(site, view("return Book.__name__", head="from models import Book\n", extra="db = {}\n"), module="web")
    site.start()
    site.visit()


@case("pa-import-removed-name", PythonAnywhere, "An example for an old Flask imports a name that newer ones don't have.",
      first=["incompatible-dependency"], user="ola", project="bazaar")
def removed_name(site):
    flask_site(site, FLASK_APP.replace("import Flask", "import Flask, Markup, escape"))
    site.start()
    site.visit()


@case("pa-werkzeug-removed-name", PythonAnywhere, "werkzeug moved a function to another module years ago.",
      first=["incompatible-dependency"], user="pedro", project="uploads", venv="venv-old", inputs="flags")
def removed_werkzeug(site):
    flask_site(site, FLASK_APP.replace("from flask", "from werkzeug import secure_filename\nfrom flask"))
    site.start()
    site.visit()


@case("pa-new-syntax-on-old-python", PythonAnywhere, "A match statement on Python 3.8.", first=["python-version-mismatch"],
      user="sara", project="router", venv="venv-old")
def match_statement(site):
    flask_site(site, FLASK_APP + """

def kind(code):
    match code:
        case 200:
            return 'ok'
        case _:
            return 'error'
""")
    site.start()
    site.visit()


@case("pa-builtin-generics-on-old-python", PythonAnywhere, "list[int] | None in an annotation on Python 3.8.",
      first=["python-version-mismatch"], user="iris", project="types", venv="venv-old")
def generics(site):
    flask_site(site, FLASK_APP + "\n\ndef total(values: list[int]) -> int:\n    return sum(values)\n")
    site.start()
    site.visit()


@case("pa-virtualenv-of-other-python", PythonAnywhere, "The virtualenv was made with 3.8, the web app runs 3.11.",
      first=["python-version-mismatch"], within_three=["python-version-mismatch", "module-not-installed"], user="yara",
      project="atlas", use_virtualenv=False)
def other_virtualenv(site):
    where = site.virtualenv(source="venv-old")
    site.ini.write_text(site.ini.read_text() + f"virtualenv = {where}\n")
    flask_site(site, FLASK_APP)
    site.start()
    site.visit()


@case("pa-python2-code", PythonAnywhere, "Python 2 code: print without brackets.", first=["wsgi-syntax-error",
      "python-version-mismatch"], user="walt", project="legacy")
def python2(site):
    flask_site(site, FLASK_APP + "\nprint 'loaded'\n")
    site.start()
    site.visit()


@case("pa-tabs-and-spaces", PythonAnywhere, "Tabs and spaces are mixed in an imported module.",
      first=["wsgi-syntax-error"], user="timo", project="tabs", inputs="flags")
def tabs(site):
    site.write("helpers.py", "def first(items):\n    for item in items:\n\treturn item\n")
    flask_site(site, FLASK_APP.replace("from flask", "import helpers\nfrom flask"))
    site.start()
    site.visit()


@case("pa-latin1-source", PythonAnywhere, "A source file saved as Latin-1 without a coding line.",
      first=["wsgi-syntax-error", "encoding-error"], user="dora", project="cafe")
def latin1(site):
    site.write("app.py", FLASK_APP.replace("Hello from Flask!", "Grüße").encode("latin-1"))
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="app", name="app"))
    site.start()
    site.visit()


@case("pa-merge-conflict", PythonAnywhere, "Conflict markers of a merge are still in the file.",
      first=["wsgi-syntax-error"], user="kaya", project="merge", symptom="500")
def conflict(site):
    flask_site(site, FLASK_APP.replace("    return", "<<<<<<< HEAD\n    return 'Hi'\n=======\n    return") +
               ">>>>>>> feature\n")
    site.start()
    site.visit()


@case("pa-input-at-import", PythonAnywhere, "The module asks for input while it is imported.",
      first=["import-time-exception", "import-time-blocking"], user="leon", project="setup")
def input_import(site):
    flask_site(site, view("return NAME", extra="\nNAME = input('Name of the site? ')\n"))
    site.start()
    site.visit()


@case("pa-loop-at-import", PythonAnywhere, "A polling loop runs while the module is imported: it never ends.",
      first=["import-time-blocking"], user="vera", project="watcher", symptom="last", ping_timeout=2, read_timeout=4)
def loop_import(site):
    flask_site(site, view("return 'ok'", head="import time\n",
                          extra="\nstate = 0\nwhile True:\n    state += 1\n    time.sleep(30)\n"))
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()


@case("pa-serve-forever-at-import", PythonAnywhere, "http.server's serve_forever() runs while the module is imported.",
      first=["dev-server-run"], within_three=["dev-server-run", "manual-port-bind"], user="quinn", project="files", symptom="last", ping_timeout=2, read_timeout=4,
      inputs="flags")
def serve_forever(site):
    flask_site(site, """
        import http.server

        def application(environ, start_response):
            start_response('200 OK', [('Content-Type', 'text/plain')])
            return [b'files']

        server = http.server.HTTPServer(('127.0.0.1', 8000), http.server.SimpleHTTPRequestHandler)
        server.serve_forever()
        """, name="application")
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()


@case("pa-waitress-at-import", PythonAnywhere, "waitress.serve() without a guard in the imported module.",
      first=["dev-server-run"], user="hedda", project="prod", symptom="504", ping_timeout=2, read_timeout=4)
def waitress_import(site):
    flask_site(site, FLASK_APP + "\n\nfrom waitress import serve\nserve(app, host='127.0.0.1', port=8080)\n")
    site.start(ready=False, ping=False)
    site.wait(2)
    site.ping()
    site.visit()


@case("pa-pool-started-before-fork", PythonAnywhere,
      "A process-wide thread pool is started at import; in the forked worker its threads don't exist and requests hang.",
      first=["deadlock-or-threads", "harakiri-slow-request"], user="ylva", project="fetcher", symptom="last", harakiri=3,
      ping_timeout=2)
def pool(site):
    flask_site(site, view("return pool.submit(sum, [1, 2, 3]).result()", head="from concurrent.futures import ThreadPoolExecutor\n",
                          extra="pool = ThreadPoolExecutor(max_workers=1)\npool.submit(len, 'warm up').result()\n"))
    site.start()
    site.visit()
    site.wait(1)


@case("pa-factory-not-called", PythonAnywhere, "The WSGI file hands over the factory instead of the app.",
      first=["application-missing", "app-exception"], user="alva", project="factory", symptom="last")
def factory(site):
    flask_site(site, """
        from flask import Flask


        def create_app():
            app = Flask(__name__)

            @app.route('/')
            def index():
                return 'ok'

            return app
        """, name="create_app")
    site.start()
    site.visit("/", "/")


@case("pa-json-config-broken", PythonAnywhere, "A configuration file is empty: json fails while the code is imported.",
      first=["import-time-exception"], user="bea", project="conf")
def json_config(site):
    site.write("config.json", "")
    flask_site(site, view("return CONFIG['title']", head="import json\n",
                          extra="\nwith open('/home/bea/conf/config.json') as handle:\n    CONFIG = json.load(handle)\n"))
    site.start()
    site.visit()


@case("pa-case-of-file-name", PythonAnywhere, "The file is App.py, the import says app: fine on Windows, not here.",
      first=["module-not-on-path"], user="gil", project="upper")
def case_of_name(site):
    site.write("Website.py", FLASK_APP)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="website", name="app"))
    site.start()
    site.visit()


@case("pa-wrong-attribute-name", PythonAnywhere, "The WSGI file imports `app`, the module calls it `application`.",
      first=["application-missing"], user="hal", project="naming")
def wrong_attribute(site):
    site.write("web.py", FLASK_APP.replace("app = ", "server = ").replace("@app", "@server"))
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module="web", name="app"))
    site.start()
    site.visit()
