"""Environments that a protected interpreter makes are protected when they are born."""

import os
import subprocess

from guard.resolver import door
from guard.setup import interpreters, protect
from tests.protect.conftest import BLOCKED
from tests.support.tools import python, venv


def test_a_venv_is_born_protected_and_its_making_is_not_recorded(room, place):
    before = len(room.lines())
    made = room.folder / "born"
    done = room.run([place / "bin" / "python", "-m", "venv", made])
    assert (done.returncode, done.stderr) == (0, "")
    assert len(room.lines()) == before  # ensurepip asked for nothing that anybody typed
    (site,) = made.glob("lib/*/site-packages")
    assert str(site) in door.remembered(room.home.state)
    refused = room.run([made / "bin" / "pip", "install", BLOCKED])
    assert refused.returncode == 77, refused.stderr
    assert room.index.requests == []


def test_a_virtualenv_is_born_protected(room, place):
    (lib,) = venv("3.11", "virtualenv").glob("lib/*/site-packages")
    made = room.folder / "virtual"
    done = room.run([place / "bin" / "python", "-m", "virtualenv", "-q", made], PYTHONPATH=lib, HOME=room.folder)
    assert done.returncode == 0, done.stderr
    refused = room.run([made / "bin" / "python", "-m", "pip", "install", BLOCKED])
    assert refused.returncode == 77, refused.stderr


def test_an_environment_for_a_python_that_is_too_old_is_left_alone(room, place):
    (lib,) = venv("3.11", "virtualenv<20.22").glob("lib/*/site-packages")
    made = room.folder / "old"
    words = [place / "bin" / "python", "-m", "virtualenv", "-q", "-p", python("3.6"), made]
    done = room.run(words, PYTHONPATH=lib, HOME=room.folder)
    assert done.returncode == 0, done.stderr
    assert not list(made.glob("lib/*/site-packages/typoguard*"))


def test_what_was_born_protected_is_taken_back_with_the_rest(room):
    mother = room.folder / "mother"
    subprocess.run([python("3.11"), "-m", "venv", "--without-pip", str(mother)], check=True, env=room.environment())
    protect.protect(room.home, interpreters.ask(str(mother)))
    child = room.folder / "child"
    assert room.run([mother / "bin" / "python", "-m", "venv", "--without-pip", child]).returncode == 0
    assert list(child.glob("lib/*/site-packages/typoguard.pth"))
    with open(f"{room.home.state}/{door.MANIFEST}", "a") as file:
        file.write("/gone/site-packages\n")
    kept = door.remembered(room.home.state)
    assert protect.unprotect_all(room.home) == []
    assert not os.path.exists(f"{room.home.state}/{door.MANIFEST}")
    assert not [site for site in kept if os.path.exists(f"{site}/{door.NAME}.pth")]
