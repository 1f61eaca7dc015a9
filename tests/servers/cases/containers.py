"""Container platforms: real processes from real Procfiles, the platform's part played by the supervisor."""

from cases.common import FLASK_APP, view
from stacks.container import Container
from stacks.registry import case

GUNICORN = "web: gunicorn app:app\n"


def heroku(name, description, **options):
    """A case on the Heroku-like platform."""
    return case(name, Container, description, platform="heroku", origin="transformed", **options)


def scalingo(name, description, **options):
    """A case on the Scalingo-like platform."""
    return case(name, Container, description, platform="scalingo", origin="transformed", **options)


def crash_on_boot(site, times=2):
    """A deployment whose web process ends at once, restarted and visited."""
    site.deploy()
    for _ in range(times):
        site.boot()
        site.wait(0.4)
    site.route("/")
    site.route("/favicon.ico")


@heroku("heroku-missing-package", "requirements.txt lacks a package that the app imports.",
        first=["module-not-installed"], symptom="last")
def missing_package(site):
    site.write("requirements.txt", "Flask\ngunicorn\n")
    site.write("app.py", FLASK_APP.replace("from flask", "import flask_cors\nfrom flask"))
    site.procfile(GUNICORN)
    crash_on_boot(site)


@heroku("heroku-wrong-attribute", "The Procfile names app:server, the module has `app`.", first=["application-missing"],
        symptom="503", venv="venv-old")
def wrong_attribute(site):
    site.write("app.py", FLASK_APP)
    site.procfile("web: gunicorn app:server\n")
    crash_on_boot(site)


@heroku("heroku-wrong-module", "The Procfile names a module that is not there.",
        first=["application-missing", "module-not-on-path", "procfile-invalid"])
def wrong_module(site):
    site.write("main.py", FLASK_APP)
    site.procfile("web: gunicorn wsgi:app --log-file -\n")
    crash_on_boot(site)


@heroku("heroku-command-not-found", "The Procfile misspells gunicorn.", first=["procfile-invalid"], symptom="503")
def command_not_found(site):
    site.write("app.py", FLASK_APP)
    site.procfile("web: gunicron app:app\n")
    crash_on_boot(site)


@heroku("heroku-fixed-port", "The app listens on port 5000 and not on $PORT.", first=["port-not-bound"], symptom="503")
def fixed_port(site):
    site.write("app.py", FLASK_APP + "\n\nif __name__ == '__main__':\n    app.run(host='0.0.0.0', port=5000)\n")
    site.procfile("web: python app.py\n")
    site.deploy()
    site.boot()
    site.route("/")


@heroku("heroku-localhost-only", "gunicorn binds 127.0.0.1:$PORT.", first=["port-not-bound"])
def localhost(site):
    site.write("app.py", FLASK_APP)
    site.procfile("web: gunicorn --bind 127.0.0.1:$PORT app:app\n")
    site.deploy()
    site.boot()
    site.route("/")


@heroku("heroku-no-web-type", "The Procfile has a worker only.", first=["procfile-invalid", "site-disabled"],
        symptom="last")
def no_web(site):
    site.write("app.py", FLASK_APP)
    site.procfile("worker: python app.py\n")
    site.deploy()
    site.route("/")
    site.route("/robots.txt")


@heroku("heroku-slow-import", "Loading a model at import takes longer than the platform waits for the port.",
        first=["slow-startup"], symptom="503")
def slow_import(site):
    site.write("app.py", view("return 'ok'", head="import time\n", extra="\nprint('loading the model', flush=True)\ntime.sleep(90)\n"))
    site.procfile("web: gunicorn --preload app:app\n")
    site.deploy()
    site.boot()
    site.route("/")


@heroku("heroku-release-failed", "The release phase cannot reach its database, so the release is not deployed.",
        first=["deploy-hook-failed", "database-unreachable"], within_three=["deploy-hook-failed"])
def release_failed(site):
    site.write("app.py", FLASK_APP)
    site.write("migrate.py", "import psycopg2\n\npsycopg2.connect('postgres://app@127.0.0.1:5432/app')\n")
    site.procfile("release: python migrate.py\n" + GUNICORN)
    site.deploy()
    site.run_release()


