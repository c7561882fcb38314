"""Guard's lines in a Python's own ``sitecustomize.py``, which every virtual environment of that Python reads too.

An environment has a site-packages of its own, and reads no ``.pth`` line but those in there; the standard library it
shares. So these lines are met by environments that were there before guard, and by those that a program such as uv
makes without running that Python. Whatever else the file says stays, as it is Debian's or the administrator's.
"""

import os
import subprocess

from guard.core import home as homes
from guard.core.errors import BadData
from guard.resolver import door
from guard.setup import lines

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
    return _DOOR.format(**_names(home, folder)) in block(folder)


def block(folder: str) -> str:
    """The lines that any guard has there; "" for none."""
    return "" if obstacle(folder) else lines.block(path_in(folder))


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
    """Write the lines into ``folder``, the standard library of ``python``. Raises OSError, BadData."""
    path, reason = path_in(folder), obstacle(folder)
    if reason:
        raise BadData(reason)
    is_ours = not os.path.lexists(path) or _NEXT in block(folder)
    lines.put(path, _DOOR.format(**_names(home, folder)) + _NEXT * is_ours, python)


def take(folder: str) -> bool:
    """Take the lines out of ``folder``, and a file that guard had made. Returns whether they were there.

    Raises OSError, BadData.
    """
    return bool(block(folder)) and lines.take(path_in(folder), is_made=_NEXT in block(folder))


def _names(home, folder):
    # sys.prefix is what the environment was called by; PREFIX may lie behind a link.
    own = tuple(dict.fromkeys(root + "/venv" for root in (home.root, os.path.realpath(home.root))))
    return {"own": own, "line": door.line(home.root, f"guard's lines in {path_in(folder)}")}
