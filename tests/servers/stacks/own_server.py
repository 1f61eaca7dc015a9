"""A site on a server of one's own: nginx in front of gunicorn, uWSGI, uvicorn or waitress."""

import os
import pathlib

from stacks import isolation, nginx
from stacks.base import Recorder, Stack

PROXY = """server {{
    listen 80;
    server_name {domain};
{server}
    location / {{
        proxy_pass {upstream};
        proxy_set_header Host $host;
        proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
{location}
    }}
}}
"""
UWSGI = """server {{
    listen 80;
    server_name {domain};
{server}
    location / {{
        include uwsgi_params;
        uwsgi_pass {upstream};
{location}
    }}
}}
"""
UNIT = """[Unit]
Description={name} web app
After=network.target

[Service]
User={user}
Group=www-data
WorkingDirectory={folder}
ExecStart={command}
Restart=on-failure

[Install]
WantedBy=multi-user.target
"""


class OwnServer(Stack):
    """Options: user, project, venv, domain, platform, home, inputs ("root" or "flags"), give (which flags), symptom,
    log_style: how the server's output is kept: "file", "journal", "compose" or "supervisor"."""

    user = "deploy"

    def __init__(self, case, scratch):
        super().__init__(case, scratch)
        self.platform = case.options.get("platform", "gunicorn")
        self.domain = case.options.get("domain", f"{self.project}.example.org")
        self.server_log = f"/var/log/{self.project}/server.log"
        self.configs = []
        self.venv_path = self.folder / "venv"

    @property
    def folder(self):
        return pathlib.Path("/srv") / self.project

    def prepare(self):
        self.folder.mkdir(parents=True)
        os.chown(self.folder, isolation.SITE_UID, isolation.SITE_UID)
        if self.case.options.get("home", True):  # a service user often has none: gunicorn 27 then complains
            self.home.mkdir()
            os.chown(self.home, isolation.SITE_UID, isolation.SITE_UID)
        for folder in (pathlib.Path(self.server_log).parent, pathlib.Path("/run") / self.project):
            folder.mkdir()
            os.chown(folder, isolation.SITE_UID, isolation.SITE_UID)
        isolation.bind_virtualenv(self.scratch, pathlib.Path(self.venv_source), self.venv_path)
        self.python = self.venv_path / "bin" / "python"
        self.socket = f"/run/{self.project}/{self.project}.sock"

    def own(self, path):
        for each in [path, *path.parents]:
            if each in (pathlib.Path("/srv"), pathlib.Path("/")):
                break
            os.chown(each, isolation.SITE_UID, isolation.SITE_UID, follow_symlinks=False)

    def wsgi(self, text):
        """Cases write their own wsgi.py; what django_site() offers is not used here."""

    # Servers

    def proxy(self, upstream, *, server="", location="", template=PROXY, **options):
        """nginx with a proxy_pass (or, with template=UWSGI, a uwsgi_pass) to the upstream."""
        def indent(text, by):
            return "\n".join(" " * by + line for line in text.strip().split("\n")) if text else ""
        config = template.format(domain=self.domain, upstream=upstream, server=indent(server, 4),
                                 location=indent(location, 8))
        config = "\n".join(line for line in config.split("\n") if line.strip()) + "\n"
        self.configs.append(f"/etc/nginx/sites-enabled/{self.project}")
        return nginx.start(self, config, name=self.project, **options)

    def uwsgi_proxy(self, upstream, **options):
        """nginx with a uwsgi_pass."""
        return self.proxy(upstream, template=UWSGI, **options)

    def run(self, command, *, tag=None, ready=None, cwd=None, env=None, seconds=10):
        """Start the app's server as the site's user; its output goes to the server log in the case's style."""
        recorder = self._recorder(tag or pathlib.Path(str(command[0])).name)
        if not self.recorders or self.recorders[-1] is not recorder:
            self.recorders.append(recorder)
        process = self.spawn_as_user(command, cwd=str(cwd or self.folder), stdout=recorder.writer,
                                     stderr=recorder.writer, env={"PYTHONUNBUFFERED": "1", **(env or {})})
        if ready:
            self.until(self.server_log, ready, seconds)
        return process

    def _recorder(self, tag):
        style = self.case.options.get("log_style", "file")
        if style == "file":
            return Recorder(self.server_log, stamp=None)
        stamps = {"journal": f"%b %d %H:%M:%S web-7 {tag}[{{pid}}]: ".replace("{pid}", "811"),
                  "compose": f"{tag}-1  | ", "syslog": f"%b %d %H:%M:%S web-7 {tag}: "}
        return Recorder(self.server_log, stamp=stamps[style], join=None)

    def gunicorn(self, *arguments, ready=r"Booting worker", unit=True, **options):
        """gunicorn with these arguments; a systemd unit that says the same is written beside it."""
        command = [f"{self.venv_path}/bin/gunicorn", *arguments]
        if unit:
            path = pathlib.Path(f"/etc/systemd/system/{self.project}.service")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(UNIT.format(name=self.project, user=self.user, folder=options.get("cwd") or self.folder,
                                        command=" ".join(map(str, command))))
            self.configs.append(str(path))
        return self.run([self.python, *command], tag="gunicorn", ready=ready, **options)

    def uwsgi(self, *lines, ready="spawned uWSGI worker 1 ", **options):
        """uWSGI with an ini file of these lines."""
        path = pathlib.Path(f"/etc/uwsgi/apps-enabled/{self.project}.ini")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(["[uwsgi]", *lines]) + "\n")
        self.configs.append(str(path))
        process = self.run(["/usr/local/bin/uwsgi", "--ini", path], tag="uwsgi", ready=ready, **options)
        return process

    # The result

    def trees(self):
        return [*dict.fromkeys(self.configs), "/var/log", str(self.folder)]

    def arguments(self):
        if self.case.options.get("inputs", "flags") == "root":
            return ["--root", "root"]
        give = self.case.options.get("give", ("server", "nginx", "access", "config", "project"))
        arguments = []
        places = {"server": ("--server-log", self.server_log), "nginx": ("--nginx-log", "/var/log/nginx/error.log"),
                  "access": ("--access-log", "/var/log/nginx/access.log"), "project": ("--project", str(self.folder))}
        for name, (flag, path) in places.items():
            empty = name in ("server", "nginx", "access") and not (os.path.exists(path) and os.path.getsize(path))
            if name in give and not empty:
                arguments += [flag, "root" + path]
        if "config" in give:
            for path in dict.fromkeys(self.configs):
                arguments += ["--server-config", "root" + path]
        return arguments + ["--platform", self.platform]
