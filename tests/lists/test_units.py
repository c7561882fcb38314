"""The timers: each is what its scheduler reads, and its command, run as the scheduler runs it, syncs the list."""

import configparser
import os
import pathlib
import plistlib
import shlex
import shutil
import subprocess
import sysconfig
from xml.etree import ElementTree

import pytest

from guard.cli.sync import command

from . import feeds
from .conftest import ROOT
from .server import status

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
    triggers = task.findall(f"{TASK}Triggers/{TASK}CalendarTrigger")
    assert [t.find(f"{TASK}StartBoundary").text[11:13] for t in triggers] == ["00", "06", "12", "18"]


def test_task_scheduler_by_its_schema(tmp_path):
    if not shutil.which("xmllint"):
        pytest.skip("there is no xmllint on this machine")
    schema = ["xmllint", "--noout", "--schema", str(feeds.DATA / "task.xsd")]
    task = tmp_path / "task.xml"
    task.write_text(filled("windows", "typoguard-sync.xml"))
    done = subprocess.run([*schema, str(task)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    delay = "      <RandomDelay>PT1H</RandomDelay>\n"
    text = task.read_text().replace(delay, "", 1).replace("    </CalendarTrigger>", delay + "    </CalendarTrigger>", 1)
    task.write_text(text)
    done = subprocess.run([*schema, str(task)], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode != 0, "the order of a trigger's elements is part of the schema"


def test_launchd_by_another_reader():
    if not shutil.which("plistutil"):
        pytest.skip("there is no plistutil on this machine")
    done = subprocess.run(["plistutil", "-i", "-", "-o", "-", "-f", "xml"], input=filled("launchd", "typoguard.sync.plist"),
                          capture_output=True, text=True, timeout=30, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert plistlib.loads(done.stdout.encode()) == plistlib.loads(filled("launchd", "typoguard.sync.plist").encode())


def commands(guard):
    """scheduler -> the words it runs, as it reads them from its unit."""
    agent = plistlib.loads(filled("launchd", "typoguard.sync.plist", guard=guard).encode())
    task = ElementTree.fromstring(filled("windows", "typoguard-sync.xml", guard=guard)).find(f"{TASK}Actions/{TASK}Exec")
    lines = filled("cron", "typoguard-sync", guard=guard).splitlines()
    (line,) = [line for line in lines if line and line[0] != "#"]
    return {
        "systemd": shlex.split(ini(filled("systemd", "typoguard-sync.service", guard=guard))["Service"]["ExecStart"]),
        "launchd": agent["ProgramArguments"],
        "cron": ["/bin/sh", "-c", line.split("\t", 1)[1]],
        "windows": [task.find(f"{TASK}Command").text, *task.find(f"{TASK}Arguments").text.split()],
    }


@pytest.mark.parametrize("scheduler", ["systemd", "launchd", "cron", "windows"])
def test_its_command_syncs(mirror, installation, tmp_path, scheduler):
    """As a scheduler starts it: in an environment with next to nothing, in another folder, without a terminal."""
    installation.use(mirror, "datadog")
    installation.run("sync", "--check")  # makes the environment
    guard = tmp_path / "a place" / "guard"
    guard.parent.mkdir()
    paths = os.pathsep.join([str(ROOT), sysconfig.get_paths()["purelib"]])
    python = installation.root / "venv" / "bin" / "python"
    guard.write_text(f'#!/bin/sh\nPYTHONPATH="{paths}" exec "{python}" -m guard "$@"\n')
    os.chmod(guard, 0o755)

    def run():
        return subprocess.run(commands(str(guard))[scheduler], env={"PATH": "/usr/bin:/bin"}, cwd="/", check=False,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)  # fmt: skip

    done = run()
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert installation.entry("roblox-com"), "the manifest was taken"
    mirror.faults["manifest.json"] = status(503)
    done = run()
    assert done.returncode == (0 if scheduler == "cron" else 69), "systemd's SuccessExitStatus; cron's line sees to it"
    mirror.faults["manifest.json"] = status(200, body=b"[]")
    done = run()
    assert done.returncode == 65 and "not a manifest" in done.stdout + done.stderr


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
