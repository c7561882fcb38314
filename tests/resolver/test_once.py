"""``guard allow NAME --once``: one command with all that it starts, and no other."""

import os

import pytest

from guard.resolver.entry import RUNNER
from tests.resolver import trees
from tests.resolver.conftest import BLOCKED, assert_refused
from tests.support import packages
from tests.support.tools import venv


@pytest.fixture
def pip(room, dists):
    trees.sdist(dists, "built-alpha", build_requires=[BLOCKED])
    trees.sdist(dists, "built-beta", build_requires=[BLOCKED])
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    return venv("3.11", "pip==25.3")


def allow_once(room):
    os.makedirs(room.home.allow, exist_ok=True)
    with open(f"{room.home.allow}/{BLOCKED}", "w") as file:
        file.write("reason=I know it\nonce=yes\n")


def test_the_pips_of_two_isolated_builds_are_one_command(room, pip):
    allow_once(room)
    done = room.install(pip, "built-alpha", "built-beta")
    assert done.returncode == 0, done.stderr
    assert len(room.index.asked_for(BLOCKED)) >= 2
    assert_refused(room.install(pip, "--force-reinstall", "built-alpha"), room)


def test_what_the_gate_let_through_once_the_build_finds_too(room, pip):
    allow_once(room)
    gate = [pip / "bin" / "python", "-I", "-S", os.path.dirname(os.path.dirname(RUNNER)) + "/gate.py"]
    words = ["install", "--target", room.folder / "target", BLOCKED, "built-alpha"]
    done = room.run([*gate, room.root, pip / "bin" / "pip", "pip", *words])
    assert done.returncode == 0, done.stderr
    assert_refused(room.install(pip, "--force-reinstall", "built-alpha"), room)


def test_a_name_that_is_pulled_in_uses_it_up(room, pip):
    allow_once(room)
    assert room.install(pip, "pulls-in").returncode == 0
    assert_refused(room.install(pip, "--force-reinstall", "pulls-in"), room)
