import os
import sys

from flask import Flask

app = Flask(__name__)

@app.route("/")
def home():
    return "hello"


def serve(port=8000):
    from waitress import serve as start
    start(app, port=port)


if os.environ.get("RUN_LOCALLY") == "yes":
    app.run(port=5000)

if False:
    app.run()

if len(sys.argv) > 1 and sys.argv[1] == "serve":
    serve()

if __name__ == "__main__":
    if os.name == "nt":
        serve()
    else:
        app.run()
elif __name__ == "never":
    sys.exit(1)
