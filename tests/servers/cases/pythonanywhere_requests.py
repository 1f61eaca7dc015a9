"""PythonAnywhere-like sites that load, and fail while a request runs."""

import os

from cases.common import FLASK_APP, flask_site, view
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case


@case("pa-harakiri-slow-view", PythonAnywhere, "A view computes for longer than the platform lets a request run.",
      first=["harakiri-slow-request"], user="viktor", project="report", symptom="last", harakiri=3, ping_timeout=2,
      never=["out-of-memory"])
def slow_view(site):
    flask_site(site, view("total = 0\nwhile True:\n    total += 1\nreturn str(total)"))
    site.start()
    site.visit("/")
    site.wait(1)


@case("pa-harakiri-one-route", PythonAnywhere, "One route waits too long and is killed; the front page is fine.",
      first=["harakiri-slow-request"], user="elin", project="export", harakiri=3, never=["out-of-memory"],
      inputs="flags", venv="venv-old")
def slow_route(site):
    flask_site(site, FLASK_APP + """

import time


@app.route('/export')
def export():
    time.sleep(600)
    return 'done'
""")
    site.start()
    site.visit("/", "/export", "/", "/export")
    site.wait(1)


@case("pa-checkout-fails", PythonAnywhere, "/checkout fails on each visit while / answers 200.",
      first=["app-exception"], user="bianca", project="shoes")
def checkout(site):
    flask_site(site, FLASK_APP + """

def total(basket):
    return sum(item['price'] for item in basket) / len(basket)


@app.route('/checkout')
def checkout():
    return f'{total([])} EUR'
""")
    site.start()
    site.visit("/", "/checkout", "/", "/checkout", "/", "/")


@case("pa-relative-path-import", PythonAnywhere, "A data file is opened by a relative path while the code is imported.",
      first=["file-not-found"], user="otto", project="words")
def relative_import(site):
    site.write("data/words.txt", "alpha\nbeta\n")
    flask_site(site, view("return WORDS[0]", extra="\nwith open('data/words.txt') as handle:\n    WORDS = handle.read().split()\n"))
    site.start()
    site.visit()


@case("pa-relative-path-request", PythonAnywhere, "A view opens a data file by a relative path.",
      first=["file-not-found"], user="maya", project="poems", symptom="500", inputs="flags")
def relative_request(site):
    site.write("poems.json", "[]")
    flask_site(site, view("return open('poems.json').read()"))
    site.start()
    site.visit("/", "/")


@case("pa-permission-denied", PythonAnywhere, "The upload folder belongs to somebody else.",
      first=["permission-denied"], user="nils", project="photos")
def permission(site):
    flask_site(site, view("with open('/var/log/photos.log', 'a') as log:\n    log.write('visit\\n')\nreturn 'ok'"))
    site.start()
    site.visit("/", "/")


@case("pa-disk-full", PythonAnywhere, "The disk space of the account is used up; a view writes a cache file.",
      first=["disk-quota"], user="rosa", project="thumbs", symptom="last", disk_quota_kib=600)
def disk_full(site):
    flask_site(site, view("with open('/home/rosa/thumbs/cache.bin', 'wb') as cache:\n    cache.write(b'0' * 2_000_000)\nreturn 'ok'"))
    site.start()
    site.visit("/", "/")
    (site.folder / "cache.bin").unlink()


@case("pa-template-missing", PythonAnywhere, "The templates folder is named `template`.",
      first=["template-missing"], user="carlos", project="cv", symptom="last")
def template(site):
    site.write("template/index.html", "<h1>CV</h1>\n")
    flask_site(site, view("return render_template('index.html')"))
    site.start()
    site.visit("/", "/")


@case("pa-unicode-error", PythonAnywhere, "A Latin-1 file is read as UTF-8.",
      first=["encoding-error"], user="zoe", project="names")
def unicode_error(site):
    site.write("names.csv", "1;Zoë\n2;Jürgen\n".encode("latin-1"))
    flask_site(site, view("with open('/home/zoe/names/names.csv', encoding='utf-8') as handle:\n    return handle.read()"))
    site.start()
    site.visit("/", "/")


@case("pa-recursion", PythonAnywhere, "A function calls itself without an end.",
      first=["recursion-error"], user="jonas", project="tree", venv="venv-old")
def recursion(site):
    flask_site(site, FLASK_APP.replace("return 'Hello from Flask!'", "return depth(1)") + """

def depth(node):
    return depth(node + 1) + 1
""")
    site.start()
    site.visit("/")


@case("pa-memory-error", PythonAnywhere, "A view builds a list larger than the process may have.",
      first=["out-of-memory"], user="abdul", project="matrix", ini=["limit-as = 300"])
def memory_error(site):
    flask_site(site, view("cells = [bytearray(50_000_000) for _ in range(20)]\nreturn str(len(cells))"))
    site.start()
    site.visit("/", "/")


@case("pa-worker-killed", PythonAnywhere, "The platform kills a worker whose memory grew over the limit.",
      first=["out-of-memory"], user="linnea", project="charts", symptom="last", never=["harakiri-slow-request"])
