"""Where pip's configuration adds to a line: variables, files, their order; and how the real pip is recognised."""

import os
import pwd
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core import apart
from guard.core.command import NO_INDEX, Command
from guard.core.errors import BadData
from guard.core.grammar import pip_version
from guard.core.grammar.pip import lines, set_versions
from guard.core.grammar.pip_config import plain
from guard.core.grammar.reader import Reader
from tests.core.grammar.conftest import installed
from tests.core.grammar.lines import command

HERE = {"PIP_CONFIG_FILE": os.devnull, "HOME": "/nonexistent"}


def test_variables_add_targets_and_indexes(tmp_path):
    (tmp_path / "r.txt").write_text("from-file\n")
    (tmp_path / "s.txt").write_text("from-line\n")
    environ = dict(
        HERE,
        PIP_REQUIREMENT="r.txt",
        PIP_INDEX_URL="http://127.0.0.1/a",
        PIP_EXTRA_INDEX_URL="http://127.0.0.1/b http://127.0.0.1/c",
    )
    found = command("pip install -r s.txt foo", tmp_path, environ)
    assert found.names() == ["foo", "from-file", "from-line"]
    assert found.indexes == ["http://127.0.0.1/a", "http://127.0.0.1/b", "http://127.0.0.1/c"]
    assert command("pip install -i http://127.0.0.1/z foo", tmp_path, environ).indexes[0] == "http://127.0.0.1/z"
    assert command("pip install --isolated foo", tmp_path, environ).names() == ["foo"]
    assert command("pip install", tmp_path, environ).names() == ["from-file"]  # a line that names nothing itself
    assert (
        command("pip install foo", tmp_path, dict(HERE, PIP_NO_INDEX="1", PIP_INDEX_URL="http://127.0.0.1/")).indexes
        == [NO_INDEX]
    )
    assert "valid value" in command("pip install foo", tmp_path, dict(HERE, PIP_NO_INDEX="maybe")).rejected


def test_a_value_that_only_some_versions_refuse_does_not_reject_the_line():
    assert not command("pip install foo", environ=dict(HERE, PIP_GROUP="a:b")).rejected  # before 25.1 it said nothing
    assert command("pip install foo", environ=dict(HERE, PIP_TIMEOUT="soon")).rejected  # no version takes this


def test_files_in_pips_order(tmp_path):
    home, xdg, named = tmp_path / "home", tmp_path / "xdg", tmp_path / "named.conf"
    for place in (home / ".pip", home / ".config/pip", xdg / "pip"):
        place.mkdir(parents=True)
    for name in ("global", "old", "user", "command", "named"):
        (tmp_path / ("%s.txt" % name)).write_text("from-%s\n" % name)
    (xdg / "pip/pip.conf").write_text("[global]\nrequirement = global.txt\nindex-url = http://127.0.0.1/global\n")
    environ = {"HOME": str(home), "XDG_CONFIG_DIRS": str(xdg)}
    assert command("pip install", tmp_path, environ).names() == ["from-global"]
    (home / ".pip/pip.conf").write_text("[global]\nrequirement = old.txt\n")
    assert command("pip install", tmp_path, environ).names() == ["from-old"]
    (home / ".config/pip/pip.conf").write_text("# mine\n[global]\nrequirement:\n    user.txt\n    global.txt\n")
    assert command("pip install", tmp_path, environ).names() == [
        "from-user",
        "from-global",
    ]  # not plain: the real parser
    (home / ".config/pip/pip.conf").write_text(
        "[install]\nrequirement = command.txt\n[global]\nrequirement = user.txt\n"
    )
    assert command("pip install", tmp_path, environ).names() == ["from-command"]
    assert command("pip download", tmp_path, environ).names() == ["from-user"]
    assert command("pip install --isolated", tmp_path, environ).names() == ["from-global"]
    named.write_text("[global]\nrequirement = named.txt\n")
    environ["PIP_CONFIG_FILE"] = str(named)
    assert command("pip install", tmp_path, environ).names() == ["from-named"]  # and the user's file is left out
    named.write_text("[global]\nrequirement named.txt\n")
    assert str(named) in command("pip install", tmp_path, environ).rejected
    environ["PIP_CONFIG_FILE"] = os.devnull
    assert "at least one" in command("pip install", tmp_path, environ).rejected


