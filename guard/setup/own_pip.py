"""Guard's lines in pip's own first file, for a Python that was told to read no start file (``python -S -m pip``).

They are put there where it is asked for, and nowhere else: the file is pip's, and its ``RECORD`` or the package manager
of the machine may be asked whether it is as it was.
"""

import os

from guard.core import home as homes
from guard.resolver import door
from guard.setup import lines


def path_in(folder: str) -> str:
    """The file in ``folder``, pip's own, in which the lines stand."""
    return f"{folder}/__init__.py"


def obstacle(folder: str) -> str:
    """Why no lines of guard's can stand in the pip at ``folder``; "" where they can."""
    path = path_in(folder)
    if os.path.islink(folder) or os.path.islink(path):
        return f"{path} is a link to a file that others may share"
    return "" if os.path.isfile(path) else f"{path} is no regular file"


def holds(home: homes.Home, folder: str) -> bool:
    """Whether this guard's lines, word for word, stand in the pip at ``folder``."""
    return _lines(home, folder) in block(folder)


def block(folder: str) -> str:
    """The lines that any guard has there; "" for none."""
    return lines.block(path_in(folder))


def put(home: homes.Home, folder: str, python: str = "") -> None:
    """Write the lines into the pip at ``folder``, which ``python`` runs. Raises OSError, BadData."""
    lines.put(path_in(folder), _lines(home, folder), python)


def take(folder: str) -> bool:
    """Take the lines out again. Returns whether they were there. Raises OSError, BadData."""
    return lines.take(path_in(folder))


def _lines(home, folder):
    return door.in_pip(home.root, f"guard's lines in {path_in(folder)}")
