from flask import Flask

from ..shared import names
from . import settings

app = Flask(__name__)


@app.route("/")
def home():
    return names.TITLE + settings.SUFFIX
