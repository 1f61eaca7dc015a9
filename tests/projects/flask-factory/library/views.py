import time

from flask import Blueprint

from . import models

pages = Blueprint("pages", __name__)


@pages.route("/")
def home():
    return models.title()


def worker():
    while True:
        time.sleep(60)
