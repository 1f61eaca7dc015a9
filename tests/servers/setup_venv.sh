#!/usr/bin/env bash
# Build the virtualenvs that the captures run in, under target/, and leave them alone while their
# requirements file is unchanged (its hash is kept inside the virtualenv).
#
#   tests/servers/setup_venv.sh            target/venv      from requirements.txt
#   tests/servers/setup_venv.sh old        target/venv-old  from requirements-old.txt
#   tests/servers/setup_venv.sh apache     target/venv-apache  from requirements-apache.txt
#
# The first line of a requirements file, `# python: X.Y`, names the interpreter wanted; it is looked
# for on PATH and among pyenv's versions. The newest generation falls back to any python3.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
suffix=${1:+-$1}
requirements="$here/requirements$suffix.txt"
venv="${DIAGNOSE_TARGET:-$root/target}/venv$suffix"

want=$(sed -n '1s/^# python: *//p' "$requirements")
wanted_hash=$(sha256sum "$requirements" | cut -d' ' -f1)
if [ -f "$venv/.requirements-hash" ] && [ "$(cat "$venv/.requirements-hash")" = "$wanted_hash" ] \
    && "$venv/bin/python" -c '' 2>/dev/null; then
    echo "$venv is up to date"
    exit 0
fi

find_python() {
    local candidate
    for candidate in "$(command -v "python$want" || true)" \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$want".*/bin/python; do
        if [ -n "$candidate" ] && "$candidate" -c "import sys, venv, ensurepip; sys.exit('%d.%d' % sys.version_info[:2] != '$want')" 2>/dev/null; then
            # A pyenv shim depends on the folder it is started in; its real path does not.
            "$candidate" -c 'import sys; print(sys.executable)'
            return
        fi
    done
    if [ -z "$suffix" ]; then command -v python3; fi
}
python=$(find_python)
if [ -z "$python" ]; then
    echo "Python $want was not found on PATH or among pyenv's versions; $venv is left out" >&2
    exit 3
fi

mkdir -p "$(dirname "$venv")"
rm -rf "$venv"
"$python" -m venv "$venv"
list=$(mktemp)
trap 'rm -f "$list"' EXIT
cp "$requirements" "$list"
if ! command -v "${CC:-cc}" >/dev/null; then
    sed -i 's/^uwsgi==.*/pyuwsgi/' "$list"
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --prefer-binary -r "$list"
echo "$wanted_hash" > "$venv/.requirements-hash"
echo "$venv is ready ($("$venv/bin/python" --version))"
