"""PythonAnywhere-like sites with Django."""

from cases.common import DJANGO_WSGI, django_site
from stacks.pythonanywhere import PythonAnywhere
from stacks.registry import case

MODEL = """
from django.db import models


class Order(models.Model):
    title = models.CharField(max_length=80)
"""

ORDERS = """
from django.http import HttpResponse

from shop.models import Order


def index(request):
    return HttpResponse(f'{Order.objects.count()} orders')
"""


@case("pa-django-allowed-hosts", PythonAnywhere, "ALLOWED_HOSTS lacks the site's own domain.",
      first=["disallowed-host"], user="hugo", project="bakery", symptom="last")
def allowed_hosts(site):
    django_site(site, hosts=["localhost", "127.0.0.1"])
    site.start()
    site.visit("/", "/")


@case("pa-django-allowed-hosts-old", PythonAnywhere, "ALLOWED_HOSTS is empty with DEBUG off; Django 4.2, Python 3.8.",
      first=["disallowed-host"], user="ewa", project="cards", symptom="400", venv="venv-old", inputs="flags")
def allowed_hosts_old(site):
    django_site(site, hosts=[], zone="Europe/Warsaw")
    site.start()
    site.visit("/", "/admin/")


@case("pa-django-settings-typo", PythonAnywhere, "DJANGO_SETTINGS_MODULE names a module that is not there.",
      first=["django-settings-wrong"], user="ravi", project="portal")
def settings_typo(site):
    django_site(site, settings="portal.setings")
    site.start()
    site.visit()


@case("pa-django-settings-outer-folder", PythonAnywhere,
      "sys.path has the folder above the project, so the settings package is not found in it.",
      first=["django-settings-wrong", "module-not-on-path"], user="ines", project="clinic")
def settings_path(site):
    django_site(site, wsgi=DJANGO_WSGI.format(folder="/home/ines", settings="config.settings"), package="config")
    site.start()
    site.visit()


@case("pa-django-no-settings-module", PythonAnywhere, "DJANGO_SETTINGS_MODULE is not set in the WSGI file.",
      first=["django-settings-wrong"], user="bruno", project="forum", venv="venv-old")
def no_settings(site):
    django_site(site, wsgi="""
        import sys

        sys.path.append('/home/bruno/forum')

        from django.core.wsgi import get_wsgi_application
        application = get_wsgi_application()
        """)
    site.start()
    site.visit()


@case("pa-django-secret-key-unset", PythonAnywhere, "SECRET_KEY comes from an environment variable that is unset.",
      first=["missing-env-var", "django-settings-wrong"], user="anja", project="notes", venv="venv-old")
def secret_key(site):
    django_site(site, """
        from django.core import signing
        from django.http import HttpResponse


        def index(request):
            return HttpResponse(signing.dumps('note 1'))
        """, extra="import os\nSECRET_KEY = os.getenv('SECRET_KEY', '')")
    site.start()
    site.visit()


@case("pa-django-app-not-installed", PythonAnywhere, "INSTALLED_APPS names a package that is not in the virtualenv.",
      first=["module-not-installed"], user="kofi", project="api")
def app_not_installed(site):
    django_site(site, apps=["rest_framework"])
    site.start()
    site.visit()


@case("pa-django-apps-not-ready", PythonAnywhere, "The WSGI file imports a model before Django is set up.",
      first=["django-settings-wrong"], user="lena", project="garden")
def apps_not_ready(site):
    django_site(site, ORDERS, models=MODEL, wsgi="""
        import os
        import sys

        sys.path.append('/home/lena/garden')
        os.environ['DJANGO_SETTINGS_MODULE'] = 'garden.settings'

        from shop.models import Order
        from django.core.wsgi import get_wsgi_application
        application = get_wsgi_application()
        """)
    site.start()
    site.visit()


@case("pa-django-no-such-table", PythonAnywhere, "The migrations were never run on the server.",
      first=["database-schema"], user="paulo", project="store", symptom="last")
def no_such_table(site):
    django_site(site, ORDERS, models=MODEL)
    site.start()
    site.visit("/", "/")


@case("pa-django-no-such-column", PythonAnywhere, "A field was added to the model; makemigrations ran, migrate did not.",
      first=["database-schema"], user="mika", project="store", venv="venv-old", inputs="flags")
def no_such_column(site):
    django_site(site, ORDERS.replace("count()", "first()"), models=MODEL)
    site.manage("manage.py", "makemigrations", "shop")
    site.manage("manage.py", "migrate")
    site.start()
    site.visit()
    site.edit("shop/models.py", "max_length=80)", "max_length=80)\n    paid = models.BooleanField(default=False)")
    site.manage("manage.py", "makemigrations", "shop")
    site.reload()
    site.visit("/", "/")
    (site.folder / "db.sqlite3").unlink()


@case("pa-django-template-missing", PythonAnywhere, "A view renders a template that was never uploaded.",
      first=["template-missing"], user="sofia", project="museum")
def template_missing(site):
    django_site(site, """
        from django.http import HttpResponse
        from django.shortcuts import render


        def index(request):
            return HttpResponse('ok')


        def tour(request):
            return render(request, 'museum/tour.html')
        """, routes="    path('tour/', views.tour),\n")
    site.start()
    site.visit("/", "/tour/", "/tour/")


@case("pa-django-static-manifest", PythonAnywhere, "collectstatic was not run: the manifest lacks a file.",
      first=["static-files"], user="yusuf", project="gym", symptom="last")
def static_manifest(site):
    django_site(site, """
        from django.shortcuts import render


        def index(request):
            return render(request, 'home.html')
        """, extra="STATIC_ROOT = BASE_DIR / 'staticfiles'\nSTORAGES = {'staticfiles': {'BACKEND':"
                    " 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'},\n"
                    "    'default': {'BACKEND': 'django.core.files.storage.FileSystemStorage'}}")
    site.write("templates/home.html", "{% load static %}<link rel=\"stylesheet\" href=\"{% static 'css/site.css' %}\">\n")
    site.start()
    site.visit("/", "/")


@case("pa-django-view-error-debug-on", PythonAnywhere, "A view fails and DEBUG is on: visitors see the debug page.",
      first=["app-exception"], user="clara", project="quiz")
def debug_page(site):
    django_site(site, """
        from django.http import HttpResponse


        def index(request):
            scores = {}
            return HttpResponse(scores['best'])
        """, debug=True)
    site.start()
    site.visit("/")


@case("pa-django-urls-import-error", PythonAnywhere, "urls.py imports a view that was renamed; it fails on each request.",
      first=["app-exception", "module-shadowed", "import-time-exception"], user="dario", project="travel",
      symptom="500")
def urls_error(site):
    django_site(site, routes="    path('map/', views.show_map),\n")
    site.start()
    site.visit("/", "/")


@case("pa-healthy-django-zone-shift", PythonAnywhere,
      "An old failure, stamped in the site's own time zone, looks newer than the reload that fixed it.",
      first=[], user="kenji", project="ramen", symptom="ok")
def zone_shift(site):
    django_site(site, ORDERS, models=MODEL, zone="Asia/Tokyo")
    site.start()
    site.visit("/", "/")
    site.manage("manage.py", "makemigrations", "shop")
    site.manage("manage.py", "migrate")
    site.wait(1)
    site.reload()
    site.visit("/", "/", "/", "/")
    (site.folder / "db.sqlite3").unlink()
