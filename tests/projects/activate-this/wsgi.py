import os
import site
import sys

HERE = os.path.dirname(os.path.realpath(__file__))
site.addsitedir(os.path.join(HERE, "vendor"))
os.chdir(HERE)
sys.path += [os.getcwd(), "{}/lib".format(HERE)]
os.environ.setdefault("MODE", "live")

activate_this = os.path.join(HERE, "bin", "activate_this.py")
if os.path.exists(activate_this):
    with open(activate_this) as handle:
        exec(handle.read(), dict(__file__=activate_this))

import helpers
import tools

app = helpers.build(tools.NAME)
application = app
