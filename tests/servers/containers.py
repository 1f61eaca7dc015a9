#!/usr/bin/env python3
"""A small container platform: starts real processes from real Procfiles and keeps their boots.

    containers.py [NAME…]     run these cases (or all) and write fixtures/ct-NAME-PLATFORM/

Each case is a project with a Procfile. Its web command runs with PORT and a short boot limit; what
the process really wrote, how it ended and where it listened is written once per platform in that
platform's log format. The minute of a boot limit is told, not waited for. Needs the virtualenv of
setup_venv.sh (TARGET/venv, or the folder in DIAGNOSE_VENV).
"""

import datetime
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
VENV = pathlib.Path(os.environ.get("DIAGNOSE_VENV", ROOT / "target" / "venv"))
LIMIT = 7.0
BASE = datetime.datetime(2026, 11, 20, 9, 0, 0)
FLASK = "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get('/')\ndef home():\n    return 'hello'\n"
WANTS = "Flask==3.0.3\ngunicorn==22.0.0\nuvicorn==0.30.1\n"

# name: (description, files, Procfile, causes that may be first)
CASES = {
    "module-missing": ("app.py imports a package that requirements.txt does not name.",
                       {"app.py": "import stripe_checkout\n" + FLASK}, "web: gunicorn app:app", ["module-not-installed"]),
    "own-module-missing": ("app.py imports a module of the project that was not committed.",
                           {"app.py": "from .settings import DEBUG\n" + FLASK}, "web: gunicorn app:app",
                           ["module-not-on-path"]),
    "syntax": ("app.py does not compile.", {"app.py": FLASK + "\ndef broken(:\n    pass\n"}, "web: gunicorn app:app",
               ["wsgi-syntax-error"]),
    "env-var": ("The code needs a variable that is not set on the platform.",
                {"app.py": "import os\n" + FLASK + "\napp.secret_key = os.environ['SHOP_SECRET_KEY']\n"},
                "web: gunicorn app:app", ["missing-env-var"]),
    "wrong-attr": ("The Procfile names an object that app.py does not define.", {"app.py": FLASK},
                   "web: gunicorn app:application", ["application-missing"]),
    "wrong-module": ("The Procfile names a module that is not in the project.", {"app.py": FLASK},
                     "web: gunicorn wsgi:app", ["application-missing", "module-not-on-path"]),
    "fixed-port": ("gunicorn listens on a port of its own instead of $PORT.", {"app.py": FLASK},
                   "web: gunicorn app:app --bind 0.0.0.0:8023", ["port-not-bound"]),
    "localhost": ("gunicorn listens on 127.0.0.1.", {"app.py": FLASK},
                  "web: gunicorn app:app --bind 127.0.0.1:$PORT", ["port-not-bound"]),
    "flask-run": ("The Procfile starts Flask's development server on its own port.", {"app.py": FLASK},
                  "web: flask run --port 5023", ["port-not-bound", "dev-server-run"]),
    "app-run": ("python app.py runs app.run() on a fixed port.",
                {"app.py": FLASK + "\n\nif __name__ == '__main__':\n    app.run(port=5024)\n"}, "web: python app.py",
                ["port-not-bound", "dev-server-run"]),
    "command": ("The program of the Procfile is misspelled.", {"app.py": FLASK}, "web: guniconr app:app",
                ["procfile-invalid"]),
    "option": ("gunicorn does not know an option of the Procfile.", {"app.py": FLASK},
               "web: gunicorn app:app --worker-count 3", ["procfile-invalid"]),
    "not-executable": ("The start script is not executable.", {"app.py": FLASK, "start.sh": "#!/bin/bash\ngunicorn app:app\n"},
                       "web: ./start.sh", ["procfile-invalid", "permission-denied"]),
    "script-missing": ("The Procfile runs a script that is not in the project.", {"app.py": FLASK},
                       "web: python server.py", ["procfile-invalid", "file-not-found"]),
    "ends": ("python app.py defines the app and ends: nothing serves it.", {"app.py": FLASK}, "web: python app.py",
             ["exit-on-start"]),
    "exits": ("The app ends itself while it is imported.",
              {"app.py": "import sys\n\nprint('no licence found, stopping')\nsys.exit(4)\n"}, "web: python app.py",
              ["exit-on-start"]),
    "sleeps": ("Importing the app takes longer than the boot limit.",
               {"app.py": "import time\n\nprint('loading the model', flush=True)\ntime.sleep(600)\n" + FLASK},
               "web: uvicorn app:app --host 0.0.0.0 --port $PORT", ["slow-startup", "import-time-blocking", "port-not-bound"]),
    "asgi-attr": ("uvicorn is told a name that main.py does not define.",
                  {"main.py": "async def application(scope, receive, send):\n    pass\n"},
                  "web: uvicorn main:app --host 0.0.0.0 --port $PORT", ["application-missing"]),
    "file": ("The app opens a file that was not committed.",
             {"app.py": "import json\n\nwith open('config/prices.json') as prices:\n    PRICES = json.load(prices)\n" + FLASK},
             "web: gunicorn app:app", ["file-not-found"]),
    "segfault": ("A native library crashes while the app starts.",
                 {"app.py": "import ctypes\n\nctypes.string_at(0)\n"}, "web: python -X faulthandler app.py", ["segfault"]),
    "fine": ("The app starts and listens where it should.", {"app.py": FLASK}, "web: gunicorn app:app", []),
}


