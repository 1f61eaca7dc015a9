from pathlib import Path
import sys

BASE = Path(__file__).resolve().parent
sys.path.append(str(BASE))

from library import create_app

application = create_app()
