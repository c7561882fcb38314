"""The room's bundle: the same room, opened quicker; never a stale or a foreign one."""

import shutil
import subprocess

import pytest

from tests.resolver.conftest import BLOCKED
from tests.support import packages
from tests.support.tools import ROOT, venv

PIP = ("3.11", "pip==25.3")


@pytest.fixture
def program(tmp_path):
    """A copy of the program, as the installer leaves it: with a bundle of the gate's."""
    shutil.copytree(ROOT / "guard", tmp_path / "site" / "guard", ignore=shutil.ignore_patterns("__pycache__", "*.bundle"))
    shutil.copytree(ROOT / "lookups", tmp_path / "site" / "lookups")
    (tmp_path / "site" / "guard" / "gate.bundle").touch()
    return tmp_path / "site" / "guard"


def make(program, python):
    """Have the bundle made by ``python``; the bundles that are there then."""
    subprocess.run([python, "-I", "-S", program / "resolver" / "bundle.py"], check=True)
    return sorted(path.name for path in program.glob("resolver/*.bundle"))


def pip(program, room, *words, flags=(), version=PIP):
    place = venv(*version)
    runner = program / "resolver" / "runner.py"
    return room.run([place / "bin" / "python", *flags, runner, room.root, "-", place / "bin" / "pip", *words])


def refuses(program, room, dists, version=PIP):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    done = pip(program, room, "install", "--target", room.folder / "target", "pulls-in", version=version)
    assert done.returncode == 77, done.stdout + done.stderr
    assert room.index.asked_for(BLOCKED) == []
    return done.stderr[done.stderr.index("guard: refused:") :]


@pytest.mark.parametrize("version", [PIP, ("3.8", "pip==20.3.4"), ("3.13", "pip==26.3")], ids="-".join)
def test_with_and_without_it_a_name_is_refused_with_the_same_words(program, room, dists, version):
    without = refuses(program, room, dists, version)
    assert make(program, venv(*version) / "bin" / "python") == [f"cpython-{version[0].replace('.', '')}.bundle"]
    assert refuses(program, room, dists, version) == without


def test_with_it_nothing_of_guard_is_looked_for_while_a_clean_name_installs(program, room):
    make(program, venv(*PIP) / "bin" / "python")
    words = ["install", "--target", room.folder / "target", "goodpkg-alpha"]
    done = pip(program, room, *words, flags=["-X", "importtime"])
    assert done.returncode == 0, done.stderr
    assert "pip._internal.cli.main" in done.stderr
    assert "_typoguard." not in done.stderr


@pytest.mark.parametrize("data", [b"", b"rubbish", "cut", "foreign"])
def test_a_bundle_that_is_not_this_interpreters_is_left_alone(program, room, dists, data):
    make(program, venv(*PIP) / "bin" / "python")
    path = program / "resolver" / "cpython-311.bundle"
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[: len(whole) // 2], "foreign": b"\0\0\0\0" + whole[4:]}.get(data, data))
    assert BLOCKED in refuses(program, room, dists)


def test_a_checkout_has_none_since_its_files_change(program):
    (program / "gate.bundle").unlink()
    assert make(program, venv(*PIP) / "bin" / "python") == []
    assert list(program.glob("resolver/__pycache__/room.*.pyc"))  # compiled all the same
