#!/usr/bin/env bash
# What DESIGN.md's numbers say of a site without probe: three 10 MB logs and a project of 3,000 files, 1 GiB
# of logs against ripgrep with the same literals, a window at the end, start-up. Times are the best of RUNS
# runs, memory is the highest. Nothing here fails on a number: it prints them beside the bars.
#
#   cargo build --release && benches/site.sh
#
# Needs python3 (3.11 or newer), GNU time, rg and 1.1 GB below target/. DIAGNOSE=path takes another program, SMALL=1
# leaves the gigabyte out.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
diagnose=${DIAGNOSE:-$root/target/release/diagnose}
runs=${RUNS:-5}
work=$root/target/bench-site
[ -x "$diagnose" ] || { echo "no $diagnose: run cargo build --release first" >&2; exit 2; }
[ -x /usr/bin/time ] || { echo "GNU time is missing (package time)" >&2; exit 2; }
mkdir -p "$work"
now=2026-11-21T03:00:10Z

site() { # NAME BYTES_PER_LOG PROJECT_FILES: written anew when the generator changed
    local stamp
    stamp="$(sha256sum < "$root/benches/make_site.py") $2 $3"
    [ "$(cat "$work/$1.stamp" 2>/dev/null)" = "$stamp" ] && return
    rm -rf "${work:?}/$1"
    python3 "$root/benches/make_site.py" "$work/$1" "$2" "$3"
    echo "$stamp" > "$work/$1.stamp"
}

# Seconds of wall clock, seconds of processor, KB of memory: best, best, highest.
best() { # COMMAND…
    local at out=$work/time.txt
    : > "$out"
    for at in $(seq "$runs"); do
        # exit 1 says that something was found
        /usr/bin/time -a -o "$out" -f 'T %e %U %S %M' "$@" >/dev/null 2>&1 || true
    done
    awk '$1 == "T" { cpu = $3 + $4
        if (!n++ || $2 < wall) wall = $2; if (n == 1 || cpu < least) least = cpu; if ($5 > memory) memory = $5 }
        END { printf "%.2f %.2f %d\n", wall, least, memory }' "$out"
}

row() { # WHAT "WALL CPU KB" BAR
    # shellcheck disable=SC2086
    set -- "$1" $2 "$3"
    printf '%-42s %7.2f s  %7.2f s cpu  %6.1f MB   bar: %s\n' "$1" "$2" "$3" "$(awk "BEGIN { print $4 / 1024 }")" "$5"
}

site small 10485760 3000
row "start-up: explain" "$(best "$diagnose" explain module-not-installed)" "-"
row "three 10 MB logs, 3,000 files" "$(best "$diagnose" --root "$work/small" --now "$now" --no-probe)" "0.10 s, 64 MB"
[ -n "${SMALL:-}" ] && exit

site large 357913942 0
logs=("$work"/large/var/log/*)
python3 - "$root/rules/causes" > "$work/literals.txt" <<'PY'
import pathlib, sys, tomllib
causes = (tomllib.loads(path.read_text()) for path in pathlib.Path(sys.argv[1]).glob("*.toml"))
lines = (sig["literal"] for cause in causes for sig in cause.get("signature", []) if sig["kind"] == "line")
print("\n".join(sorted(set(lines))))
PY
cat "${logs[@]}" > /dev/null
searched=$(best rg -c -F -f "$work/literals.txt" "${logs[@]}")
read_all=$(best "$diagnose" --root "$work/large" --now "$now" --no-probe)
row "1 GiB of logs" "$read_all" "the time of rg, 64 MB"
row "rg over the same, same literals" "$searched" "-"
echo "ratio to rg: $(awk -v a="${read_all%% *}" -v b="${searched%% *}" 'BEGIN { printf "%.2f", a / (b > 0 ? b : 0.01) }')"
row "1 GiB, --since 10m" "$(best "$diagnose" --root "$work/large" --since 10m --now "$now" --no-probe)" "0.05 s"
