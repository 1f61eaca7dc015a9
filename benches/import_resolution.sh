#!/usr/bin/env bash
# Import resolution of a project of 3,000 modules, all reached from its WSGI file: the bar is 100 ms.
# In the same run: `ruff analyze graph`, which resolves the imports of the same files, and CPython, which
# imports them (from bytecode, modules' bodies run). Needs hyperfine, pip and a release build.
#
#   cargo build --release && benches/import_resolution.sh
#
# RUFF=path/to/ruff uses what is there already.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
diagnose=${DIAGNOSE:-$root/target/release/diagnose}
[ -x "$diagnose" ] || { echo "no $diagnose: run cargo build --release first" >&2; exit 2; }
project=$root/target/import-project
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$project" && mkdir -p "$project"
python3 "$root/benches/make_project.py" "$project" "${FILES:-3000}"
if [ -z "${RUFF:-}" ]; then
    python3 -m venv "$work/venv"
    "$work/venv/bin/pip" -q --disable-pip-version-check install ruff
    RUFF=$work/venv/bin/ruff
fi
python3 -S -c "import sys; sys.path.insert(0, '$project'); import wsgi; assert callable(wsgi.application)"
"$diagnose" lint --no-config --format json "$project/wsgi.py" > "$work/found.json" || true
hyperfine --shell=none --warmup 3 --runs "${RUNS:-20}" --export-json "$work/out.json" \
    -n diagnose "$diagnose lint --no-config $project/wsgi.py" \
    -n "ruff analyze graph" "$RUFF analyze graph --isolated $project" \
    -n CPython "python3 -S -c 'import sys; sys.path.insert(0, \"$project\"); import wsgi'" >/dev/null 2>&1
python3 - "$work/out.json" "$work/found.json" <<'PY'
import json, sys
ours, *peers = json.load(open(sys.argv[1]))["results"]
print("findings:", len(json.load(open(sys.argv[2]))["findings"]))
print(f"diagnose: {ours['median'] * 1000:.1f} ms (min {ours['min'] * 1000:.1f})")
for peer in peers:
    print(f"{peer['command']}: {peer['median'] * 1000:.1f} ms (min {peer['min'] * 1000:.1f}),",
          f"ratio {ours['median'] / peer['median']:.2f}, of the minima {ours['min'] / peer['min']:.2f}")
PY
