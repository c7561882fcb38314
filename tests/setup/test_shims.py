"""Which tools get a shim, and how a shim is known."""

import pytest

from guard.core.home import Home
from guard.setup import shims


@pytest.fixture
def folder(tmp_path):
    """A folder for PATH, and a function that puts a tool in it."""
    place = tmp_path / "bin"
    place.mkdir()

    def put(name, content=b"#!/usr/bin/python3\n", mode=0o755):
        (place / name).write_bytes(content)
        (place / name).chmod(mode)

    put.path = str(place)
    return put


def test_pip_and_poetry_always_have_one(folder):
    """Whoever installs them tomorrow is guarded from the first command on."""
    assert shims.wanted(folder.path) == ["pip", "pip3", "poetry"]
    assert shims.wanted("") == shims.wanted("/nowhere:") == ["pip", "pip3", "poetry"]


def test_others_have_one_where_they_are(folder):
    for name in ("pip3.9", "pip3.14", "uv", "uvx", "pipx", "pdm", "tox", "pip-sync", "pip3.x", "pip3.", "pip2", "uvicorn"):
        folder(name)
    wanted = {"pip", "pip3", "poetry", "pip3.9", "pip3.14", "uv", "uvx", "pipx", "pdm", "tox", "pip-sync"}
    assert set(shims.wanted(folder.path)) == wanted


def test_a_shim_or_a_plain_file_is_no_tool(folder):
    folder("uv", mode=0o644)
    folder("pip3.12", shims.script(Home("/elsewhere"), "/python", "/gate.py", "pip3.12"))
    assert shims.wanted(folder.path) == ["pip", "pip3", "poetry"]


def test_what_was_written_is_known_and_stays(folder, tmp_path):
    home = Home(str(tmp_path / "prefix"))
    folder("uv")
    written = shims.write(home, "/python", "/gate.py", folder.path)
    assert "uv" in written and shims.present(home) == written
    assert shims.write(home, "/python", "/gate.py", "") == written  # a PATH without uv takes no shim away


@pytest.mark.parametrize(
    "content", [b"", b"#!/bin/sh\n", b"\xff\0" * 5000, b"# typoguard shim 1\n", b"#!/bin/sh\n\n# typoguard shim"]
)
def test_what_is_no_shim(folder, content):
    folder("pip", content)
    assert not shims.is_shim(folder.path + "/pip")
    assert shims.behind("pip", folder.path) == folder.path + "/pip"
