#!/usr/bin/env python3
"""Writes a PythonAnywhere-like site for measuring: three logs whose times rise up to a fixed end, a WSGI file
and a project of many files. The same arguments give the same bytes.

    make_site.py FOLDER BYTES_PER_LOG [PROJECT_FILES]
"""

import datetime
import pathlib
import random
import sys

END = datetime.datetime(2026, 11, 21, 3, 0, 0)
VENV = "/home/kara/.virtualenvs/shop/lib/python3.13/site-packages/flask/app.py"
ROUTES = ["/", "/shop", "/about", "/cart", "/orders/{n}", "/product/{n}", "/api/items?page={n}", "/login", "/static/site.css"]
AGENTS = [
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    "Mozilla/5.0 (compatible; ExampleBot/2.1; +http://bot.example/about)",
]
FRAMES = [
    (1511, "wsgi_app", "response = self.full_dispatch_request()"),
    (919, "full_dispatch_request", "rv = self.handle_user_exception(e)"),
    (917, "full_dispatch_request", "rv = self.dispatch_request()"),
    (902, "dispatch_request", "return self.ensure_sync(self.view_functions[rule.endpoint])(**view_args)"),
]
FAULTS = [
    ("/checkout", 41, "pay", "total = basket['total']", "KeyError: 'total'"),
    ("/orders/{n}", 88, "order", "return shown(orders[number])", "IndexError: list index out of range"),
    ("/report", 23, "report", "mean = sum(values) / len(values)", "ZeroDivisionError: division by zero"),
    ("/product/{n}", 61, "product", "price = item.price.amount", "AttributeError: 'NoneType' object has no attribute 'price'"),
]
NOTES = [
    "INFO in shop: order {n} was placed by customer {n}",
    "INFO in mail: sent receipt {n} in 0.{n} s",
    "WARNING in stock: item {n} is running low, {n} left",
    "INFO in cache: refreshed {n} entries of the front page",
]


def error_record(rnd, stamp):
    if rnd.random() < 0.55:
        return f"{stamp},{rnd.randrange(1000):03}: {rnd.choice(NOTES)}\n".replace("{n}", str(rnd.randrange(90000)))
    route, line, function, source, message = rnd.choice(FAULTS)
    route = route.replace("{n}", str(rnd.randrange(900)))
    out = [f"{stamp},{rnd.randrange(1000):03}: Exception on {route} [GET]", "Traceback (most recent call last):"]
    for number, name, text in FRAMES:
        out += [f'  File "{VENV}", line {number}, in {name}', f"    {text}", "    " + " " * 11 + "^" * (len(text) - 11)]
    out += [f'  File "/home/kara/shop/app.py", line {line}, in {function}', f"    {source}", message]
    return "\n".join(out) + "\n"


def server_record(rnd, stamp):
    if rnd.random() < 0.0005:
        out = [
            "[uWSGI] getting INI configuration from /etc/uwsgi/kara.pythonanywhere.com.ini",
            "*** Starting uWSGI 2.0.31 (64bit) ***",
            "compiled with version: 12.2.0",
            "detected number of CPU cores: 2",
            "Python version: 3.13.1 (main, May  9 2026, 07:35:25) [GCC 12.2.0]",
            "WSGI app 0 (mountpoint='') ready in 1 seconds on interpreter 0x7f49dfb76ef8 pid: 19 (default app)",
            "spawned uWSGI master process (pid: 19)",
            "spawned uWSGI worker 1 (pid: 20, cores: 1)",
        ]
        return "".join(f"{stamp} {line}\n" for line in out)
    n = rnd.randrange(90000)
    word = rnd.choice(["basket of visitor", "picture", "page", "newsletter", "search for product"])
    return f"{stamp} {word} {n} done after {n % 900} ms, {n % 17} items, cache {'hit' if n % 3 else 'filled'}\n"


def access_record(rnd, at):
    route = rnd.choice(ROUTES).replace("{n}", str(rnd.randrange(900)))
    status = rnd.choices([200, 304, 302, 404, 500], [86, 6, 4, 3, 1])[0]
    agent = rnd.choice(AGENTS)
    return (
        f'10.0.0.46 - - [{at:%d/%b/%Y:%H:%M:%S} +0000] "GET {route} HTTP/1.1" {status} {rnd.randrange(200, 90000)} "-" '
        f'"{agent}" "203.0.113.{rnd.randrange(255)}" response-time=0.{rnd.randrange(1000):03}\n'
    )


def write_log(path, size, record, step):
    """`step`: seconds a record; the last one stands at the end of time."""
    # What a record says does not depend on its time, so a first pass tells how many there will be.
    rnd, count, length = random.Random(path.name), 0, 0
    while length < size:
        length += len(record(rnd, END))
        count += 1
    rnd = random.Random(path.name)
    with open(path, "w") as out:
        for left in reversed(range(count)):
            out.write(record(rnd, END - datetime.timedelta(seconds=step * left)))


def write_project(root, count):
    root.mkdir(parents=True)
    for at in range(count):
        package = root / f"part{at // 60:02}"
        package.mkdir(exist_ok=True)
        (package / "__init__.py").touch()
        (package / f"module{at % 60:02}.py").write_text(
            f"import json\nimport os\n\nLIMIT = {at}\n\n\nclass Item{at}:\n    def __init__(self, name, price=None):\n"
            "        self.name = name\n        self.price = price\n\n    def shown(self):\n"
            "        return json.dumps({'name': self.name, 'price': self.price, 'home': os.environ.get('HOME')})\n\n\n"
            f"def make(names):\n    found = [Item{at}(name) for name in names if len(name) < LIMIT]\n"
            "    return sorted(found, key=lambda item: item.name)\n"
        )
    lines = ["from flask import Flask", "", "app = Flask(__name__)", ""]
    # what the tracebacks quote stands where they say, so that the code is the one that failed
    for _, at, function, source, _ in sorted(FAULTS, key=lambda fault: fault[1]):
        lines += ["#"] * (at - 2 - len(lines)) + [f"def {function}(basket=None, orders=None, values=(), item=None):", f"    {source}"]
    lines += [f"from part{n:02} import module00 as first{n}" for n in range((count + 59) // 60)]
    (root / "app.py").write_text("\n".join(lines) + "\n")


def main():
    root, size = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    files = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    logs = root / "var/log"
    logs.mkdir(parents=True)
    plain = "%Y-%m-%d %H:%M:%S"
    site = "kara.pythonanywhere.com"
    write_log(logs / f"{site}.error.log", size, lambda rnd, at: error_record(rnd, f"{at:{plain}}"), 9.0)
    write_log(logs / f"{site}.server.log", size, lambda rnd, at: server_record(rnd, f"{at:{plain}}"), 1.4)
    write_log(logs / f"{site}.access.log", size, access_record, 3.7)
    www = root / "var/www"
    www.mkdir(parents=True)
    (www / "kara_pythonanywhere_com_wsgi.py").write_text(
        "import sys\n\nsys.path.insert(0, '/home/kara/shop')\n\nfrom app import app as application  # noqa\n"
    )
    if files:
        write_project(root / "home/kara/shop", files)


main()
