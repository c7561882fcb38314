"""Which project a name imitates, asked of a compiled model with a handful of positioned reads.

    model = Model.open(shipped("lookalike.model"))
    model.judge("reqeusts")  ->  Likeness(imitates="requests", likeness="swap", score=31.4, flagged=True)

A popular name leaves after one look-up. Any other is turned into the keys of guard.core.likeness; two bitmaps deny
nearly all of them, the rest lead to projects, and those are weighed: what the project is worth to an imitator, what
each slip counts, and how unlikely the letters are that the name holds. Everything is whole numbers (thousandths of a
nat), so that the answer is the same everywhere. guard/lookalike/compile.py writes the file and says how it is laid out.
"""

from . import kernel as os
from .errors import CannotJudge
from .likeness import (
    AFFIX,
    DEEP_FROM,
    DEEP_TO,
    FUSED,
    JOINED,
    LONG,
    PART,
    SECOND,
    WORD_ORDER,
    WORDS,
    core_keys,
    end_keys,
    likeness,
    parts,
)
from .table import read_at

MAGIC = "#guard-lookalike 1"
FILE = "lookalike.model"
HEAD = 2048  # bytes
LETTERS = "$-abcdefghijklmnopqrstuvwxyz0123456789"  # the first stands for the ends of a name
LONGEST = 64  # letters; a longer name imitates nobody by a slip
MOST_RIVALS = 4
BITS = 3999971  # primes, far from powers of two, so that a remainder depends on every letter
SPREAD = 8000009
BITMAP, SECOND_BITMAP, BUCKETS, ENTRIES, RECORDS, COSTS, END = range(7)  # sections
ALIGNED = 8  # bytes; a record begins at a multiple of this, so that two bytes number it
LONGEST_RECORD = 6 + LONGEST
POPULAR = 1  # a flag of a record

_LETTER = {letter: i for i, letter in enumerate(LETTERS)}
_BACK = pow(256, BITS - 2, BITS)  # a factor that moves a letter one place down
_BACK_TWICE = _BACK * _BACK % BITS
_PART = PART[0]
_DOWN = [256]  # factors that move what begins at a place to just behind the mark of a part
for _ in range(LONGEST):
    _DOWN.append(_DOWN[-1] * _BACK % BITS)


class Likeness:
    """``imitates`` a project by a ``likeness`` (words of guard.core.likeness joined with ``+``).

    score    on ordinary names a score of 10 is reached by one in 10, of 20 by one in 100, of 30 by one in 1,000
    flagged  whether the score reaches the model's mark
    """

    __slots__ = ("imitates", "likeness", "score", "flagged")

    def __init__(self, imitates, likeness, score, flagged):
        self.imitates = imitates
        self.likeness = likeness
        self.score = score
        self.flagged = flagged


class Project:
    """A record of the model: what a name gains by being like it (``worth``), or by holding it whole (``combined``)."""

    __slots__ = ("name", "worth", "combined", "flags")

    def __init__(self, name, worth, combined, flags):
        self.name = name
        self.worth = worth
        self.combined = combined
        self.flags = flags


