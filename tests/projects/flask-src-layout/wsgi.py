import os
import sys

HERE = os.path.dirname(__file__)
sys.path[0:0] = [os.path.join(HERE, "src")]

import notes.web

application = notes.web.app
