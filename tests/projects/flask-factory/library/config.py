import os


class Config:
    SECRET_KEY = os.environ.get("SECRET_KEY") or "only for tests"
    DATABASE = os.getenv("DATABASE", "books.db")
