"""A site as PythonAnywhere runs it: nginx → unix socket → uWSGI → wrapper → the user's WSGI file."""

import os
import pathlib
import re
import shutil

from stacks import isolation, nginx
from stacks.base import Recorder, Stack

PAGE = """<!DOCTYPE html>
<html><head><title>PythonAnywhere: {code}</title></head><body><h1>Something went wrong :-(</h1>
<p>{text}</p><p>Error code: <b>{code}</b></p></body></html>
"""


class PythonAnywhere(Stack):
    """Options: user, project, venv (folder below target/), domain, harakiri, read_timeout, ini (further lines of
    the uWSGI file), env, use_virtualenv, symptom, inputs ("root", "flags", "positional", "folder"), tz."""

    platform = "pythonanywhere"
    user = "ada"

    def __init__(self, case, scratch):
        super().__init__(case, scratch)
        self.domain = case.options.get("domain", f"{self.user}.pythonanywhere.com")
        self.wsgi_file = pathlib.Path("/var/www") / (re.sub(r"[.-]", "_", self.domain.lower()) + "_wsgi.py")
        self.logs = {kind: f"/var/log/{self.domain}.{kind}.log" for kind in ("error", "server", "access")}
        self.venv_path = None
        self.uwsgi = None

    def prepare(self):
        """The parts of the machine that are there before the site is."""
        self.folder.mkdir(parents=True)
        self.own(self.folder)
        os.chown("/var/www", isolation.SITE_UID, isolation.SITE_UID)
        for log in self.logs.values():
            pathlib.Path(log).touch()
            os.chown(log, isolation.SITE_UID, isolation.SITE_UID)
        if self.case.options.get("use_virtualenv", True):
            self.venv_path = self.virtualenv()
        self.python = (self.venv_path or pathlib.Path("/usr/local")) / "bin" / "python3"
        wrapper = pathlib.Path("/srv/user_wsgi_wrapper.py")
        shutil.copy(pathlib.Path(__file__).with_name("wrapper.py"), wrapper)
        pathlib.Path("/etc/uwsgi").mkdir(exist_ok=True)
        pathlib.Path("/run/site").mkdir()
        os.chown("/run/site", isolation.SITE_UID, isolation.SITE_UID)
        self._write_ini(wrapper)

    def _write_ini(self, wrapper):
        options = self.case.options
        lines = ["[uwsgi]", "master = true", f"processes = {options.get('processes', 2)}", "uid = " + self.user,
                 "gid = " + self.user, "socket = /run/site/site.sock", "chmod-socket = 666",
                 f"harakiri = {options.get('harakiri', 6)}",
                 "post-buffering = 65536", "offload-threads = 2", "enable-metrics = true", "disable-logging = true",
                 "vacuum = true", f"wsgi-file = {wrapper}", f"chdir = /home/{self.user}",
                 f"touch-reload = {self.wsgi_file}", f"touch-reload = /etc/uwsgi/{self.domain}.ini"]
        if self.venv_path:
            lines.append(f"virtualenv = {self.venv_path}")
        environment = {"SITE_WWW": "/var/www", "SITE_WSGI_MODULE": self.wsgi_file.stem,
                       "SITE_ERROR_LOG": self.logs["error"], "HOME": str(self.home), **options.get("env", {})}
        lines += [f"env = {key}={value}" for key, value in environment.items()]
        lines += options.get("ini", [])
        self.ini = pathlib.Path(f"/etc/uwsgi/{self.domain}.ini")
        self.ini.write_text("\n".join(lines) + "\n")

    def wsgi(self, text):
        """Write the WSGI file of the Web tab."""
        return self.write(self.wsgi_file, text)

    def start(self, ping=True, ready=True):
        """Start everything; the first request is the platform's own."""
        recorder = Recorder(self.logs["server"])
        self.recorders.append(recorder)
        if not pathlib.Path("/run/nginx.pid").exists():
            self._start_nginx()
        environment = {} if self.venv_path else {"PYTHONHOME": "/usr/local"}
        self.uwsgi = self.spawn(["/usr/local/bin/uwsgi", "--ini", self.ini], stdout=recorder.writer,
                                stderr=recorder.writer, cwd="/", env=environment)
        if ready:
            self.until(self.logs["server"], "spawned uWSGI worker 1 ", 20)
        if ping:
            self.ping()

    def _start_nginx(self):
        root = pathlib.Path("/srv/pages")
        root.mkdir()
        (root / "502.html").write_text(PAGE.format(
            code="502-backend", text="This website is hosted by PythonAnywhere. There may be a problem with the site."))
        (root / "504.html").write_text(PAGE.format(
            code="504-backend", text="This website is hosted by PythonAnywhere. It took too long to answer."))
        extra = self.case.options.get("nginx", "")
        nginx.start(self, f"""
server {{
    listen 127.0.0.1:80 default_server;
    error_page 502 /502.html;
    error_page 504 /504.html;
    location ~ ^/50[24].html$ {{ internal; root /srv/pages; }}
    location / {{
        include /etc/nginx/uwsgi_params;
        uwsgi_pass unix:/run/site/site.sock;
        uwsgi_read_timeout {self.case.options.get('read_timeout', 9)};
        {extra}
    }}
}}
""", error_log="/srv/front.log", access_log=self.logs["access"], access_format=nginx.PLATFORM_ACCESS)

    def ping(self, timeout=None):
        """The hit with which the platform ends a reload (its 20 seconds are shortened)."""
        return self.get("/", agent="python-requests/2.28.1", client="10.0.0.46", keep=False,
                        timeout=timeout or self.case.options.get("ping_timeout", 5))

    def reload(self, ping=True, ready=True, touch=True):
        """The Reload button: the WSGI file is touched."""
        before = pathlib.Path(self.logs["server"]).read_text(errors="replace").count("spawned uWSGI worker 1 ")
        if touch:
            self.wait(1.1)  # uWSGI compares whole seconds
            os.utime(self.wsgi_file)
        if ready:
            self.wait_for(lambda: pathlib.Path(self.logs["server"]).read_text(errors="replace").count(
                "spawned uWSGI worker 1 ") > before, 20, "the reloaded workers")
        else:
            self.wait(3)
        if ping:
            self.ping()

    def visit(self, *paths, client="203.0.113.24", headers=None, **options):
        """Visitors' requests, one after the other, through the load balancer."""
        status = 0
        for path in paths or ("/",):
            status = self.get(path, client="10.0.0.46", headers={"X-Forwarded-For": client, **(headers or {})}, **options)
        return status

    def touch_ini(self):
        """A setting was changed on the Web tab: the server's own file is written anew, which reloads too."""
        before = pathlib.Path(self.logs["server"]).read_text(errors="replace").count("spawned uWSGI worker 1 ")
        self.wait(1.1)
        os.utime(self.ini)
        self.wait_for(lambda: pathlib.Path(self.logs["server"]).read_text(errors="replace").count(
            "spawned uWSGI worker 1 ") > before, 20, "the reloaded workers")
        self.ping()

    def rewrite_log(self, kind, pattern, replacement):
        """What a person's copy and paste does to a log; the case says origin="transformed"."""
        path = pathlib.Path(self.logs[kind])
        path.write_text(re.sub(pattern, replacement, path.read_text()))

    def arguments(self):
        """A copied tree, or the same files by name."""
        if self.case.options.get("inputs", "root") == "root":
            return ["--root", "root"]
        if self.case.options["inputs"] == "folder":
            return ["root/var"]
        if self.case.options["inputs"] == "positional":
            return ["root" + self.logs[kind] for kind in self.case.options.get("logs", ("error", "server", "access"))]
        arguments = []
        for kind in self.case.options.get("logs", ("error", "server", "access")):
            arguments += [f"--{kind}-log", "root" + self.logs[kind]]
        arguments += ["--wsgi", "root" + str(self.wsgi_file)] if self.case.options.get("give_wsgi", True) else []
        arguments += ["--project", "root" + str(self.folder)] if self.case.options.get("give_project", True) else []
        return arguments + ["--platform", "pythonanywhere"]
