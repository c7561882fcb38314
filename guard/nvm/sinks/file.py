"""A file of JSON lines, mode 0600, rotated by size: PATH, PATH.1 (the one before), …, PATH.KEEP."""

import fcntl
import os
import time

from ..files import folder, lock, open_regular, remove, write
from ..sink import Sink, SinkError

_LOCK_WAIT = 5.0  # seconds; a reader holds a shared lock for as long as it takes to read
_TRIES, _MOMENT = 20, 0.002  # how often a log that has no current file is looked for, or written anew; seconds between
_SLACK = 65536  # bytes looked at beyond the batch, when asking what of it stands there already
DAY = 86400


class FileSink(Sink):
    """``max_bytes``: when to rotate; ``keep``: rotated files kept; ``days``: age at which a rotated file is removed."""

    kind = "file"
    lines = 1000
    length = 1 << 20

    def __init__(self, name, path, max_bytes=10 << 20, keep=5, days=90):
        super().__init__(name)
        self.path = path
        self.max_bytes = max_bytes
        self.keep = keep
        self.days = days
        self.looked = False

    def send(self, batch):
        """Append. The first batch may be what a recorder wrote before it was killed: what is there stays as it is."""
        try:
            folder(os.path.dirname(self.path))
            for _ in range(_TRIES):
                if self._append(batch):
                    return
        except OSError as error:
            self.looked = False  # a part of the batch may have been written
            raise SinkError("%s: %s" % (self.path, error.strerror or error)) from error
        raise SinkError("%s is removed whenever it is written" % self.path)

    def _append(self, batch):
        """False where the file was removed meanwhile, and the batch with it."""
        fd = self._open()
        try:
            if not self.looked:
                batch = self._missing(fd, batch)
            data = b"".join([event + b"\n" for event in batch])
            full = os.fstat(fd).st_size
            if full and full + len(data) > self.max_bytes:
                self._rotate()
                rotated_fd, fd = fd, self._open()
                os.close(rotated_fd)
            write(fd, data)
            os.fsync(fd)  # the segment it came from is removed next
            self.looked = self._has_name(fd)
            return self.looked
        finally:
            os.close(fd)

    def _has_name(self, fd):
        """Whether the file has the name still: nobody removed it or put another in its place."""
        return _inode(self.path) == os.fstat(fd).st_ino

    def _open(self):
        """A descriptor for appending, locked, surely of the file that has the name now."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        while True:
            fd = os.open(self.path, flags, 0o600)
            if not lock(fd, fcntl.LOCK_EX, _LOCK_WAIT):
                os.close(fd)
                raise SinkError("%s is locked by another process" % self.path)
            if self._has_name(fd):
                return fd
            os.close(fd)

    def _missing(self, fd, batch):
        """The events of ``batch`` that do not stand at the end of the file; half of one, left by a kill, is cut off."""
        length = sum(len(event) + 1 for event in batch) + _SLACK
        end = os.fstat(fd).st_size
        tail = os.pread(fd, length, max(0, end - length))
        torn = tail[tail.rfind(b"\n") + 1 :]
        if torn and any(event.startswith(torn) for event in batch):
            os.ftruncate(fd, end - len(torn))
        elif torn:
            write(fd, b"\n")  # not ours; it must not spoil our line
        if end < length:
            tail = end_of(self.path + ".1", length) + tail
        there = set(tail.split(b"\n"))
        return [event for event in batch if event not in there]

    def _rotate(self):
        number = max(1, self.keep)
        while os.path.exists("%s.%d" % (self.path, number)):  # more than one where fewer are kept than before
            remove("%s.%d" % (self.path, number))
            number += 1
        for number in range(self.keep - 1, 0, -1):
            if os.path.exists("%s.%d" % (self.path, number)):
                os.rename("%s.%d" % (self.path, number), "%s.%d" % (self.path, number + 1))
        if self.keep:
            os.rename(self.path, self.path + ".1")
        else:
            remove(self.path)

    def close(self):
        """Remove rotated files that are too old. A clock that stepped back removes nothing early."""
        for old in rotated(self.path):
            try:
                if self.days and time.time() - os.stat(old).st_mtime > self.days * DAY:
                    remove(old)
            except OSError:
                pass  # gone meanwhile, or not ours


def rotated(path):
    """The rotated files of ``path`` that exist, the oldest first."""
    head, name = os.path.split(path)
    try:
        names = os.listdir(head)
    except OSError:
        return []
    ends = [one[len(name) + 1 :] for one in names if one.startswith(name + ".")]
    return ["%s.%d" % (path, number) for number in sorted((int(end) for end in ends if end.isdigit()), reverse=True)]


def lines(path):
    """Every whole event of a log, rotated files first, as bytes without newline."""
    for part in _parts(path):
        with part:
            for line in part:
                if line.endswith(b"\n") and len(line) > 1:
                    yield line[:-1]


def _parts(path):
    """All files of a log, oldest first, opened under a shared lock, so at a moment at which none is rotated."""
    for _ in range(_TRIES):
        try:
            current = _open(path)  # the caller closes each as it is read
        except OSError:
            time.sleep(_MOMENT)  # between two files, or there is none yet
            continue
        lock(current.fileno(), fcntl.LOCK_SH, _LOCK_WAIT)
        if _inode(path) == os.fstat(current.fileno()).st_ino:
            parts = [*_opened(rotated(path)), current]
            fcntl.flock(current, fcntl.LOCK_UN)
            return parts
        current.close()
    return list(_opened(rotated(path)))


def _opened(paths):
    for path in paths:
        try:
            yield _open(path)
        except OSError:
            continue  # somebody removed it


def _open(path):
    return os.fdopen(open_regular(path), "rb")  # a pipe that somebody put there would be waited for


def _inode(path):
    try:
        return os.stat(path).st_ino
    except OSError:
        return 0


def end_of(path, length):
    """The last ``length`` bytes of a file; b"" where it cannot be read."""
    try:
        with _open(path) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - length))
            return file.read()
    except OSError:
        return b""
