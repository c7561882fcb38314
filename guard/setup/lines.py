"""Guard's lines in a Python file that is somebody else's: a standard library's, pip's own. What else it says stays."""

import contextlib
import glob
import os
import subprocess

from guard.core.errors import BadData
from guard.setup import blocks

_ROOT = 0


def text(path: str) -> str:
    """What the regular file at ``path`` says; "" where there is none to read."""
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def block(path: str) -> str:
    """The lines that any guard has in the file at ``path``, and what follows them; "" for none."""
    return text(path).partition(blocks.BEGIN.decode())[2]


def put(path: str, lines: str, python: str = "") -> None:
    """Write ``lines``, one block, into the file at ``path``, and compile it for ``python``. Raises OSError, BadData.

    Compiled they cost a start less than a ``.pth`` line does, which is compiled anew each time.
    """
    folder = os.path.dirname(path)
    with _as_owner(folder):
        blocks.put(path, lines.encode("ascii"), mode=0o644)
    if python and not _is_anothers(folder):
        words = [python, "-I", "-S", "-m", "py_compile", path]
        subprocess.run(words, check=False, capture_output=True, cwd="/", umask=0o022)


def take(path: str, is_made: bool = False) -> bool:
    """Take the lines out again. Returns whether they were there. Raises OSError, BadData.

    is_made: guard made the file; it goes with them where it said nothing else.
    """
    if not block(path):
        return False
    folder, file = os.path.split(path)
    with _as_owner(folder):
        while blocks.take(path):
            pass  # a file that somebody put together from two has two
        if block(path):
            raise BadData(f"{path}: guard's block is not as it was written", "remove the block by hand")
        if is_made and not os.path.getsize(path):
            os.unlink(path)
            stem = glob.escape(f"{folder}/__pycache__/{file[: -len('.py')]}")
            for compiled in glob.glob(stem + ".*.pyc"):
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
