"""PythonAnywhere-like sites with a past: what was fixed, what was edited and not loaded, and healthy sites."""

from cases.common import FLASK_APP, FLASK_WSGI, INDEX_VIEW, django_site, flask_site, view
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case

SCANS = ("/wp-login.php", "/robots.txt", "/.env", "/favicon.ico", "/admin/config.php", "/xmlrpc.php")


@case("pa-healthy-old-tracebacks", PythonAnywhere, "Old failures of three kinds, then a good reload and good requests.",
      first=[], user="renate", project="choir", symptom="ok")
def old_tracebacks(site):
    flask_site(site, FLASK_APP.replace("from flask", "import markdown2\nfrom flask"))
    site.start()
    site.visit("/", "/")
    site.write("app.py", FLASK_APP.replace("'/')", "'/'"))
    site.reload()
    site.visit("/")
    site.write("app.py", FLASK_APP)
    site.reload()
    site.visit("/", "/", "/", "/", "/")


@case("pa-healthy-old-tracebacks-no-symptom", PythonAnywhere,
      "The same kind of past, without saying how the site is now: the access log shows that it answers.",
      first=[], user="ugo", project="menu", venv="venv-old")
def old_no_symptom(site):
    flask_site(site, FLASK_APP.replace("from flask", "import qrcode\nfrom flask"))
    site.start()
    site.visit("/", "/")
    site.write("app.py", FLASK_APP)
    site.reload()
    site.visit("/", "/", "/", "/")


@case("pa-module-then-database", PythonAnywhere, "A missing module two reloads ago; today the database is not reached.",
      first=["database-unreachable"], never=["module-not-installed"], user="sven", project="stock", symptom="500")
def module_then_database(site):
    flask_site(site, view("return 'ok'", head="import openpyxl_image_loader\n"))
    site.start()
    site.visit("/", "/")
    site.write("app.py", view("return 'ok'"))
    site.reload()
    site.visit("/", "/")
    site.write("app.py", view("return str(pymysql.connect(host='127.0.0.1', user='sven', password='x').open)",
                              head="import pymysql\n"))
    site.reload()
    site.visit("/", "/")


@case("pa-edited-not-reloaded", PythonAnywhere, "The bug was fixed in the file, but the web app was not reloaded.",
      first=["reload-pending"], user="tilda", project="loans", symptom="last")
def not_reloaded(site):
    flask_site(site, view("rate = 4.5\nreturn str(100 / (rate - 4.5))"))
    site.start()
    site.visit("/", "/")
    site.wait(1.5)
    site.edit("app.py", "    return str(100 / (rate - 4.5))", "    return str(100 * rate)")
    site.visit("/", "/")


@case("pa-edited-import-not-reloaded", PythonAnywhere, "The wrong import was corrected; the stored failure is shown still.",
      first=["reload-pending"], user="aino", project="wiki", symptom="500", inputs="flags")
def import_not_reloaded(site):
    flask_site(site, FLASK_APP.replace("from flask", "from flaskext.markdown import Markdown\nfrom flask"))
    site.start()
    site.visit("/", "/")
    site.wait(1.5)
    site.edit("app.py", "from flaskext.markdown import Markdown\n", "")
    site.visit("/", "/")


@case("pa-wrong-file-edited", PythonAnywhere, "The WSGI file was corrected in a copy inside the project folder.",
      first=["wrong-file-edited", "module-not-on-path"], user="remy", project="bistro", symptom="last")
def wrong_file(site):
    site.write("bistro_app.py", FLASK_APP)
    good = FLASK_WSGI.format(folder=site.folder, module="bistro_app", name="app")
    site.wsgi(good.replace("/home/remy/bistro'", "/home/remy/mysite'"))
    site.start()
    site.visit()
    site.write("remy_pythonanywhere_com_wsgi.py", good)
    site.reload()
    site.visit("/", "/")


@case("pa-second-checkout-edited", PythonAnywhere, "A second checkout has the fix; the WSGI file loads the first.",
      first=["wrong-file-edited", "app-exception"], user="lars", project="ferry", symptom="last")
def second_checkout(site):
    bad = view("schedule = {'mo': 8}\nreturn str(schedule['sunday'])")
    flask_site(site, bad)
    site.start()
    site.visit("/")
    site.write("/home/lars/ferry2/app.py", bad.replace("schedule['sunday']", "schedule.get('sunday', 0)"))
    site.reload()
    site.visit("/", "/")


@case("pa-healthy-slow-first-hit", PythonAnywhere, "A heavy import: the first hit after a reload waits, the others are fast.",
      first=[], user="olga", project="forecast", symptom="ok", ping_timeout=8)
def slow_first(site):
    flask_site(site, view("return 'sunny'", head="import time\n", extra="\n# stands for a large model\ntime.sleep(4)\n"))
    site.start(ready=False, ping=False)
    site.wait(0.5)
    site.ping()
    site.visit("/", "/", "/", "/")


@case("pa-healthy-bots", PythonAnywhere, "Scanners ask for pages that never were; foreign host names.", first=[],
      user="petr", project="atelier", symptom="ok")
