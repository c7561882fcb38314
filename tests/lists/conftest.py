"""Fixtures: an installation in a temporary folder, a real HTTPS server with an authority of its own."""

import os
import pathlib
import subprocess
import sys
import sysconfig
import venv

import pytest

from guard.core.home import Home
from guard.core.lookup import List
from guard.core.table import Table
from guard.lists import config as settings
from guard.lists.ask import Wish
from guard.lists.sync import sync

from . import feeds
from .server import Authority, Site

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def authority():
    return Authority()


@pytest.fixture
def site(authority, tmp_path):
    """An HTTPS server on loopback."""
    server = Site(authority.context(tmp_path))
    yield server
    server.shutdown()
    server.server_close()


class Installation:
    """One installation of guard. ``settings``: text of its guard.toml."""

    def __init__(self, root, bundle=b""):
        self.root = root
        self.home = Home(str(root), python=sys.executable)
        self.ca = root / "ca.pem"
        self.ca.write_bytes(bundle)
        (root / "etc").mkdir()

    def configure(self, text):
        pathlib.Path(self.home.settings).write_text(text)

    def use(self, site, *formats, **sync_keys):
        """Take the public feeds (or the named ones) from ``site``; all others are off."""
        paths = {"osv": "osv/", "datadog": "manifest.json", "splunk": "splunk.csv"}
        keys = {"ca": f'"{self.ca}"', **sync_keys}
        lines = ["[sync]", *(f"{key} = {value}" for key, value in keys.items())]
        for name, path in paths.items():
            on = "true" if name in (formats or paths) else "false"
            lines += [f"[sync.sources.{name}]", f'url = "{site.url}{path}"', f"enabled = {on}"]
        self.configure("\n".join(lines) + "\n")

    def add(self, text):
        with open(self.home.settings, "a", encoding="utf-8") as file:
            file.write(text)

    def sync(self, **wish):
        return sync(self.home, settings.load(self.home), Wish(**wish))

    def entry(self, name):
        """What the list in force says of ``name``, or None where there is no synced list."""
        if not os.path.exists(self.home.synced_list):
            return None
        names = List(Table(self.home.synced_list))
        try:
            return names.find(name)
        finally:
            names.close()

    def list_bytes(self):
        path = pathlib.Path(self.home.synced_list)
        return path.read_bytes() if path.exists() else None

    def run(self, *words, **more):
        """``guard WORDS`` as a process of this installation's own interpreter."""
        python = self.root / "venv" / "bin" / "python"
        if not python.exists():
            venv.create(self.root / "venv", with_pip=False, symlinks=True)
            (self.root / "home").write_text(f"python={python}\n")
        paths = os.pathsep.join([str(ROOT), sysconfig.get_paths()["purelib"]])
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": paths, "LC_ALL": "C.UTF-8", **more.pop("env", {})}
        command = [str(python), "-m", "guard", *words]
        return subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=self.root, **more
        )


@pytest.fixture
def installation(authority, tmp_path):
    root = tmp_path / "installation"
    root.mkdir()
    return Installation(root, authority.bundle)


@pytest.fixture
def mirror(site):
    """The site, serving the three public feeds with some invented projects besides."""
    site.files.update(feeds.public(feeds.record(100 + n, f"invented-{n}") for n in range(40)))
    return site
