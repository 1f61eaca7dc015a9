"""Apache httpd with mod_wsgi in daemon mode, as pip builds them (mod_wsgi-standalone)."""

import os
import pathlib
import shutil

from stacks import isolation
from stacks.own_server import OwnServer

MAIN = """ServerName localhost
Listen 80
PidFile /run/httpd.pid
User #{uid}
Group #{uid}
{modules}
LoadModule wsgi_module {wsgi}
WSGISocketPrefix /run/wsgi
LogLevel {level}
ErrorLog /var/log/apache2/error.log
LogFormat "%h %l %u %t \\"%r\\" %>s %b \\"%{{Referer}}i\\" \\"%{{User-Agent}}i\\"" combined
CustomLog /var/log/apache2/access.log combined
IncludeOptional /etc/apache2/sites-enabled/*.conf
"""
MODULES = ("mpm_event", "unixd", "authz_core", "authz_host", "log_config", "alias", "dir", "mime", "reqtimeout")

SITE = """<VirtualHost *:80>
    ServerName {domain}
    WSGIDaemonProcess {project} python-home={home} {daemon}
    WSGIProcessGroup {project}
    WSGIApplicationGroup %{{GLOBAL}}
    WSGIScriptAlias / {script}
    Alias /static {folder}/static
    <Directory {folder}>
        Require all granted
    </Directory>
{extra}</VirtualHost>
"""


class Apache(OwnServer):
    """Options as of OwnServer, and daemon (options of WSGIDaemonProcess), level (LogLevel)."""

    def __init__(self, case, scratch):
        case.options.setdefault("venv", "venv-apache")
        case.options.setdefault("platform", "mod-wsgi")
        super().__init__(case, scratch)

    def prepare(self):
        super().prepare()
        pathlib.Path("/var/log/apache2").mkdir()

    def serve(self, *, script="wsgi.py", daemon=None, home=None, extra="", ready=True):
        """Write the virtual host and start httpd."""
        packages = next((self.scratch / "mnt" / self.venv_source / "lib").glob("python3*")) / "site-packages"
        httpd = pathlib.Path("/usr/local/apache2")
        if not httpd.exists():
            httpd.mkdir()
            isolation.mount("--bind", packages / "mod_wsgi_packages" / "httpd", httpd)
            shutil.copy(next((packages / "mod_wsgi" / "server").glob("mod_wsgi*.so")), "/usr/local/lib/mod_wsgi.so")
        daemon = daemon or self.case.options.get("daemon") or f"python-path={self.folder} processes=2 threads=5"
        enabled = pathlib.Path("/etc/apache2/sites-enabled")
        enabled.mkdir(parents=True, exist_ok=True)
        site = enabled / f"{self.project}.conf"
        site.write_text(SITE.format(domain=self.domain, project=self.project, home=home or self.venv_path,
                                    daemon=daemon, script=self.folder / script, folder=self.folder, extra=extra))
        self.configs.append(str(site))
        main = pathlib.Path("/etc/apache2/apache2.conf")
        modules = "\n".join(f"LoadModule {name}_module {httpd}/modules/mod_{name}.so" for name in MODULES
                            if (httpd / "modules" / f"mod_{name}.so").exists())
        main.write_text(MAIN.format(uid=isolation.SITE_UID, modules=modules, level=self.case.options.get("level", "warn"),
                                    wsgi="/usr/local/lib/mod_wsgi.so"))
        mime = pathlib.Path("/etc/mime.types")
        main.write_text(main.read_text() + (f"TypesConfig {mime}\n" if mime.exists() else "TypesConfig /dev/null\n"))
        process = self.spawn([httpd / "bin" / "httpd", "-D", "FOREGROUND", "-d", "/etc/apache2", "-f", main],
                             env={"LD_LIBRARY_PATH": f"{httpd}/lib:/usr/local/lib"}, cwd="/")
        if ready:
            self.until("/var/log/apache2/error.log", "resuming normal operations|Command line", 10)
            self.wait(1)
        return process

    def stop_all(self):
        """httpd writes its log itself: killed, it can't add the capture's own shutdown."""
        for process in self.processes:
            process.kill()
        super().stop_all()

    def arguments(self):
        if self.case.options.get("inputs", "flags") == "root":
            return ["--root", "root"]
        arguments = ["--error-log", "root/var/log/apache2/error.log"]
        if os.path.getsize("/var/log/apache2/access.log"):
            arguments += ["--access-log", "root/var/log/apache2/access.log"]
        for path in dict.fromkeys(self.configs):
            arguments += ["--server-config", "root" + path]
        return [*arguments, "--project", f"root{self.folder}", "--platform", self.platform]
