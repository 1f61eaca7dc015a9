import blog.views

NAME = "post"


def late():
    return blog.views.home()
