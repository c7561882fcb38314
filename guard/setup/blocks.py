"""Marked blocks in files that belong to the user: written once, replaced in place, removed without a trace."""

import os

from guard.core.errors import BadData
from guard.setup import files

BEGIN = b"# >>> typoguard >>>\n"
END = b"# <<< typoguard <<<\n"


def put(path, lines, mode=None):
    """Let the file at ``path`` hold one block with ``lines`` (bytes): in its old place, else at the end.

    Returns whether the file was made here, then with ``mode`` or what the umask leaves. A file that is right already is
    not touched. Raises OSError, BadData.
    """
    old = _read(path)
    before, after = _around(path, old or b"")
    new = before + b"\n" + BEGIN + lines + END + after
    if new != old:
        files.replace(path, new, mode if old is None else None)
    return old is None


def take(path):
    """Remove the block. Returns whether there was one. Raises OSError, BadData."""
    old = _read(path)
    if old is None or BEGIN not in old:
        return False
    files.replace(path, b"".join(_around(path, old)))
    return True


def _read(path):
    try:
        with open(path, "rb") as text:
            return text.read()
    except FileNotFoundError:
        return None


def _around(path, text):
    """What stands before and after the block. The newline before it is ours: the file may not have ended with one."""
    before, begin, rest = text.rpartition(BEGIN)
    if not begin:
        return text, b""
    _, end, after = rest.partition(END)
    if not end:
        raise BadData("%s: guard's block has lost its last line" % os.fsdecode(path), "remove the block by hand")
    return before[:-1] if before.endswith(b"\n") else before, after
