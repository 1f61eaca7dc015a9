#!/usr/bin/env bash
# Lints well-known packages, the projects in their source distributions, and web apps beside a virtualenv
# in which they are installed with all that they need. Every error must be one that CPython has, too: it
# rejects the file, or it finds no module of that name where the error says that it was sought (archives
# leave files out that their examples import). Prints the counts, and the errors of the second kind; exit 1
# where one is neither. Needs network for the packages unless they are in $WORK.
#   PYTHON  the interpreter to compare with (default python3)
#   WORK    where packages are kept (default: target/no_false_alarms)
#   TOOL    the program (default target/debug/diagnose)
set -euo pipefail
cd "$(dirname "$0")/../.."
PYTHON=${PYTHON:-python3}
WORK=${WORK:-target/no_false_alarms}
TOOL=${TOOL:-target/debug/diagnose}
WHEELS=${WHEELS:-"django flask sqlalchemy pandas sympy fastapi starlette quart dash bottle a2wsgi werkzeug jinja2 falcon pyramid tornado aiohttp streamlit gradio celery wagtail djangorestframework django-debug-toolbar"}
SDISTS=${SDISTS:-"flask quart fastapi bottle dash starlette sanic tornado flask-socketio celery waitress uvicorn hypercorn"}
APPS=${APPS:-"bepasty radicale httpbin pypiserver isso"}
[ -x "$TOOL" ] || cargo build -q
mkdir -p "$WORK/sdists"
if [ ! -d "$WORK/site" ]; then
  # shellcheck disable=SC2086
  "$PYTHON" -m pip install -q --no-deps --root-user-action=ignore --target "$WORK/site" $WHEELS
fi
if [ ! -x "$WORK/build/bin/pip" ]; then
  "$PYTHON" -m venv "$WORK/build"
  "$WORK/build/bin/pip" install -q flit_core hatchling hatch-vcs setuptools setuptools-scm poetry-core pdm-backend wheel
fi
if [ ! -d "$WORK/venv/done" ]; then
  "$PYTHON" -m venv "$WORK/venv"
  # shellcheck disable=SC2086
  "$WORK/venv/bin/pip" install -q $APPS
  mkdir "$WORK/venv/done"
fi
for package in $SDISTS $APPS; do
  [ -e "$WORK/sdists/.$package" ] && continue
  "$WORK/build/bin/pip" download -q --no-deps --no-binary :all: --no-build-isolation -d "$WORK/sdists" "$package"
  touch "$WORK/sdists/.$package"
done
for archive in "$WORK"/sdists/*.tar.gz; do
  [ -d "${archive%.tar.gz}" ] || { mkdir "${archive%.tar.gz}" && tar xzf "$archive" -C "${archive%.tar.gz}"; }
done
"$PYTHON" -W ignore - "$WORK" "$TOOL" "$APPS" <<'PY'
import importlib.machinery, pathlib, re, subprocess, sys

work, tool, apps = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3].split()
packages = [p for p in sorted((work / "site").iterdir())
            if p.is_dir() and not p.name.endswith(".dist-info") and p.name not in ("bin", "__pycache__")]
# Each folder of examples is also linted for itself, as its reader would do.
examples = {"examples", "docs_src", "demos", "apps", "tutorial", "demo"}
projects = []
for archive in sorted((work / "sdists").iterdir()):
    if archive.is_dir():
        projects.append(archive)
        projects += [p for p in sorted(archive.rglob("*")) if p.is_dir() and examples & set(p.parts)]


def rejected(path):
    try:
        compile(pathlib.Path(path).read_bytes(), path, "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return True
    return False


def absent(line):
    """Python's own finder does not find the module of a WD301 in the folders that were searched."""
    found = re.search(r"WD301: There is no module `(\w+)` of `[\w.]+` to import here \(searched: (.+)\)", line)
    folders = re.findall(r"`([^`]+)`", found[2]) if found else []
    return bool(folders) and importlib.machinery.PathFinder.find_spec(found[1], folders) is None


false = 0
installed = [p for p in projects if p.parent.name == "sdists" and re.sub(r"-[0-9].*", "", p.name) in apps]
kinds = (
    ("packages", packages, []),
    ("projects of source distributions", projects, []),
    ("apps that are installed", installed, ["--virtualenv", str(work / "venv")]),
)
for title, roots, options in kinds:
    errors = 0
    for root in roots:
        command = [tool, "lint", str(root), "--format", "concise", "--no-config", *options]
        out = subprocess.run(command, capture_output=True, text=True)
        if out.returncode not in (0, 1):
            print("FAILED", root, out.stderr)
            false += 1
        for line in out.stdout.splitlines():
            found = re.match(r"(.+?):(\d+):\d+: error ", line)
            if found:
                errors += 1
                if absent(line):
                    print("TRUE", line)
                elif not rejected(found[1]):
                    print("FALSE", line)
                    false += 1
    print(f"{title}: {len(roots)} folders, {errors} errors")
print(f"{false} false alarms")
sys.exit(1 if false else 0)
PY
