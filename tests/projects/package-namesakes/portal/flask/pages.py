from flask import Blueprint, current_app

pages = Blueprint("pages", __name__)


@pages.route("/")
def home():
    return current_app.config["TITLE"]
