from flask import Flask

application = Flask(__name__)


@application.route("/")
def home():
    return helper_below()


def helper_below():
    return "fine"
