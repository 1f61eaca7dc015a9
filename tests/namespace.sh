#!/usr/bin/env bash
# Runs `diagnose` without arguments on machines that look like real ones: captured trees at their
# real paths, in a mount namespace of their own. Nothing outside of it is changed.
#
#   tests/namespace.sh [PATH-OF-diagnose]
#
# Needs Linux and util-linux's unshare (as root, or with user namespaces). Exit 0: every tree was
# found and its cause stood first; 1: one was not; 77: no namespace can be made here.
set -u
here=$(cd "$(dirname "$0")/.." && pwd)
binary=$(realpath "${1:-$here/target/debug/diagnose}")
[ -x "$binary" ] || { echo "no program at $binary: cargo build"; exit 1; }

space=(unshare --mount --propagation private)
"${space[@]}" true 2>/dev/null || space=(unshare --user --map-root-user --mount --propagation private)
"${space[@]}" true 2>/dev/null || { echo "skipped: no mount namespace can be made here"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0

# The tree becomes the machine; of this one only the system's libraries are lent to it.
cat >"$work/inside.sh" <<'INSIDE'
set -u
stage=$1; shift
mount --bind "$stage" "$stage" || exit 70
for place in usr bin lib lib64 proc; do
    [ -e "/$place" ] || continue
    mkdir -p "$stage/$place" && mount --rbind "/$place" "$stage/$place" || exit 70
done
mkdir -p "$stage/tmp"
# FULL: a folder that lies on a small disk of its own, without a byte left.
if [ -n "${FULL:-}" ]; then
    cp -a "$stage$FULL" "$stage/tmp/kept" && mount -t tmpfs -o size=1m none "$stage$FULL" &&
        cp -a "$stage/tmp/kept/." "$stage$FULL" || exit 70
    cat /dev/zero >"$stage$FULL/filler" 2>/dev/null
fi
exec chroot "$stage" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/home /diagnose "$@"
INSIDE

# run FIXTURE [ARGUMENT…]: output on stdout, exit status as given.
run() {
    local name=$1; shift
    rm -rf --one-file-system "$work/stage"
    cp -a "$here/fixtures/$name/root" "$work/stage" && cp "$binary" "$work/stage/diagnose" || return 70
    "${space[@]}" bash "$work/inside.sh" "$work/stage" --no-probe --no-progress "$@" 2>"$work/stderr"
}

# check FIXTURE EXPECTED-CAUSE [ARGUMENT…]
check() {
    local name=$1 wanted=$2 status first; shift 2
    [ -d "$here/fixtures/$name/root" ] || { echo "MISS $name: no such tree"; failed=1; return; }
    run "$name" --format json "$@" >"$work/out"
    status=$?
    first=$(grep -o '"cause": *"[a-z-]*"' "$work/out" | head -n 1 | sed 's/.*"\([a-z-]*\)"$/\1/')
    if [ "$first" = "$wanted" ] && [ "$status" = 1 ]; then
        echo "ok   $name: $first"
    else
        echo "MISS $name: exit $status, first cause '${first:-none}', expected $wanted"
        head -n 5 "$work/stderr"
        failed=1
    fi
}

# A PythonAnywhere console; nginx with gunicorn under systemd; nginx with uWSGI; Apache.
check pa-missing-package module-not-installed
check pa-wsgi-file-syntax-error wsgi-syntax-error
check pa-app-run-on-import dev-server-run
check gu-missing-package module-not-installed
check gu-wrong-attribute application-missing
check gu-nginx-wrong-socket proxy-misconfigured
check uw-missing-package module-not-installed
check uw-chdir-missing module-not-on-path

# The app's folder lies on a disk that is full; the logs cannot say so.
FULL=/srv/calm check gu-healthy disk-quota --symptom 500

# Several sites: one line each, then a report for each that is not well.
rm -rf --one-file-system "$work/stage" && mkdir "$work/stage" && cp "$binary" "$work/stage/diagnose"
for name in pa-missing-package pa-app-run-on-import; do cp -a "$here/fixtures/$name/root/." "$work/stage"; done
"${space[@]}" bash "$work/inside.sh" "$work/stage" --no-probe --no-progress >"$work/out" 2>"$work/stderr"
status=$?
if [ "$status" = 1 ] && [ "$(grep -c 'pythonanywhere.com: The ' "$work/out")" = 2 ] &&
    [ "$(grep -c '^PythonAnywhere · ' "$work/out")" = 2 ]; then
    echo "ok   several sites: one line each, and their reports"
else
    echo "MISS several sites: exit $status"; head -n 5 "$work/out" "$work/stderr"; failed=1
fi

# A domain limits discovery to its site, and a machine without one says what was looked for.
run pa-missing-package elsewhere.pythonanywhere.com >"$work/out"
if grep -q module-not-installed "$work/out" "$work/stderr"; then
    echo "MISS another domain's site was diagnosed"; failed=1
else
    echo "ok   another domain's site is left alone"
fi
mkdir -p "$work/empty" && rm -rf --one-file-system "$work/stage" && mkdir "$work/stage" && cp "$binary" "$work/stage/diagnose"
"${space[@]}" bash "$work/inside.sh" "$work/stage" --no-progress >"$work/out" 2>"$work/stderr"
status=$?
if [ "$status" = 2 ] && grep -q "looked for" "$work/stderr"; then
    echo "ok   nothing found: exit 2 and where it looked"
else
    echo "MISS nothing found: exit $status"; head -n 5 "$work/stderr"; failed=1
fi
exit $failed
