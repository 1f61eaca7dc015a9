#!/usr/bin/env bash
# Sources made to overflow a stack, take quadratic time or fill the memory, each through the real program in a
# process of its own: none may abort, hang (60 s) or take more than 512 MiB.
#
#   tests/python/hostile.sh [PATH-OF-diagnose]
#
# Every shape at 100 KB, at 1 MB (the largest size that is parsed) and just above; exit 1 if one fails. Linux.
set -euo pipefail
here=$(cd "$(dirname "$0")/../.." && pwd)
binary=$(realpath "${1:-$here/target/release/diagnose}")
[ -x "$binary" ] || { echo "no program at $binary: cargo build --release" >&2; exit 2; }
exec python3 "$here/tests/python/hostile.py" "$binary"
