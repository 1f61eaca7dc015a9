#!/usr/bin/env bash
# Compares the probe's phases with those of `curl -w` on one server: medians of 20 requests each.
#
#   tests/probe/compare_curl.sh [URL]      default: an nginx or python server started here
#
# DIAGNOSE names the program (default: target/release/diagnose, else target/debug/diagnose).
# Prints both medians per phase and whether they lie within 5 ms or 10 % of each other, and then
# what a whole run costs beyond the site's own total (at most 20 ms): the probe alone, and with a
# log and a WSGI file that are read while it waits. Ends with 1 if one does not fit. Not part of
# the test suite: it measures time. On a busy machine run it under `chrt -f 1`.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${DIAGNOSE:-}
if [ -z "$program" ]; then
    for program in target/release/diagnose target/debug/diagnose; do
        if [ -x "$program" ]; then break; fi
    done
fi
runs=20
url=${1:-}
server=
dir=$(mktemp -d)
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
inputs=$dir
printf 'def application(environ, start_response):\n    start_response("200 OK", [])\n    return [b"x"]\n' > "$dir/wsgi.py"
for second in $(seq 10 59); do
    printf '2026-11-20 03:00:%s,000: Error running WSGI application\n' "$second"
    printf "2026-11-20 03:00:%s,000: ModuleNotFoundError: No module named 'requests'\n" "$second"
done > "$dir/error.log"
if [ -z "$url" ]; then
    cat > "$dir/serve.py" <<'PY'
import http.server, time
class Slow(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        time.sleep(0.05)
        body = b"x" * 200000
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
print(server.server_port, flush=True)
server.serve_forever()
PY
    python3 "$dir/serve.py" > "$dir/port" &
    server=$!
    while [ ! -s "$dir/port" ]; do sleep 0.1; done
    url="http://127.0.0.1:$(cat "$dir/port")/"
fi
DIAGNOSE_PROGRAM=$program URL=$url RUNS=$runs INPUTS=$inputs python3 - <<'PY'
import json, os, statistics, subprocess, sys, time
program, url, runs = os.environ["DIAGNOSE_PROGRAM"], os.environ["URL"], int(os.environ["RUNS"])
words = ["time_namelookup", "time_connect", "time_appconnect", "time_starttransfer", "time_total"]
theirs = {name: [] for name in ["dns", "connect", "tls", "first_byte", "body", "total"]}
ours = {name: [] for name in theirs}
for _ in range(runs):
    # Two requests in one process, on connections of their own; the second is taken. The first
    # also starts OpenSSL, which curl counts as TLS.
    out = subprocess.run(
        ["curl", "-sk", "--http1.1", "--no-sessionid", "-H", "Connection: close",
         "-w", " ".join("%{" + w + "}" for w in words) + "\\n", "-o", os.devnull, "-o", os.devnull, url, url],
        capture_output=True, text=True, check=True).stdout.splitlines()[1]
    dns, connect, tls, first, total = (1000 * float(value) for value in out.split())
    ready = tls if tls > 0 else connect
    theirs["dns"].append(dns)
    theirs["connect"].append(connect - dns)
    theirs["tls"].append(tls - connect if tls > 0 else 0.0)
    theirs["first_byte"].append(first - ready)
    theirs["body"].append(total - first)
    theirs["total"].append(total)
    run = subprocess.run(
        [program, "probe", url, "--hits", "1", "--format", "json", "--insecure", "--exit-zero"],
        capture_output=True, text=True)
    phases = json.loads(run.stdout)["probe"]["hits"][0]["phases_ms"]
    for name in ours:
        ours[name].append(phases[name] or 0.0)
bad = 0
print(f"{url}, medians of {runs}, milliseconds")
print(f"{'phase':12}{'curl':>10}{'diagnose':>10}{'apart':>10}")
for name in theirs:
    a, b = statistics.median(theirs[name]), statistics.median(ours[name])
    fits = abs(a - b) <= max(5.0, 0.1 * a)
    bad += not fits
    print(f"{name:12}{a:10.2f}{b:10.2f}{b - a:10.2f}{'' if fits else '   more than 5 ms and 10 %'}")

folder = os.environ["INPUTS"]
alone = [program, "probe", url, "--hits", "1", "--format", "json", "--insecure", "--exit-zero"]
beside = [program, "--url", url, "--hits", "1", "--format", "json", "--insecure", "--exit-zero",
          "--error-log", f"{folder}/error.log", "--wsgi", f"{folder}/wsgi.py"]
for name, command in [("alone", alone), ("with a log and code", beside)]:
    over = []
    for _ in range(runs + 1):
        start = time.perf_counter()
        run = subprocess.run(command, capture_output=True, text=True)
        wall = 1000 * (time.perf_counter() - start)
        over.append(wall - json.loads(run.stdout)["probe"]["hits"][0]["phases_ms"]["total"])
    # The first run brings the program into memory.
    middle = statistics.median(over[1:])
    fits = middle <= 20.0
    bad += not fits
    print(f"the probe adds, {name}: {middle:.1f} ms (lowest {min(over[1:]):.1f}){'' if fits else '   more than 20 ms'}")
sys.exit(1 if bad else 0)
PY
