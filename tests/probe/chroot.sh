#!/usr/bin/env bash
# Probes a loopback server over http and https from a folder that holds only the program: no CA
# files, no resolver configuration, no libraries. Needs root (chroot) and a static program.
#
#   CC_x86_64_unknown_linux_musl=gcc cargo build --release --target x86_64-unknown-linux-musl
#   tests/probe/chroot.sh
#
# DIAGNOSE names another program than the static one that was built last (or the debug one).
# Without a static program the libraries that `ldd` names are copied too, and that is said.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=${DIAGNOSE:-target/x86_64-unknown-linux-musl/release/diagnose}
if [ -z "${DIAGNOSE:-}" ] && [ ! -x "$program" ]; then
    program=target/debug/diagnose
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "chroot.sh: SKIPPED: needs root" >&2
    [ -z "${CI:-}" ] && exit 0 || exit 1
fi
dir=$(mktemp -d)
server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
mkdir "$dir/root"
cp "$program" "$dir/root/diagnose"
if ldd "$program" >/dev/null 2>&1 && ! ldd "$program" 2>&1 | grep -qE 'not a dynamic|statically'; then
    echo "chroot.sh: the program is dynamic; its libraries are copied as well"
    ldd "$program" | grep -oE '/[^ ]+' | while read -r library; do
        mkdir -p "$dir/root$(dirname "$library")"
        cp -L "$library" "$dir/root$library"
    done
fi
cat > "$dir/serve.py" <<'PY'
import http.server, ssl, subprocess, sys, threading
folder = sys.argv[1]
subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/key", "-out", f"{folder}/cert"],
               check=True, capture_output=True)
class Fine(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"fine")
    def log_message(self, *args):
        pass
plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fine)
secure = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fine)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{folder}/cert", f"{folder}/key")
secure.socket = context.wrap_socket(secure.socket, server_side=True)
threading.Thread(target=plain.serve_forever, daemon=True).start()
print(plain.server_port, secure.server_port, flush=True)
secure.serve_forever()
PY
python3 "$dir/serve.py" "$dir" > "$dir/ports" &
server=$!
while [ ! -s "$dir/ports" ]; do sleep 0.1; done
read -r plain secure < "$dir/ports"
chroot=$(PATH="$PATH:/usr/sbin:/sbin" command -v chroot)
probe() {
    env -i "$chroot" "$dir/root" /diagnose probe "$1" --hits 1 --format json --exit-zero
}
probe "http://127.0.0.1:$plain/" | grep -qE '"status": ?200' || { echo "http failed in the chroot" >&2; exit 1; }
probe "http://localhost:$plain/" | grep -qE '"status": ?200' || { echo "localhost failed in the chroot" >&2; exit 1; }
# The self-signed certificate must be read and refused, which needs the compiled-in roots.
probe "https://127.0.0.1:$secure/" | grep -q 'self-signed' || { echo "https failed in the chroot" >&2; exit 1; }
echo "http, localhost and https probed from an empty folder"