class Boot:
    """One start: lines with their time, how it ended, and whether it listened on $PORT."""

    def __init__(self, folder, command, port):
        self.lines, self.status, self.bound = [], None, False
        environment = {"PATH": f"{VENV}/bin:/usr/bin:/bin", "PORT": str(port), "HOME": str(folder), "LANG": "C.UTF-8",
                       "PYTHONUNBUFFERED": "1", "FLASK_APP": "app"}
        began = time.monotonic()
        process = subprocess.Popen(["bash", "-c", command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True)

        def read():
            for line in process.stdout:
                self.lines.append((time.monotonic() - began, clean(line.rstrip("\n"), folder, port)))

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        while time.monotonic() - began < LIMIT and process.poll() is None and not self.bound:
            time.sleep(0.2)
            self.bound = listens(port)
        if self.bound:
            # gunicorn listens before its workers have loaded the app.
            time.sleep(2.5)
        self.status = process.poll()
        self.bound = self.bound and self.status is None
        self.seconds = time.monotonic() - began
        if self.status is None:
            os.killpg(process.pid, signal.SIGKILL)
        reader.join(3)
        if self.status is not None and self.status < 0:
            self.status = 128 - self.status


def clean(line, folder, port):
    """Paths and ports as the platform has them."""
    line = line.replace(str(folder), "/app").replace(str(VENV), "/app/.venv")
    base = os.path.realpath(VENV / "bin" / "python")
    return line.replace(str(pathlib.Path(base).parent.parent), "/usr/local").replace(str(port), "34567")


def listens(port):
    """Whether something accepts connections on all addresses, as the platform's router asks."""
    wanted = f"00000000:{port:04X}"
    with open("/proc/net/tcp", encoding="ascii") as table:
        return any(row.split()[1] == wanted and row.split()[3] == "0A" for row in table.readlines()[1:])


def stamp(seconds, form):
    at = BASE + datetime.timedelta(seconds=seconds)
    if form == "scalingo":
        return at.strftime("%Y-%m-%d %H:%M:%S.%f") + "000 +0000 UTC"
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f") + "+00:00"


def scalingo(boot, command):
    ident = "655b1f0a8cd32a7c9c3f6c1d"
    app = [f"{stamp(0, 'scalingo')} [manager] container [web-1] ({ident}) started with the command '{command}'"]
    app += [f"{stamp(t + 0.1, 'scalingo')} [web-1] {line}" for t, line in boot.lines]
    output = ["<-- Start deployment of [my-app] -->", "-----> Procfile declares types -> web", " Build complete, shipping your container...",
              " Waiting for your application to boot..."]
    if boot.bound:
        output += [" <-- https://my-app.osc-fr1.scalingo.io -->"]
    elif boot.status is None:
        output += [" !   Error deploying the application", " !   → Timeout: my-app took more than 60 seconds to boot"]
    else:
        output += [" !   Error deploying the application"]
    return {"app.log": app, "deployment.log": output}, ["--platform-log", "deployment.log", "--platform-log", "app.log"]


def heroku(boot, command):
    log = [f"{stamp(-1, 'heroku')} app[api]: Release v12 created by user ann@example.com",
           f"{stamp(0, 'heroku')} heroku[web.1]: Starting process with command `{command}`"]
    log += [f"{stamp(t + 0.1, 'heroku')} app[web.1]: {line}" for t, line in boot.lines]
    end = boot.seconds + 0.3
    if boot.bound:
        log += [f"{stamp(end, 'heroku')} heroku[web.1]: State changed from starting to up"]
    else:
        if boot.status is None:
            end = 60.4
            log += [f"{stamp(end, 'heroku')} heroku[web.1]: Error R10 (Boot timeout) -> Web process failed to bind to $PORT within 60 seconds of launch",
                    f"{stamp(end + .1, 'heroku')} heroku[web.1]: Stopping process with SIGKILL"]
        status = 137 if boot.status is None else boot.status
        log += [f"{stamp(end + .2, 'heroku')} heroku[web.1]: Process exited with status {status}",
                f"{stamp(end + .3, 'heroku')} heroku[web.1]: State changed from starting to crashed",
                f"{stamp(end + 9, 'heroku')} heroku[router]: at=error code=H10 desc=\"App crashed\" method=GET path=\"/\" host=my-app.herokuapp.com request_id=1 fwd=\"203.0.113.5\" dyno= connect= service= status=503 bytes= protocol=https"]
    return {"heroku.log": log}, ["--platform-log", "heroku.log"]


def render(boot, command):
    log = ["==> Deploying...", f"==> Running '{command}'"] + [line for _, line in boot.lines]
    if boot.bound:
        log += ["==> Your service is live"]
    elif boot.status is None:
        log += ["==> No open ports detected, continuing to scan...",
                "==> Port scan timeout reached, no open ports detected on 0.0.0.0. Detected open ports on localhost -- did you mean to bind one of these to 0.0.0.0?"
                if any("127.0.0.1" in line for _, line in boot.lines) else
                "==> Port scan timeout reached, no open ports detected on 0.0.0.0."]
    else:
        log += [f"==> Exited with status {boot.status}" if boot.status else "==> Application exited early"]
    return {"render.log": log}, ["--platform-log", "render.log"]


PLATFORMS = {"scalingo": scalingo, "heroku": heroku, "render": render}


def scenario(name, platform, files, arguments, description, first):
    folder = ROOT / "fixtures" / f"ct-{name}-{platform}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file, lines in files.items():
        (folder / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
    words = arguments + ["--platform", platform]
    quoted = ", ".join(f'"{word}"' for word in words)
    causes = ", ".join(f'"{cause}"' for cause in first)
    verdict, status = ("broken", 1) if first else ("unknown", 0)
    (folder / "scenario.toml").write_text(
        f'origin = "{"captured" if platform == "scalingo" else "transformed"}"\nplatform = "{platform}"\n'
        f'description = "{description}"\nargs = [{quoted}]\n\n[expect]\nverdict = "{verdict}"\n'
        f"first = [{causes}]\nexit = {status}\n", encoding="utf-8")


def main():
    for name in sys.argv[1:] or CASES:
        description, files, procfile, first = CASES[name]
        with tempfile.TemporaryDirectory(prefix="app-") as scratch:
            folder = pathlib.Path(scratch)
            for file, text in {"requirements.txt": WANTS, "Procfile": procfile + "\n", **files}.items():
                (folder / file).write_text(text, encoding="utf-8")
            with socket.socket() as free:
                free.bind(("", 0))
                port = free.getsockname()[1]
            command = procfile.split(": ", 1)[1]
            boot = Boot(folder, command, port)
        print(f"{name}: status {boot.status}, bound {boot.bound}, {len(boot.lines)} lines", flush=True)
        for platform, write in PLATFORMS.items():
            wanted = first
            if platform == "render" and name == "fixed-port":
                continue  # Render finds any open port.
            shown = command.replace("$PORT", "34567") if platform == "heroku" else command
            logs, arguments = write(boot, shown)
            scenario(name, platform, logs, arguments, description, wanted)


if __name__ == "__main__":
    main()
