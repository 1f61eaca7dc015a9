"""nginx in front: its configuration, its pages and its start."""

import pathlib

PLATFORM_ACCESS = ("""'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" '
        '"$http_user_agent" "$http_x_forwarded_for" response-time=$request_time'""")

MAIN = """\
user www-data;
worker_processes 1;
pid /run/nginx.pid;
error_log {error_log} {level};
events {{ worker_connections 256; }}
http {{
    include /etc/nginx/mime.types;
    log_format site {access_format};
    access_log {access_log} site;
    set_real_ip_from 127.0.0.1;
    real_ip_header X-Real-IP;
    {http_extra}
    include /etc/nginx/sites-enabled/*;
}}
"""


def start(stack, site_config, *, error_log="/var/log/nginx/error.log", access_log="/var/log/nginx/access.log",
          access_format="""'$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" '
        '"$http_user_agent"'""", level="error", http_extra="", name="mysite"):
    """Write the configuration and start nginx in the foreground."""
    enabled = pathlib.Path("/etc/nginx/sites-enabled")
    enabled.mkdir(parents=True, exist_ok=True)
    for other in enabled.iterdir():
        other.unlink()
    pathlib.Path("/etc/nginx/nginx.conf").write_text(MAIN.format(
        error_log=error_log, access_log=access_log, access_format=access_format, level=level, http_extra=http_extra))
    (enabled / name).write_text(site_config)
    process = stack.spawn(["nginx", "-g", "daemon off;"])
    stack.wait_for(lambda: pathlib.Path("/run/nginx.pid").exists() and
                   pathlib.Path("/run/nginx.pid").read_text().strip(), 5, "nginx")
    return process
