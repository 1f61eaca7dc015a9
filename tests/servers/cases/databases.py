"""Databases that refuse, lose or reject: real drivers against small fake servers, on both kinds of hosting."""

from cases.common import FLASK_APP, django_site, flask_site, view
from stacks import fake_databases
from stacks.own_server import OwnServer
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case

MYSQL = "connection = pymysql.connect(host='127.0.0.1', user='shop', password='x', database='shop')\n" \
        "with connection.cursor() as cursor:\n    cursor.execute('select id from orders')\nreturn 'ok'"


@case("pa-mysql-access-denied", PythonAnywhere, "MySQL rejects the password.", first=["database-unreachable"],
      user="ruth", project="orders", symptom="last")
def access_denied(site):
    fake_databases.mysql(login_error=(1045, "28000", "Access denied for user 'shop'@'localhost' (using password: YES)"))
    flask_site(site, view(MYSQL, head="import pymysql\n"))
    site.start()
    site.visit("/", "/")


@case("pa-mysql-unknown-database", PythonAnywhere, "The database's name lacks the account's prefix.",
      first=["database-unreachable", "database-schema"], user="jens", project="orders", inputs="flags")
def unknown_database(site):
    fake_databases.mysql(login_error=(1049, "42000", "Unknown database 'shop'"))
    flask_site(site, view(MYSQL, head="import pymysql\n"))
    site.start()
    site.visit("/", "/")


@case("pa-mysql-lost-connection", PythonAnywhere, "The connection is lost while a query runs.",
      first=["database-connection-lost"], user="tove", project="orders", symptom="500")
def lost(site):
    fake_databases.mysql(lose=True)
    flask_site(site, view(MYSQL, head="import pymysql\n"))
    site.start()
    site.visit("/", "/")


@case("pa-mysql-too-many-connections", PythonAnywhere, "Every request opens connections and leaves them open.",
      first=["database-connection-lost"], user="omar", project="orders", symptom="last", venv="venv-old")
def too_many(site):
    fake_databases.mysql(login_error=(1226, "42000", "User 'omar' has exceeded the 'max_user_connections' resource "
                                                     "(current value: 6)"))
    flask_site(site, view(MYSQL, head="import pymysql\n"))
    site.start()
    site.visit("/", "/")


@case("pa-mysql-no-such-table", PythonAnywhere, "The table was never created on the server.", first=["database-schema"],
      user="lise", project="orders", symptom="500")
def no_table(site):
    fake_databases.mysql(query_error=(1146, "42S02", "Table 'shop.orders' doesn't exist"))
    flask_site(site, view(MYSQL, head="import pymysql\n"))
    site.start()
    site.visit("/", "/")


@case("gu-postgres-password", OwnServer, "PostgreSQL rejects the password.", first=["database-unreachable"],
      project="crm2", symptom="last")
