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
    if old is None or not _newline(old):
        return False
    files.replace(path, b"".join(_around(path, old)))
    return True


def _read(path):
    try:
        with open(path, "rb") as text:
            return text.read()
    except FileNotFoundError:
        return None


def _newline(text):
    """The line end of the block in ``text``; b"" for no block. A program of the user's may have made it a CRLF."""
    return next((newline for newline in (b"\n", b"\r\n") if BEGIN[:-1] + newline in text), b"")


def _around(path, text):
    """What stands before and after the block. The newline before it is ours: the file may not have ended with one."""
    newline = _newline(text)
    if not newline:
        return text, b""
    before, _, rest = text.rpartition(BEGIN[:-1] + newline)
    _, end, after = rest.partition(END[:-1] + newline)
    if not end:
        raise BadData("%s: guard's block has lost its last line" % os.fsdecode(path), "remove the block by hand")
    return before[: -len(newline)] if before.endswith(newline) else before, after