@heroku("heroku-env-var", "A config var is not set.", first=["missing-env-var"], symptom="503")
def env_var(site):
    site.write("app.py", view("return 'ok'", head="import os\n", extra="\nKEY = os.environ['STRIPE_SECRET_KEY']\n"))
    site.procfile(GUNICORN)
    crash_on_boot(site)


@heroku("heroku-memory", "A process needs more memory than the dyno has; it is killed (R15).", first=["out-of-memory"])
def memory(site):
    site.write("app.py", view("data = bytearray(60_000_000)\ntime.sleep(2)\nreturn 'ok'", head="import time\n"))
    site.procfile(GUNICORN)
    site.deploy()
    site.boot()
    site.say(f"heroku[{site.name}]", "Process running mem=618M(120.8%)")
    site.say(f"heroku[{site.name}]", "Error R14 (Memory quota exceeded)")
    site.route("/", timeout=4)
    site.say(f"heroku[{site.name}]", "Process running mem=1083M(211.5%)")
    site.say(f"heroku[{site.name}]", "Error R15 (Memory quota vastly exceeded)")
    site.say(f"heroku[{site.name}]", "Stopping process with SIGKILL")
    site.process.kill()
    site.wait(0.5)
    site.say(f"heroku[{site.name}]", "Process exited with status 137")
    site.say(f"heroku[{site.name}]", "State changed from up to crashed")
    site.route("/")


@heroku("heroku-slow-requests", "A view takes longer than the router waits (H12).", first=["harakiri-slow-request"],
        symptom="last", first_byte=2)
def slow_requests(site):
    site.write("app.py", view("time.sleep(20)\nreturn 'ok'", head="import time\n") +
               "\n\n@app.route('/ok')\ndef ok():\n    return 'ok'\n")
    site.procfile("web: gunicorn --workers 3 app:app\n")
    site.deploy()
    site.boot()
    site.route("/ok")
    site.route("/")
    site.route("/")


@heroku("heroku-ends-by-itself", "The web process is a script that prints and ends.", first=["exit-on-start", "procfile-invalid"],
        symptom="503")
def ends(site):
    site.write("main.py", "print('all reports are written')\n")
    site.procfile("web: python main.py\n")
    crash_on_boot(site)


@heroku("heroku-syntax-error", "The release does not compile.", first=["wsgi-syntax-error"], symptom="503", venv="venv-old")
def syntax_error(site):
    site.write("app.py", FLASK_APP.replace("def hello_world():", "def hello_world(:"))
    site.procfile(GUNICORN)
    crash_on_boot(site)


@heroku("heroku-view-error", "A view fails on each visit.", first=["app-exception"], symptom="last")
def view_error(site):
    site.write("app.py", view("return [1, 2][5]"))
    site.procfile(GUNICORN)
    site.deploy()
    site.boot()
    site.route("/")
    site.route("/")


@heroku("heroku-healthy-cycling", "The daily restart: SIGTERM, a new process, all well.", first=[], symptom="ok")
def cycling(site):
    site.write("app.py", FLASK_APP)
    site.procfile(GUNICORN)
    site.deploy()
    site.boot()
    site.route("/")
    site.say(f"heroku[{site.name}]", "Cycling")
    site.say(f"heroku[{site.name}]", "State changed from up to starting")
    site.say(f"heroku[{site.name}]", "Stopping all processes with SIGTERM")
    site.process.terminate()
    site.process.wait(10)
    site.wait(0.5)
    site.say(f"heroku[{site.name}]", "Process exited with status 0")
    site.boot()
    site.route("/")
    site.route("/robots.txt")
    site.route("/")


@heroku("heroku-healthy-after-bad-release", "Release 4 crashed for want of a package; release 5 has it.", first=[],
        symptom="ok")
def bad_release(site):
    site.write("app.py", FLASK_APP.replace("from flask", "import flask_login\nfrom flask"))
    site.procfile(GUNICORN)
    crash_on_boot(site, times=1)
    site.write("app.py", FLASK_APP)
    site.deploy(5)
    site.boot()
    for _ in range(3):
        site.route("/")


FAILED = (" !   Error deploying the application",)


