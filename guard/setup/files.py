"""Whole-file writes: a reader sees the old bytes or the new ones, never half of either."""

import os
import tempfile


def replace(path, data, mode=None):
    """Put ``data`` (bytes) at ``path`` in one rename.

    A symbolic link stays one: the file it leads to is replaced. Mode and owner of an existing file are kept unless
    ``mode`` is given; a new file gets ``mode`` or what the umask leaves of 0666. Raises OSError.
    """
    path = os.path.realpath(path)
    folder = os.path.dirname(path)
    handle, draft = tempfile.mkstemp(prefix=".guard-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            _dress(out.fileno(), path, mode)
            out.flush()
            os.fsync(out.fileno())
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise


def _dress(handle, path, mode):
    """Give the open draft the mode and owner that the file at ``path`` has or should have."""
    try:
        old = os.stat(path)
    except FileNotFoundError:
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(handle, 0o666 & ~umask if mode is None else mode)
        return
    os.fchmod(handle, old.st_mode & 0o7777 if mode is None else mode)
    if (old.st_uid, old.st_gid) != (os.geteuid(), os.getegid()):
        os.fchown(handle, old.st_uid, old.st_gid)
