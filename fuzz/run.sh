#!/usr/bin/env bash
# Runs every fuzz target (or those named) for SECONDS each, from the project's own files as seeds, and prints how
# many inputs were tried. Exit 1 if one panics, hangs (20 s) or takes more than 2 GiB; its input then lies in
# fuzz/artifacts.
#
#   cargo install cargo-fuzz && fuzz/run.sh [SECONDS=600] [python entry log start]
#
# Takes a nightly toolchain where there is one; else the one at hand is told to allow what coverage needs. There is
# no unsafe code in the library: sanitizers would only find what dependencies do.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(python entry log start)
python3 - <<'PY'
import hashlib, pathlib, re

def put(target, data):
    folder = pathlib.Path("fuzz/corpus", target)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)

def source(data):
    put("python", data)
    put("entry", data)

for path in pathlib.Path("fixtures").rglob("*"):
    if not path.is_file() or path.stat().st_size > 60_000:
        continue
    data = path.read_bytes()
    if path.suffix == ".py":
        source(data)
    elif path.name.startswith("Procfile"):
        put("start", b"\0" + data)
    elif path.suffix in (".json", ".toml", ".yaml", ".yml", ".txt") and path.name != "scenario.toml":
        for first in (1, 2, 3, 4, 5):
            put("start", bytes([first]) + data)
    if path.suffix in (".log", ".txt", ".gz"):
        for first in (6, 14, 22, 31):
            put("log", bytes([first]) + data[-20_000:])
# Examples of lints and rules: `--- name` or TOML strings around code and lines.
for path in pathlib.Path("tests/wsgi_broken").glob("*.txt"):
    for part in re.split(r"^(?:===|---).*\n", path.read_text(), flags=re.M):
        source(part.encode())
for path in pathlib.Path("rules/causes").glob("*.toml"):
    for text in re.findall(r'"""(.*?)"""|\'\'\'(.*?)\'\'\'', path.read_text(), flags=re.S):
        put("log", b"\x06" + "".join(text).strip().encode())
PY
[ -d /dev/shm ] && export TMPDIR=/dev/shm
toolchain=()
if cargo +nightly --version >/dev/null 2>&1; then toolchain=(+nightly); else export RUSTC_BOOTSTRAP=1; fi
failed=0
for target in "${targets[@]}"; do
    log=$(mktemp)
    cargo ${toolchain[@]+"${toolchain[@]}"} fuzz run -s none "$target" -- -max_total_time="$seconds" -max_len=65536 -timeout=20 \
        -rss_limit_mb=2048 -print_final_stats=1 >"$log" 2>&1 || { failed=1; tail -n 30 "$log"; }
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs in $seconds s," \
        "slowest $(sed -n 's/^stat::slowest_unit_time_sec: *//p' "$log") s," \
        "$(sed -n 's/^stat::peak_rss_mb: *//p' "$log") MiB"
done
exit $failed
