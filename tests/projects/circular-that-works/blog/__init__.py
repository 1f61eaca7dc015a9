from flask import Flask

app = Flask(__name__)
TITLE = "blog"

from blog import views  # noqa: E402
