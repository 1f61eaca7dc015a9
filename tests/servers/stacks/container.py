"""A small supervisor that plays a container platform: runs the Procfile's processes with PORT set, waits for the
port, routes requests to it, restarts what crashed, and writes the platform's log.

The lines of the app's processes are real; those of the platform are played in the documented formats (sources:
devcenter.heroku.com/articles/error-codes and /logging, doc.scalingo.com/platform/app/logs and
/troubleshooting/boot-errors), with a boot limit of a few seconds. So cases are `transformed`.
"""

import datetime
import os
import pathlib
import re
import signal
import socket
import subprocess
import time
import uuid

from stacks import isolation
from stacks.base import Recorder, Stack


def heroku_stamp(source):
    """`2026-11-21T03:20:00.123456+00:00 app[web.1]: `"""
    return lambda now: now.strftime("%Y-%m-%dT%H:%M:%S.%f+00:00 ") + f"{source}: "


def scalingo_stamp(source):
    """`2026-11-21 03:20:00.123456000 +0000 UTC [web-1] `"""
    return lambda now: now.strftime("%Y-%m-%d %H:%M:%S.%f000 +0000 UTC ") + f"[{source}] "


class Container(Stack):
    """Options: platform ("heroku" or "scalingo"), boot_limit, first_byte (seconds to the first byte of an answer),
    env, memory_mib, symptom, give."""

    user = "app"
    project = "app"
    new_folders = ("/app",)
    domain = "my-app.example.org"
    port = 21733

    def __init__(self, case, scratch):
        super().__init__(case, scratch)
        self.platform = case.options.get("platform", "heroku")
        self.log = pathlib.Path("/var/log/platform.log")
        self.heroku = self.platform == "heroku"
        self.name = "web.1" if self.heroku else "web-1"
        self.process = None
        self.extra = []
        self.container = uuid.uuid5(uuid.NAMESPACE_DNS, case.name).hex[:24]

    @property
    def folder(self):
        return pathlib.Path("/app")

    def prepare(self):
        isolation.bind_virtualenv(self.scratch, pathlib.Path(self.venv_source), self.folder / ".heroku" / "python")
        self.python = self.folder / ".heroku" / "python" / "bin" / "python3"
        os.chown(self.folder, isolation.SITE_UID, isolation.SITE_UID)

    def own(self, path):
        os.chown(path, isolation.SITE_UID, isolation.SITE_UID)

    def wsgi(self, text):
        """Cases write their own wsgi.py."""

    # The platform's lines

    def say(self, source, text):
        """One line of the platform itself."""
        stamp = (heroku_stamp if self.heroku else scalingo_stamp)(source)
        with open(self.log, "ab") as log:
            log.write((stamp(datetime.datetime.now(datetime.timezone.utc)) + text + "\n").encode())

    def deploy(self, number=4):
        """A new release is about to start."""
        if self.heroku:
            self.say("app[api]", f"Release v{number} created by user dev@example.org")
            self.say("app[api]", f"Deploy 3f9c{number:04x} by user dev@example.org")

    def procfile(self, text):
        """Write the Procfile."""
        self.write("Procfile", text)

    def command(self, kind):
        """The command of a process type."""
        path = self.folder / "Procfile"
        for line in path.read_text().splitlines() if path.exists() else ():
            match = re.match(r"([A-Za-z0-9_-]+):\s*(.+)", line)
            if match and match[1] == kind:
                return match[2]
        return None

    def _spawn(self, command, source):
        name = f"app[{source}]" if self.heroku else source
        recorder = Recorder(self.log, stamp=(heroku_stamp if self.heroku else scalingo_stamp)(name), join=None)
        self.recorders.append(recorder)
        environment = {"PORT": str(self.port), "HOME": "/app", "PYTHONUNBUFFERED": "1",
                       "PATH": "/app/.heroku/python/bin:/usr/local/bin:/usr/bin:/bin", **self.case.options.get("env", {})}
        return self.spawn_as_user(["bash", "-c", command], cwd="/app", stdout=recorder.writer, stderr=recorder.writer,
                                  env=environment, start_new_session=True)

    def boot(self, seconds=None):
        """Start the web process and wait for its port, as a deployment or a restart does; True when it listens."""
        command = self.command("web")
        if command is None:
            return False
        limit = seconds or self.case.options.get("boot_limit", 4)
        if self.heroku:
            self.say(f"heroku[{self.name}]", f"Starting process with command `{command}`")
        else:
            self.say("manager", f"container [{self.name}] ({self.container}) started with the command '{command}'")
        self.process = self._spawn(command, self.name)
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.process.poll() is not None:
                time.sleep(0.2)
                return self._ended()
            if self._listens():
                if self.heroku:
                    self.say(f"heroku[{self.name}]", "State changed from starting to up")
                return self._stays_up()
            time.sleep(0.1)
        if self.heroku:
            self.say(f"heroku[{self.name}]", "Error R10 (Boot timeout) -> Web process failed to bind to $PORT within "
                                             "60 seconds of launch")
            self.say(f"heroku[{self.name}]", "Stopping process with SIGKILL")
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.heroku:
            self._ended()
        return False

    def _stays_up(self, seconds=1.5):
        """gunicorn listens before its workers load the app: a failed boot shows a moment later."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                time.sleep(0.2)
                return self._ended("up")
            time.sleep(0.1)
        return True

    def _ended(self, state="starting"):
        status = self.process.wait()
        status = 128 - status if status < 0 else status
        if self.heroku:
            self.say(f"heroku[{self.name}]", f"Process exited with status {status}")
            self.say(f"heroku[{self.name}]", f"State changed from {state} to crashed")
        else:
            self.say("manager", f"container [{self.name}] ({self.container}) has stopped")
        return False

    def _listens(self):
        """Does the process accept connections on PORT, at an address that is not the loopback's?"""
        try:
            tables = pathlib.Path("/proc/net/tcp").read_text() + pathlib.Path("/proc/net/tcp6").read_text()
        except OSError:
            return False
        wanted = f":{self.port:04X}"
        return any(line.split()[1].endswith(wanted) and line.split()[3] == "0A" and
                   not line.split()[1].startswith("0100007F") for line in tables.splitlines() if ":" in line)

    def run_release(self):
        """The release phase (Heroku) or the postdeploy hook (Scalingo); True when it succeeded."""
        kind = "release" if self.heroku else "postdeploy"
        command = self.command(kind)
        source = "release.1" if self.heroku else "postdeploy-1187"
        if self.heroku:
            self.say(f"heroku[{source}]", "State changed from starting to up")
            self.say(f"heroku[{source}]", f"Starting process with command `{command}`")
        status = self._spawn(command, source).wait()
        time.sleep(0.3)
        if self.heroku:
            self.say(f"heroku[{source}]", f"Process exited with status {status}")
            self.say(f"heroku[{source}]", "State changed from up to complete")
            if status:
                self.say("app[api]", "Release v4 command failed")
        return status == 0

    def route(self, path="/", timeout=None):
        """A visitor's request through the platform's router; returns the status that the visitor gets."""
        began = time.monotonic()
        self.last_size, status, code, text = 0, 0, None, None
        if self.command("web") is None:
            status, code, text = 503, "H14", "No web processes running"
        elif self.process is None or self.process.poll() is not None:
            status, code, text = 503, "H10", "App crashed"
        else:
            status = self.get(path, port=self.port, timeout=timeout or self.case.options.get("first_byte", 5), keep=False,
                              headers={"X-Forwarded-For": "203.0.113.24"})
            if status == 0:
                status, code, text = 503, "H12", "Request timeout"
                if self.process.poll() is not None or time.monotonic() - began < 1:
                    code, text = "H13", "Connection closed without response"
        milliseconds = int((time.monotonic() - began) * 1000)
        if self.heroku:
            error = f'at=error code={code} desc="{text}"' if code else "at=info"
            dyno = self.name if code not in ("H10", "H14") else ""
            self.say("heroku[router]", f'{error} method=GET path="{path}" host={self.domain} '
                     f'request_id={uuid.uuid4()} fwd="203.0.113.24" dyno={dyno} connect={"0ms" if dyno else ""} '
                     f'service={f"{milliseconds}ms" if dyno else ""} status={status} bytes={self.last_size or ""} protocol=https')
        elif self.case.options.get("router_log", False):
            self.say("router", f'method=GET path="{path}" status={status} duration={milliseconds / 1000:.3f}s')
        self.last_status = status
        return status

    def deployment_output(self, *lines):
        """What `git push` showed (Scalingo), kept as a file of its own."""
        path = pathlib.Path("/var/log/deployment.log")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.extra.append(str(path))

    # The result

    def trees(self):
        return ["/var/log", "/app"]

    def save(self, out):
        super().save(out)
        for nested in (out / "root" / "app").glob(".heroku"):
            subprocess.run(["rm", "-rf", str(nested)], check=True)

    def arguments(self):
        give = self.case.options.get("give", ("project", "procfile"))
        arguments = ["--platform-log", "root/var/log/platform.log"]
        for path in self.extra:
            arguments += ["--platform-log", f"root{path}"]
        if "procfile" in give and (self.folder / "Procfile").exists():
            arguments += ["--procfile", "root/app/Procfile"]
        if "project" in give:
            arguments += ["--project", "root/app"]
        return arguments + ["--platform", self.platform]
