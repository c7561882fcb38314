"""The timers: each is what its scheduler reads, and runs a command that guard has."""

import configparser
import os
import pathlib
import plistlib
import shlex
import shutil
import subprocess
from xml.etree import ElementTree

import pytest

from guard.cli.sync import command

UNITS = pathlib.Path(__file__).resolve().parents[2] / "installer" / "units"
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
PATH = "/a place/with blanks/bin/guard"


def filled(*parts, guard=PATH):
    """A unit as it is installed: its placeholder replaced."""
    text = UNITS.joinpath(*parts).read_text()
    assert "@GUARD@" in text
    return text.replace("@GUARD@", guard)


def parses(words):
    """Whether ``guard sync`` takes these words."""
    assert words[0] == "sync"
    command.make_context("sync", list(words[1:]))
    return True


def ini(text):
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str
    parser.read_string(text)
    return parser


def test_systemd():
    service = ini(filled("systemd", "typoguard-sync.service"))
    words = shlex.split(service["Service"]["ExecStart"])
    assert words[0] == PATH and parses(words[1:])
    assert service["Service"]["SuccessExitStatus"] == "69"
    timer = ini((UNITS / "systemd" / "typoguard-sync.timer").read_text())
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"


def test_systemd_by_its_own_verifier(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("there is no systemd-analyze on this machine")
    (tmp_path / "typoguard-sync.service").write_text(filled("systemd", "typoguard-sync.service", guard="/bin/true"))
    shutil.copy(UNITS / "systemd" / "typoguard-sync.timer", tmp_path)
    done = subprocess.run(["systemd-analyze", "verify", "--user", str(tmp_path / "typoguard-sync.timer")],
                          env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip
    if "Failed to initialize manager" in done.stderr:
        pytest.skip(f"systemd-analyze needs a running systemd here: {done.stderr.strip()}")
    assert done.returncode == 0 and "typoguard" not in done.stderr, done.stderr


def test_launchd():
    agent = plistlib.loads(filled("launchd", "typoguard.sync.plist").encode())
    assert agent["ProgramArguments"][0] == PATH and parses(agent["ProgramArguments"][1:])
    assert agent["StartInterval"] == 6 * 3600


def test_task_scheduler():
    task = ElementTree.fromstring(filled("windows", "typoguard-sync.xml"))
    action = task.find(f"{TASK}Actions/{TASK}Exec")
    assert action.find(f"{TASK}Command").text == PATH
    assert parses(action.find(f"{TASK}Arguments").text.split())
    assert task.find(f"{TASK}Settings/{TASK}MultipleInstancesPolicy").text == "IgnoreNew"


@pytest.mark.parametrize(("code", "said", "exit_code"), [(0, "", 0), (69, "", 0), (65, "told", 65), (70, "told", 70)])
def test_cron(tmp_path, code, said, exit_code):
    guard = tmp_path / "a place" / "guard"
    guard.parent.mkdir()
    guard.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/words"\necho told >&2\nexit {code}\n')
    os.chmod(guard, 0o755)
    lines = [line for line in filled("cron", "typoguard-sync", guard=str(guard)).splitlines() if line and line[0] != "#"]
    assert len(lines) == 1 and "%" not in lines[0], "cron takes a percent sign for the end of a line"
    when, line = lines[0].split("\t", 1)
    assert len(when.split()) == 5
    done = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (exit_code, said, "")
    assert parses((tmp_path / "words").read_text().split())
