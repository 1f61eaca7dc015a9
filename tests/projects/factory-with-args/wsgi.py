import os

from site_app import make_app

config = "production" if os.environ.get("APP_ENV") == "production" else "development"
app = make_app(config)
application = app.wsgi_app if os.environ.get("BARE") else app

del config
