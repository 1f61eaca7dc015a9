"""Causes that seldom stand alone: broken logging, debug pages, wrong character sets, recursion, static files."""

from cases.common import DJANGO_WSGI, django_site, view
from stacks.own_server import OwnServer
from stacks.registry import case

TCP = ("--bind", "127.0.0.1:8000", "--workers", "2")


def serve(site, *arguments):
    site.proxy("http://127.0.0.1:8000")
    site.gunicorn(*TCP, *arguments)


@case("gu-logging-closed-stream", OwnServer, "A log handler writes to a file that the code has closed; pages are served all the same.",
      first=["logging-broken"], verdict="healthy", exit_status=0, project="diary", symptom="ok")
def logging_closed_stream(site):
    head = "import logging\n\nstream = open('/tmp/diary.log', 'w')\nlog = logging.getLogger('diary')\n" \
           "log.addHandler(logging.StreamHandler(stream))\nlog.setLevel(logging.INFO)\nstream.close()\n\n"
    site.write("app.py", view("log.info('asked')\nreturn 'diary'", head=head))
    serve(site, "app:app")
    for _ in range(3):
        site.get("/")


@case("gu-django-debug-on", OwnServer, "A healthy Django site whose settings on the server say DEBUG = True.",
      first=["debug-exposed"], verdict="healthy", exit_status=0, project="poll", symptom="ok", inputs="root")
def django_debug_on(site):
    django_site(site, debug=True)
    site.write("poll/wsgi.py", DJANGO_WSGI.format(folder=site.folder, settings="poll.settings"))
    serve(site, "poll.wsgi")
    site.get("/")


@case("gu-ascii-file", OwnServer, "A file with letters beyond ASCII is read as ASCII.",
      first=["encoding-error"], project="menu", symptom="last")
def ascii_file(site):
    site.write("menu.txt", "Crème brûlée\n")
    site.write("app.py", view("with open('menu.txt', encoding='ascii') as menu:\n    return menu.read()"))
    serve(site, "app:app")
    site.get("/")


@case("gu-recursion", OwnServer, "A property reads itself.", first=["recursion-error"], project="tree", symptom="last")
def recursion(site):
    head = "class Node:\n    @property\n    def depth(self):\n        return self.depth + 1\n\n\n"
    site.write("app.py", view("return str(Node().depth)", head=head))
    serve(site, "app:app")
    site.get("/")
