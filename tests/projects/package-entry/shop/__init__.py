from flask import Flask


def create_app():
    app = Flask(__name__)

    from . import email, types

    @app.get("/")
    def index():
        return types.NAME + email.subject()

    return app
