"""How a case is declared: a function with the @case decorator in any file of cases/."""

import dataclasses
import importlib
import pathlib
import typing


@dataclasses.dataclass
class Case:
    """One broken (or healthy) site: how to build and break it, and what the diagnosis must say."""

    name: str
    stack: type
    description: str
    expect: dict
    steps: typing.Callable
    options: dict


_CASES: dict = {}


def case(name, stack, description, *, first, verdict=None, also=(), never=(), within_three=(), exit_status=None,
         **options):
    """Declare a case. `first` empty means that no cause may be asserted. The verdict defaults to broken, or
    to healthy where the case passes `symptom="ok"`, else unknown; the exit status follows the verdict.
    `options` go to the stack (user=, project=, venv=, harakiri= …)."""
    if verdict is None:
        verdict = "broken" if first else ("healthy" if options.get("symptom") in ("ok", "200") else "unknown")
    if exit_status is None:
        exit_status = 1 if verdict == "broken" else 0
    expect = {"verdict": verdict, "first": list(first), "also": list(also), "within_three": list(within_three),
              "never": list(never), "exit": exit_status}

    def register(steps):
        if name in _CASES:
            raise ValueError(f"two cases are named {name}")
        _CASES[name] = Case(name, stack, description, expect, steps, options)
        return steps

    return register


def load_cases(folder: pathlib.Path):
    """Import every file of the folder and return the cases, by name, in order of declaration."""
    for path in sorted(folder.glob("[a-z]*.py")):
        importlib.import_module(f"{folder.name}.{path.stem}")
    return _CASES