def worker_killed(site):
    flask_site(site, FLASK_APP + """

import time


@app.route('/render')
def render():
    frames = []
    while len(frames) < 60:
        frames.append(bytearray(1_000_000))
        time.sleep(0.02)
    return 'done'
""")
    site.start()
    site.visit("/")
    site.kill_above(40_000)
    site.visit("/render")
    site.wait(1.5)
    site.kill_above(40_000)
    site.visit("/render")
    site.wait(1.5)


@case("pa-segfault", PythonAnywhere, "A C call crashes the worker.", first=["segfault"], user="farid", project="cext",
      symptom="last")
def segfault(site):
    flask_site(site, FLASK_APP.replace("return 'Hello", "ctypes.string_at(0)\n    return 'Hello").replace(
        "from flask", "import ctypes\n\nfrom flask"))
    site.start()
    site.visit("/")
    site.wait(1.5)


@case("pa-header-too-large", PythonAnywhere, "Cookies grew over uWSGI's buffer of 4096 bytes.",
      first=["request-too-large"], user="wendy", project="prefs", symptom="last")
def header_too_large(site):
    flask_site(site, FLASK_APP)
    site.start()
    site.visit("/")
    site.visit("/", headers={"Cookie": "prefs=" + "x" * 5000})
    site.visit("/", headers={"Cookie": "prefs=" + "x" * 5000})


@case("pa-outbound-proxy-403", PythonAnywhere, "An API outside the free account's allowlist: the proxy answers 403.",
      first=["outbound-blocked"], user="teun", project="rates", env={"http_proxy": "http://proxy.server:3128",
                                                                     "https_proxy": "http://proxy.server:3128"})
def proxy(site):
    site.refusing_proxy()
    flask_site(site, view("return requests.get('https://api.rates.example/latest', timeout=5).text",
                          head="import requests\n"))
    site.start()
    site.visit("/", "/")


@case("pa-tls-verify", PythonAnywhere, "A service with a self-signed certificate is called with verification on.",
      first=["tls-problem"], user="pia", project="sensors")
def tls(site):
    site.self_signed_server(8443)
    flask_site(site, view("return requests.get('https://localhost:8443/values', timeout=5).text",
                          head="import requests\n"))
    site.start()
    site.visit("/", "/")


@case("pa-mysql-refused", PythonAnywhere, "The database host is 127.0.0.1, as on the laptop.",
      first=["database-unreachable"], user="gustav", project="crm", symptom="500")
def mysql(site):
    flask_site(site, view("connection = pymysql.connect(host='127.0.0.1', user='gustav', password='x', database='crm')\n"
                          "return str(connection.open)", head="import pymysql\n"))
    site.start()
    site.visit("/", "/")


@case("pa-postgres-refused-at-import", PythonAnywhere, "psycopg2 connects to localhost while the code is imported.",
      first=["database-unreachable"], user="hana", project="ledger", inputs="flags")
def postgres(site):
    flask_site(site, view("return 'ok'", head="import psycopg2\n",
                          extra="connection = psycopg2.connect(host='127.0.0.1', port=5432, dbname='ledger', user='hana')\n"))
    site.start()
    site.visit()


@case("pa-redis-refused", PythonAnywhere, "The cache is a Redis on localhost that does not run here.",
      first=["database-unreachable"], user="milan", project="chat")
def redis_refused(site):
    flask_site(site, view("return str(cache.incr('hits'))", head="import redis\n",
                          extra="cache = redis.Redis(host='localhost', port=6379)\n"))
    site.start()
    site.visit("/", "/")


@case("pa-sqlite-no-table", PythonAnywhere, "sqlite3 creates an empty file where the database was expected.",
      first=["database-schema"], user="edith", project="recipes")
def sqlite_table(site):
    flask_site(site, view("with sqlite3.connect('/home/edith/recipes/recipes.db') as db:\n"
                          "    return str(db.execute('select title from recipe').fetchall())", head="import sqlite3\n"))
    site.start()
    site.visit("/", "/")


@case("pa-sqlite-readonly", PythonAnywhere, "The SQLite file is not writable for the web app.",
      first=["permission-denied"], user="axel", project="guestbook")
def sqlite_readonly(site):
    import sqlite3
    path = site.write("book.db", b"")
    with sqlite3.connect(path) as db:
        db.execute("create table entry (text)")
    db.close()
    os.chown(path, 0, 0)
    path.chmod(0o444)
    flask_site(site, view("with sqlite3.connect('/home/axel/guestbook/book.db') as db:\n"
                          "    db.execute('insert into entry values (1)')\nreturn 'ok'", head="import sqlite3\n"))
    site.start()
    site.visit("/", "/")


@case("pa-two-faults", PythonAnywhere, "Two routes fail, each for its own reason.",
      first=["template-missing", "database-schema"], also=["template-missing", "database-schema"], user="ida",
      project="club")
def two_faults(site):
    flask_site(site, FLASK_APP.replace("import Flask", "import Flask, render_template") + """

import sqlite3


@app.route('/members')
def members():
    with sqlite3.connect('/home/ida/club/club.db') as db:
        return str(db.execute('select name from member').fetchall())


@app.route('/about')
def about():
    return render_template('about.html')
""")
    site.start()
    site.visit("/", "/members", "/about", "/members", "/", "/about")
