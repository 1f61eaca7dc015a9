#!/usr/bin/env bash
# Compares the syntax checks with CPython over its standard library (tests included) and well-known packages.
# Prints counts; exit 1 if a file is judged differently. Needs network for the packages unless they are in $WORK.
#   PYTHON  the interpreter to compare with (default python3)
#   WORK    where packages are kept (default: a new temporary directory)
#   TOOL    the built example python_problems
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
WORK=${WORK:-$(mktemp -d)}
TOOL=${TOOL:-target/debug/examples/python_problems}
PACKAGES=${PACKAGES:-"django flask sqlalchemy pandas sympy"}
[ -x "$TOOL" ] || cargo build -q --example python_problems
mkdir -p "$WORK"
for package in $PACKAGES; do
  [ -d "$WORK/$package" ] && continue
  "$PYTHON" -m pip download -q --no-deps --only-binary :all: -d "$WORK/wheels-$package" "$package"
  mkdir "$WORK/$package"
  "$PYTHON" -m zipfile -e "$WORK/wheels-$package"/*.whl "$WORK/$package"
done
"$PYTHON" -W ignore - "$WORK" "$TOOL" $PACKAGES <<'PY'
import collections, pathlib, subprocess, sys, sysconfig

work, tool, *packages = sys.argv[1:]
version = "%d.%d" % sys.version_info[:2]
roots = [("stdlib " + version, pathlib.Path(sysconfig.get_path("stdlib")))]
roots += [(name, pathlib.Path(work, name)) for name in packages]
sys.setrecursionlimit(3000)
bad = 0
for name, root in roots:
    files = [p for p in sorted(root.rglob("*.py")) if "site-packages" not in p.parts]
    out = subprocess.run([tool, "--target", version], input="\n".join(map(str, files)), capture_output=True, text=True, check=True)
    ours = {line.split("\t")[0]: line.split("\t") for line in out.stdout.splitlines()}
    count = collections.Counter(files=len(files))
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
        if mine and mine[3] == "not-parsed":
            count["not examined"] += 1
            print("not examined:", path, mine[4])
            continue
        count["rejected by CPython"] += theirs is not None
        if bool(mine) != (theirs is not None):
            count["FALSE" if mine else "MISSED"] += 1
            print("FALSE" if mine else "MISSED", path, mine[1:] if mine else "", theirs or "")
            bad += 1
        elif mine and getattr(theirs, "lineno", None) not in (None, int(mine[1])):
            count["another line than CPython"] += 1
            print("line", mine[1], "instead of", theirs.lineno, path, mine[3], theirs.msg)
    print(name + ":", ", ".join(f"{value} {key}" for key, value in count.items()))
sys.exit(1 if bad else 0)
PY
