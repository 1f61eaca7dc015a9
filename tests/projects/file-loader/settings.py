import os
from pathlib import Path

BASE_DIR = os.path.dirname(os.path.abspath(__file__))
HALF = len(BASE_DIR) / 2
DATA = Path(BASE_DIR) / "data"
CACHE = "/tmp" / DATA
