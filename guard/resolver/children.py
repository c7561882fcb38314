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
    flags, tool = _divided(cmd) if program.startswith(("python", "pypy")) else ([], [])
    return [*flags, RUNNER, session.home.root, note_path, *tool] if tool else cmd


def _divided(cmd):
    """([python, flags…], [PIP, …]) of a command line of Python; PIP is a path, or ``-m`` and a name. [] for no pip."""
    at = 1
    while cmd[at : at + 1] and cmd[at].startswith("-") and cmd[at] != "-":
        flags, letter, value = _parted(cmd[at])
        if letter == "c":
            return cmd, []
        if letter == "m":  # also as pre-commit writes it: -mpip
            module = [value, *cmd[at + 1 :]] if value else cmd[at + 1 :]
            before = cmd[:at] if flags == "-" else [*cmd[:at], flags]
            return before, ["-m", *module] if module[:1] in (["pip"], ["uv"]) else []
        at += 2 if letter and not value else 1
    tool = cmd[at:]
    known = tool and (os.path.basename(tool[0]) in _PIPS or tool[0].endswith(_RESOLVERS))
    return cmd[:at], tool if known else []


def _parted(word):
    """(flags, letter, value) of one word of Python's flags: the letter is the one that takes a value, "" for none."""
    if word.startswith("--"):
        return word, "-" if word == "--check-hash-based-pycs" else "", ""
    at = next((at for at, letter in enumerate(word) if letter in "cmWX"), len(word))
    return word[:at], word[at : at + 1], word[at + 1 :]


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
