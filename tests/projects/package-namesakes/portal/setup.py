class Setup:
    def __init__(self, start=None):
        self.values = dict(start or {})

    @classmethod
    def configure(cls, configure):
        setup = cls()
        configure(setup)
        return setup.values

    @staticmethod
    def shout(text):
        return text.upper()
