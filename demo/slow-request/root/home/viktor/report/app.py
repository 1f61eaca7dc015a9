from flask import Flask, render_template, request

app = Flask(__name__)


@app.route('/')
def index():
    total = 0
    while True:
        total += 1
    return str(total)
