# This file contains the WSGI configuration required to serve up your web application.
import sys

project_home = '/home/olga/forecast'
if project_home not in sys.path:
    sys.path = [project_home] + sys.path

from app import app as application  # noqa
