"""What ``os`` offers, without ``os``: the kernel's calls as the built-in ``posix`` module has them.

With ``-S`` nothing has imported ``os`` yet, and importing it costs 1.6 ms (it pulls in ``_collections_abc``), a sixth of
the interpreter's own start. Read it as ``from . import kernel as os``: the names mean what they mean there.
"""

import sys
from posix import *  # noqa: F403  # the point of this module: the names of os, from where os has them
from posix import _exit  # noqa: F401  # a star leaves it out
from posix import environ as _environ
from posix import getcwd, lstat, mkdir, stat

X_OK = 1
sep = "/"


def fsdecode(data):
    return data if isinstance(data, str) else data.decode(sys.getfilesystemencoding(), "surrogateescape")


def fsencode(text):
    return text if isinstance(text, bytes) else text.encode(sys.getfilesystemencoding(), "surrogateescape")


environ = {fsdecode(key): fsdecode(value) for key, value in _environ.items()}


def makedirs(folder, mode=0o777):
    """Make ``folder`` and what is missing above it; one that is there already is no error."""
    try:
        mkdir(folder, mode)
    except FileExistsError:
        pass
    except FileNotFoundError:
        above = path.dirname(folder)
        if above == folder:
            raise
        makedirs(above, mode)
        makedirs(folder, mode)


class path:  # the name it has in os
    """The few functions of ``os.path`` that the gate needs."""

    @staticmethod
    def join(folder, *names):
        for name in names:
            if name.startswith("/"):
                folder = name
            else:
                folder += name if not folder or folder.endswith("/") else "/" + name
        return folder

    @staticmethod
    def dirname(name):
        head = name[: name.rfind("/") + 1]
        return head.rstrip("/") or head

    @staticmethod
    def basename(name):
        return name[name.rfind("/") + 1 :]

    @staticmethod
    def isabs(name):
        return name.startswith("/")

    @staticmethod
    def exists(name):
        return _mode(name) is not None

    @staticmethod
    def lexists(name):
        try:
            lstat(name)
        except (OSError, ValueError):
            return False
        return True

    @staticmethod
    def isdir(name):
        mode = _mode(name)
        return mode is not None and mode & 0o170000 == 0o040000

    @staticmethod
    def isfile(name):
        mode = _mode(name)
        return mode is not None and mode & 0o170000 == 0o100000

    @staticmethod
    def splitext(name):
        dot = name.rfind(".")
        base = name.rfind("/") + 1
        return (name[:dot], name[dot:]) if dot > base and name[base:dot].strip(".") else (name, "")

    @staticmethod
    def normpath(name):
        if not name:
            return "."
        # POSIX lets two leading slashes mean something else; three or more are one.
        lead = "//" if name.startswith("//") and not name.startswith("///") else "/" if name.startswith("/") else ""
        kept = []
        for part in name.split("/"):
            if part in ("", "."):
                continue
            if part != ".." or (not lead and not kept) or (kept and kept[-1] == ".."):
                kept.append(part)
            elif kept:
                kept.pop()
        return lead + "/".join(kept) or "."

    @staticmethod
    def abspath(name):
        return path.normpath(name if name.startswith("/") else path.join(getcwd(), name))

    @staticmethod
    def expanduser(name):
        """As os.path does it: HOME where it is set, else the password file."""
        if not name.startswith("~"):
            return name
        import os  # rare, and the password file's rules are not ours to repeat

        return os.path.expanduser(name)

    @staticmethod
    def realpath(name):
        import os  # rare

        return os.path.realpath(name)


def _mode(name):
    try:
        return stat(name).st_mode
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
