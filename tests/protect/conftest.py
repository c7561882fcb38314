"""A virtual environment that guard was let into, with a home of its own and an index beside it."""

import subprocess

import pytest

from guard.core.lookup import CANARY
from guard.setup import interpreters, protect
from tests.resolver.conftest import Room, Way
from tests.support import index, packages
from tests.support.tools import python

BLOCKED = CANARY


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("room")
    dists = folder / "dists"
    dists.mkdir()
    packages.wheel(dists, "goodpkg-alpha", requires=["goodpkg-beta"])
    packages.wheel(dists, "goodpkg-beta")
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    packages.wheel(dists, BLOCKED)
    with index.serve(dists) as served, Way().shut() as way:
        yield Room(folder, served, way)


@pytest.fixture(scope="module")
def place(room):
    """A protected venv; tests install into a folder of their own."""
    made = room.folder / "venv"
    subprocess.run([python("3.11"), "-m", "venv", str(made)], check=True, env=room.environment())
    protect.protect(room.home, interpreters.ask(str(made)))
    return made
