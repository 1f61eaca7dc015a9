#!/usr/bin/env python3
"""Checks rows of rules/python/distributions.toml: does the distribution install that import name?

Run by hand; the tests do not. Without a network it reads what is at hand:

    tests/python/check_distributions.py --site VENV/lib/python3.11/site-packages ...
    tests/python/check_distributions.py --wheels FOLDER ...

With --fetch it asks the package index that pip is configured with (`pip config list`, PIP_INDEX_URL) for
the newest wheel of a few named rows, and reads only the list of files at the end of the archive:

    tests/python/check_distributions.py --fetch umap smbus captcha

--fetch takes at most 50 names: an index is no place to try a whole table on. Prints the rows that are
wrong, those that could not be judged, and the counts; exit 1 where a row is wrong.
"""

import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
import urllib.error
import urllib.parse
import urllib.request
import zipfile

TABLE = pathlib.Path(__file__).resolve().parents[2] / "rules/python/distributions.toml"
MOST = 50
JSON = "application/vnd.pypi.simple.v1+json"


def normal(name):
    """The name of a distribution as indexes compare it, without extras."""
    return re.sub(r"[-_.]+", "-", name.split("[")[0]).lower()


def modules(files):
    """The dotted names that can be imported where these files of a wheel are unpacked."""
    found = set()
    for file in files:
        parts = [part for part in file.split("/") if part]
        if len(parts) > 2 and parts[0].endswith(".data") and parts[1] in ("purelib", "platlib"):
            parts = parts[2:]
        if not parts or parts[0] == ".." or parts[0].endswith((".dist-info", ".data", ".egg-info")):
            continue
        stem, _, ending = parts[-1].partition(".")
        if ending.split(".")[-1] not in ("py", "so", "pyd", "pyi"):
            continue
        names = parts[:-1] if stem == "__init__" else [*parts[:-1], stem]
        found.update(".".join(names[:end]) for end in range(1, len(names) + 1))
    return found


def installed(site):
    """Distribution to files, of a site-packages folder."""
    for info in pathlib.Path(site).glob("*.dist-info"):
        record = info / "RECORD"
        if record.is_file():
            lines = record.read_text(errors="replace").splitlines()
            yield normal(info.name.removesuffix(".dist-info").rsplit("-", 1)[0]), [line.split(",")[0] for line in lines]


def wheels(folder):
    for wheel in pathlib.Path(folder).glob("*.whl"):
        yield normal(wheel.name.split("-")[0]), zipfile.ZipFile(wheel).namelist()


def index_url():
    """Where pip looks for packages."""
    if url := os.environ.get("PIP_INDEX_URL"):
        return url
    pip = [sys.executable, "-m", "pip"]
    configured = subprocess.run([*pip, "config", "get", "global.index-url"], capture_output=True, text=True)
    if configured.returncode == 0:
        return configured.stdout.strip()
    code = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


class Ranged:
    """A file behind a URL, of which only the parts that are read are transferred."""

    def __init__(self, url, size):
        self.url, self.size, self.at = url, size, 0

    def seekable(self):
        return True

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def tell(self):
        return self.at

    def read(self, count=-1):
        end = self.size if count < 0 else min(self.at + count, self.size)
        if end <= self.at:
            return b""
        wanted = urllib.request.Request(self.url, headers={"Range": f"bytes={self.at}-{end - 1}"})
        with urllib.request.urlopen(wanted, timeout=60) as answer:
            got = answer.read()
            if answer.status != 206:
                got = got[self.at : end]
        self.at += len(got)
        return got


def fetched(distribution, index):
    """The files of the newest wheel; None: there is no such distribution; []: it has no wheel."""
    page = urllib.request.Request(f"{index.rstrip('/')}/{normal(distribution)}/", headers={"Accept": JSON})
    try:
        with urllib.request.urlopen(page, timeout=60) as answer:
            files = json.load(answer)["files"]
    except urllib.error.HTTPError as error:
        if error.code == 404:
            return None
        raise
    found = [file for file in files if file["filename"].endswith(".whl") and not file.get("yanked")]
    if not found:
        return []
    newest = max(found, key=lambda file: file.get("upload-time", ""))
    url = urllib.parse.urljoin(page.full_url, newest["url"])
    return zipfile.ZipFile(Ranged(url, newest["size"])).namelist()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--site", nargs="*", default=[], help="site-packages folders")
    parser.add_argument("--wheels", nargs="*", default=[], help="folders of wheels")
    parser.add_argument("--fetch", nargs="*", default=[], help="import names to ask the index about")
    args = parser.parse_args()
    if len(args.fetch) > MOST:
        parser.error(f"--fetch takes at most {MOST} names")
    rows = tomllib.loads(TABLE.read_text())["modules"]

    files = {}
    for site in args.site:
        files.update(installed(site))
    for folder in args.wheels:
        files.update(wheels(folder))
    wrong = right = 0
    unknown = []
    for name in args.fetch:
        distribution = rows.get(name, name)
        try:
            got = fetched(distribution, index_url())
        except OSError as error:
            unknown.append(f"{name} = {distribution}: {error}")
            continue
        if got is None:
            wrong += 1
            print(f"WRONG {name} = {distribution}: there is no such distribution")
        elif not got:
            unknown.append(f"{name} = {distribution}: it has no wheel")
        else:
            files[normal(distribution)] = got

    for name, distribution in rows.items():
        listed = files.get(normal(distribution))
        # A row with a version says that newer ones no longer have the module.
        if listed is None or "==" in distribution:
            continue
        has = modules(listed)
        if name in has:
            right += 1
            continue
        tops = sorted(top for top in has if "." not in top and not top.startswith("_"))
        if not tops:
            unknown.append(f"{name} = {distribution}: it installs no module")
            continue
        wrong += 1
        print(f"WRONG {name} = {distribution}: it installs {', '.join(tops[:8])}")
    for line in unknown:
        print("UNKNOWN", line)
    print(f"{right} right, {wrong} wrong, {len(unknown)} unknown, {len(rows) - right - wrong} rows not looked at")
    sys.exit(1 if wrong else 0)


main()
