import time
from flask import Flask, render_template, request

app = Flask(__name__)

# stands for a large model
time.sleep(4)


@app.route('/')
def index():
    return 'sunny'
