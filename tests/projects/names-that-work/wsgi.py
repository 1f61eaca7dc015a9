"""Every name here exists when it is needed, though no assignment above says so."""
from __future__ import annotations

import builtins
import importlib

import parts
from parts import *
from parts.late import later
from web import application

try:
    unicode
except NameError:
    unicode = str

if not hasattr(parts, "absent"):
    parts.absent = None


def outer():
    inside = 1

    def inner(value: NotYetDefined = None) -> int:
        nonlocal inside
        inside += 1
        return inside

    return inner()


class Table:
    size = 3
    cells = [row for row in range(size)]

    def method(self):
        return undefined_until_called


picked = [m for m in range(4) if (seen := m)]
total = sum(n for n in [outer(), len(picked)])
squares = {key: value for key, value in enumerate(x * x for x in range(3))}
pairs = [(a, b) for a in range(2) for b in range(a)]
match = [seen, STARRED, parts.absent, parts.late.later, later()]
for index, name in enumerate(["one", "two"]):
    globals()[name.upper()] = index
assert ONE == 0 and TWO == 1
with open(__file__) as source:
    first = source.readline()
try:
    1 / 0
except ZeroDivisionError as error:
    kept = error
del kept
module = importlib.import_module("parts.late")
print(__name__, __file__, _late_flag if "_late_flag" in globals() else None)
