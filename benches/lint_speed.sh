#!/usr/bin/env bash
# Ratios of `diagnose lint` to `ruff check --no-cache --isolated --select E9,F`: cold start with one
# file, and Django's source tree. Both bars are 1.0. Needs hyperfine, pip and a release build.
#
#   cargo build --release && benches/lint_speed.sh
#
# RUFF=path/to/ruff and DJANGO=path/to/tree use what is there already.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
diagnose=${DIAGNOSE:-$root/target/release/diagnose}
[ -x "$diagnose" ] || { echo "no $diagnose: run cargo build --release first" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ -z "${RUFF:-}" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" -q --disable-pip-version-check install ruff
    RUFF=$work/venv/bin/ruff
fi
if [ -z "${DJANGO:-}" ]; then
    python3 -m pip -q --disable-pip-version-check download --no-deps -d "$work" django
    python3 -m zipfile -e "$work"/[dD]jango-*.whl "$work/django-tree"
    DJANGO=$work/django-tree
fi
cat > "$work/one_file.py" <<'PY'
import os

from flask import Flask

app = Flask(__name__)
app.secret_key = os.environ.get("SECRET_KEY", "")


@app.route("/")
def index():
    return "hello"


if __name__ == "__main__":
    app.run()
PY

measure() { # NAME WARMUP RUNS PATH
    hyperfine --shell=none --ignore-failure --warmup "$2" --runs "$3" --export-json "$work/out.json" \
        -n diagnose "$diagnose lint --no-config $4" \
        -n ruff "$RUFF check --no-cache --isolated --select E9,F $4" >/dev/null 2>&1
    python3 - "$1" "$work/out.json" <<'PY'
import json, sys
ours, ruff = json.load(open(sys.argv[2]))["results"]
ms = lambda r: f"{r['median'] * 1000:.1f} ms (min {r['min'] * 1000:.1f})"
ratio, best = ours["median"] / ruff["median"], ours["min"] / ruff["min"]
print(f"{sys.argv[1]}: diagnose {ms(ours)}, ruff {ms(ruff)}, ratio {ratio:.2f}, of the minima {best:.2f}")
PY
}

"$RUFF" --version
measure "one file, cold start" 5 "${RUNS:-60}" "$work/one_file.py"
measure "Django's tree, $(find "$DJANGO" -name '*.py' | wc -l) files" 1 "${TREE_RUNS:-10}" "$DJANGO"