def pg_password(site):
    fake_databases.postgres(text='password authentication failed for user "crm"')
    site.write("app.py", view("return str(psycopg2.connect(host='127.0.0.1', user='crm', password='x').closed)",
                              head="import psycopg2\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8000", "app:app")
    site.get("/")
    site.get("/")


@case("gu-postgres-too-many-clients", OwnServer, "The pool of every worker together is larger than the server allows.",
      first=["database-connection-lost"], project="crowd", symptom="500", venv="venv-old", inputs="root")
def pg_clients(site):
    fake_databases.postgres(state="53300", text="sorry, too many clients already")
    site.write("app.py", view("return str(psycopg2.connect(host='127.0.0.1', user='crm', password='x').closed)",
                              head="import psycopg2\n"))
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn("--bind", "127.0.0.1:8000", "app:app")
    site.get("/")
    site.get("/")


@case("uw-postgres-closed", OwnServer, "PostgreSQL hangs up on SQLAlchemy at the first query.", platform="uwsgi",
      first=["database-connection-lost", "database-unreachable"], project="ledger2", symptom="500")
def pg_closed(site):
    fake_databases.postgres(close=True)
    site.write("app.py", view("with engine.connect() as connection:\n    return 'ok'", head="from sqlalchemy import create_engine\n",
                              extra="engine = create_engine('postgresql+psycopg2://app:x@127.0.0.1/ledger')\n"))
    site.uwsgi("master = true", "processes = 2", f"socket = {site.socket}", "chmod-socket = 666", f"chdir = {site.folder}",
               f"virtualenv = {site.venv_path}", "wsgi-file = app.py", "callable = app")
    site.uwsgi_proxy(f"unix:{site.socket}")
    site.get("/")
    site.get("/")


@case("pa-django-mysqldb-missing", PythonAnywhere, "ENGINE is MySQL, but mysqlclient is not installed.",
      first=["module-not-installed"], user="nora", project="bank", never=["database-unreachable"])
def mysqldb(site):
    django_site(site, "from django.http import HttpResponse\n\nfrom shop.models import Order\n\n\ndef index(request):\n"
                "    return HttpResponse(Order.objects.count())\n",
                models="from django.db import models\n\n\nclass Order(models.Model):\n    pass\n",
                extra="DATABASES = {'default': {'ENGINE': 'django.db.backends.mysql', 'NAME': 'nora$bank'}}")
    site.start()
    site.visit()


@case("pa-database-url-none", PythonAnywhere, "The URL of the database comes from an unset variable: None.",
      first=["missing-env-var"], user="pim", project="tasks", symptom="500")
def url_none(site):
    flask_site(site, view("return 'ok'", head="import os\n\nfrom sqlalchemy import create_engine\n",
                          extra="engine = create_engine(os.environ.get('DATABASE_URL'))\n"))
    site.start()
    site.visit()


@case("pa-int-of-unset-variable", PythonAnywhere, "int() of an unset variable.", first=["missing-env-var"], user="fee",
      project="limits", venv="venv-old")
def int_none(site):
    flask_site(site, view("return str(LIMIT)", head="import os\n", extra="\nLIMIT = int(os.getenv('PAGE_LIMIT'))\n"))
    site.start()
    site.visit()


@case("pa-mongo-unreachable", PythonAnywhere, "MongoDB on localhost does not run here.", first=["database-unreachable"],
      user="igor", project="docs", symptom="500")
def mongo(site):
    flask_site(site, view("return str(client.docs.page.count_documents({}))", head="from pymongo import MongoClient\n",
                          extra="client = MongoClient('mongodb://localhost:27017/', serverSelectionTimeoutMS=800)\n"))
    site.start()
    site.visit("/")


@case("pa-name-resolution", PythonAnywhere, "An API outside is called directly; the name is not resolved here.",
      first=["outbound-blocked"], user="anke", project="quotes", symptom="500")
def resolution(site):
    flask_site(site, view("return requests.get('https://api.quotes.example/today', timeout=4).text", head="import requests\n"))
    site.start()
    site.visit("/", "/")


@case("pa-smtp-unreachable", PythonAnywhere, "Mail is sent through a server outside that is not reachable from here.",
      first=["outbound-blocked"], user="bert", project="contact", symptom="500")
def smtp(site):
    flask_site(site, view("with smtplib.SMTP('203.0.113.80', 587, timeout=4) as mail:\n    mail.noop()\nreturn 'sent'",
                          head="import smtplib\n"))
    site.start()
    site.visit("/", "/")


@case("pa-healthy-database-recovered", PythonAnywhere, "The database was away for a moment; the same pages work again.",
      first=[], user="kim", project="orders", symptom="ok")
def recovered(site):
    flask_site(site, view(MYSQL, head="import pymysql\n"))
    site.start()
    site.visit("/", "/")
    fake_databases.mysql()
    site.wait(1)
    site.visit("/", "/", "/", "/", "/", "/")


@case("pa-sqlite-locked", PythonAnywhere, "Another process holds a write transaction on the SQLite file.",
      first=["database-connection-lost", "app-exception", "database-unreachable"], user="ulf", project="queue")
def locked(site):
    import sqlite3
    path = site.write("queue.db", b"")
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("create table job (text)")
    holder.execute("begin exclusive")
    flask_site(site, view("with sqlite3.connect('/home/ulf/queue/queue.db', timeout=0.5) as db:\n"
                          "    db.execute('insert into job values (1)')\nreturn 'ok'", head="import sqlite3\n") + "\n" +
               FLASK_APP[:0])
    site.start()
    site.visit("/", "/")
    holder.close()
