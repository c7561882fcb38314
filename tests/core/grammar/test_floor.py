"""The floor: what the analytic's regex extracts from a line that pip takes, where it is a requirement, guard names."""

import os
import re
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.analytic.seed import REGEX
from guard.core.grammar import argument
from guard.core.names import normalise
from tests.core.grammar import pip_cases
from tests.core.grammar.lines import command
from tests.core.grammar.pips import PIPS

SEEN = re.compile(REGEX, re.ASCII)  # as PCRE reads it (tests/analytic/regex_lines.py)

TOKENS = st.one_of(
    pip_cases.good,
    pip_cases.requirements.filter(lambda text: not set(text) & set(" \t\n'\"") and text),
    st.sampled_from(("--help", "install", "add", "out.log", "-r", "./project")),
)
DECOYS = st.sampled_from((["install"], ["--log", "install"], ["-r", "add"], ["foo", "install"]))
LINES = st.builds(
    lambda before, verb, between, token: [*chain(*before), verb, *chain(*between), token],
    st.lists(pip_cases.options(), max_size=1),
    st.sampled_from(("install", "install", "install", "download")),
    st.one_of(st.just([]), st.lists(st.one_of(pip_cases.options(), DECOYS), max_size=2)),
    TOKENS,
)  # fmt: skip


def behind(tmp_path_factory, pip):
    """A path that guard takes for this pip's, by the layout of a virtual environment."""
    root = tmp_path_factory.mktemp("venv")
    (root / "bin").mkdir()
    (root / "lib" / "python3.11").mkdir(parents=True)
    (root / "pyvenv.cfg").write_text("")
    (root / "bin" / "python3").write_text("")
    (root / "bin" / "pip").write_text("#!%s/bin/python3\n" % root)
    (root / "lib" / "python3.11" / "site-packages").symlink_to(pip.directory)
    return root / "bin" / "pip"


def check(version, real_pips, tmp_path_factory, examples, derandomize=True):
    pip = real_pips(version)
    path = behind(tmp_path_factory, pip)
    environ = {"HOME": "/nonexistent", "PIP_CONFIG_FILE": os.devnull}
    found = []

    @settings(max_examples=examples, derandomize=derandomize)
    @given(LINES)
    def on_lines(args):
        match = SEEN.search("-m pip " + " ".join(args))
        if not match:
            return
        token = match.group("package_name")
        said = pip.ask({"ask": "args", "args": args, "environ": environ, "cwd": "/"})
        if token not in said.get("args", ()):
            return  # --help, a log file's name, a line that pip refuses
        made = pip.ask({"ask": "line", "text": token, "cwd": "/"})
        link = made.get("link") or ""
        if link.startswith("file:") and not os.path.exists(argument.local_path(link)):
            return  # before 19.3 ``foo@http://host/bar-1.0-py3-none-any.whl`` is a file, which is not there
        if made.get("name"):
            found.append(token)
            for by in (path, ""):
                one = command(["pip", *args], environ=environ, path=by)
                assert normalise(made["name"]) in one.names(), (args, made, one.targets)
                assert not by or one.version == pip.directory.name

    on_lines()
    assert len(found) > examples // 20  # the property was not held by lines that never reach it


@pytest.mark.parametrize("version", PIPS[::2])
def test_the_floor(version, real_pips, tmp_path_factory):
    check(version, real_pips, tmp_path_factory, 200)


@pytest.mark.long
@pytest.mark.parametrize("version", PIPS)
def test_the_floor_for_long(version, real_pips, tmp_path_factory):
    check(version, real_pips, tmp_path_factory, 3000, derandomize=False)


def test_what_the_regex_takes_for_a_name_and_pip_does_not():
    for line in ("pip install --help", "pip --log install out.log list", "pip list install foo"):
        assert not command(line).names()
    assert command("pip install --log install out.log foo").names() == ["out-log", "foo"]
    assert command("pip install foo --log install out.log").names() == ["foo", "out-log"]
