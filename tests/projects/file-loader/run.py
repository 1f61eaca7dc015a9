from flask import Flask


def make_app(data):
    app = Flask(__name__)
    app.config["DATA"] = str(data)

    @app.route("/")
    def home():
        return "hello"

    return app


if __name__ == "__main__":
    make_app("data").run()
