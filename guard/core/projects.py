"""The projects that names imitate, in a compiled model file, found with a handful of positioned reads.

    projects = Projects.open(shipped(FILE))
    projects.popular("requests")  ->  True

A popular name ends here; guard.core.likeness and lookalike are for the others. guard/lookalike/compile.py writes the
file and says how it is laid out.
"""

from . import kernel as os
from .errors import CannotJudge

MAGIC = "#guard-lookalike 2"
FILE = "lookalike.model"
HEAD = 2048  # bytes
LONGEST = 64  # letters; a longer name imitates nobody by a slip
STEM_GROUPS = 4093  # a prime
BITMAP, STARTS, STEMS, BUCKETS, ENTRIES, RECORDS, COSTS, END = range(8)  # sections
ENTRY, NUMBER = 10, 2  # bytes of a stem's entry, and of the number of a record
ALIGNED = 8  # bytes; a record begins at a multiple of this, so that two bytes number it
LONGEST_RECORD = 6 + LONGEST
POPULAR = 1  # a flag of a record

STEMMED = 5  # letters; from here on a project is found by its stems
STEM_SIZE = 3  # letters
HEAD_STEM, TAIL_STEM = b"<", b">"  # marks of the keys of first letters and of last ones
APART = 4  # bits of a signature that two slips change at most
ONE_SLIP = 3 << 62  # set in the signature of a project that is to be found one slip away, no further
LONG = 23  # letters; longer names are equally long to a signature

# The code of a key: its letters as the digits of a number to the base FACTOR, the first the least, modulo a power of
# two, which leaves Python no more than one digit of its own.
CODE = (1 << 29) - 1
FACTOR = 0x1E3779B5  # odd; five more than a multiple of eight, so that its powers differ in the low bits
HIGH = 14  # bits of a code below those that choose a byte of a block, or a bucket


class Project:
    """A record of the model: what a name gains by being like it (``worth``), or by holding it whole (``combined``)."""

    __slots__ = ("name", "worth", "combined", "flags")

    def __init__(self, name, worth, combined, flags):
        self.name = name
        self.worth = worth
        self.combined = combined
        self.flags = flags


