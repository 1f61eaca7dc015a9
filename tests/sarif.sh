#!/usr/bin/env bash
# Validates SARIF that the program writes with Microsoft's validator, which holds the official schema and GitHub's
# rules. Needs Node.js (npm) and the network once; not part of the tests.
#
#   tests/sarif.sh [BIN=target/debug/diagnose]
#
# Prints what the validator says; exit 1 for an error or a warning. That the tool has no home page (SARIF2005) is no
# mistake of the file.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
bin=$(realpath "${1:-$root/target/debug/diagnose}")
tool=$root/target/sarif
mkdir -p "$tool"
validator=$tool/node_modules/@microsoft/sarif-multitool-linux/Sarif.Multitool
[ -f "$validator" ] || npm --prefix "$tool" install --no-audit --no-fund @microsoft/sarif-multitool-linux >/dev/null
chmod u+x "$validator"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The code of all scenarios, code without a finding, and logs of every sort.
mkdir "$work/clean"
cp -r "$root/fixtures" "$work/site"
printf 'def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"ok"]\n' > "$work/clean/wsgi.py"
at=0
write() { at=$((at + 1)); (cd "$work" && "$bin" "$@" --format sarif > "$work/$at.sarif") || [ $? -eq 1 ]; }
write lint site
write lint clean
while read -r log; do
    write --no-probe --no-config "$log"
done < <(cd "$work" && find site -name '*.log' | sort | awk 'NR % 20 == 1')
export DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
"$validator" validate "$work"/*.sarif --rule-kind 'Sarif;Ghas' --level 'Error;Warning' \
    --output "$work/said.json" --log ForceOverwrite | tee "$work/said.txt" | grep -v SARIF2005 || true
! grep -E ': (error|warning) ' "$work/said.txt" | grep -qv SARIF2005
