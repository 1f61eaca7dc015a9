"""Projects with Procfiles of the usual kinds: each one is really started with PORT on loopback, as a platform
does, and `diagnose lint` must then report no error in it.

    python tests/servers/procfiles.py DIAGNOSE VENV [NAME…]

VENV holds flask, django, gunicorn, uvicorn, fastapi, bottle, waitress and uWSGI (`setup_venv.sh`). Exit status 1:
a project did not start, or was accused.
"""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/')\ndef home():\n    return 'hello'\n"
BOTTLE = "import os\n\nfrom bottle import default_app, route, run\n\n\n@route('/')\ndef home():\n    return 'hello'\n\n\napp = default_app()\n"
FASTAPI = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef home():\n    return {'hello': 'world'}\n"
PLAIN = "def application(environ, start_response):\n    start_response('200 OK', [('Content-Type', 'text/plain')])\n    return [b'hello']\n"
RUNS = "\n\nif __name__ == '__main__':\n    import os\n\n    app.run(host='0.0.0.0', port=int(os.environ['PORT']))\n"
SETTINGS = (
    "import os\n\nSECRET_KEY = os.environ.get('SECRET_KEY', 'only-here')\nDEBUG = False\nALLOWED_HOSTS = ['*']\n"
    "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = []\nINSTALLED_APPS = []\nUSE_TZ = True\n"
)
URLS = "from django.http import HttpResponse\nfrom django.urls import path\n\nurlpatterns = [path('', lambda request: HttpResponse('hello'))]\n"
MANAGE = (
    "import os\nimport sys\n\nif __name__ == '__main__':\n    os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
    "    from django.core.management import execute_from_command_line\n\n    execute_from_command_line(sys.argv)\n"
)
WSGI = (
    "import os\n\nfrom django.core.wsgi import get_wsgi_application\n\n"
    "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\napplication = get_wsgi_application()\n"
)
ASGI = WSGI.replace("wsgi", "asgi")
DJANGO = {
    "manage.py": MANAGE, "shop/__init__.py": "", "shop/settings.py": SETTINGS, "shop/urls.py": URLS,
    "shop/wsgi.py": WSGI, "shop/asgi.py": ASGI, "requirements.txt": "Django>=4\ngunicorn\nuvicorn\n",
}


def flask(procfile, **files):
    return {"app.py": FLASK, "requirements.txt": "Flask\ngunicorn\n", "Procfile": procfile, **files}


