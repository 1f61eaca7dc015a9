import bottle
from bottle import default_app, route, run


@route("/")
def home():
    return "hello"


application = default_app()

if __name__ == "__main__":
    run(host="localhost", port=8080)
