"""A tool that starts pip by itself, behind its shim: what it starts is judged, said last by it, and leaves with 77."""

import os
import pathlib
import shutil
import sys

import pytest

from guard.core import home as homes
from guard.resolver.entry import RUNNER
from tests.resolver.conftest import BLOCKED, assert_refused
from tests.support.tools import venv

TOOL = """\
import subprocess, sys
python, how, *words = sys.argv[1:]
command = {"words": [python, "-m", "pip", *words], "-mpip": [python, "-I", "-mpip", *words],
           "cluster": [python, "-Im", "pip", *words], "value": [python, "-X", "utf8", "-W", "ignore", "-mpip", *words],
           "script": [python.replace("bin/python", "bin/pip"), *words]}[how]
done = subprocess.run(command, capture_output=True)
print("the tool's last word")
sys.exit(3 if done.returncode else 0)
"""


def starter(room, name, text, started, **ours):
    """A function that runs a tool of that name behind the runner, on ``started``, with these variables besides."""
    tool = room.folder / name
    tool.write_text(text)

    def run(how, *words, runner=RUNNER, **more):
        return room.run([sys.executable, runner, room.root, "-", tool, started, how, *words], **{**ours, **more})

    return run


@pytest.fixture
def tox(room):
    """Run a tool called tox, which hides what its pip says."""
    return starter(room, "tox", TOOL, venv("3.11", "pip==25.3") / "bin" / "python")


@pytest.mark.parametrize("how", ["words", "-mpip", "cluster", "value", "script"])
def test_a_listed_name_is_refused_and_said_last(room, tox, how):
    told = assert_refused(tox(how, "install", "--target", room.folder / "target", BLOCKED), room)
    assert told.startswith("guard: refused: tox ")
    (line,) = room.lines()
    assert (line["tool"], line["verb"], line["verdict"]) == ("pip", "install", "block")


def test_a_clean_name_is_installed_and_recorded_once(room, tox):
    done = tox("words", "install", "--target", room.folder / "target", "goodpkg-alpha")
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert done.stdout == "the tool's last word\n"
    assert [name.split("-")[0] for name in room.installed()] == ["goodpkg_alpha", "goodpkg_beta"]
    (line,) = room.lines()
    assert line["verdict"] == "allow"
    assert room.left_over() == []


def test_a_failure_of_the_tools_own_keeps_its_code(room, tox):
    done = tox("words", "install", "--target", room.folder / "target", "no-such-package-anywhere")
    assert (done.returncode, done.stderr) == (3, "")


def test_a_guard_without_that_room_breaks_no_tool(room, tox, tmp_path):
    copy = tmp_path / "copy" / "guard"
    shutil.copytree(homes.PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "resolver" / "starters.py").unlink()
    done = tox("words", "--version", runner=copy / "resolver" / "runner.py")
    assert (done.returncode, done.stdout) == (0, "the tool's last word\n"), done.stderr


UV = """\
import os, subprocess, sys
uv, how, *words = sys.argv[1:]
python, others = uv.replace("bin/uv", "bin/python"), {}
start = {"module": [python, "-m", "uv"], "-muv": [python, "-muv"], "gone": [uv + "-gone/uv"]}.get(how, [uv])
if how == "bytes":
    start, others = [os.fsencode(uv)], {"cwd": os.fsencode(os.getcwd()), "env": dict(os.environb)}
if how == "lenient":
    others = {"env": dict(os.environ, GUARD_MODE="warn")}
if how == "homeless":
    os.mkdir("gone")
    os.chdir("gone")
    os.rmdir("../gone")
if how == "become":
    os.execvp(uv, [uv, *words])
try:
    place = [-1] if how == "bufsize" else []
    done = subprocess.Popen([*start, *words], *place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **others)
    done.communicate()
except FileNotFoundError:
    print("no uv here")
    sys.exit(4)
print("the tool's last word")
sys.exit(3 if done.returncode else 0)
"""


@pytest.fixture
def nox(room):
    """Run a tool called nox, which brings a uv along and hides what it says."""
    ours = {"UV_INDEX_URL": room.index.url, "UV_CACHE_DIR": room.folder / "uv", "UV_NO_CONFIG": "1"}
    return starter(room, "nox", UV, venv("3.11", "uv") / "bin" / "uv", **ours)


