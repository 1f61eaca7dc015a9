def title():
    from .config import Config
    return Config.DATABASE
