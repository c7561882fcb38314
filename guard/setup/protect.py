"""It lets guard into interpreters and virtual environments, and out again.

One ``.pth`` line in site-packages does it. A Python that is no virtual environment gets a few lines in its
``sitecustomize.py`` as well (library.py), for the environments that do not read its site-packages. Where it is asked
for, pip's own first file gets some too (own_pip.py), for a Python that reads none of these.
"""

import contextlib
import glob
import grp
import os
import pwd
import re
import stat
import subprocess
import sys

from guard.core import home as homes
from guard.core.errors import BadData
from guard.resolver import door
from guard.setup import library, lines, own_pip
from guard.setup.interpreters import OLDEST, Interpreter

_ROOT = 0
_ROOMS = ("core", "resolver")  # what is read inside another interpreter
_BESIDE = ("__init__.py", "unbundle.py")  # and beside them


def is_protected(home: homes.Home, interpreter: Interpreter) -> bool:
    """Whether this guard's line, word for word, lies in its site-packages."""
    return _has_line(home, interpreter.site)


def is_complete(home: homes.Home, interpreter: Interpreter) -> bool:
    """Whether ``protect`` would find nothing left to do."""
    lent = _is_lent(home, interpreter) or bool(library_obstacle(home, interpreter))
    return is_protected(home, interpreter) and lent


def _is_lent(home, interpreter):
    """Whether its environments meet guard by its own lines; an environment has none to lend."""
    return not interpreter.is_base or library.holds(home, interpreter.library)


def is_guarded(home: homes.Home, interpreter: Interpreter) -> bool:
    """Whether guard meets it, by its own line or by the lines in the standard library that it reads."""
    return is_protected(home, interpreter) or library.holds(home, interpreter.library)


def holds(home: homes.Home, folder: str) -> bool:
    """Whether what this guard once put into ``folder``, a site-packages, a standard library or a pip, is as it was."""
    return _has_line(home, folder) or library.holds(home, folder) or own_pip.holds(home, folder)


def _has_line(home, site):
    path = f"{site}/{door.NAME}.pth"
    return lines.text(path) == door.line(home.root, path)


def is_own(home: homes.Home, interpreter: Interpreter) -> bool:
    """Whether it is the environment that guard itself runs in."""
    return os.path.realpath(interpreter.prefix) in {os.path.realpath(home.root + "/venv"), os.path.realpath(sys.prefix)}


def obstacle(home: homes.Home, interpreter: Interpreter) -> str:
    """Why this interpreter cannot be protected, by this guard and this account; "" where it can."""
    if interpreter.version < OLDEST:
        version = ".".join(map(str, interpreter.version))
        return f"it is Python {version}; guard can be let into 3.7 and later"
    if not os.access(interpreter.site, os.W_OK):
        return f"{interpreter.site} is not yours to write"
    return unsafe(home, interpreter.site)


def library_obstacle(home: homes.Home, interpreter: Interpreter) -> str:
    """Why guard's lines cannot stand in the standard library of a Python; "" where they can, or do."""
    folder = interpreter.library
    if not os.access(folder, os.W_OK):
        return f"{folder} is not yours to write"
    return library.obstacle(folder) or unsafe(home, folder)


def unlent(home: homes.Home, interpreter: Interpreter) -> str:
    """Why the environments of a protected Python need a line each; "" where they do not, or could do without."""
    return "" if _is_lent(home, interpreter) else library_obstacle(home, interpreter)


def protect(home: homes.Home, interpreter: Interpreter) -> str:
    """Protect one interpreter. Raises BadData where it cannot be: too old, somebody else's, or unsafe.

    A standard library that is not to be written keeps nobody from that. Returns why it is not; "" where it is.
    """
    reason = obstacle(home, interpreter)
    if reason:
        raise BadData(reason, "a guard installed by the account that owns this Python may protect it")
    try:
        compile_for(interpreter)
        door.put(interpreter.site, home.root, interpreter.version)
        door.remember(home.personal, interpreter.site)
    except OSError as error:
        raise BadData(f"{interpreter.site} cannot be written: {error.strerror}") from None
    reason = unlent(home, interpreter)
    if reason or not interpreter.is_base:
        return reason
    try:
        library.put(home, interpreter.library, interpreter.python)
        door.remember(home.personal, interpreter.library)
    except BadData as error:
        return error.message
    except OSError as error:
        return f"{error.filename or interpreter.library} cannot be written: {error.strerror}"
    return ""


def protect_pip(home: homes.Home, interpreter: Interpreter) -> bool:
    """Let guard into the pip of this interpreter too, which has one. Returns whether there was anything to do.

    Raises BadData where it cannot be.
    """
    folder = interpreter.pip
    if own_pip.holds(home, folder):
        return False
    if not os.access(folder, os.W_OK):
        raise BadData(f"{folder} is not yours to write")
    reason = own_pip.obstacle(folder) or unsafe(home, folder)
    if reason:
        raise BadData(reason)
    try:
        own_pip.put(home, folder, interpreter.python)
        door.remember(home.personal, folder)
    except OSError as error:
        raise BadData(f"{error.filename or folder} cannot be written: {error.strerror}") from None
    return True


def renew(home: homes.Home) -> list:
    """Write the line anew wherever another version of this guard has left it. Returns the folders."""
    renewed = []
    for folder in door.remembered(home.personal):
        version = re.search(r"/(?:python|pypy)(\d+)\.(\d+)", folder)
        if not _lines(folder) or holds(home, folder) or unsafe(home, folder) or _is_taken_over(home, folder):
            continue
        with contextlib.suppress(OSError, BadData):
            if library.block(folder):
                library.put(home, folder)
            elif own_pip.block(folder):
                own_pip.put(home, folder)
            elif version:
                door.put(folder, home.root, (int(version[1]), int(version[2])))
            else:
                continue
            renewed.append(folder)
    return renewed


