"""Where HOME is not set, the tools look for their own settings in the home directory of the password file."""

import types

import pytest

from guard.core.command import Invocation
from guard.core.grammar import read

URL = "https://own.example/simple"
PROJECT = '[tool.poetry.dependencies]\nplugin-x = "*"\n'


@pytest.fixture
def home(tmp_path, monkeypatch):
    account = types.SimpleNamespace(pw_dir=str(tmp_path / "home"))
    # The real file is the machine's, and the home that it names is no place for a test to write to.
    monkeypatch.setattr("pwd.getpwuid", lambda uid: account)
    return tmp_path / "home"


def ask(tmp_path, line, **environ):
    tool, *words = line.split()
    return read.read(Invocation(tool, words, environ, str(tmp_path)))


def write(path, text):
    path.parent.mkdir(parents=True)
    path.write_text(text)


@pytest.mark.parametrize("environ", [{}, {"HOME": ""}])
@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("pip/pip.conf", "[global]\nindex-url = %s\n" % URL, "pip install six"),
        ("uv/uv.toml", 'index-url = "%s"\n' % URL, "uv pip install six"),
        ("pdm/config.toml", '[pypi]\nurl = "%s"\n' % URL, "pdm add six"),
    ],
)
def test_the_index_of_the_users_own_settings(home, tmp_path, environ, file, text, line):
    write(home / ".config" / file, text)
    assert URL in ask(tmp_path, line, **environ).indexes


def test_poetrys_own_project(home, tmp_path):
    write(home / ".config" / "pypoetry" / "pyproject.toml", PROJECT)
    assert ask(tmp_path, "poetry self install").names() == ["plugin-x"]


def test_an_archive_below_the_home_directory(home, tmp_path):
    write(home / "made-1.0-py3-none-any.whl", "")
    assert "made" in ask(tmp_path, "poetry add ~/made-1.0-py3-none-any.whl").names()
