import importlib

web = importlib.import_module("company.portal.web")
application = getattr(web, "app")