class Projects:
    """An open model file. Raises CannotJudge where it is missing, damaged, or cut while it is read."""

    __slots__ = ("path", "fd", "head", "_starts")

    def __init__(self, path, fd, head):
        self.path = path
        self.fd = fd
        self.head = head  # {key: list of int}
        self._starts = b""  # a section, read when the first name needs it

    @classmethod
    def open(cls, path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise CannotJudge("%s: %s" % (path, error.strerror))
        try:
            model = cls(path, fd, _head(os.pread(fd, HEAD, 0)))
            if os.fstat(fd).st_size != model.head["sections"][END]:
                raise ValueError("its size is not what it says")
        except (OSError, ValueError, KeyError, IndexError, CannotJudge):
            os.close(fd)
            raise CannotJudge("%s is not a model that guard made, or is damaged" % path)
        return model

    def close(self):
        os.close(self.fd)

    def popular(self, name):
        """Whether ``name`` is one of the most downloaded projects."""
        if not 0 < len(name) <= LONGEST or not name.isascii():
            return False
        raw = name.encode()
        stems = self._of_stems(stem_keys(raw)[:1], signature(raw)) if len(raw) >= STEMMED else []
        return self._is_popular(name, raw, stems)

    def _is_popular(self, name, raw, stems):
        """``stems``: the projects that share a stem with a name which is long enough to have some."""
        projects = stems if len(raw) >= STEMMED else map(self._project, self._numbers(code_of(raw)))
        return any([project.name == name and project.flags & POPULAR for project in projects])

    def _of_stems(self, keys, own):
        """The projects with one of the stems ``keys`` that are no more than two slips from the signature ``own``."""
        if not self._starts:
            self._starts = self._section(STARTS)
        position, signatures, numbers = self.head["sections"][STEMS], b"", b""
        for key in keys:
            start, end = _span(self._starts, int.from_bytes(key, "little") % STEM_GROUPS)
            data = self._read(position + start, end - start)  # all signatures, then all numbers
            half = (end - start) // ENTRY * (ENTRY - NUMBER)
            signatures += data[:half]
            numbers += data[half:]
        few = differences(signatures, own).translate(_FEW)
        found = []
        at = few.find(1)
        while at >= 0:
            found.append(self._project(numbers[NUMBER * at] | numbers[NUMBER * at + 1] << 8))
            at = few.find(1, at + 1)
        # Others share the group.
        return [project for project in found if not set(keys).isdisjoint(stem_keys(project.name.encode()))]

    def _numbers(self, code):
        """The numbers of the projects that may have left a key of this code."""
        sections = self.head["sections"]
        first, last = _span(self._read(sections[BUCKETS] + 3 * (code >> HIGH), 6), 0)
        count = last - first
        if not count:
            return []
        data = self._read(sections[ENTRIES] + 3 * first, 3 * count)  # all low bytes, then all numbers
        found, tag = [], code & 255
        at = data.find(tag, 0, count)
        while at >= 0:
            place = count + 2 * at
            found.append(data[place] | data[place + 1] << 8)
            at = data.find(tag, at + 1, count)
        return found

    def _project(self, number):
        data = self._read(self.head["sections"][RECORDS] + ALIGNED * number, LONGEST_RECORD)
        worth = (data[0] | data[1] << 8) - 32768
        combined = (data[2] | data[3] << 8) - 32768
        return Project(data[6 : 6 + data[5]].decode("ascii"), worth, combined, data[4])

    def _section(self, number):
        start, end = self.head["sections"][number : number + 2]
        return self._read(start, end - start)

    def _read(self, position, length):
        try:
            data = os.pread(self.fd, length, position)
        except OSError as error:
            raise CannotJudge("%s: %s" % (self.path, error.strerror))
        if len(data) != length:
            raise CannotJudge("%s was cut while it was read" % self.path)
        return data


def code_of(key):
    """The code of a key (bytes)."""
    code = 0
    for byte in reversed(key):
        code = code * FACTOR + byte & CODE
    return code


def stem_keys(raw):
    """The keys of the first letters of a name (bytes) and of its last, separators not counted.

    One slip never touches both where there are more than SHORTENED letters, two slips hardly ever do.
    """
    letters = raw.replace(b"-", b"")
    return HEAD_STEM + letters[:STEM_SIZE], TAIL_STEM + letters[-STEM_SIZE:]


def signature(raw):
    """62 bits that say which letters a name (bytes) has and how long it is: a slip changes two of them at most."""
    bits = (1 << min(len(raw), LONG)) - 1 << 39
    for byte in raw:
        bits |= 1 << byte % 39  # another bit for each letter, digit and the separator
    return bits


_ONES = b"\0"  # how many bits of each byte are set
for _ in range(8):
    _ONES += _ONES.translate(bytes(range(1, 10)).ljust(256))
_FEW = bytes([1] * (APART + 1)).ljust(256, b"\0")


def differences(signatures, own):
    """In how many bits each of ``signatures`` (8 bytes each) differs from ``own``, one byte each.

    All of them at once: one exclusive or, the ones of each byte by a table, and their sums by one multiplication, which
    adds eight neighbours into every byte; the last byte of each eight holds what is wanted.
    """
    size = len(signatures)
    others = int.from_bytes(own.to_bytes(8, "little") * (size // 8), "little")
    ones = (int.from_bytes(signatures, "little") ^ others).to_bytes(size, "little").translate(_ONES)
    return (int.from_bytes(ones, "little") * 0x0101010101010101).to_bytes(size + 8, "little")[7:size:8]


def _span(starts, number):
    """Where an item begins and ends, from a table of starts, 3 bytes each."""
    place = 3 * number
    start = starts[place] | starts[place + 1] << 8 | starts[place + 2] << 16
    return start, starts[place + 3] | starts[place + 4] << 8 | starts[place + 5] << 16


class _Head(dict):
    """{key: list of int} of a model's first lines, each read when it is first asked for."""

    __slots__ = ("lines",)

    def __init__(self, lines):
        self.lines = {key: values for key, _, values in (line.partition("=") for line in lines)}

    def __missing__(self, key):
        try:
            found = self[key] = [int(value) for value in self.lines[key].split(",")]
        except (KeyError, ValueError):
            raise CannotJudge("the model is damaged at %s" % key)
        return found


def _head(data):
    """The _Head in a model's first bytes. ValueError where it is not a model."""
    lines = data.decode("ascii").split("\n")
    if len(data) != HEAD or not lines[0].startswith(MAGIC + " "):
        raise ValueError("no model")
    return _Head(lines[1:])
