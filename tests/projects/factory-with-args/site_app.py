import functools
import logging

from flask import Flask

logging.basicConfig(level=logging.INFO)


class Site(Flask):
    def serve_locally(self):
        self.run(port=5000)


@functools.lru_cache
def settings(name):
    return {"DEBUG": name == "development"}


def make_app(name, **extra):
    app = Site(__name__)
    app.config.update(settings(name), **extra)

    @app.route("/")
    def home():
        return name

    if name == "never":
        app.run()
    return app


if __name__ == "__main__":
    make_app("development").serve_locally()
