"""What every stack shares: files of the site, processes, requests, and saving the scenario folder."""

import datetime
import http.client
import os
import pathlib
import re
import select
import shutil
import signal
import socket
import ssl
import subprocess
import textwrap
import threading
import time

from stacks import isolation

LARGEST_LOG = 40 * 1024
LARGEST_BODY = 12 * 1024
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


def utc_now():
    """Now, without fractions, in UTC."""
    return datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)


class Stack:
    """A machine with one site. A case's steps call these methods; subclasses start the servers."""

    platform = "generic"
    user = "deploy"
    project = "mysite"
    new_folders = ()  # folders of the root that this machine may not have

    def __init__(self, case, scratch):
        self.case = case
        self.scratch = scratch
        self.user = case.options.get("user", self.user)
        self.project = case.options.get("project", self.project)
        self.home = pathlib.Path("/home") / self.user
        self.venv_source = case.options.get("venv", "venv")
        self.processes = []
        self.answers = []
        self.recorders = []
        self.ended = None

    # Files

    @property
    def folder(self):
        """The project folder."""
        return self.home / self.project

    def write(self, path, text):
        """Write a file of the site (relative paths are below the project folder), owned by the site's user."""
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, bytes):
            path.write_bytes(text)
        else:
            path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        self.own(path)
        return path

    def edit(self, path, old, new):
        """Replace a piece of a file: what the person did between two reloads."""
        path = self.folder / path
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{path} has no {old!r}")
        path.write_text(text.replace(old, new), encoding="utf-8")

    def own(self, path):
        """Give a path, and the folders above it below /home, to the site's user."""
        for each in [path, *path.parents]:
            if each == pathlib.Path("/home") or each == pathlib.Path("/"):
                break
            os.chown(each, isolation.SITE_UID, isolation.SITE_UID, follow_symlinks=False)

    def virtualenv(self, name=None, source=None):
        """Show a virtualenv of target/ to the site; returns where."""
        where = self.home / ".virtualenvs" / (name or self.project)
        isolation.bind_virtualenv(self.scratch, pathlib.Path(source or self.venv_source), where)
        return where

    def held(self, tool):
        """A program of the virtualenv, at a path that stays reachable."""
        return str(self.scratch / "mnt" / self.venv_source / "bin" / tool)

    # Processes

    def spawn(self, command, **options):
        """Start a server and remember it, so that it ends with the capture."""
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin", "LANG": "C.UTF-8", "HOME": str(self.home),
                       "LD_LIBRARY_PATH": "/usr/local/lib",
                       **options.pop("env", {})}
        process = subprocess.Popen([str(part) for part in command], env=environment,
                                   stdin=subprocess.DEVNULL, **options)
        self.processes.append(process)
        return process

    def spawn_as_user(self, command, **options):
        """The same, as the site's user."""
        return self.spawn(command, user=isolation.SITE_UID, group=isolation.SITE_UID, extra_groups=[], **options)

    def manage(self, *arguments):
        """A command that the person ran on the console with the site's Python (manage.py migrate …)."""
        result = subprocess.run([str(self.python), *map(str, arguments)], cwd=self.folder, check=False,
                                user=isolation.SITE_UID, group=isolation.SITE_UID, extra_groups=[],
                                env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "LD_LIBRARY_PATH": "/usr/local/lib",
                                     "HOME": str(self.home)}, capture_output=True, text=True)
        if result.returncode:
            raise SystemExit(f"{arguments} failed: {result.stderr[-1500:]}")

    def stop_all(self):
        """End what was started, in reverse order, and let the recorders drain."""
        if self.ended is None:
            self.ended = utc_now()
        for recorder in self.recorders:
            recorder.freeze()
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        for process in self.processes:
            if process.poll() is None:
                process.kill()

    @staticmethod
    def wait_for(condition, seconds, what):
        """Poll until the condition holds; a case that never gets there is an error of the case."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.05)
        raise SystemExit(f"waited {seconds} s in vain for {what}")

    # Requests

    def get(self, path="/", *, agent=BROWSER, method="GET", host=None, headers=None, body=None, timeout=15,
            client="203.0.113.24", port=80, keep=True):
        """One visitor's request through the front server; returns the status (0 when the visitor gave up)."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
        sent = {"Host": host or self.domain, "User-Agent": agent, "X-Real-IP": client, "Accept": "*/*"}
        sent.update(headers or {})
        try:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            content = answer.read()
            self.last_size = len(content)
        except (TimeoutError, socket.timeout):
            return 0
        except (http.client.HTTPException, ConnectionError) as error:
            self._keep(f"(no answer: {type(error).__name__})\n".encode())
            return 0
        finally:
            connection.close()
        if keep:
            head = f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
            head += "".join(f"{key}: {value}\r\n" for key, value in answer.getheaders())
            self._keep(head.encode("utf-8", "replace") + b"\r\n" + content[:LARGEST_BODY])
            self.last_status = answer.status
        return answer.status

    last_status = None
    last_size = 0

    def _keep(self, data):
        self.answers.append(data)

    @staticmethod
    def kill_above(kib):
        """Kill the first of the site's processes that has more memory than this, once: the kernel's or the
        platform's memory limit."""
        def watch():
            while True:
                for status in pathlib.Path("/proc").glob("[0-9]*/status"):
                    try:
                        fields = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                    except OSError:
                        continue
                    if (fields["Uid"].split()[0] == str(isolation.SITE_UID)
                            and int(fields.get("VmRSS", "0 kB").split()[0]) > kib):
                        os.kill(int(fields["Pid"]), signal.SIGKILL)
                        return
                time.sleep(0.02)
        threading.Thread(target=watch, daemon=True).start()

    @staticmethod
    def wait(seconds):
        """Let time pass."""
        time.sleep(seconds)

    def until(self, path, pattern, seconds=10):
        """Wait until a log says something."""
        expression = re.compile(pattern)
        self.wait_for(lambda: os.path.exists(path) and
                      expression.search(pathlib.Path(path).read_text(errors="replace")), seconds,
                      f"{pattern!r} in {path}")

    # Neighbours of the site

    def refusing_proxy(self, port=3128):
        """An outbound proxy that allows nothing."""
        with open("/etc/hosts", "a", encoding="utf-8") as hosts:
            hosts.write("127.0.0.1 localhost proxy.server\n")
        server = socket.create_server(("127.0.0.1", port))

        def serve():
            while True:
                connection, _ = server.accept()
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 403 Forbidden\r\nServer: squid\r\nX-Squid-Error: ERR_ACCESS_DENIED 0\r\n"
                                   b"Content-Length: 0\r\nConnection: close\r\n\r\n")
                connection.close()
        threading.Thread(target=serve, daemon=True).start()

    @staticmethod
    def silent_server(port):
        """A service that accepts and never says a word."""
        server = socket.create_server(("127.0.0.1", port))
        held = []

        def serve():
            while True:
                held.append(server.accept())
        threading.Thread(target=serve, daemon=True).start()

    def self_signed_server(self, port):
        """An HTTPS service whose certificate nobody vouches for."""
        key, certificate = self.scratch / "key.pem", self.scratch / "cert.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                        "-days", "3", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"], check=True,
                       capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server = socket.create_server(("127.0.0.1", port))

        def serve():
            while True:
                connection, _ = server.accept()
                try:
                    context.wrap_socket(connection, server_side=True).close()
                except OSError:
                    connection.close()
        threading.Thread(target=serve, daemon=True).start()

    # The result

    def arguments(self):
        """The command line that a person would type in the scenario folder."""
        raise NotImplementedError

    def trees(self):
        """Absolute paths to keep below root/."""
        return ["/var/www", "/var/log", str(self.home)]

    def save(self, out):
        """Write the scenario folder."""
        out.mkdir()
        for path in self.trees():
            isolation.copy_tree(path, out / "root" / path.lstrip("/"))
        for log in sorted((out / "root").rglob("*.log*")):
            if log.is_file() and log.stat().st_size > LARGEST_LOG and not self.case.options.get("large"):
                raise SystemExit(f"{log} has {log.stat().st_size} bytes: make fewer requests")
            if log.is_file() and log.stat().st_size == 0 and "nginx" in log.parts:
                log.unlink()
        for number, answer in enumerate(self.answers, 1):
            (out / "http").mkdir(exist_ok=True)
            (out / "http" / f"answer-{number}.txt").write_bytes(answer)
        arguments = list(self.arguments())
        symptom = self.case.options.get("symptom")
        if symptom == "last" and self.last_status is None:
            raise SystemExit("no answer arrived: there is no last status")
        if symptom:
            arguments += ["--symptom", str(self.last_status if symptom == "last" else symptom)]
        now = self.ended + datetime.timedelta(seconds=45)
        arguments += ["--now", now.strftime("%Y-%m-%dT%H:%M:%SZ")]
        for path in sorted(out.rglob("*")):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
        (out / "scenario.toml").write_text(scenario_toml(self.case, self.platform, arguments), encoding="utf-8")


