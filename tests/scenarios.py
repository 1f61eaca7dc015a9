#!/usr/bin/env python3
"""Check the shape of every scenario folder, and print how many there are of what.

    tests/scenarios.py [FOLDER…]     default: all of fixtures/

Whether the diagnosis is the expected one is checked by the Rust tests; here only that the folders are
well-formed: known keys and causes, every file that `args` names exists, no path of a developer's machine.
"""

import pathlib
import re
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_FLAGS = {"--error-log", "--server-log", "--access-log", "--nginx-log", "--platform-log", "--wsgi", "--procfile",
              "--events", "--server-config", "--project", "--virtualenv", "--root"}
VALUE_FLAGS = {"--symptom", "--status", "--now", "--platform", "--since", "--until", "--tz", "--python-version"}
LEAKS = re.compile(rb"/root/|/tmp/capture-|\.pyenv")
LARGEST = 40 * 1024


def known_causes():
    """The slugs of the catalogue: one file each in rules/causes."""
    return {path.stem for path in (ROOT / "rules" / "causes").glob("*.toml")}


def check_arguments(folder, arguments):
    """Every flag is known and every file that one names is there."""
    position = 0
    while position < len(arguments):
        flag = arguments[position]
        value = arguments[position + 1] if position + 1 < len(arguments) else None
        if flag in FILE_FLAGS:
            if value is None or not (folder / value).exists():
                yield f"{flag} {value}: no such file"
            position += 2
        elif flag in VALUE_FLAGS:
            if flag == "--now" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value or ""):
                yield f"--now {value}: not RFC 3339 in UTC"
            known = "reload-error|slow|timeout|crash-loop|ok|[1-5][0-9][0-9]"
            if flag == "--symptom" and not re.fullmatch(known, value or ""):
                yield f"--symptom {value}: unknown"
            position += 2
        elif flag.startswith("-"):
            yield f"{flag}: a flag that the checker does not know"
            position += 1
        else:
            if not (folder / flag).exists():
                yield f"{flag}: no such file"
            position += 1


CAUSES = "--causes"
# What logs and files cannot show: servers of the test play it.
ELSEWHERE = {
    "dns-misconfigured": "tests/probe_cli.rs, tests/remote_cli.rs",
    "site-unreachable": "tests/probe_cli.rs",
    "transient-glitch": "tests/probe_cli.rs",
}


def check_folder(folder, causes):
    """Yield what is wrong with one folder; the parsed file is returned."""
    scenario = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))
    expect = scenario.get("expect", {})
    problems = []
    for key, wanted in (("origin", str), ("platform", str), ("description", str), ("args", list)):
        if not isinstance(scenario.get(key), wanted):
            problems.append(f"{key} is missing")
    if scenario.get("origin") not in ("captured", "transformed", "documented"):
        problems.append(f"origin {scenario.get('origin')!r}")
    verdict, first = expect.get("verdict"), expect.get("first", [])
    if verdict not in ("broken", "healthy", "unknown"):
        problems.append(f"verdict {verdict!r}")
    # A healthy site may have a warning in first place.
    if not isinstance(first, list) or (verdict == "broken") > bool(first) or (verdict == "unknown" and first):
        problems.append("`first` has no cause although the verdict is broken, or one although it is unknown")
    if expect.get("exit") != (1 if verdict == "broken" else 0):
        problems.append(f"exit {expect.get('exit')} does not fit verdict {verdict}")
    for key in ("first", "also", "within_three", "never"):
        for slug in expect.get(key, []):
            if causes and slug not in causes:
                problems.append(f"{key} names the unknown cause {slug!r}")
    if set(expect.get("never", [])) & set(expect.get("first", []) + expect.get("also", [])):
        problems.append("a cause is both expected and forbidden")
    problems += check_arguments(folder, scenario.get("args", []))
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            if LEAKS.search(data):
                problems.append(f"{path.relative_to(folder)} names a path of the machine that captured it")
            if len(data) > LARGEST:
                problems.append(f"{path.relative_to(folder)} has {len(data)} bytes")
    return scenario, problems


def by_cause(folders, causes):
    """Print for each cause how many scenarios have it (first or beside another) and how many forbid it."""
    have, forbid = {}, {}
    for folder in folders:
        expect = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"))["expect"]
        for slug in set(expect.get("first", [])[:1] + expect.get("also", [])):
            have[slug] = have.get(slug, 0) + 1
        for slug in expect.get("never", []):
            forbid[slug] = forbid.get(slug, 0) + 1
    for slug in sorted(causes):
        print(f"{slug:26} {have.get(slug, 0):4} {forbid.get(slug, 0):4}"
              + ("" if slug in have else f"   {ELSEWHERE.get(slug, 'no scenario')}"))


def main(arguments):
    """Check the folders; print the problems and a table, with --causes one of the causes, too."""
    options = [argument for argument in arguments if argument.startswith("--")]
    names = [argument for argument in arguments if argument not in options]
    causes = known_causes()
    # While the catalogue is incomplete, unknown names can't be told from missing files.
    causes = causes if len(causes) >= 40 else set()
    folders = [pathlib.Path(name) for name in names] or sorted(
        path.parent for path in (ROOT / "fixtures").glob("*/scenario.toml"))
    counts, covered, failures = {}, set(), 0
    for folder in folders:
        scenario, problems = check_folder(folder, causes)
        for problem in problems:
            print(f"{folder.name}: {problem}")
            failures += 1
        key = (scenario["platform"], scenario["origin"], scenario["expect"]["verdict"])
        counts[key] = counts.get(key, 0) + 1
        covered.update(scenario["expect"].get("first", [])[:1])
    for (platform, origin, verdict), count in sorted(counts.items()):
        print(f"{platform:16} {origin:12} {verdict:8} {count:4}")
    if CAUSES in options:
        by_cause(folders, causes)
    print(f"{len(folders)} scenarios, {len(covered)} causes stand first in one; {failures} problems")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
