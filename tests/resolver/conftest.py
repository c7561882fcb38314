"""The resolver room on its own: a home folder, a list, an index on loopback, and real tools behind the runner."""

import contextlib
import json
import os
import socketserver
import subprocess
import sys
import threading

import pytest

from guard.core import home as homes
from guard.core.lookup import CANARY, COLUMNS
from guard.lists import seal
from guard.resolver.entry import RUNNER
from tests.support import index, packages
from tests.support.tools import clean_environment

BLOCKED = CANARY


class Way:
    """The way out of this machine, as the tools see it: a proxy on loopback that lets nothing through."""

    def __init__(self):
        self.asked = []  # the first line of each request: CONNECT HOST:PORT, or GET URL

    @contextlib.contextmanager
    def shut(self):
        way = self

        class Refuse(socketserver.StreamRequestHandler):
            def handle(self):
                way.asked.append(self.rfile.readline(4096).decode("latin-1").strip())

        with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Refuse) as server:
            self.url = f"http://127.0.0.1:{server.server_address[1]}"
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
            yield self
            server.shutdown()


class Room:
    """A home folder and what runs under it."""

    def __init__(self, folder, served, way):
        self.folder = folder
        self.root = folder / "prefix"
        self.home = homes.at(str(self.root))
        self.index = served
        self.way = way
        self.scratch = folder / "scratch"  # TMPDIR of the tools
        for made in (self.root, self.scratch):
            made.mkdir()
        # guard's own Python, as the installer names it: the tool's may be too old to read TOML.
        (self.root / "home").write_text(f"python={sys.executable}\n")

    def listed(self, *rows):
        """Put a synced list of these rows (dicts) and the name that is always listed in force."""
        rows = [{"name": BLOCKED, "kind": "typosquat", "sources": "guard", "reason": "is a harmless name"}, *rows]
        os.makedirs(os.path.dirname(self.home.synced_list), exist_ok=True)
        table = [[row.get(column, "") for column in COLUMNS] for row in rows]
        seal.write(self.home.synced_list, COLUMNS, table, "2026-11-01T00:00:00Z")

    def settings(self, text):
        os.makedirs(os.path.dirname(self.home.settings), exist_ok=True)
        with open(self.home.settings, "w") as file:
            file.write(text)

    def environment(self, **more):
        # CI: no recorder is started, since this home has no program of its own. Whatever these tests find wrong, no
        # name leaves this machine.
        shut = {"HTTP_PROXY": self.way.url, "HTTPS_PROXY": self.way.url, "NO_PROXY": "127.0.0.1"}
        return clean_environment(TMPDIR=self.scratch, CI="1", PIP_INDEX_URL=self.index.url, **dict(shut, **more))

    def run(self, words, cwd=None, **more):
        self.index.requests.clear()
        words, environ = [str(word) for word in words], self.environment(**more)
        return subprocess.run(words, env=environ, cwd=cwd or self.folder, capture_output=True, text=True, timeout=300,
                              check=False, stdin=subprocess.DEVNULL)  # fmt: skip

    def pip(self, place, *words, **more):
        """Run the pip of the venv ``place`` through the runner."""
        started = [place / "bin" / "python", RUNNER, self.root, "-", place / "bin" / "pip"]
        return self.run([*started, *words], **more)

    def install(self, place, *words, **more):
        return self.pip(place, "install", "--target", self.folder / "target", *words, **more)

    def installed(self):
        target = self.folder / "target"
        return sorted(path.name for path in target.glob("*.dist-info")) if target.exists() else []

    def lines(self):
        """The journal so far."""
        try:
            with open(self.home.journal) as file:
                return [json.loads(line) for line in file if line.strip()]
        except FileNotFoundError:
            return []

    def left_over(self):
        return sorted(path.name for path in self.scratch.iterdir())


@pytest.fixture
def dists(tmp_path):
    folder = tmp_path / "dists"
    folder.mkdir()
    packages.wheel(folder, "goodpkg-alpha", requires=["goodpkg-beta"])
    packages.wheel(folder, "goodpkg-beta")
    packages.wheel(folder, BLOCKED)
    return folder


@pytest.fixture
def room(tmp_path, dists):
    with index.serve(dists) as served, Way().shut() as way:
        yield Room(tmp_path, served, way)
    assert way.asked == []  # nothing but loopback is ever asked


def assert_refused(done, room, name=BLOCKED):
    """The outside of a refusal: 77, the reason last of all, no traceback, no request, nothing left behind."""
    assert done.returncode == 77, done.stdout + done.stderr
    told = done.stderr[done.stderr.index("guard: refused:") :]
    assert name in told
    assert "guard allow " + name in told.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert room.index.asked_for(name) == []
    assert room.left_over() == []
    return told
