"""What ``os`` offers, without ``os``: the kernel's calls as the built-in ``posix`` module has them.

With ``-S`` nothing has imported ``os`` yet, and importing it costs 1.6 ms (it pulls in ``_collections_abc``), a sixth
of the interpreter's own start. Read it as ``from . import kernel as os``: the names mean what they mean there.
"""

# mypy: ignore-errors
# The checker knows posix from the operating systems it was told about, and its names as final.

import sys
from posix import *  # noqa: F403  # the point of this module: the names of os, from where os has them
from posix import (
    _exit,  # noqa: F401  # a star leaves it out
    getcwd,
    getuid,
    lstat,
    mkdir,
    readlink,
    stat,
)
from posix import environ as _environ

X_OK = 1
sep = "/"
pathsep = ":"
devnull = "/dev/null"
name = "posix"
_LINKS = 40  # the kernel itself gives up after as many


_ENCODING = sys.getfilesystemencoding()


def fsdecode(data):
    return data if isinstance(data, str) else data.decode(_ENCODING, "surrogateescape")


def fsencode(text):
    return text if isinstance(text, bytes) else text.encode(_ENCODING, "surrogateescape")


environ = {
    key.decode(_ENCODING, "surrogateescape"): value.decode(_ENCODING, "surrogateescape")
    for key, value in _environ.items()
}


def S_ISREG(mode):  # as in stat, which is one module more to import
    return mode & 0o170000 == 0o100000


def S_ISDIR(mode):
    return mode & 0o170000 == 0o040000


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
        return mode is not None and S_ISDIR(mode)

    @staticmethod
    def isfile(name):
        mode = _mode(name)
        return mode is not None and S_ISREG(mode)

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
        user, slash, rest = name[1:].partition("/")
        folder = environ.get("HOME") if not user else None
        if folder is None:
            import pwd  # built in, and rarely asked

            try:
                folder = (pwd.getpwnam(user) if user else pwd.getpwuid(getuid())).pw_dir
            except KeyError:
                return name
        return (folder.rstrip("/") + slash + rest) or "/"

    @staticmethod
    def realpath(name):
        """Every link on the way followed; what is missing or goes in circles is left as it stands."""
        done, left, followed = "/", path.join(getcwd(), name).split("/"), 0
        while left:
            part = left.pop(0)
            if part in ("", "."):
                continue
            if part == "..":
                done = path.dirname(done)
                continue
            step = path.join(done, part)
            try:
                aim = readlink(step) if followed < _LINKS else ""
            except OSError:
                aim = ""  # no link, or not there
            if not aim:
                done = step
                continue
            followed += 1
            left = aim.split("/") + left
            if aim.startswith("/"):
                done = "/"
        return done

    @staticmethod
    def relpath(name, start="."):
        base = [part for part in path.abspath(start).split("/") if part]
        parts = [part for part in path.abspath(name).split("/") if part]
        shared = 0
        while shared < min(len(base), len(parts)) and base[shared] == parts[shared]:
            shared += 1
        return "/".join([".."] * (len(base) - shared) + parts[shared:]) or "."


def _mode(name):
    try:
        return stat(name).st_mode
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return None
