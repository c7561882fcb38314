"""Which interpreter runs a tool, and the hash of an image read once."""

import hashlib
import os
import sys

import pytest

from guard.nvm import image
from guard.nvm.image import Hashes, program, shebang

PYTHON = os.path.realpath(sys.executable)


def script(path, head):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(head)
    path.chmod(0o755)
    return str(path)


def test_a_console_script(tmp_path):
    path = script(tmp_path / "pip", "#!%s -I\nimport sys\n" % sys.executable)
    assert program(path) == (PYTHON, ["-I", path])


def test_a_link_to_the_interpreter_is_followed_as_the_kernel_does(tmp_path):
    os.symlink(sys.executable, tmp_path / "python")
    path = script(tmp_path / "pip", "#!%s\n" % (tmp_path / "python"))
    assert program(path) == (PYTHON, [path])


@pytest.mark.parametrize("quoted", ['"%s"', "%s"])
def test_an_interpreter_hidden_behind_sh(tmp_path, quoted):
    path = script(
        tmp_path / "pip", "#!/bin/sh\n'''exec' " + quoted % sys.executable + " \"$0\" \"$@\"\n' '''\nimport sys\n"
    )
    assert program(path) == (PYTHON, [path])


def test_env(tmp_path, monkeypatch):
    os.symlink(sys.executable, tmp_path / "python-of-mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    path = script(tmp_path / "elsewhere" / "pip", "#!/usr/bin/env python-of-mine\n")
    assert program(path) == (PYTHON, [path])
    own = script(tmp_path / "venv" / "bin" / "python-of-mine", "")
    assert program(path, "", {"VIRTUAL_ENV": str(tmp_path / "venv")}) == (own, [path])


def test_a_binary_is_its_own_image():
    assert program(sys.executable) == (PYTHON, [])


def test_pyenvs_shim_leads_on(tmp_path):
    root = tmp_path / "pyenv"
    shim = script(root / "shims" / "pip", "#!/usr/bin/env bash\nexec pyenv exec pip\n")
    old = script(root / "versions" / "3.9.1" / "bin" / "pip", "#!%s\n" % sys.executable)
    new = script(root / "versions" / "3.12.0" / "bin" / "pip", "#!%s\n" % sys.executable)
    (root / "version").write_text("3.9.1\n")
    project = tmp_path / "project" / "deep"
    project.mkdir(parents=True)
    assert program(shim, str(project)) == (PYTHON, [old])
    (tmp_path / "project" / ".python-version").write_text("3.12.0\n")
    assert program(shim, str(project)) == (PYTHON, [new])
    assert program(shim, str(project), {"PYENV_VERSION": "3.9.1"}) == (PYTHON, [old])


@pytest.mark.parametrize("content", [b"", b"#!", b"#!   \n", b"\x7fELF", b"\xff\xfe", b"#!" + b"x" * 9000])
def test_a_head_that_says_nothing(tmp_path, content):
    (tmp_path / "pip").write_bytes(content)
    image_path, _ = program(str(tmp_path / "pip"))
    assert image_path.startswith("/")
    assert isinstance(shebang(str(tmp_path / "pip")), list)


def test_a_hash_is_read_once_and_again_when_the_file_changed(tmp_path, monkeypatch):
    binary = tmp_path / "binary"
    binary.write_bytes(b"one")
    read = []
    plain = image._digest
    monkeypatch.setattr(image, "_digest", lambda fd: read.append(1) or plain(fd))
    first = Hashes(str(tmp_path / "cache"))
    assert first.of(str(binary)) == hashlib.sha256(b"one").hexdigest().upper()
    first.save()
    again = Hashes(str(tmp_path / "cache"))
    assert again.of(str(binary)) == first.of(str(binary)) and len(read) == 1
    binary.write_bytes(b"two")
    assert again.of(str(binary)) == hashlib.sha256(b"two").hexdigest().upper()


def test_an_image_that_was_removed_is_read_from_the_process_that_runs_it():
    assert Hashes("/nonexistent").of("/gone/python", os.getpid()) == Hashes("/nonexistent").of(PYTHON)
