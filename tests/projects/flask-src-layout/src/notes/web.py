from flask import Flask
from notes.text import WORDS

app = Flask(__name__)


@app.route("/")
def home():
    return " ".join(WORDS)
