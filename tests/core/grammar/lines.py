"""Short ways to ask guard what a line means, in a given directory and environment."""

import os

from guard.core.command import Invocation
from guard.core.grammar.read import read

CLEAN = {"PIP_CONFIG_FILE": os.devnull, "HOME": "/nonexistent"}


def command(line, cwd="/", environ=None, path=""):
    """The Command of a line given as words or as text without quotes; configured only by ``environ``."""
    words = line.split() if isinstance(line, str) else line
    return read(Invocation(words[0], words[1:], CLEAN if environ is None else environ, str(cwd), str(path)))


def names(line, cwd="/", **more):
    return command(line, cwd, **more).names()
