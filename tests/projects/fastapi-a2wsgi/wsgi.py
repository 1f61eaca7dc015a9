from a2wsgi import ASGIMiddleware

from api.main import app

application = ASGIMiddleware(app)
