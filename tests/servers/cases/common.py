"""Pieces of sites that several cases use."""

FLASK_APP = """
from flask import Flask

app = Flask(__name__)


@app.route('/')
def hello_world():
    return 'Hello from Flask!'
"""

FLASK_WSGI = """
# This file contains the WSGI configuration required to serve up your web application.
import sys

project_home = '{folder}'
if project_home not in sys.path:
    sys.path = [project_home] + sys.path

from {module} import {name} as application  # noqa
"""


def flask_site(site, code, module="app", name="app"):
    """A Flask site: its one module and a WSGI file that fits."""
    site.write(f"{module.replace('.', '/')}.py", code)
    site.wsgi(FLASK_WSGI.format(folder=site.folder, module=module, name=name))


def view(body, head="", extra=""):
    """A Flask module whose one view has the given body."""
    lines = "\n".join("    " + line if line else "" for line in body.strip().split("\n"))
    return f"{head}from flask import Flask, render_template, request\n\napp = Flask(__name__)\n{extra}\n\n" \
           f"@app.route('/')\ndef index():\n{lines}\n"


DJANGO_WSGI = """
import os
import sys

path = '{folder}'
if path not in sys.path:
    sys.path.append(path)

os.environ['DJANGO_SETTINGS_MODULE'] = '{settings}'

from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
"""

DJANGO_SETTINGS = """
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'only-for-this-capture'
DEBUG = {debug}
ALLOWED_HOSTS = {hosts}
INSTALLED_APPS = [
    'django.contrib.auth',
    'django.contrib.contenttypes',
    'django.contrib.staticfiles',
{apps}]
MIDDLEWARE = [
    'django.middleware.security.SecurityMiddleware',
    'django.middleware.common.CommonMiddleware',
{middleware}]
ROOT_URLCONF = '{package}.urls'
TEMPLATES = [{{
    'BACKEND': 'django.template.backends.django.DjangoTemplates',
    'DIRS': [BASE_DIR / 'templates'],
    'APP_DIRS': True,
    'OPTIONS': {{}},
}}]
DATABASES = {{'default': {{'ENGINE': 'django.db.backends.sqlite3', 'NAME': BASE_DIR / 'db.sqlite3'}}}}
DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'
TIME_ZONE = '{zone}'
USE_TZ = True
STATIC_URL = 'static/'
{extra}
"""

DJANGO_URLS = """
from django.urls import path

from {app} import views

urlpatterns = [
    path('', views.index),
{routes}]
"""

MANAGE = """
#!/usr/bin/env python
import os
import sys

if __name__ == '__main__':
    os.environ.setdefault('DJANGO_SETTINGS_MODULE', '{package}.settings')
    from django.core.management import execute_from_command_line
    execute_from_command_line(sys.argv)
"""

INDEX_VIEW = """
from django.http import HttpResponse


def index(request):
    return HttpResponse('It works')
"""


def django_site(site, views=INDEX_VIEW, *, package=None, app="shop", routes="", models=None, debug=False, hosts=None,
                apps=(), middleware=(), zone="UTC", extra="", settings=None, wsgi=None):
    """A Django project of one app, as startproject and startapp lay it out."""
    package = package or site.project
    site.write("manage.py", MANAGE.format(package=package))
    site.write(f"{package}/__init__.py", "")
    site.write(f"{package}/settings.py", DJANGO_SETTINGS.format(
        package=package, debug=debug, hosts=hosts if hosts is not None else [site.domain], zone=zone, extra=extra,
        apps="".join(f"    {name!r},\n" for name in ([*apps, app] if app else apps)),
        middleware="".join(f"    {name!r},\n" for name in middleware)))
    site.write(f"{package}/urls.py", DJANGO_URLS.format(app=app, routes=routes))
    site.write(f"{app}/__init__.py", "")
    site.write(f"{app}/views.py", views)
    if models:
        site.write(f"{app}/models.py", models)
        site.write(f"{app}/migrations/__init__.py", "")
    site.wsgi(wsgi or DJANGO_WSGI.format(folder=site.folder, settings=settings or f"{package}.settings"))
