#!/usr/bin/env bash
# Compares the syntax checks of `diagnose lint` with CPython over its standard library (tests included) and
# well-known packages. Prints counts; exit 1 if a file is judged differently. Needs network for the packages unless
# they are in $WORK.
#   PYTHON  the interpreter to compare with (default python3)
#   WORK    where packages are kept (default: a new temporary directory)
#   TOOL    the program (default: the release build)
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
WORK=${WORK:-$(mktemp -d)}
TOOL=${TOOL:-target/release/diagnose}
PACKAGES=${PACKAGES:-"django flask sqlalchemy pandas sympy"}
[ -x "$TOOL" ] || { echo "no $TOOL: run cargo build --release first" >&2; exit 2; }
mkdir -p "$WORK"
for package in $PACKAGES; do
  [ -d "$WORK/$package" ] && continue
  "$PYTHON" -m pip download -q --no-deps --only-binary :all: -d "$WORK/wheels-$package" "$package"
  mkdir "$WORK/$package"
  "$PYTHON" -m zipfile -e "$WORK/wheels-$package"/*.whl "$WORK/$package"
done
"$PYTHON" -W ignore - "$WORK" "$TOOL" $PACKAGES <<'PY'
import collections, json, pathlib, re, subprocess, sys, sysconfig

work, tool, *packages = sys.argv[1:]
version = "%d.%d" % sys.version_info[:2]
roots = [("stdlib " + version, pathlib.Path(sysconfig.get_path("stdlib")))]
roots += [(name, pathlib.Path(work, name)) for name in packages]
sys.setrecursionlimit(3000)
# What the program leaves out of a folder: other people's code, hidden files.
left_out = {"site-packages", "dist-packages", "node_modules", "__pycache__"}
bad = 0
for name, root in roots:
    files = [p for p in sorted(root.rglob("*.py"))
             if not left_out.intersection(p.parts) and not any(part.startswith(".") for part in p.relative_to(root).parts)]
    out = subprocess.run(
        [tool, "lint", "--no-config", "--no-redact", "--format", "json", "--python-version", version,
         "--select", "WD001,WD002,WD003", str(root)],
        capture_output=True, text=True)
    assert out.returncode in (0, 1), out.stderr
    report = json.loads(out.stdout)
    examined = int(re.match(r"\d+", report["examined"][0]["what"]).group())
    ours = {}
    for found in report["findings"]:
        place = found["evidence"][0]
        ours.setdefault(place["file"], (place["line"], found["why"] if "why" in found else found["title"]))
    notes = {note["missing"].split(": ", 1)[0]: note["missing"] for note in report["skipped"]}
    count = collections.Counter(files=len(files), examined=examined)
    for path in files:
        try:
            compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            theirs = None
        except (SyntaxError, ValueError) as error:
            theirs = error
        except RecursionError:
            count["too deep for CPython"] += 1
            continue
        mine = ours.get(str(path))
        if str(path) in notes:
            count["not examined"] += 1
            print("not examined:", notes[str(path)])
            continue
        count["rejected by CPython"] += theirs is not None
        if bool(mine) != (theirs is not None):
            count["FALSE" if mine else "MISSED"] += 1
            print("FALSE" if mine else "MISSED", path, mine or "", theirs or "")
            bad += 1
        elif mine and getattr(theirs, "lineno", None) not in (None, mine[0]):
            count["another line than CPython"] += 1
            print("line", mine[0], "instead of", theirs.lineno, path, mine[1], theirs.msg)
    if examined < len(files):
        bad += 1
    print(name + ":", ", ".join(f"{value} {key}" for key, value in count.items()))
sys.exit(1 if bad else 0)
PY
