from .base import *

DEBUG = False
ALLOWED_HOSTS = [host for host in ["localhost", "127.0.0.1"]]
LOG_LEVEL = "INFO"