@pytest.mark.parametrize("how", ["path", "module", "-muv", "bytes", "bufsize"])
def test_a_uv_that_the_tool_brings_along_is_judged_and_said_last(room, nox, how):
    words = ["pip", "install", "--target", room.folder / "target"]
    told = assert_refused(nox(how, *words, BLOCKED), room)
    assert told.startswith("guard: refused: nox ")
    (line,) = room.lines()
    assert (line["tool"], line["verb"], line["verdict"], line["where"]) == ("uv", "pip install", "block", "shim")
    done = nox(how, *words, "goodpkg-alpha")
    assert (done.returncode, done.stdout) == (0, "the tool's last word\n"), done.stderr
    assert [name.split("-")[0] for name in room.installed()] == ["goodpkg_alpha", "goodpkg_beta"]


def test_a_uv_that_installs_nothing_leaves_no_line(room, nox):
    assert nox("path", "--version").returncode == 0
    assert room.lines() == []


def test_a_uv_in_a_folder_that_is_gone_is_judged_all_the_same(room, nox):
    assert_refused(nox("homeless", "pip", "install", "--target", room.folder / "target", BLOCKED), room)
    assert [line["verdict"] for line in room.lines()] == ["block"]


def test_a_uv_that_is_not_there_is_the_tools_to_hear(room, nox):
    done = nox("gone", "pip", "install", "--target", room.folder / "target", BLOCKED)
    assert (done.returncode, done.stdout, done.stderr) == (4, "no uv here\n", "")
    assert room.lines() == []


def test_a_uv_that_is_given_another_policy_is_told_of_as_it_was_judged(room, nox):
    done = nox("lenient", "pip", "install", "--no-index", "--target", room.folder / "target", BLOCKED)
    assert (done.returncode, done.stderr) == (3, "")  # uv's own failure, no refusal
    assert [line["verdict"] for line in room.lines()] == ["warn"]


def test_a_uv_that_the_process_becomes_as_the_first_uvs_did_is_judged(room, nox):
    done = nox("become", "pip", "install", "--target", room.folder / "target", BLOCKED)
    assert (done.returncode, done.stdout) == (77, "")
    assert done.stderr.count("guard: refused:") == 1
    assert [line["verdict"] for line in room.lines()] == ["block"]


def test_a_name_let_through_once_is_used_up_by_one_uv(room, nox):
    os.makedirs(room.home.allow)
    (pathlib.Path(room.home.allow) / BLOCKED).write_text("once=yes\nreason=tried\n")
    words = ["pip", "install", "--no-index", "--target", room.folder / "target", BLOCKED]
    done = nox("path", *words)
    assert (done.returncode, done.stderr) == (3, "")  # uv's own failure, no refusal
    assert_refused(nox("path", *words), room)
    assert [line["verdict"] for line in room.lines()] == ["allow", "block"]


def test_a_uv_is_started_without_guards_python_as_policy_says(room, nox):
    (room.root / "home").write_text(f"python={room.folder}/gone\n")
    done = nox("path", "--version")
    assert (done.returncode, done.stdout) == (0, "the tool's last word\n"), done.stderr
    assert "gone is gone: this is not checked, since on_error is allow" in done.stderr
    assert nox("path", "--version", GUARD_ON_ERROR="block").returncode not in (0, 3)


@pytest.mark.parametrize("name", [BLOCKED, "goodpkg-alpha", "reqeusts-goodpkg"])
def test_the_list_is_closed_again_however_many_uvs_are_started(room, name):
    uv = venv("3.11", "uv") / "bin" / "uv"
    tool = room.folder / "nox"
    tool.write_text("import os, subprocess, sys\nfor _ in range(4):\n"
                    "    subprocess.run(sys.argv[1:], capture_output=True)\n    print(len(os.listdir('/dev/fd')))\n")  # fmt: skip
    done = room.run([sys.executable, RUNNER, room.root, "-", tool, uv, "pip", "install", "--offline", name])
    told = done.stdout.split()
    assert len(told) == 4 and told[1:] == told[1:2] * 3, done.stdout + done.stderr
