from flask import Flask

from portal.flask.pages import pages
from portal.setup import Setup


def configure(setup):
    setup.values["TITLE"] = setup.shout("fine")


application = Flask("portal")
application.config.update(Setup.configure(configure))
application.register_blueprint(pages)
