"""Runs `diagnose lint` on hostile sources and checks exit code, time and highest memory. See hostile.sh."""

import os
import pathlib
import sys
import tempfile
import threading

BINARY = sys.argv[1]
MOST_KIB = 512 * 1024
GUARD = 60  # seconds; only against a hang, a busy machine is slow


def closed(open_, close):
    return lambda n: "x = " + open_ * (n // len(open_ + close)) + "1" + close * (n // len(open_ + close)) + "\n"


def times(piece, before="", after=""):
    return lambda n: before + piece * (n // len(piece)) + after


def numbered(line):
    return lambda n: "".join(line.format(i=i) for i in range(n // len(line.format(i=10000))))


SHAPES = {
    "open round": times("("), "open square": times("["), "open curly": times("{"), "closing": times(")"),
    "mixed brackets": times("([{"), "wrong brackets": times("(]"), "nested calls": closed("f(", ")"),
    "nested lists": closed("[", "]"), "nested dicts": closed("{1:", "}"), "nested subscripts": closed("a[", "]"),
    "minus": times("-", "x = ", "1\n"), "not": times("not ", "x = ", "1\n"), "await": times("await ", "x = ", "1\n"),
    "plus chain": times("+1", "x = 1", "\n"), "power chain": times("**1", "x = 1", "\n"),
    "compare chain": times("<1", "x = 1", "\n"), "and chain": times(" and 1", "x = 1", "\n"),
    "attribute chain": times(".b", "x = a", "\n"), "call chain": times("()", "x = a", "\n"),
    "index chain": times("[0]", "x = a", "\n"), "lambda": times("lambda:", "x = ", "1\n"),
    "if else": times("1 if 1 else ", "x = ", "1\n"), "walrus": times("a:=", "(", "1)\n"), "at signs": times("@"),
    "assignments": times("a=", "", "1\n"), "commas": times("1,", "x = ", "1\n"), "ifs on a line": times("if a:"),
    "nested ifs": lambda n: "".join(" " * d + "if a:\n" for d in range(int((2 * n) ** 0.5) - 4)),
    "99 levels, again and again": lambda n: ("".join(" " * d + "if a:\n" for d in range(99)) + " " * 99 + "b\n") * (n // 5700),
    "elifs": times("elif a:\n b\n", "if a:\n b\n"), "elses": times("else:\n"), "backslashes": times("\\\n"),
    "f-strings": times("f\"{"), "f-strings, two quotes": times("f\"{f'{"), "f-string formats": times("f'{a:{"),
    "one format": times("{a:", "f'", "'\n"), "f-string fields": times("{a}", "x = f'", "'\n"),
    "t-strings": times("t'{"), "quotes": times("'"), "quote lines": times("'\n"), "triple quotes": times("'''a''' "),
    "string pieces": times("'a' ", "x = ", "\n"), "comments": times("#(\n"), "conflicts": times("<<<<<<< a\n"),
    "prompts": times(">>> x\n"), "prints": times("print x\n"), "unclosed lines": times("x = (\n"),
    "wrong closers": times("x = (]\n"), "tabs and spaces": times("if x:\n\tx\n        y\n"),
    "odd characters": times("\u2018"), "nul": times("\0"), "nul lines": times("x\0\n"), "one name": times("a", "x = ", "\n"),
    "digits": times("9", "x = ", "\n"), "one function of globals": times(" global x\n", "def f():\n"),
    "parameters": times("a,", "def f(", "a): pass\n"), "decorators": times("@a\n"), "match": times("1|", "match x:\n case ", "1: pass\n"),
    "cases": times(" case 1: pass\n", "match x:\n"), "carriage returns": times("x\r"), "form feeds": times("\x0c"),
    "semicolons": times("x;"), "excepts": times("except: pass\n", "try: pass\n"), "import names": times("a,", "import ", "a\n"),
    "star imports": times("from os import *\n"), "starred": times("*a,", "x = ", "\n"), "yields": times("yield ", "x = ", "1\n"),
    "ellipsis": times("..."), "colons": times(":"), "arrows": times("->"), "functions": numbered("def f{i}(): return f{i}()\n"),
    "classes": numbered("class C{i}(C{i}): x = C{i}\n"), "many names": numbered("n{i} = {i}\n"),
    "imports": numbered("import m{i}\n"), "growing string": times("s = s + s\n", "s = 'abcdefgh'\n"),
    "growing list": times("l = l + l\n", "l = [1]\n"), "growing path": times("sys.path += sys.path\n", "import sys\n"),
    "calls of calls": numbered("def g{i}(): g{i}(); return g{i}\ng{i}()\n"),
    "doubling calls": lambda n: "def d0(): return 1\n" + "".join(
        f"def d{i}(): d{i - 1}(); d{i - 1}()\n" for i in range(1, n // 30)) + f"d{n // 30 - 1}()\n",
    "conditions": times("if x: y = 1\n", "import os\nx = os.environ.get('A')\n"),
    "paths": numbered("sys.path.insert(0, '/srv/{i}')\n"), "runs": times("app.run()\n", "from flask import Flask\napp = Flask(__name__)\n"),
    "empty": lambda n: "", "spaces": times(" "), "line ends": times("\n"), "bom": times("\ufeff"),
    "undecodable": lambda n: b"x = '\xff'\n" * (n // 8), "utf-16": lambda n: ("x = 1\n" * (n // 12)).encode("utf-16"),
}


def run(path):
    """Exit code (negative: signal), highest memory in KiB, and whether it hung."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for fd in (0, 1, 2):
            os.dup2(null, fd)
        os.execv(BINARY, [BINARY, "lint", "--no-config", "--format", "json", path])
    hung = threading.Event()
    timer = threading.Timer(GUARD, lambda: (hung.set(), os.kill(pid, 9)))
    timer.start()
    _, status, usage = os.wait4(pid, 0)
    timer.cancel()
    return os.waitstatus_to_exitcode(status), usage.ru_maxrss, hung.is_set()


failed, highest = 0, (0, "")
with tempfile.TemporaryDirectory() as folder:
    path = pathlib.Path(folder, "wsgi.py")
    for size in (100_000, 1 << 20, (1 << 20) + 4096):
        for name, make in SHAPES.items():
            source = make(size - 64 if size <= 1 << 20 else size)
            path.write_bytes(source if isinstance(source, bytes) else source.encode("utf-8"))
            code, memory, hung = run(str(path))
            highest = max(highest, (memory, f"{name} at {size} bytes"))
            if hung or code not in (0, 1) or memory > MOST_KIB:
                failed += 1
                print(f"FAILED {name} at {size} bytes: " + ("hung" if hung else f"exit {code}, {memory} KiB"))
print(f"{len(SHAPES)} shapes at three sizes, {failed} failed; highest memory {highest[0] / 1024:.0f} MiB ({highest[1]})")
sys.exit(1 if failed else 0)