@scalingo("scalingo-fixed-port", "The app listens on 127.0.0.1:5000 and not on $PORT.", first=["port-not-bound"])
def s_fixed_port(site):
    site.write("app.py", FLASK_APP + "\n\nif __name__ == '__main__':\n    app.run()\n")
    site.procfile("web: python app.py\n")
    site.boot()
    site.deployment_output("<-- Start deployment of [my-app] -->", "-----> Procfile declares types -> web",
                           " Waiting for your application to boot...",
                           " !   → Timeout: my-app took more than 60 seconds to boot", *FAILED)


@scalingo("scalingo-slow-start", "The module waits for a service before it listens.", first=["slow-startup", "import-time-blocking"])
def s_slow(site):
    site.write("app.py", view("return 'ok'", head="import time\n", extra="\nprint('warming the cache', flush=True)\ntime.sleep(120)\n"))
    site.procfile("web: gunicorn --bind 0.0.0.0:$PORT --preload app:app\n")
    site.boot()
    site.deployment_output("<-- Start deployment of [my-app] -->", "-----> Procfile declares types -> web",
                           " Waiting for your application to boot...",
                           " !   → Timeout: my-app took more than 60 seconds to boot", *FAILED)


@scalingo("scalingo-missing-package", "A package is missing in requirements.txt; the container ends at once.",
          first=["module-not-installed"])
def s_missing(site):
    site.write("requirements.txt", "Flask\ngunicorn\n")
    site.write("app.py", FLASK_APP.replace("from flask", "import babel\nfrom flask"))
    site.procfile("web: gunicorn --bind 0.0.0.0:$PORT app:app\n")
    site.boot()
    site.wait(0.4)
    site.boot()


@scalingo("scalingo-command-not-found", "The Procfile names a command that is not there.", first=["procfile-invalid"])
def s_command(site):
    site.write("app.py", FLASK_APP)
    site.procfile("web: unicorn app:app --port $PORT\n")
    site.boot()


@scalingo("scalingo-postdeploy-failed", "The postdeploy hook fails: its table is missing.",
          first=["deploy-hook-failed", "database-schema"], within_three=["deploy-hook-failed"])
def s_hook(site):
    site.write("app.py", FLASK_APP)
    site.write("seed.py", "import sqlite3\n\nsqlite3.connect(':memory:').execute('insert into plan values (1)')\n")
    site.procfile("web: gunicorn --bind 0.0.0.0:$PORT app:app\npostdeploy: python seed.py\n")
    site.boot()
    site.run_release()
    site.deployment_output("<-- Start deployment of [my-app] -->", "-----> Procfile declares types -> postdeploy, web",
                           " Waiting for your application to boot...", " !   Error deploying the application",
                           " !   → The postdeploy hook failed")


@scalingo("scalingo-env-var", "An environment variable is missing; the containers are started again and again.",
          first=["missing-env-var"], symptom="503", router_log=True)
def s_env(site):
    site.write("app.py", view("return 'ok'", head="import os\n", extra="\nDB = os.environ['DATABASE_URL']\n"))
    site.procfile("web: gunicorn --bind 0.0.0.0:$PORT app:app\n")
    for _ in range(3):
        site.boot()
        site.wait(0.5)
    site.route("/")


@scalingo("scalingo-healthy", "A deployment, a restart, and good answers.", first=[], symptom="ok", router_log=True)
def s_healthy(site):
    site.write("app.py", FLASK_APP)
    site.procfile("web: gunicorn --bind 0.0.0.0:$PORT --access-logfile - app:app\n")
    site.boot()
    site.route("/")
    site.route("/favicon.ico")
    site.process.terminate()
    site.process.wait(10)
    site.say("manager", f"container [{site.name}] ({site.container}) has stopped")
    site.boot()
    for _ in range(3):
        site.route("/")


@scalingo("scalingo-worker-not-in-procfile", "A worker was scaled up that the Procfile does not have.",
          first=["procfile-invalid"])
def s_worker(site):
    site.write("app.py", FLASK_APP)
    site.procfile("web: gunicorn --bind 0.0.0.0:$PORT app:app\njobs: python jobs.py\n")
    site.boot()
    site.say("worker-1", "Task 'worker' has not been found in your 'Procfile'")
    site.say("manager", f"container [worker-1] ({site.container}) has stopped")
