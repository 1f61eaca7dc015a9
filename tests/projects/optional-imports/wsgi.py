try:
    from local_settings import DEBUG
except ImportError:
    DEBUG = False

try:
    import ujson as json
except ModuleNotFoundError:
    import json

from contextlib import suppress

with suppress(ImportError):
    import fancy_profiler

try:
    import uwsgi
except Exception:
    uwsgi = None

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from not_there import Thing

from flask import Flask

app = Flask(__name__)


@app.route("/")
def home():
    return json.dumps({"debug": DEBUG})


application = app
