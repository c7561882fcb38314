"""The pip that a tool starts for its own ends goes through the runner too, and tells what it found.

Only command lines that are an interpreter on a copy of pip or on ``-m pip``, and pip's own script, are touched. All
others pass as they are.
"""

import os

from . import note
from .entry import RUNNER, words

_PIPS = ("pip", "__pip-runner__.py", "pip.pyz")
_RESOLVERS = ("/pipenv/resolver/main.py", "/pipenv/resolver.py")  # pipenv's, which calls the pip that it carries


def run(session, cmd, call):
    """``call(cmd)`` with ``cmd`` going through the runner; what the child found is taken over, a refusal is raised."""
    if through(session, cmd, "") == cmd:
        try:
            return call(cmd)
        except Exception:
            session.listen()  # what it started in turn may have been refused, and that is the better reason
            raise
    path = note.write(session.building, session.owner)
    try:
        return call(through(session, cmd, path))
    finally:
        session.adopt(note.take(path))  # a refusal replaces the tool's own error about its child


def through(session, cmd, note_path):
    """``cmd`` (list of words) with the runner in it; ``cmd`` itself where it starts no pip."""
    cmd = [str(word) for word in cmd]
    program = os.path.basename(cmd[0])
    if program.startswith("pip"):
        return words(session.home, cmd[0], cmd[1:], note_path) or cmd
    at = _pip_at(cmd) if program.startswith(("python", "pypy")) else None
    if at is None:
        return cmd
    tool = ["-m", "pip", *cmd[at + 1 :]] if cmd[at] == "-mpip" else cmd[at:]
    return [*cmd[:at], RUNNER, session.home.root, note_path, *tool]


def _pip_at(cmd):
    """Index of the word that names pip in ``[python, flags…, PIP, …]``; None where there is none."""
    for at in range(1, len(cmd)):
        if cmd[at] == "-m":
            return at if cmd[at + 1 : at + 2] in (["pip"], ["uv"]) else None
        if cmd[at] == "-mpip":  # as pre-commit writes it
            return at
        if not cmd[at].startswith("-"):
            return at if os.path.basename(cmd[at]) in _PIPS or cmd[at].endswith(_RESOLVERS) else None
    return None


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
