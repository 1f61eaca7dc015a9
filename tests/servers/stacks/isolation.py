"""Runs one case inside the namespaces that capture.py opened: mounts, loopback, host name, then the steps.

Everything that a server may write to (/home, /var/www, /var/log, /etc, /run, /srv) is replaced by an empty
folder or an overlay below the scratch folder, so the machine itself stays untouched. The interpreter of the
virtualenv is mounted over /usr/local, so that frames name /usr/local/lib/pythonX.Y and no developer's path.
"""

import ctypes
import fcntl
import os
import pathlib
import shutil
import socket
import struct
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parents[3]
SITE_UID = 60123


def mount(*arguments):
    """One mount(8) call; a failure ends the capture."""
    subprocess.run(["mount", *map(str, arguments)], check=True)


def bring_up_loopback():
    """`ip link set lo up`, without needing iproute2."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        request = struct.pack("16sh14x", b"lo", 0x1 | 0x40)
        fcntl.ioctl(sock, 0x8914, request)


def overlay(scratch, target, lower=None):
    """Make a folder of the machine writable without touching it, or show another one (`lower`) in its place."""
    upper, work = scratch / f"upper{target.replace('/', '-')}", scratch / f"work{target.replace('/', '-')}"
    upper.mkdir(mode=0o755)
    work.mkdir()
    mount("-t", "overlay", "overlay", "-o", f"lowerdir={lower or target},upperdir={upper},workdir={work}", target)


def enter_overlay_root(scratch):
    """Go on in an overlay of the whole root file system, where folders such as /app can be made."""
    root = scratch / "root"
    for name in ("root", "root-upper", "root-work"):
        (scratch / name).mkdir()
    mount("-t", "overlay", "overlay", "-o",
          f"lowerdir=/,upperdir={scratch}/root-upper,workdir={scratch}/root-work", root)
    for inner in ("/proc", "/dev", str(scratch.parent)):
        mount("--rbind", inner, f"{root}{inner}")
    os.chroot(root)
    os.chdir("/")


def bind_virtualenv(scratch, source, target):
    """Show a virtualenv of target/ at the place where the site has it, with /usr/local as its base."""
    held = scratch / "mnt" / source.name
    target.mkdir(parents=True, exist_ok=True)
    overlay(scratch, str(target), held)
    config = target / "pyvenv.cfg"
    lines = config.read_text().splitlines()
    kept = [line for line in lines if line.split("=")[0].strip() in ("include-system-site-packages", "version")]
    config.write_text("home = /usr/local/bin\n" + "\n".join(kept) + "\n")
    for script in (target / "bin").iterdir():
        if script.is_file() and not script.is_symlink():
            text = script.read_bytes()
            if text.startswith(b"#!") and text.split(b"\n", 1)[0].rstrip().endswith((b"/python", b"/python3", b"python3.11", b"python3.8")):
                script.write_bytes(f"#!{target}/bin/python3\n".encode() + text.split(b"\n", 1)[1])
    for link in (target / "bin").glob("python*"):
        if os.path.isabs(os.readlink(link)):
            link.unlink()
            link.symlink_to("/usr/local/bin/python3")


def run_case(case, scratch):
    """Prepare the machine, run the steps, keep the result in scratch/scenario."""
    scratch.chmod(0o755)
    target = pathlib.Path(os.environ.get("DIAGNOSE_TARGET", REPOSITORY / "target"))
    mount("--make-rprivate", "/")
    size = case.options.get("disk_quota_kib", 262144)
    out, scratch = scratch / "scenario", scratch / "machine"
    scratch.mkdir()
    mount("-t", "tmpfs", "-o", "size=256m,mode=755", "tmpfs", scratch)
    (scratch / "mnt").mkdir()
    for venv in sorted(target.glob("venv*")):
        if (venv / "pyvenv.cfg").exists():
            held = scratch / "mnt" / venv.name
            held.mkdir()
            mount("--bind", venv, held)
    if case.stack.new_folders:
        enter_overlay_root(scratch)
    base = _base_python(scratch / "mnt" / case.options.get("venv", "venv"))
    overlay(scratch, "/usr/local", base)
    server = scratch / "mnt" / case.options.get("venv", "venv") / "bin" / "uwsgi"
    if server.exists():
        shutil.copy(server, "/usr/local/bin/uwsgi")
    overlay(scratch, "/etc")
    for folder in ("/home", "/var/www", "/var/log", "/run", "/srv", "/mnt", *case.stack.new_folders):
        pathlib.Path(folder).mkdir(exist_ok=True)
        mount("-t", "tmpfs", "-o", f"size={size if folder == '/home' else 262144}k,mode=755", "tmpfs", folder)
    pathlib.Path("/var/log/nginx").mkdir()
    ctypes.CDLL(None).sethostname(b"web-7", 5)
    bring_up_loopback()
    site = case.stack(case, scratch)
    user = case.options.get("user", site.user)
    with open("/etc/passwd", "a", encoding="utf-8") as passwd:
        passwd.write(f"{user}:x:{SITE_UID}:{SITE_UID}::/home/{user}:/bin/bash\n")
    with open("/etc/group", "a", encoding="utf-8") as group:
        group.write(f"{user}:x:{SITE_UID}:\n")
    site.prepare()
    try:
        case.steps(site)
    except BaseException:
        for log in sorted(pathlib.Path("/var/log").rglob("*.log")) + sorted(pathlib.Path("/srv").glob("*.log")):
            print(f"--- {log}\n{log.read_text(errors='replace')[-900:]}", flush=True)
        raise
    finally:
        site.stop_all()
    site.save(out)


def _base_python(venv):
    """The installation that a virtualenv was made from."""
    for line in (venv / "pyvenv.cfg").read_text().splitlines():
        key, _, value = line.partition("=")
        if key.strip() == "home":
            return pathlib.Path(value.strip()).parent
    raise SystemExit(f"{venv}/pyvenv.cfg names no home")


def copy_tree(source, destination):
    """Copy what a person would send: no caches, no virtualenvs, no sockets."""
    def unwanted(folder, names):
        return [name for name in names if name in ("__pycache__", ".virtualenvs", "venv", ".venv", ".cache")
                or not (os.path.isfile(os.path.join(folder, name)) or os.path.isdir(os.path.join(folder, name)))]
    if os.path.isdir(source):
        shutil.copytree(source, destination, ignore=unwanted, dirs_exist_ok=True)
    elif os.path.isfile(source):
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, destination)
