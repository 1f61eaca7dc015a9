"""Plays the hosting platform's wrapper: imports the user's WSGI file and logs what goes wrong, in its manner.

Run by uWSGI as the WSGI module. Configured by SITE_WWW, SITE_WSGI_MODULE and SITE_ERROR_LOG.
"""

import importlib
import logging
import os
import sys
import traceback

PAGE = b"""<!DOCTYPE html>
<html><head><title>PythonAnywhere: Something went wrong</title></head>
<body><h1>Something went wrong :-(</h1>
<p>There was an error loading your PythonAnywhere-hosted site. There may be a bug in your code.</p>
<p>Error code: <b>Unhandled Exception</b></p></body></html>
"""
STARS = "*" * 51
BANNER = (STARS, "If you're seeing an import error and don't know why,",
          "we have a dedicated help page to help you debug: ",
          "https://help.pythonanywhere.com/pages/DebuggingImportError/", STARS)

_handler = logging.FileHandler(os.environ["SITE_ERROR_LOG"])
_handler.setFormatter(logging.Formatter("%(asctime)s: %(message)s"))


def log(line):
    """One line of the error log."""
    record = logging.LogRecord("root", logging.ERROR, "", 0, "%s", (line,), None)
    _handler.emit(record)


class ErrorLog:
    """sys.stderr and wsgi.errors while a request runs: whole lines, each with its stamp."""

    def __init__(self):
        self._rest = ""

    def write(self, text):
        self._rest += text
        *lines, self._rest = self._rest.split("\n")
        for line in lines:
            log(line)
        return len(text)

    def writelines(self, lines):
        for line in lines:
            self.write(line)

    def flush(self):
        if self._rest:
            log(self._rest)
            self._rest = ""

    def isatty(self):
        return False


def log_failure(error, banner):
    """The platform's block: the exception first, then the frames, without those of importlib and of this file."""
    log("Error running WSGI application")
    for text in traceback.format_exception_only(type(error), error):
        for line in text.rstrip("\n").split("\n"):
            log(line)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == __file__ or "importlib" in frame.filename:
            continue
        for text in traceback.format_list([frame]):
            for line in text.split("\n"):
                log(line)
    if banner:
        for line in BANNER:
            log(line)


sys.path.insert(0, os.environ["SITE_WWW"])
_failure = None
_inner = None
try:
    _inner = importlib.import_module(os.environ["SITE_WSGI_MODULE"]).application
except Exception as error:  # SystemExit and the like end the process, as on the platform
    _failure = error
    log_failure(error, True)
# Only now: what a logger says while the code is imported still goes to stderr, which is the server log.
logging.getLogger().addHandler(_handler)


def application(environ, start_response):
    """The callable that uWSGI calls."""
    sys.stderr = environ["wsgi.errors"] = ErrorLog()
    if _failure is None:
        try:
            return _inner(environ, start_response)
        except Exception as error:
            log_failure(error, False)
    else:
        log_failure(_failure, True)
    start_response("500 Internal Server Error", [("Content-Type", "text/html"), ("Content-Length", str(len(PAGE)))])
    return [PAGE]
