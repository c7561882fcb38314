"""Which project a name imitates, asked of a compiled model with a handful of positioned reads.

    model = Model.open(shipped("lookalike.model"))
    model.judge("reqeusts")  ->  Likeness(imitates="requests", likeness="swap", score=31.4, flagged=True)

A popular name leaves after one look-up. Any other is turned into the keys of guard.core.likeness; a bitmap denies
nearly all of them, the rest lead to projects, and those are weighed: what the project is worth to an imitator, what each
slip counts, and how unlikely the letters are that the name holds. Everything is whole numbers (thousandths of a nat), so
that the answer is the same everywhere. guard/lookalike/compile.py writes the file and says how it is laid out.
"""

from . import kernel as os
from .errors import CannotJudge
from .likeness import (
    AFFIX,
    AFFIX_KEY,
    DEEP_FROM,
    DEEP_TO,
    FUSED,
    JOINED,
    SECOND,
    WORD_ORDER,
    WORDS,
    WORDS_KEY,
    core_of,
    likeness,
    parts,
)

MAGIC = "#guard-lookalike 1"
FILE = "lookalike.model"
HEAD = 2048  # bytes
LETTERS = "$-abcdefghijklmnopqrstuvwxyz0123456789"  # the first stands for the ends of a name
LONGEST = 64  # letters; a longer name imitates nobody by a slip
MOST_RIVALS = 4
BITS = 3999971  # primes, far from powers of two, so that a remainder depends on every letter
SPREAD = 8000009
BUCKETS = SPREAD // 256 + 1
POPULAR, COMBINES = 1, 2  # flags of a record

_LETTER = {letter: i for i, letter in enumerate(LETTERS)}
_BACK = pow(256, BITS - 2, BITS)  # a factor that moves a letter one place down
_BACK_TWICE = _BACK * _BACK % BITS


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

    __slots__ = ("path", "fd", "head", "mark", "_bitmap", "_letters")

    def __init__(self, path, fd, head):
        self.path = path
        self.fd = fd
        self.head = head  # {key: list of int}
        self.mark = head["mark"][0] / 10  # the score from which a name is flagged
        self._bitmap = b""
        self._letters = b""

    @classmethod
    def open(cls, path):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise CannotJudge("%s: %s" % (path, error.strerror))
        try:
            model = cls(path, fd, _head(os.pread(fd, HEAD, 0)))
            if os.fstat(fd).st_size != model.head["sections"][-1]:
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
        projects = self._found(name.encode())
        return any(project.name == name and project.flags & POPULAR for project in projects)

    def near(self, name):
        """[(Project, slips)] of every project that ``name`` is like."""
        if not name.isascii():
            return []
        if not self._bitmap:
            start, end = self.head["sections"][:2]
            self._bitmap = self._read(start, end - start)
        found = {}
        for key, kind in self._hits(name):
            for project in self._found(key):
                if project.name == name or project.name in found:
                    continue
                if kind in (JOINED, FUSED) and not project.flags & COMBINES:
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
        total += head["surprise"][0] * surprise // 6 + head["density"][0] * surprise // (6 * (len(name) + 1))
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
            start, end = self.head["sections"][5:7]
            self._letters = self._read(start, end - start)
        costs = self._letters
        return sum([costs[place] for place in places(name)])

    def _hits(self, name):
        """Those keys of guard.core.likeness.wanted that the bitmap does not deny, in their order."""
        bitmap = self._bitmap
        core, words = core_of(name)
        raw = name.encode()
        for key, kind in ((AFFIX_KEY + core.encode(), AFFIX), (WORDS_KEY + words.encode(), WORD_ORDER)):
            bit = int.from_bytes(key, "little") % BITS
            if bitmap[bit >> 3] >> (bit & 7) & 1:
                yield key, kind
        if len(raw) <= LONGEST:
            for key in self._shortened(raw):
                yield key, None
        for part, kind in parts(name):
            key = part.encode()
            bit = int.from_bytes(key, "little") % BITS
            if bitmap[bit >> 3] >> (bit & 7) & 1:
                yield key, kind

    def _shortened(self, raw):
        """What removing no letter, one or two leaves of ``raw``, as far as the bitmap knows it.

        The remainder of a shortened name is put together from remainders of its pieces, which spares making the name:
        a letter at place k weighs 256**k, and what follows a removed letter moves down by a factor 1/256.
        """
        bitmap = self._bitmap
        size = len(raw)
        before = [0]  # remainders of the first k letters
        power = 1
        for byte in raw:
            before.append((before[-1] + byte * power) % BITS)
            power = power * 256 % BITS
        whole = before[size]
        if bitmap[whole >> 3] >> (whole & 7) & 1:
            yield raw
        for i in range(size):
            bit = (before[i] + (whole - before[i + 1]) * _BACK) % BITS
            if bitmap[bit >> 3] >> (bit & 7) & 1:
                yield raw[:i] + raw[i + 1 :]
        if not DEEP_FROM - 2 <= size <= DEEP_TO + 2:
            return
        ends = [(before[j] * _BACK + (whole - before[j + 1]) * _BACK_TWICE) % BITS for j in range(size)]
        for i in range(size - 1):
            start = before[i] - before[i + 1] * _BACK
            for j in range(i + 1, size):
                bit = (start + ends[j]) % BITS
                if bitmap[bit >> 3] >> (bit & 7) & 1:
                    yield raw[:i] + raw[i + 1 : j] + raw[j + 1 :]

    def _found(self, key):
        """The Projects that may have left ``key``."""
        _, buckets, entries, records, texts, _, _ = self.head["sections"]
        place, tag = divmod(int.from_bytes(key, "little") % SPREAD, 256)
        ends = self._read(buckets + 3 * place, 6)
        first, end = int.from_bytes(ends[:3], "little"), int.from_bytes(ends[3:], "little")
        if end <= first:
            return []
        data = self._read(entries + 3 * first, 3 * (end - first))
        found = []
        for at in range(0, len(data), 3):
            if data[at] == tag:
                number = data[at + 1] | data[at + 2] << 8
                found.append(self._project(records, texts, number))
        return found

    def _project(self, records, texts, number):
        ends = self._read(records + 3 * number, 6)
        first, end = int.from_bytes(ends[:3], "little"), int.from_bytes(ends[3:], "little")
        data = self._read(texts + first, end - first)
        worth = int.from_bytes(data[:2], "little") - 32768
        combined = int.from_bytes(data[2:4], "little") - 32768
        return Project(data[5:].decode("ascii"), worth, combined, data[4])

    def _read(self, position, length):
        try:
            data = os.pread(self.fd, length, position)
        except OSError as error:
            raise CannotJudge("%s: %s" % (self.path, error.strerror))
        if len(data) != length:
            raise CannotJudge("%s was cut while it was read" % self.path)
        return data


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
