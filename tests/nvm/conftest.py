"""What the tests of events share: a home of their own, journal lines as the gate writes them."""

import sys
import time

import pytest

from guard.core import attempt
from guard.core.command import Command, Invocation, Target
from guard.core.home import Home
from guard.core.journal import append
from guard.core.verdict import ALLOW, BLOCK, Finding
from guard.nvm import settings as event_settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A Home under a temporary folder; no settings of this machine count."""
    monkeypatch.setattr(event_settings, "SYSTEM_SETTINGS", str(tmp_path / "no-system.toml"))
    (tmp_path / "guard" / "etc").mkdir(parents=True)
    return Home(str(tmp_path / "guard"))


@pytest.fixture
def script(tmp_path):
    """The path of a ``pip`` whose first line names this interpreter."""
    folder = tmp_path / "bin"
    folder.mkdir()
    path = folder / "pip"
    path.write_text("#!%s\n" % sys.executable)
    path.chmod(0o755)
    return str(path)


class _Names:
    version = "2026-01-01-0123456789ab"


def line(words, findings=(), names=(), path="/nowhere/bin/pip", **more):
    """A journal line made by the gate's own code. ``findings``: (name, text) pairs; ``names``: clean ones."""
    command = Command("pip", words[0] if words else "", True)
    command.targets = [Target(name, text) for name, text in [*findings, *((name, name) for name in names)]]
    found = [Finding(name, text, BLOCK, "typosquat", "listed as a typosquat") for name, text in findings]
    invocation = Invocation("pip", words, {}, "/tmp", path)  # only its text is used
    verdict = BLOCK if found else ALLOW
    made = attempt.line(invocation, command, found, verdict, "enforce", _Names, "0.0", time.time_ns())
    made.update(more)
    return made


def attempted(home, count=1, words=("install", "aaa"), names=("aaa",), **more):
    """Append ``count`` attempts to the journal; their ids."""
    ids = []
    for _ in range(count):
        made = line(list(words), names=names, **more)
        append(home.journal, made)
        ids.append(made["id"])
    return ids
