"""Guard's lines in a Python's own ``sitecustomize.py``, which every virtual environment of that Python reads too.

An environment has a site-packages of its own, and reads no ``.pth`` line but those in there; the standard library it
shares. So these lines are met by environments that were there before guard, and by those that a program such as uv
makes without running that Python. Whatever else the file says stays, as it is Debian's or the administrator's.
"""

import contextlib
import glob
import os
import subprocess

from guard.core import home as homes
from guard.core.errors import BadData
from guard.resolver import door
from guard.setup import blocks

_ROOT = 0
_PATIENCE = 20  # seconds
_IS_MET = (
    "import sys, sitecustomize; "
    f"sys.exit({door.CLASS!a} not in [getattr(finder, '__name__', '') for finder in sys.meta_path])"
)
_DOOR = """\
# Virtual environments read this, and no .pth line of their Python. `guard unprotect` takes it out again.
import sys
if not sys.prefix.startswith({own!a}):
    {line}"""
# A file that guard made stands in front of another of its name, further along sys.path.
_NEXT = """\
import _frozen_importlib, _frozen_importlib_external
folder = __file__.rpartition("/")[0]
after = sys.path[sys.path.index(folder) + 1 :] if folder in sys.path else []
found = _frozen_importlib_external.PathFinder.find_spec(__name__, after)
if found is not None and found.loader is not None:
    sys.modules[__name__] = _frozen_importlib.module_from_spec(found)
    found.loader.exec_module(sys.modules[__name__])
"""


def path_in(folder: str) -> str:
    """The file in ``folder``, a standard library, in which the lines stand."""
    return f"{folder}/sitecustomize.py"


def obstacle(folder: str) -> str:
    """Why no lines of guard's can be read from ``folder``; "" where they can."""
    path = path_in(folder)
    if os.path.isdir(f"{folder}/sitecustomize"):  # it is found before a file is
        return f"{folder} has a sitecustomize that is a package"
    if os.path.lexists(path) and not os.path.isfile(path):
        return f"{path} is no regular file"
    return ""


def holds(home: homes.Home, folder: str) -> bool:
    """Whether this guard's lines, word for word, stand in the sitecustomize.py of ``folder``, a standard library."""
    text = _text(folder)
    return _DOOR.format(**_names(home, folder)) in text


def lines(folder: str) -> str:
    """The lines that any guard has there; "" for none."""
    return _text(folder).partition(blocks.BEGIN.decode())[2]


def has_lines(folder: str) -> bool:
    """Whether any guard's lines stand there."""
    return bool(lines(folder))


def is_reached(python: str) -> bool:
    """Whether ``python`` comes to the lines in its sitecustomize.py: what stands before them may fail.

    It is asked without its site-packages, as an environment would read the file.
    """
    words = [python, "-I", "-S", "-c", _IS_MET]
    try:
        done = subprocess.run(words, check=False, capture_output=True, stdin=subprocess.DEVNULL, cwd="/",
                              timeout=_PATIENCE)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def put(home: homes.Home, folder: str, python: str = "") -> None:
    """Write the lines into ``folder``, the standard library of ``python``. Raises OSError, BadData.

    They are compiled at once: with a ``.pyc`` a start costs less than a ``.pth`` line does, without one more.
    """
    path, reason = path_in(folder), obstacle(folder)
    if reason:
        raise BadData(reason)
    is_ours = not os.path.lexists(path) or _NEXT in _text(folder)
    text = _DOOR.format(**_names(home, folder)) + _NEXT * is_ours
    with _as_owner(folder):
        blocks.put(path, text.encode("ascii"), mode=0o644)
    if python and not _is_anothers(folder):
        words = [python, "-I", "-S", "-m", "py_compile", path]
        subprocess.run(words, check=False, capture_output=True, cwd="/", umask=0o022)


def take(folder: str) -> bool:
    """Take the lines out of ``folder``, and a file that guard had made. Returns whether they were there.

    Raises OSError, BadData.
    """
    path = path_in(folder)
    if not has_lines(folder):
        return False
    is_ours = _NEXT in _text(folder)
    with _as_owner(folder):
        while blocks.take(path):
            pass  # a file that somebody put together from two has two
        if has_lines(folder):
            raise BadData(f"{path}: guard's block is not as it was written", "remove the block by hand")
        if is_ours and not os.path.getsize(path):
            os.unlink(path)
            for compiled in glob.glob(f"{glob.escape(folder)}/__pycache__/sitecustomize.*.pyc"):
                with contextlib.suppress(OSError):
                    os.unlink(compiled)
    return True


@contextlib.contextmanager
def _as_owner(folder):
    """Root writes as the account that the folder belongs to: it may lay a link in a file's place at any moment."""
    if not _is_anothers(folder):
        yield
        return
    owner, gid, groups = os.stat(folder), os.getegid(), os.getgroups()
    os.setgroups([])
    os.setegid(owner.st_gid)
    os.seteuid(owner.st_uid)
    try:
        yield
    finally:
        os.seteuid(_ROOT)
        os.setegid(gid)
        os.setgroups(groups)


def _is_anothers(folder):
    return os.geteuid() == _ROOT and os.stat(folder).st_uid != _ROOT


def _names(home, folder):
    # sys.prefix is what the environment was called by; PREFIX may lie behind a link.
    own = tuple(dict.fromkeys(root + "/venv" for root in (home.root, os.path.realpath(home.root))))
    return {"own": own, "line": door.line(home.root, f"guard's lines in {path_in(folder)}")}


def _text(folder):
    try:
        if obstacle(folder):
            return ""
        with open(path_in(folder), encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""
