STARRED = "from a star"


def __getattr__(name):
    if name == "made":
        return "made when asked for"
    raise AttributeError(name)
