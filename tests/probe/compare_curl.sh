#!/usr/bin/env bash
# Compares the probe's phases with those of `curl -w` on one server: medians of 20 requests each.
#
#   tests/probe/compare_curl.sh [URL]      default: an nginx or python server started here
#
# DIAGNOSE names the program (default: target/release/diagnose, else target/debug/diagnose).
# Prints both medians per phase and whether they lie within 5 ms or 10 % of each other; ends with 1
# if one does not. Not part of the test suite: it measures time.
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
if [ -z "$url" ]; then
    dir=$(mktemp -d)
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
    trap 'kill "$server" 2>/dev/null || true; rm -rf "$dir"' EXIT
    while [ ! -s "$dir/port" ]; do sleep 0.1; done
    url="http://127.0.0.1:$(cat "$dir/port")/"
fi
DIAGNOSE_PROGRAM=$program URL=$url RUNS=$runs python3 - <<'PY'
import json, os, statistics, subprocess, sys
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
sys.exit(1 if bad else 0)
PY
