"""The pip that a tool starts for its own ends goes through the runner too, and tells what it found.

Only command lines that are an interpreter on a copy of pip, or on ``-m pip``, are touched. All others pass as they are.
"""

import os

from . import note
from .entry import RUNNER


def run(session, cmd, call, *more, **others):
    """``call(cmd, …)`` with ``cmd`` going through the runner; what the child found is taken over, a refusal is raised."""
    path = note.write(session.building)
    try:
        return call(through(session, cmd, path), *more, **others)
    finally:
        session.adopt(note.take(path))  # a refusal replaces the tool's own error about its child


def through(session, cmd, note_path):
    """``cmd`` (list of str) with the runner in it; ``cmd`` itself where it starts no pip."""
    at = _pip_at(cmd)
    return cmd if at is None else [*cmd[:at], RUNNER, session.home.root, note_path, *cmd[at:]]


def _pip_at(cmd):
    """Index of the word that is a copy of pip in ``[python, flags…, PIP, …]``; None where there is none."""
    if len(cmd) < 2 or "python" not in os.path.basename(str(cmd[0])) and "pypy" not in os.path.basename(str(cmd[0])):
        return None
    for at, word in enumerate(cmd[1:], 1):
        if not str(word).startswith("-"):
            return at if os.path.basename(str(word)) in _PIPS else None
    return None


_PIPS = ("pip", "__pip-runner__.py", "pip.pyz")


class Subprocess:
    """The module ``subprocess`` as one module of pip sees it: what it starts goes through the runner."""

    def __init__(self, session, module):
        self._session = session
        self._module = module

    def __getattr__(self, name):
        return getattr(self._module, name)

    def run(self, cmd, *more, **others):
        return self._module.run(through(self._session, cmd, self._session.lend()), *more, **others)

    def Popen(self, cmd, *more, **others):
        return self._module.Popen(through(self._session, cmd, self._session.lend()), *more, **others)
