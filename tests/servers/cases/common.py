"""Pieces of sites that several cases use."""

FLASK_APP = """
from flask import Flask

app = Flask(__name__)


@app.route('/')
def hello_world():
    return 'Hello from Flask!'
"""

FLASK_WSGI = """
# This file contains the WSGI configuration required to serve up your web application.
import sys

project_home = '{folder}'
if project_home not in sys.path:
    sys.path = [project_home] + sys.path

from {module} import {name} as application  # noqa
"""