PROJECTS = {
    "gunicorn-takes-port-itself": flask("web: gunicorn app:app\n"),
    "gunicorn-bind": flask("web: gunicorn app:app --bind 0.0.0.0:$PORT --workers 2\n"),
    "gunicorn-bind-braces": flask("web: gunicorn -b 0.0.0.0:${PORT} -w 1 --threads 4 app:app\n"),
    "gunicorn-bind-all": flask("web: gunicorn --bind=:$PORT app:app --log-file -\n"),
    "gunicorn-port-default": flask("web: gunicorn app:app --bind 0.0.0.0:${PORT:-8000}\n"),
    "gunicorn-config": flask(
        "web: gunicorn -c gunicorn.conf.py app:app\n",
        **{"gunicorn.conf.py": "import os\n\nbind = f\"0.0.0.0:{os.environ['PORT']}\"\nworkers = 1\n"}),
    "gunicorn-config-found": flask(
        "web: gunicorn app:app\n", **{"gunicorn.conf.py": "workers = 1\nthreads = 2\n"}),
    "gunicorn-factory": flask(
        "web: gunicorn 'shop:create_app()'\n",
        **{"shop/__init__.py": "def create_app():\n    from flask import Flask\n\n    return Flask(__name__)\n"}),
    "gunicorn-package": flask(
        "web: gunicorn shop.web:app\n", **{"shop/__init__.py": "", "shop/web.py": FLASK}),
    "gunicorn-chdir": flask(
        "web: gunicorn --chdir backend main:app\n", **{"backend/main.py": FLASK}),
    "gunicorn-pythonpath": flask(
        "web: gunicorn --pythonpath src main:app\n", **{"src/main.py": FLASK}),
    "cd-first": flask("web: cd backend && gunicorn main:app --bind 0.0.0.0:$PORT\n", **{"backend/main.py": FLASK}),
    "exec": flask("web: exec gunicorn app:app --bind 0.0.0.0:$PORT\n"),
    "env-before": flask("web: PYTHONUNBUFFERED=1 gunicorn app:app\n"),
    "python-m-gunicorn": flask("web: python -m gunicorn app:app\n"),
    "start-script": flask(
        "web: bash bin/start.sh\n",
        **{"bin/start.sh": "#!/bin/bash\nset -e\nexec gunicorn app:app --bind \"0.0.0.0:$PORT\"\n"}),
    "comments-and-more-types": flask(
        "# the site\nweb: gunicorn app:app\n\nworker: python worker.py\nclock: python clock.py\n",
        **{"worker.py": "import time\n\nif __name__ == '__main__':\n    time.sleep(1)\n",
           "clock.py": "import time\n\nif __name__ == '__main__':\n    time.sleep(1)\n"}),
    "python-app": {"app.py": FLASK + RUNS, "requirements.txt": "flask\n", "Procfile": "web: python app.py\n"},
    "python-unbuffered": {
        "main.py": FLASK + RUNS, "requirements.txt": "flask==3.*\n", "Procfile": "web: python -u main.py\n"},
    "flask-run": {
        "app.py": FLASK, "requirements.txt": "Flask\n",
        "Procfile": "web: flask run --host=0.0.0.0 --port=$PORT\n"},
    "waitress": {
        "wsgi.py": PLAIN, "requirements.txt": "waitress\n",
        "Procfile": "web: waitress-serve --port=$PORT wsgi:application\n"},
    "bottle": {
        "index.py": BOTTLE + "\nif __name__ == '__main__':\n    run(host='0.0.0.0', port=int(os.environ.get('PORT', 5000)))\n",
        "requirements.txt": "bottle\n", "Procfile": "web: python index.py\n"},
    "fastapi-uvicorn": {
        "main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn[standard]\n",
        "Procfile": "web: uvicorn main:app --host 0.0.0.0 --port $PORT\n"},
    "fastapi-uvicorn-equals": {
        "api/__init__.py": "", "api/main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\n",
        "Procfile": "web: uvicorn api.main:app --host=0.0.0.0 --port=${PORT:-5000}\n"},
    "fastapi-gunicorn-workers": {
        "main.py": FASTAPI, "requirements.txt": "fastapi\nuvicorn\ngunicorn\n",
        "Procfile": "web: gunicorn main:app -k uvicorn.workers.UvicornWorker --bind 0.0.0.0:$PORT\n"},
    "fastapi-python-m": {
        "main.py": FASTAPI, "pyproject.toml": "[project]\nname = \"x\"\nversion = \"1\"\ndependencies = [\"fastapi\", \"uvicorn\"]\n",
        "Procfile": "web: python -m uvicorn main:app --host 0.0.0.0 --port $PORT\n"},
    "plain-wsgi": {
        "wsgi.py": PLAIN, "requirements.txt": "gunicorn\n", "Procfile": "web: gunicorn wsgi\n"},
    "django-gunicorn": {**DJANGO, "Procfile": "web: gunicorn shop.wsgi --log-file -\n"},
    "django-hook": {
        **DJANGO, "Procfile": "web: gunicorn shop.wsgi:application --bind 0.0.0.0:$PORT\npostdeploy: python manage.py check\n"},
    "django-uvicorn": {
        **DJANGO, "Procfile": "web: uvicorn shop.asgi:application --host 0.0.0.0 --port $PORT\n"},
    "django-runserver": {**DJANGO, "Procfile": "web: python manage.py runserver 0.0.0.0:$PORT --noreload\n"},
    "uwsgi-ini": {
        "wsgi.py": PLAIN, "requirements.txt": "uwsgi\n", "Procfile": "web: uwsgi uwsgi.ini\n",
        "uwsgi.ini": "[uwsgi]\nhttp-socket = 0.0.0.0:$(PORT)\nmaster = true\nprocesses = 1\nwsgi-file = wsgi.py\ndie-on-term = true\n"},
}

#: Seconds until a project must answer.
BOOT = 30


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def answers(port):
    """The status of the front page; None: nobody listens yet."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def start(folder, venv):
    """Runs the web line as the platform does; an error, or None once it answered."""
    lines = (folder / "Procfile").read_text().splitlines()
    command = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("web:"))
    port = free_port()
    env = {
        "PATH": f"{venv / 'bin'}:/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "PORT": str(port),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            ["bash", "-c", command], cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=log,
            stderr=subprocess.STDOUT, start_new_session=True)
        try:
            for _ in range(BOOT * 10):
                status = answers(port)
                if status is not None:
                    return None if status in (200, 404) else f"answered {status}"
                if process.poll() is not None:
                    break
                time.sleep(0.1)
            log.seek(0)
            return "did not start: " + log.read().decode(errors="replace")[-400:]
        finally:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.wait()


def accused(folder, diagnose):
    """Errors that `lint` reports, for each platform."""
    found = []
    for platform in ("scalingo", "heroku"):
        ran = subprocess.run(
            [diagnose, "lint", str(folder), "--platform", platform, "--format", "concise", "--no-config"],
            capture_output=True, text=True, check=False)
        found += [f"{platform}: {line}" for line in ran.stdout.splitlines() if ": error " in line]
        if ran.returncode not in (0, 1):
            found.append(f"{platform}: exit {ran.returncode}: {ran.stderr}")
    return found


def main():
    diagnose, venv, *names = sys.argv[1:]
    bad = 0
    for name in names or PROJECTS:
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch) / "app"
            for path, text in PROJECTS[name].items():
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text)
            problems = accused(folder, diagnose)
            started = start(folder, pathlib.Path(venv).resolve())
            problems += [started] if started else []
        bad += bool(problems)
        print("bad " if problems else "ok  ", name, *problems, sep="  ", flush=True)
    total = len(names or PROJECTS)
    print(f"{total - bad} of {total} projects start and are not accused")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
