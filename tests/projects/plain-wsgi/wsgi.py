class Upper:
    def __init__(self, app):
        self.app = app

    def __call__(self, environ, start_response):
        return [part.upper() for part in self.app(environ, start_response)]


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


application = Upper(hello)
