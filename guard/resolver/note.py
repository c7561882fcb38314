"""What a tool and the tool it starts tell each other: a small file, named on the command line of the one started.

Down goes what is being built, up come the findings, so that the outermost process can say why. A file, and no
environment variable, since a variable would be inherited by everything below. Marshal in its second version is read by
every Python there is, and the two may be of different versions.
"""

import marshal
import os
import tempfile

from ..core.verdict import ALLOW, Finding

_VERSION = 2


def write(within, owner):
    """Make a note for a tool about to be started. Returns its path.

    within: what is being built, innermost last; owner: pid of the tool whose command all of this is, 0 where the tool
    about to be started is a command of its own.
    """
    fd, path = tempfile.mkstemp(prefix="guard-")
    os.write(fd, marshal.dumps([owner, *within], _VERSION))
    os.close(fd)
    return path


def read(path):
    """What is being built, for the tool that was started; [] where the note cannot be read."""
    return [item for item in _load(path) if isinstance(item, str)]


def owner(path):
    """The pid of the tool whose command this is; 0 where it is one of its own, or the note cannot be read."""
    return next((item for item in _load(path) if isinstance(item, int)), 0)


def answer(path, findings):
    """Leave the findings for the tool above, beside those that other tools may leave at this moment."""
    try:
        fd = os.open(path, os.O_WRONLY | os.O_APPEND)  # not made anew: without it the tool above is gone
    except OSError:
        return
    try:
        os.write(fd, marshal.dumps([finding.plain() for finding in findings], _VERSION))
    except OSError:
        pass  # a full disk
    finally:
        os.close(fd)


def take(path):
    """The findings that the tool below left; the note is removed."""
    found = look(path)
    try:
        os.unlink(path)
    except OSError:
        pass
    return found


def look(path):
    """The findings that the tool below has left so far, as a list of Finding."""
    found = []
    for plain in _load(path):
        if isinstance(plain, dict):
            finding = Finding("", "", ALLOW, "", "")
            for slot in Finding.__slots__:
                setattr(finding, slot, plain[slot])
            found.append(finding)
    return found


def _load(path):
    """What all have written, one list after the other."""
    known = []
    try:
        with open(path, "rb") as file:
            while True:
                known += marshal.load(file)
    except (OSError, ValueError, EOFError, TypeError):
        return known