def bots(site):
    django_site(site)
    site.start()
    site.visit("/")
    site.visit(*SCANS, client="198.51.100.7", agent="python-urllib3/1.26")
    site.visit("/", host="198.51.100.20", client="198.51.100.7")
    site.visit("/", host="shop.example.net", client="198.51.100.7")
    site.visit("/", "/", "/")


@case("pa-healthy-guarded-run", PythonAnywhere, "app.run() under `if __name__ == '__main__':`, as it should be.", first=[],
      user="nadia", project="polls", symptom="ok", inputs="flags")
def guarded(site):
    flask_site(site, FLASK_APP + "\n\nif __name__ == '__main__':\n    app.run(debug=True, port=5000)\n")
    site.start()
    site.visit("/", "/", "/favicon.ico", "/")


@case("pa-healthy-handled-errors", PythonAnywhere,
      "Exceptions are caught, logged with their traceback, and answered with 200.", first=[], user="emil", project="feeds",
      symptom="ok")
def handled(site):
    flask_site(site, view("try:\n    return str(1 / int(request.args.get('n', 0)))\nexcept ZeroDivisionError:\n"
                          "    app.logger.exception('no value for n, using the default')\n    return '0'")
               + "\n\n@app.route('/old')\ndef old():\n    import warnings\n    warnings.warn('this page goes away')\n"
                 "    return 'old'\n")
    site.start()
    site.visit("/", "/?n=4", "/", "/old", "/")


@case("pa-healthy-visitor-went-away", PythonAnywhere, "Visitors close the connection while a large answer is sent.",
      first=[], user="fenna", project="maps", symptom="ok", venv="venv-old", ini=["listen = 64"])
def went_away(site):
    flask_site(site, view("return (b'x' * 65536 for _ in range(200))") +
               "\n\n@app.route('/slow')\ndef slow():\n    import time\n    time.sleep(1.5)\n    return b'x' * 5_000_000\n")
    site.start()
    site.visit("/", keep=False)
    site.visit("/slow", timeout=0.4)
    site.visit("/slow", timeout=0.4)
    site.wait(2)
    for _ in range(25):  # what is harmless in one hit of ten would be a symptom in one of two
        site.visit("/", keep=False)


@case("pa-healthy-many-reloads", PythonAnywhere, "Reloads and setting changes; workers replaced; nothing fails.", first=[],
      user="jarle", project="fjord", symptom="ok", ini=["max-requests = 4"])
def many_reloads(site):
    flask_site(site, FLASK_APP)
    site.start()
    site.visit("/", "/")
    site.reload()
    site.visit("/", "/", "/", "/", "/", "/")
    site.touch_ini()
    site.visit("/", "/")


@case("pa-healthy-django-debug-logging", PythonAnywhere,
      "Django's own warnings (Not Found, Forbidden CSRF, Bad Request) of visitors' mistakes.", first=[], user="selma",
      project="votes", symptom="ok")
def django_warnings(site):
    django_site(site, INDEX_VIEW, middleware=["django.middleware.csrf.CsrfViewMiddleware"])
    site.start()
    site.visit("/", "/nothing-here", "/old/page.html")
    site.visit("/", method="POST", body="a=1")
    site.visit("/", "/", "/")


@case("pa-log-without-times", PythonAnywhere, "The error log pasted without its time stamps; nothing else is known.",
      first=["module-not-installed"], user="cora", project="diary", origin="transformed", symptom="500",
      inputs="flags", logs=("error",), give_wsgi=False, give_project=False)
def no_times(site):
    flask_site(site, FLASK_APP.replace("from flask", "import feedparser\nfrom flask"))
    site.start()
    site.visit("/")
    site.rewrite_log("error", r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}: ", "")


@case("pa-log-flattened", PythonAnywhere, "The error log as one line, as it comes out of a chat.",
      first=["missing-env-var"], user="dina", project="bots", origin="transformed", symptom="500",
      inputs="flags", logs=("error",), give_wsgi=False, give_project=False)
def flattened(site):
    flask_site(site, view("return 'ok'", head="import os\n", extra="\nTOKEN = os.environ['BOT_TOKEN']\n"))
    site.start(ping=False)
    site.rewrite_log("error", r"\n(?!$)", " ")


@case("pa-healthy-fixed-by-env", PythonAnywhere, "A KeyError of an environment variable until it was set and reloaded.",
      first=[], user="zita", project="mailer", symptom="200", inputs="flags")
def fixed_env(site):
    flask_site(site, view("return 'ok'", head="import os\n", extra="\nKEY = os.environ['MAIL_KEY']\n"))
    site.start()
    site.visit("/", "/")
    site.edit(site.wsgi_file, "import sys\n", "import os\nimport sys\n\nos.environ['MAIL_KEY'] = 'only-for-this-capture'\n")
    site.reload()
    site.visit("/", "/", "/", "/")


@case("pa-broken-by-last-reload", PythonAnywhere, "The site worked for a while; the newest edit does not compile.",
      first=["wsgi-syntax-error"], user="gerd", project="sails", symptom="last")
def broken_by_reload(site):
    flask_site(site, FLASK_APP)
    site.start()
    site.visit("/", "/", "/")
    site.edit("app.py", "    return 'Hello from Flask!'", "  return 'Hello'\n    # was: Hello from Flask!\n    pass")
    site.reload()
    site.visit("/", "/")
