from flask import Flask


def build(name):
    app = Flask(name)

    @app.route("/")
    def home():
        return name

    return app
