"""What ``guard init`` prints, run by the real bash, zsh and fish, with a real virtual environment."""

import os
import shlex
import shutil
import subprocess
import sys

import pytest

from guard.core.home import Home
from guard.setup import shells, shims
from tests.support.tools import clean_environment

TOOL = '#!/bin/sh\necho tool "$0" "$@"\n'
GATE = "import sys\nprint('gate', *sys.argv[2:])\n"


class Desk:
    """Shims, a system pip, a virtual environment with another pip, and a shell to type at."""

    def __init__(self, root, shell):
        self.root, self.shell = root, shell
        self.home = Home(str(root / "it's a prefix"))
        gate = root / "gate.py"
        gate.parent.mkdir(exist_ok=True)
        gate.write_text(GATE)
        self.bin = root / "it's a prefix" / "bin"
        self.bin.mkdir(parents=True)
        self.system = self.pip(root / "system")
        shims.write(self.home, sys.executable, str(gate), str(self.system))
        self.venv = root / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(self.venv)], check=True)
        self.pip(self.venv / "bin")
        self.init = root / f"init.{shell}"
        self.init.write_bytes(shells.integration(shell, self.home))
        self.activate = f". {self.venv}/bin/activate" + (".fish" if shell == "fish" else "")

    @staticmethod
    def pip(folder):
        folder.mkdir(exist_ok=True)
        (folder / "pip").write_text(TOOL)
        (folder / "pip").chmod(0o755)
        return folder

    @property
    def load(self):
        return f". {self.init}"

    def type(self, *lines, interactive=True):
        """Type ``lines`` at a prompt, one after the other. Returns what was printed, line by line."""
        plain = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}[self.shell]
        environ = clean_environment(HOME=self.root, PATH=f"{self.system}:/usr/bin:/bin", PS1="", TERM="dumb")
        words = [self.shell, *plain, *(["-i"] if interactive else [])]
        done = subprocess.run(words, input="\n".join([*lines, ""]), env=environ, capture_output=True, text=True,
                              timeout=60, check=False, cwd=self.root)  # fmt: skip
        return [line for line in done.stdout.splitlines() if line], done.stderr

    def path(self, *lines):
        """The folders of PATH, as a script that is started after ``lines`` sees them."""
        said, error = self.type(*lines, "sh -c 'echo PATH=$PATH'")
        paths = [line[len("PATH=") :] for line in said if line.startswith("PATH=")]
        assert paths, (said, error)
        return paths[-1].split(":")


@pytest.fixture(params=["bash", "zsh", "fish"])
def desk(request, tmp_path):
    if not shutil.which(request.param):
        pytest.skip(f"there is no {request.param} on this machine")
    return Desk(tmp_path, request.param)


BARE = ["/usr/bin", "/bin"]


def test_first_from_the_start_and_once(desk):
    wanted = [desk.home.shims, str(desk.system), *BARE, str(desk.bin)]
    assert desk.path(desk.load) == wanted
    assert desk.path(desk.load, desk.load) == wanted


def test_first_after_activate_and_as_before_after_deactivate(desk):
    activated = desk.path(desk.load, desk.activate)
    assert activated == [desk.home.shims, str(desk.venv / "bin"), str(desk.system), *BARE, str(desk.bin)]
    assert desk.path(desk.load, desk.activate, "deactivate") == [
        desk.home.shims,
        str(desk.system),
        *BARE,
        str(desk.bin),
    ]


def test_an_environment_that_was_active_before_guard_was_loaded(desk):
    assert desk.path(desk.activate, desk.load)[0] == desk.home.shims
    assert desk.path(desk.activate, desk.load, "deactivate")[0] == desk.home.shims


def test_a_line_that_activates_and_installs_at_once(desk):
    """No prompt comes between the two, so what is done before a prompt is too late."""
    said, error = desk.type(desk.load, f"{desk.activate} && pip install x")
    assert said[-1] == f"gate {desk.venv}/bin/pip pip install x", error
    said, error = desk.type(desk.load, f"{desk.activate} && pip list")
    assert said[-1] == f"tool {desk.venv}/bin/pip list", error


def test_a_script_is_guarded_without_a_prompt(desk):
    said, error = desk.type(desk.load, "pip install x", interactive=False)
    assert said == [f"gate {desk.system}/pip pip install x"], error


def test_nothing_is_broken_when_guard_is_gone(desk):
    shutil.rmtree(desk.home.root)
    said, error = desk.type(desk.load, "pip install x", "sh -c 'echo PATH=$PATH'")
    assert said == [f"tool {desk.system}/pip install x", "PATH=" + ":".join([str(desk.system), *BARE])], error


def test_nothing_is_broken_when_guard_goes_while_the_shell_is_open(desk):
    said, error = desk.type(desk.load, f"rm -r {shlex.quote(desk.home.root)}", "pip install x")
    assert said[-1] == f"tool {desk.system}/pip install x", error


def test_the_users_own_function_stays(desk):
    own = "function pip; echo mine; end" if desk.shell == "fish" else "pip() { echo mine; }"
    assert desk.type(own, desk.load, "pip install x")[0] == ["mine"]


class TestBash:
    @pytest.fixture
    def desk(self, tmp_path):
        return Desk(tmp_path, "bash")

    @pytest.mark.parametrize("own", ["PROMPT_COMMAND='echo st=$?;'", "PROMPT_COMMAND=('echo st=$?')"])
    def test_the_users_prompt_command_still_sees_the_status(self, desk, own):
        said, error = desk.type(own, desk.load, "false", desk.activate)
        assert "st=1" in said, error
        assert desk.path(own, desk.load, desk.activate)[0] == desk.home.shims

    def test_empty_entries_stay_where_they_were(self, desk):
        said, error = desk.type(desk.load, f"PATH=:/a::{shlex.quote(desk.home.shims)}:/b:", 'echo "PATH=$PATH"')
        assert said == [f"PATH={desk.home.shims}::/a::/b:"], error


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_prompt_costs_no_millisecond(tmp_path, shell):
    """2,000 prompts in well under the two seconds they may take; fish does nothing at a prompt."""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} on this machine")
    desk = Desk(tmp_path, shell)
    before = os.times()
    desk.type(desk.load, "for ((i = 0; i < 2000; i++)); do _guard_first; done")
    after = os.times()
    assert after.children_user + after.children_system - before.children_user - before.children_system < 2