class Model:
    """An open model file. Raises CannotJudge where it is missing, damaged, or cut while it is read."""

    __slots__ = ("path", "fd", "head", "mark", "_first", "_second", "_ends", "_letters")

    def __init__(self, path, fd, head):
        self.path = path
        self.fd = fd
        self.head = head  # {key: list of int}
        self.mark = head["mark"][0] / 10  # the score from which a name is flagged
        self._first = self._second = self._ends = b""  # sections, read when the first name needs them
        self._letters = b""

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
        except (OSError, ValueError, KeyError, IndexError):
            os.close(fd)
            raise CannotJudge("%s is not a model that guard made, or is damaged" % path)
        return model

    def close(self):
        os.close(self.fd)

    def judge(self, name):
        """The Likeness of a normalised name; None for a popular name and for one that is like no project."""
        if self.popular(name):
            return None
        found = self.near(name)
        if not found:
            return None
        best = None
        surprise = self.surprise(name)
        rivals = min(len(found) - 1, MOST_RIVALS)
        for project, slips in found:
            weight = self.weigh(project, name, slips, surprise, rivals)
            key = (-weight, project.name)
            if best is None or key < best[0]:
                best = (key, project, slips)
        (weight, _), project, slips = best
        score = self.score(-weight)
        words = dict.fromkeys(WORDS[slip] for slip in slips if WORDS[slip])
        return Likeness(project.name, "+".join(words), score, score >= self.mark)

    def popular(self, name):
        """Whether ``name`` is one of the most downloaded projects."""
        if len(name) > LONGEST or not name.isascii():
            return False
        for project in self._found(int.from_bytes(name.encode(), "little") % SPREAD):
            if project.name == name:
                return bool(project.flags & POPULAR)
        return False

    def near(self, name):
        """[(Project, slips)] of every project that ``name`` is like."""
        if len(name) > LONGEST or not name.isascii():
            return []
        if not self._first:
            self._first, self._second, self._ends = map(self._section, (BITMAP, SECOND_BITMAP, BUCKETS))
        found = {}
        for code, kind in self._hits(name):
            for project in self._found(code):
                if project.name == name or project.name in found:
                    continue
                slips = likeness(project.name, name, kind)
                if slips:
                    found[project.name] = (project, slips)
        return list(found.values())

    def weigh(self, project, name, slips, surprise, rivals):
        """What speaks for ``name`` being made from ``project``, in thousandths of a nat."""
        head = self.head
        weights = head["weights"]
        combined = slips[0] in (JOINED, FUSED)
        total = project.combined if combined else project.worth
        for slip in slips:
            total += weights[slip]
        if SECOND in slips:
            lengths = head["second"]
            total += lengths[min(len(project.name), len(lengths) - 1)]
        # Both are in millionths for each nat of surprise, which is counted in sixths.
        total += (head["surprise"][0] * surprise + head["density"][0] * surprise // (len(name) + 1)) // 6000
        return total + head["rivals"][0] * rivals

    def score(self, weight):
        """The score of a weight: minus ten times the decimal logarithm of the share of ordinary names that reach it."""
        marks = self.head["marks"]  # the weights of the scores 0, 1, 2, …
        last = len(marks) - 1
        step = 0
        while step < last and marks[step + 1] <= weight:
            step += 1
        if step == last:  # beyond what can be counted: as steep as the last stretch that was
            slope = max(1, (marks[last] - marks[last - 10]) // 10)
            return min(99.0, last + (10 * (weight - marks[last]) // slope) / 10)
        if weight < marks[0]:
            return 0.0
        return step + (10 * (weight - marks[step]) // max(1, marks[step + 1] - marks[step])) / 10

    def surprise(self, name):
        """What the letters of ``name`` cost together, in sixths of a nat."""
        if not self._letters:
            self._letters = self._section(COSTS)
        costs = self._letters
        return sum([costs[place] for place in places(name)])

    def _hits(self, name):
        """The remainders by SPREAD of those keys of guard.core.likeness.wanted that the bitmaps know, in its order."""
        bitmap, check = self._first, self._second
        for affixes, key in zip((AFFIX, WORD_ORDER), core_keys(name)):
            if self._knows(key):
                yield int.from_bytes(key, "little") % SPREAD, affixes
        raw = name.encode()
        before = [0]  # remainders by BITS of the first k letters; the letter at place k weighs 256**k
        power = 1
        for byte in raw:
            before.append((before[-1] + byte * power) % BITS)
            power = power * 256 % BITS
        for code in self._shortened(raw, before):
            yield code, None
        for begin, end, kind in parts(name):
            bit = (_PART + (before[end] - before[begin]) * _DOWN[begin]) % BITS
            if bitmap[bit >> 3] >> (bit & 7) & 1:
                code = int.from_bytes(PART + raw[begin:end], "little") % SPREAD
                if check[code >> 5] >> (code >> 2 & 7) & 1:
                    yield code, kind

    def _knows(self, key):
        number = int.from_bytes(key, "little")
        bit, code = number % BITS, number % SPREAD
        return self._first[bit >> 3] >> (bit & 7) & 1 and self._second[code >> 5] >> (code >> 2 & 7) & 1

    def _shortened(self, raw, before):
        """The remainders of what removing no letter, one or two leaves of ``raw``, as far as the bitmaps know it.

        The remainder by BITS of a shortened name is put together from those of its pieces, which spares making the
        name: what follows a removed letter moves down by a factor 1/256.
        """
        bitmap, check = self._first, self._second
        size = len(raw)
        whole = before[size]
        if bitmap[whole >> 3] >> (whole & 7) & 1:
            yield int.from_bytes(raw, "little") % SPREAD
        for i in range(size):
            bit = (before[i] + (whole - before[i + 1]) * _BACK) % BITS
            if bitmap[bit >> 3] >> (bit & 7) & 1:
                code = int.from_bytes(raw[:i] + raw[i + 1 :], "little") % SPREAD
                if check[code >> 5] >> (code >> 2 & 7) & 1:
                    yield code
        if not DEEP_FROM - 2 <= size <= DEEP_TO + 2 or (size > LONG and not any(map(self._knows, end_keys(raw)))):
            return
        ends = [(before[j] * _BACK + (whole - before[j + 1]) * _BACK_TWICE) % BITS for j in range(size)]
        for i in range(size - 1):
            start = before[i] - before[i + 1] * _BACK
            j = i
            for end in ends[i + 1 :]:
                j += 1
                bit = (start + end) % BITS
                if bitmap[bit >> 3] >> (bit & 7) & 1:
                    code = int.from_bytes(raw[:i] + raw[i + 1 : j] + raw[j + 1 :], "little") % SPREAD
                    if check[code >> 5] >> (code >> 2 & 7) & 1:
                        yield code

    def _found(self, code):
        """The Projects that may have left a key of the remainder ``code``."""
        place = 3 * (code >> 8)
        ends = self._ends[place : place + 6] or self._read(self.head["sections"][BUCKETS] + place, 6)
        first = ends[0] | ends[1] << 8 | ends[2] << 16
        count = (ends[3] | ends[4] << 8 | ends[5] << 16) - first
        if not count:
            return []
        data = self._read(self.head["sections"][ENTRIES] + 3 * first, 3 * count)  # all low bytes, then all numbers
        found, tag = [], code & 255
        at = data.find(tag, 0, count)
        while at >= 0:
            place = count + 2 * at
            found.append(self._project(data[place] | data[place + 1] << 8))
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
        return read_at(self.fd, self.path, position, length)


def places(name):
    """Where the cost of each letter of ``name``, and of its end, stands in a table of costs."""
    size = len(LETTERS)
    first = second = 0
    found = []
    for letter in name + "$":
        third = _LETTER.get(letter, 0)
        found.append((first * size + second) * size + third)
        first, second = second, third
    return found


def _head(data):
    """{key: list of int} of a model's first bytes. ValueError where it is not a model."""
    lines = data.decode("ascii").split("\n")
    if len(data) != HEAD or not lines[0].startswith(MAGIC + " "):
        raise ValueError("no model")
    head = {}
    for line in lines[1:]:
        key, equals, values = line.partition("=")
        if equals:
            head[key] = [int(value) for value in values.split(",")]
    return head
