"""A sealed table: sorted rows of text, found by name with a few positioned reads, readable with ``grep``.

    #guard-table 1 rows=0000013425 bytes=000001234567 sha256=… made=2026-11-24T03:30:00Z
    #name,kind,imitates,…
    0-8,malicious,,…
    0wneg,malicious,,…

``bytes`` and ``sha256`` are those of everything after the first line, ``rows`` counts what follows the second. Names
are normalised (PEP 503) and sorted as bytes. A field holds no comma and no line break (both are percent-encoded), so
that a row is split, not parsed. Reads are positioned: a mapping dies by SIGBUS when the file is cut under it, and
counts as memory of the process. Beside the table may lie ``NAME.DIGEST16.filter`` (guard.core.filter), which answers
for most names that are not in it; a table without one is slower, never wrong.
"""

from . import kernel as os
from .errors import CannotJudge
from .filter import open_filter

MAGIC = b"#guard-table 1 "
_NEAR = 2048  # bytes; a stretch this short is read whole
_MANY = 256  # names; for as many the filter is better read once than asked one by one


class Table:
    """An open table. ``find(name)`` gives the row's fields; raises CannotJudge where the file is damaged."""

    __slots__ = ("path", "fd", "rows", "start", "end", "sha256", "made", "filter")

    def __init__(self, path):
        """Open and check the cheap part of the seal: the form of the header and the size. CannotJudge if it fails."""
        self.path = path
        try:
            self.fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise CannotJudge("%s: %s" % (path, error.strerror))
        try:
            self._read_head()
        except OSError as error:
            os.close(self.fd)
            raise CannotJudge("%s: %s" % (path, error.strerror))
        except CannotJudge:
            os.close(self.fd)
            raise
        self.filter = open_filter(filter_path(path, self.sha256), self.sha256)

    def _read_head(self):
        head = os.pread(self.fd, 1024, 0)
        first, newline, rest = head.partition(b"\n")
        columns, second, _ = rest.partition(b"\n")
        seal = seal_of(first) if newline and second and columns.startswith(b"#") else None
        if seal is None:
            raise CannotJudge("%s is not a list that guard made" % self.path)
        size = os.fstat(self.fd).st_size
        self.end = len(first) + 1 + seal["bytes"]
        if size != self.end or os.pread(self.fd, 1, self.end - 1) != b"\n":
            raise CannotJudge("%s is damaged: %d bytes where its seal says %d" % (self.path, size, self.end))
        self.start = len(first) + len(columns) + 2
        self.rows = seal["rows"]
        self.sha256 = seal["sha256"]
        self.made = seal["made"]

    def find(self, name):
        """The fields of the row of ``name`` (str, normalised) as a list of str, the name first; None if it has none."""
        key = name.encode("utf-8", "surrogateescape")
        if self.filter is not None and key not in self.filter:
            return None
        low, high = self.start, self.end  # a row of this name starts in [low, high)
        while high - low > _NEAR:
            middle = (low + high) // 2
            start, found = self._key_after(middle)
            if start >= high:
                high = middle + 1  # no row starts between here and there: only rows that start before remain
            elif found <= key:
                low = start
            else:
                high = start
        return self._scan(key, low, high)

    def among(self, names):
        """Those of ``names`` (set of str, normalised) that may have a row: all of them, or what the filter leaves."""
        if self.filter is None or len(names) < _MANY:
            return names
        keys = {name.encode("utf-8", "surrogateescape"): name for name in names}
        return {keys[key] for key in self.filter.among(keys)}

    def _key_after(self, position):
        """(offset, name) of the first row that starts after ``position``."""
        data = self._read(position, 512)
        line = data.find(b"\n") + 1
        comma = data.find(b",", line)
        if not line or comma < 0:  # a row longer than usual
            data = self._read(position, 65536)
            line = data.find(b"\n") + 1
            if not line:
                raise CannotJudge("%s is damaged at byte %d" % (self.path, position))
            comma = data.find(b",", line)
        return position + line, data[line:comma]

    def _scan(self, key, low, high):
        data = b"\n" + self._read(low, high - low + len(key) + 1)  # a row that starts just before ``high`` counts
        at = data.find(b"\n" + key + b",")
        if at < 0:
            return None
        end = data.find(b"\n", at + 1)
        if end < 0:  # the row starts before ``high`` and ends behind it
            data = b"\n" + self._read(low + at, 65536)
            at, end = 0, data.find(b"\n", 1)
            if end < 0:
                raise CannotJudge("%s is damaged at byte %d" % (self.path, low))
        return data[at + 1 : end].decode("utf-8", "replace").split(",")

    def _read(self, position, length):
        return read_at(self.fd, self.path, position, min(length, self.end - position))

    def __iter__(self):
        """Every row's fields, in order. For those upstairs: it reads the whole file."""
        position, tail = self.start, b""
        while position < self.end:
            data = tail + self._read(position, 1 << 20)
            position += len(data) - len(tail)
            *lines, tail = data.split(b"\n")
            for line in lines:
                yield line.decode("utf-8", "replace").split(",")

    def close(self):
        os.close(self.fd)
        if self.filter is not None:
            self.filter.close()


def read_at(fd, path, position, length):
    """``length`` bytes of an open file (``path`` is for the message); CannotJudge where it was cut under us."""
    try:
        data = os.pread(fd, length, position)
    except OSError as error:
        raise CannotJudge("%s: %s" % (path, error.strerror))
    if len(data) != length:
        raise CannotJudge("%s was cut while it was read" % path)
    return data


def filter_path(path, sha256):
    return "%s.%s.filter" % (path, sha256[:16])


def seal_of(line):
    """The seal in a table's first line (bytes) as {rows: int, bytes: int, sha256: str, made: str}; None if none."""
    if not line.startswith(MAGIC):
        return None
    try:
        seal = dict(word.split("=", 1) for word in line[len(MAGIC) :].decode("ascii").split())
        seal["rows"], seal["bytes"] = int(seal["rows"]), int(seal["bytes"])
        return seal if len(seal["sha256"]) == 64 and seal["made"] else None
    except (ValueError, KeyError):
        return None