def unprotect(home: homes.Home, interpreter: Interpreter) -> bool:
    """Take guard out again. False where it was not in. Raises BadData where its file cannot be removed."""
    folders = [interpreter.site, *([interpreter.library] if interpreter.is_base else [])]
    folders += [interpreter.pip] if interpreter.pip else []
    # Also a pip that was removed since, or that another of its folders hides.
    pips = {f"{site}/pip" for site in interpreter.own}.intersection(door.remembered(home.personal))
    folders += sorted(pips - {interpreter.pip})
    try:
        gone = [_take_away(folder) for folder in folders]
    except OSError as error:
        raise BadData(f"{error.filename or interpreter.site}: {error.strerror}") from None
    _forget(home, set(folders))
    return any(gone)


def _take_away(folder):
    """Whether there was anything of guard in ``folder``. Raises OSError, BadData where it stays."""
    gone = [bool(door.take_away(folder)), library.take(folder), own_pip.take(folder)]
    return any(gone)


def _is_taken_over(home, folder):
    """Whether another guard, with a PREFIX of its own, has written its lines over those of ``home``."""
    text = _lines(folder)
    return door.is_line(text) and not door.is_line(text, home.root)


def _lines(folder):
    """What any guard's lines in ``folder`` say; "" where there are none."""
    return lines.text(f"{folder}/{door.NAME}.pth") or library.block(folder) or own_pip.block(folder)


def unprotect_all(home: homes.Home) -> list:
    """Take this guard out of all it was let into, also of what was born so. Returns the folders where it could not.

    What another guard has taken over since is that one's.
    """
    left, done = [], set()
    for folder in [*door.remembered(home.personal), *_users_own(home)]:
        try:
            if not _is_taken_over(home, folder):
                _take_away(folder)
            done.add(folder)
        except NotADirectoryError:
            done.add(folder)
        except (OSError, BadData):
            left.append(folder)
    _forget(home, done)
    return left


def _users_own(home):
    """Under ``system``, for root: what every user let guard into. A user's word holds for folders of his alone."""
    for folder in glob.glob(glob.escape(home.state) + "/users/*") if home.system else []:
        for site in door.remembered(folder):
            with contextlib.suppress(OSError):
                if os.stat(site).st_uid == os.lstat(folder).st_uid:
                    yield site


def _forget(home, sites):
    kept = [site for site in door.remembered(home.personal) if site not in sites]
    path = f"{home.personal}/{door.MANIFEST}"
    if kept:
        beside = f"{path}.{os.getpid()}"
        with open(beside, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.writelines(site + "\n" for site in kept)
        os.replace(beside, path)
    elif os.path.exists(path):
        os.unlink(path)


def compile_for(interpreter: Interpreter) -> None:
    """Compile what will be read inside this interpreter, by itself, so that no pip ever waits for it.

    Root runs no Python of another account's: there, pip compiles at its first start, or each time.
    """
    if os.geteuid() == 0 and os.stat(interpreter.site).st_uid != 0:
        return
    words = [interpreter.python, "-I", "-S", os.path.join(homes.PACKAGE, "resolver", "bundle.py")]
    subprocess.run(words, check=False, capture_output=True, cwd="/")


# --- whose files are these --------------------------------------------------------------------------------------------


def unsafe(home: homes.Home, site: str) -> str:
    """Why guard's files must not run in the interpreter that reads ``site``; "" where they may.

    Whoever can change a file of guard's, or put another in its place, could run code as everybody who uses this
    interpreter. So all of them, and every folder on the way, must belong to the folder's owner or to root, and be
    writable by nobody else.
    """
    owner = os.stat(site).st_uid
    for path in [*way(home.root), *way(homes.PACKAGE), *_files(homes.PACKAGE)]:
        reason = loose(path, owner)
        if reason:
            return reason
    return ""


def way(path):
    """The real path and every folder above it."""
    path = os.path.realpath(path)
    while True:
        yield path
        above = os.path.dirname(path)
        if above == path:
            return
        path = above


def _files(package):
    yield from (os.path.join(package, file) for file in _BESIDE)
    for room in _ROOMS:
        for here, _, files in os.walk(os.path.join(package, room)):
            yield here
            yield from (os.path.join(here, file) for file in files)


def loose(path, owner):
    """Why others than ``owner`` and root could change ``path`` or put another in its place; "" where they cannot."""
    found = os.stat(path)
    if found.st_uid not in (owner, _ROOT):
        return f"{path} belongs to {_user(found.st_uid)}, this Python to {_user(owner)}"
    if stat.S_ISDIR(found.st_mode) and found.st_mode & stat.S_ISVTX:
        return ""  # sticky: others may add files, but not touch or replace ours
    if found.st_mode & stat.S_IWOTH:
        return f"{path} is writable by everybody"
    if found.st_mode & stat.S_IWGRP and not _is_private(found.st_gid, found.st_uid):
        return f"{path} is writable by its group"
    return ""


def _is_private(gid, uid):
    """Whether the group is its owner's own: nobody else is in it (the usual set-up with a umask of 002)."""
    if gid == _ROOT and uid == _ROOT:
        return True
    try:
        members = set(grp.getgrgid(gid).gr_mem)
    except KeyError:
        return False
    members |= {entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == gid}
    return members <= {_user(uid)}


def _user(uid):
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
