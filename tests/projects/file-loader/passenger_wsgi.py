import os
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

settings = SourceFileLoader("settings", os.path.join(HERE, "settings.py")).load_module()

spec = spec_from_file_location("run", os.path.join(HERE, "run.py"))
run = module_from_spec(spec)
spec.loader.exec_module(run)

application = run.make_app(settings.DATA)
