import blog
from blog import app
from blog import models


@app.route("/")
def home():
    return blog.TITLE + models.NAME
