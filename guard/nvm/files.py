"""Files of the recorder's own: mode 0600, whole or not at all, no link followed."""

import contextlib
import errno
import fcntl
import os
import stat
import time

_PAUSE = 0.02  # seconds between two tries for a lock


def replace(path, data, sync=False):
    """Put ``data`` (bytes) at ``path`` in one rename. ``sync``: on the disk before it has its name. Raises OSError."""
    draft = "%s.%d.new" % (path, os.getpid())
    try:
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            write(fd, data)
            if sync:
                os.fsync(fd)
        finally:
            os.close(fd)
        os.rename(draft, path)
    except OSError:
        remove(draft)
        raise


def write(fd, data):
    """All of ``data``; a disk that takes only a part of it is full."""
    view = memoryview(data)
    while view:
        taken = os.write(fd, view)
        if taken == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[taken:]


def read(path):
    """The bytes of a file; None where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def remove(path):
    """Unlink; one that is gone already is no error."""
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise


def folder(path):
    """Make a folder of mode 0700, and what is missing above it likewise; it is returned."""
    if path and not os.path.isdir(path):
        folder(os.path.dirname(path))
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
    return path


def size(path):
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def open_regular(path):
    """A descriptor for reading a regular file; OSError for anything else.

    The path may be a stranger's word (``--system``), and opening a device already does things, so it is looked at
    first: by a handle that opens nothing where the system has one, so that it cannot be swapped in between.
    """
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    handle = os.open(path, os.O_PATH | os.O_CLOEXEC) if hasattr(os, "O_PATH") and os.path.isdir("/proc/self/fd") else -1
    try:
        if not stat.S_ISREG((os.stat(path) if handle < 0 else os.fstat(handle)).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        return os.open(path if handle < 0 else "/proc/self/fd/%d" % handle, flags)
    finally:
        if handle >= 0:
            os.close(handle)


class Lock:
    """An exclusive lock on a file, held until ``release`` or the end of the process.

    ``take(seconds)`` waits at most that long (0: not at all) and says whether it is held.
    """

    __slots__ = ("fd", "path")

    def __init__(self, path):
        self.path = path
        self.fd = -1

    def take(self, seconds=0.0):
        fd = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        if lock(fd, fcntl.LOCK_EX, seconds):
            self.fd = fd
            return True
        os.close(fd)
        return False

    def release(self):
        if self.fd >= 0:
            os.close(self.fd)
            self.fd = -1


def lock(fd, kind, seconds):
    """flock ``fd``, waiting at most ``seconds``; whether it was had. A holder that never lets go stops nobody."""
    end = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(fd, kind | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
        time.sleep(_PAUSE)