def quoted(text):
    """A TOML basic string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def scenario_toml(case, platform, arguments):
    """The expectation beside the captured files."""
    def array(values):
        return "[" + ", ".join(quoted(str(value)) for value in values) + "]"
    expect = case.expect
    lines = [f'origin = {quoted(case.options.get("origin", "captured"))}', f"platform = {quoted(platform)}",
             f"description = {quoted(case.description)}", f"args = {array(arguments)}", "", "[expect]",
             f'verdict = {quoted(expect["verdict"])}', f'first = {array(expect["first"])}',
             f'also = {array(expect["also"])}']
    if expect["within_three"]:
        lines.append(f'within_three = {array(expect["within_three"])}')
    lines += [f'never = {array(expect["never"])}', f'exit = {expect["exit"]}', ""]
    return "\n".join(lines)


class Recorder:
    """A server's output as a log file: one write is one message, stamped when it arrives (UTC), newlines inside
    it written as `join` (None: every line is a message). `stamp` is a strftime pattern that ends in its own separator;
    None writes everything as it comes."""

    def __init__(self, path, stamp="%Y-%m-%d %H:%M:%S ", join="#012"):
        reader, self.writer = os.pipe2(os.O_DIRECT | os.O_CLOEXEC)
        self.reader, self.stamp, self.join, self.frozen, self.rest = reader, stamp, join, False, b""
        self.log = open(path, "ab", buffering=0)
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while True:
            data = os.read(self.reader, 65536)
            if not data:
                return
            if self.frozen:
                continue
            if self.stamp is None:
                self.log.write(data)
                continue
            if self.join is None:
                *parts, self.rest = (self.rest + data).split(b"\n")
            else:
                text = data[:-1] if data.endswith(b"\n") else data
                parts = [text.replace(b"\n", self.join.encode())]
            now = datetime.datetime.now(datetime.timezone.utc)
            stamp = (self.stamp(now) if callable(self.stamp) else now.strftime(self.stamp)).encode()
            for part in parts:
                self.log.write(stamp + part + b"\n")

    def freeze(self):
        """Let pending output arrive, then keep nothing more (the capture's own shutdown is not the site's)."""
        while select.select([self.reader], [], [], 0.05)[0]:
            time.sleep(0.01)
        self.frozen = True