@given(st.lists(st.sampled_from((
    "[global]", "[install]", "[a b]", "a = b", "a=b", "A_B = c d", "c:d", "c: d = e", "  more", "\tmore", "", "  ",
    "# x", "; x", " # x", "a", "= b", "[x", "[DEFAULT]", "a = # b",
    "[global] # x", "e =", "f = %(x)s", "g==h", "[a]]", "[[a]", "h = \\", "é = 1",
)), max_size=6))  # fmt: skip
def test_the_plain_scanner_and_the_real_parser_agree(chunks):
    data = "\n".join(chunks).encode()
    scanned = plain(data)
    if scanned is None:
        return
    import configparser

    parser = configparser.RawConfigParser()
    parser.read_string(data.decode())
    assert {section: dict(parser.items(section)) for section in parser.sections()} == scanned


@pytest.mark.parametrize("version", ["20.3", "26.3"])
def test_an_option_given_twice_is_refused_where_only_python_3_runs_pip(version, tmp_path):
    path = tmp_path / "pip.conf"
    path.write_text("[global]\nindex-url = http://127.0.0.1/a\nindex-url = http://127.0.0.1/b\n")
    one = Reader(Command("pip"), str(tmp_path), dict(HERE, PIP_CONFIG_FILE=str(path)))
    set_versions(one, (version,))
    [(_, reading)] = lines(one, ["install", "foo"], "")
    if version == "20.3":  # Python 2 may run it, and to Python 2 the last one counts
        assert reading.values["index_url"] == ["http://127.0.0.1/b"] and not one.command.rejected
        return
    environ = dict(HERE, PIP_CONFIG_FILE=str(path), PYTHONPATH=str(installed("26.3")))
    done = subprocess.run(
        [sys.executable, "-m", "pip", "list"], env=environ, capture_output=True, text=True, check=False
    )
    assert done.returncode and "already exists" in done.stderr and "already exists" in one.command.rejected


def test_what_is_not_plain_is_left_to_the_real_parser():
    assert plain(b"[a]\nb: c\n") is None
    assert apart.ini(b"[a]\nb: c\n") == {"a": {"b": "c"}}
    with pytest.raises(BadData):
        apart.ini(b"a\n")


MAKE = """
import sys
from pip._vendor.distlib.scripts import ScriptMaker
ScriptMaker(None, sys.argv[1]).make("pip = pip._internal.cli.main:main")
"""


def test_the_version_of_a_pip_in_a_venv(tmp_path):
    venv = tmp_path / "v e"  # a blank: no shebang can name its interpreter, so the script is one for the shell
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    site = next((venv / "lib").glob("python3*")) / "site-packages"
    (site / "pip").symlink_to(installed("25.3") / "pip")
    subprocess.run([str(venv / "bin/python"), "-c", MAKE, str(venv / "bin")], check=True)
    pip = venv / "bin" / "pip"
    said = subprocess.run([str(pip), "--version"], capture_output=True, text=True, check=True).stdout.split()[1]
    for path in (pip, tmp_path / "v e" / "bin" / "python", tmp_path / "v e" / "bin" / "python3"):
        place = pip_version.place(str(path), {})
        assert place.versions == (said,) and place.prefix == str(tmp_path / "v e")
    assert command("pip install --frob foo", environ=HERE, path=pip).rejected == "no such option: --frob"


def test_a_pip_on_pythonpath_is_another_candidate(tmp_path):
    old = installed("20.3.4")
    place = pip_version.place(sys.executable, {"PYTHONPATH": str(old)})
    assert place.versions[0] == "20.3.4"


@pytest.mark.parametrize("environ", [{"HOME": "{}"}, {}])
def test_a_pip_in_the_users_site_is_known_without_home_too(tmp_path, monkeypatch, environ):
    account = pwd.struct_passwd(("me", "x", 1, 1, "", str(tmp_path), ""))
    monkeypatch.setattr("pwd.getpwuid", lambda uid: account)
    python = tmp_path / "usr" / "bin" / "python3.11"
    python.parent.mkdir(parents=True)
    python.touch()
    site = tmp_path / ".local/lib/python3.11/site-packages/pip"
    site.mkdir(parents=True)
    (site / "__init__.py").write_text('__version__ = "22.3.1"\n')
    environ = {name: value.format(tmp_path) for name, value in environ.items()}
    assert pip_version.place(str(python), environ).versions == ("22.3.1",)


@pytest.mark.parametrize(
    "content", ["", "#!/bin/sh\nexec pip", "#!/usr/bin/env python3\n", "\x00\x01", "#!/nonexistent/python3\n"]
)
def test_an_unknown_pip_is_every_pip(tmp_path, content):
    path = tmp_path / "pip"
    path.write_text(content)
    assert pip_version.place(str(path), {}).versions == ()
    assert command("pip install foo", environ=HERE, path=path).names() == ["foo"]
    assert pip_version.place(str(tmp_path / "none"), {}).versions == ()
