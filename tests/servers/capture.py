#!/usr/bin/env python3
"""Break real sites on real servers and keep what they wrote as scenario folders.

    capture.py list                 the cases and what each breaks
    capture.py capture NAME…        run these and write fixtures/NAME/
    capture.py all [--missing]      run every case (or only those without a folder)

Every case runs in namespaces of its own (mounts, network, processes, host name), so paths in logs are
the real ones of a hosted site, ports are free, and nothing outlives the capture. Needs root (for the
namespaces), nginx, and the virtualenvs of setup_venv.sh. See README.md.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))

from stacks.registry import load_cases  # noqa: E402  (needs the path above)


def run_isolated(name, out, deadline):
    """Run one case in fresh namespaces; the scenario folder is replaced only if it succeeds."""
    with tempfile.TemporaryDirectory(prefix="capture-") as scratch:
        command = ["unshare", "--mount", "--net", "--uts", "--pid", "--ipc", "--fork", "--mount-proc",
                   "--kill-child", sys.executable, str(HERE / "capture.py"), "--inside", name, scratch]
        environment = {key: os.environ[key] for key in ("PATH", "HOME", "DIAGNOSE_TARGET") if key in os.environ}
        environment.update(LANG="C.UTF-8", TZ="UTC")
        try:
            result = subprocess.run(command, env=environment, timeout=deadline, check=False)
        except subprocess.TimeoutExpired:
            return f"not done after {deadline} s"
        if result.returncode:
            return f"failed with status {result.returncode}"
        if out.exists():
            shutil.rmtree(out)
        shutil.copytree(pathlib.Path(scratch) / "scenario", out, symlinks=True)
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inside", nargs=2, metavar=("NAME", "SCRATCH"), help=argparse.SUPPRESS)
    parser.add_argument("--fixtures", type=pathlib.Path, default=ROOT / "fixtures", help="where the folders go")
    parser.add_argument("--deadline", type=int, default=120, help="seconds per case")
    parser.add_argument("action", nargs="?", choices=["list", "capture", "all"], default="list")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--missing", action="store_true", help="with all: only cases without a folder")
    options = parser.parse_args()
    cases = load_cases(HERE / "cases")

    if options.inside:
        from stacks import isolation
        name, scratch = options.inside
        isolation.run_case(cases[name], pathlib.Path(scratch))
        return 0
    if options.action == "list":
        for name, case in cases.items():
            print(f"{name:44} {case.stack.__name__:16} {case.description}")
        return 0
    names = options.names if options.action == "capture" else list(cases)
    unknown = [name for name in names if name not in cases]
    if unknown or not names:
        parser.error(f"no such case: {', '.join(unknown)}" if unknown else "which case?")
    if options.missing:
        names = [name for name in names if not (options.fixtures / name).exists()]
    failures = 0
    for name in names:
        began = time.monotonic()
        error = run_isolated(name, options.fixtures / name, options.deadline)
        print(f"{name}: {error or 'captured'} ({time.monotonic() - began:.1f} s)", flush=True)
        failures += error is not None
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
