"""Writes a project of N modules, all of which its WSGI file reaches: a tree of packages, five imports a file, in
every form (absolute, relative, star, `as`, importlib, standard library, not installed, optional).

    python3 benches/make_project.py FOLDER [N]        default 3,000
"""

import pathlib
import random
import sys

folder = pathlib.Path(sys.argv[1])
count = int(sys.argv[2]) if len(sys.argv) > 2 else 3000
chance = random.Random(4)
per_package = 30
names = [f"shop.area{n // per_package:03}.part{n % per_package:02}" for n in range(count - 1)]
packages = sorted({name.rpartition(".")[0] for name in names})

BODY = '''
logger = logging.getLogger(__name__)
LIMIT = {n}
CHOICES = [("draft", "Draft"), ("paid", "Paid"), ("sent", "Sent")]


class Order{n}(object):
    """One order of area {n}, kept as long as the customer wants."""

    fields = {{"id": int, "title": str, "price": float}}

    def __init__(self, title, price=0.0, **options):
        self.title = title
        self.price = price
        self.options = {{key: value for key, value in options.items() if value is not None}}

    def total(self, amount, *, tax=0.19):
        if amount > LIMIT or not self.price:
            raise ValueError(f"{{amount}} of {{self.title!r}} is more than {{LIMIT}}")
        return round(amount * self.price * (1 + tax), 2)

    def save(self, path):
        with open(os.path.join(path, f"{{self.title}}.json"), "w") as out:
            json.dump({{"title": self.title, "price": self.price}}, out)
        logger.info("saved %s", self.title)


def find{n}(orders, title):
    return next((order for order in orders if order.title == title), None)


def report{n}(orders):
    lines = []
    for number, order in enumerate(sorted(orders, key=lambda order: order.price), start=1):
        lines.append("%d. %s: %.2f" % (number, order.title, order.price))
    return "\\n".join(lines)
'''


def package_of(name):
    return name.rpartition(".")[0]


def imports(at):
    """Earlier modules only, so that there is no cycle; the one before, so that all are reached."""
    yield "import json\nimport logging\nimport os\n"
    here = package_of(names[at])
    before = names[at - 1]
    if at % 8:
        package, _, module = before.rpartition(".")
        if package == here:
            yield f"from .{module} import Order{at - 1}, find{at - 1}\n"
        else:
            yield f"from {package} import {module}\n"
    for other in {chance.randrange(max(1, at)) for _ in range(3)} - {at}:
        package, _, module = names[other].rpartition(".")
        yield chance.choice([
            f"import {names[other]}\n",
            f"from {package} import {module} as other{other}\n",
            f"from {names[other]} import find{other} as look{other}, report{other}\n",
            f"from ..{package.rpartition('.')[2]} import {module}\n",
        ])
    if at % 40 == 7:
        yield f"from .{before.rpartition('.')[2]} import *\n" if package_of(before) == here else ""
    if at % 10 == 3:
        yield "try:\n    import ujson\nexcept ImportError:\n    ujson = None\n"


for package in packages:
    path = folder / package.replace(".", "/")
    path.mkdir(parents=True, exist_ok=True)
    (path / "__init__.py").write_text("")
(folder / "shop" / "__init__.py").write_text("")
for at, name in enumerate(names):
    text = "".join(imports(at)) + BODY.format(n=at)
    (folder / (name.replace(".", "/") + ".py")).write_text(text)
# The last of every eight: the modules import backwards from them.
heads = "".join(f"import {name}\n" for at, name in enumerate(names) if at % 8 == 7 or at == len(names) - 1)
(folder / "wsgi.py").write_text(
    f"import sys\n\nsys.path.insert(0, __import__('os').path.dirname(__file__))\n{heads}\n\n"
    "def application(environ, start_response):\n"
    '    start_response("200 OK", [("Content-Type", "text/plain")])\n'
    '    return [b"ok"]\n'
)
