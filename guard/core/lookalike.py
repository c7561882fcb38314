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
    APART,
    CORE,
    FUSED,
    JOINED,
    PART,
    SECOND,
    SHORTENED,
    SORTED,
    STEM,
    STEMMED,
    WORD,
    WORD_ORDER,
    WORDS,
    core_of,
    fuses,
    is_short,
    likeness,
    shortened_keys,
    signature,
    stem_keys,
    words,
)

MAGIC = "#guard-lookalike 2"
FILE = "lookalike.model"
HEAD = 2048  # bytes
LETTERS = "$-abcdefghijklmnopqrstuvwxyz0123456789"  # the first stands for the ends of a name
LONGEST = 64  # letters; a longer name imitates nobody by a slip
MOST_RIVALS = 4
STEM_GROUPS = 4093  # a prime
BITMAP, STARTS, STEMS, BUCKETS, ENTRIES, RECORDS, COSTS, END = range(8)  # sections
ENTRY, NUMBER = 10, 2  # bytes of a stem's entry, and of the number of a record
ALIGNED = 8  # bytes; a record begins at a multiple of this, so that two bytes number it
LONGEST_RECORD = 6 + LONGEST
POPULAR = 1  # a flag of a record

# The code of a key: its letters as the digits of a number to the base FACTOR, the first the least, modulo a power of
# two, which leaves Python no more than one digit of its own.
CODE = (1 << 29) - 1
FACTOR = 0x1E3779B5  # odd; five more than a multiple of eight, so that its powers differ in the low bits
HIGH = 14  # bits of a code below those that choose a byte of a block, or a bucket

_LETTER = {letter: i for i, letter in enumerate(LETTERS)}
_POWERS = [1]
for _ in range(LONGEST):
    _POWERS.append(_POWERS[-1] * FACTOR & CODE)


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
    """An open model file. Raises CannotJudge where it is missing, damaged, or cut while it is read.

    judged  how many names were asked that are not popular
    """

    __slots__ = ("path", "fd", "head", "mark", "judged", "_bitmap", "_starts", "_costs")

    def __init__(self, path, fd, head):
        self.path = path
        self.fd = fd
        self.head = head  # {key: list of int}
        self.mark = head["mark"][0] / 10  # the score from which a name is flagged
        self.judged = 0
        self._bitmap = self._starts = self._costs = b""  # sections, read when the first name needs them

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

    def near(self, name):
        """[(Project, slips)] of every project that ``name`` is like; none for a popular name."""
        if not 0 < len(name) <= LONGEST or not name.isascii():
            return []
        raw = name.encode()
        own = signature(raw)
        head, tail = stem_keys(raw)
        heads = self._of_stem(head, own)
        if self._is_popular(name, raw, heads):
            return []
        self.judged += 1
        rests = rests_of(raw)
        codes = self._cores(name, rests[0])
        if is_short(raw, SHORTENED + 1):
            codes += [(code_of(key), None) for key in shortened_keys(raw)]
        candidates = self._of_codes(codes)
        candidates += [(project, STEM) for project in heads + self._of_stem(tail, own)]
        candidates += self._of_codes(self._with_words(name, rests))
        found = {}
        for project, kind in candidates:
            if project.name == name or project.name in found:
                continue
            slips = likeness(project.name, name, kind)
            if slips:
                found[project.name] = (project, slips)
        return list(found.values())

    def popular(self, name):
        """Whether ``name`` is one of the most downloaded projects."""
        if not 0 < len(name) <= LONGEST or not name.isascii():
            return False
        raw = name.encode()
        heads = self._of_stem(stem_keys(raw)[0], signature(raw)) if len(raw) >= STEMMED else []
        return self._is_popular(name, raw, heads)

    def _is_popular(self, name, raw, heads):
        """``heads``: the projects that share the first letters of a name which is long enough to have stems."""
        projects = heads if len(raw) >= STEMMED else map(self._project, self._numbers(code_of(raw)))
        return any([project.name == name and project.flags & POPULAR for project in projects])

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
        if not self._costs:
            self._costs = self._section(COSTS)
        costs = self._costs
        return sum([costs[place] for place in places(name)])

    def _cores(self, name, whole):
        """(code, AFFIX or WORD_ORDER) of the keys of the words of ``name``; ``whole`` is its own code."""
        found = []
        for mark, core, kind in zip((CORE, SORTED), core_of(name), (AFFIX, WORD_ORDER)):
            if core:
                code = whole if core == name else code_of(core.encode())
                found.append((code * FACTOR + mark[0] & CODE, kind))
        return found

    def _with_words(self, name, rests):
        """(code, JOINED or FUSED) of the parts of ``name`` that may be a project's name with another word."""
        size, power = len(name), _POWERS[WORD]
        found = [(begin, end, JOINED) for begin, end in words(name)] if "-" in name else []
        # Most names are denied by their first letters, and by their last.
        if size > WORD + 1:
            if self._holds((rests[0] - power * rests[WORD]) * FACTOR + PART[0] & CODE):
                found += [(0, cut, FUSED) for cut in range(WORD, size - 1) if fuses(name, cut)]
            if self._holds(rests[size - WORD] * FACTOR + PART[0] & CODE):
                found += [(cut, size, FUSED) for cut in range(2, size - WORD + 1) if fuses(name, cut)]
        return [
            ((rests[begin] - _POWERS[end - begin] * rests[end]) * FACTOR + PART[0] & CODE, kind)
            for begin, end, kind in found
        ]  # fmt: skip

    def _of_codes(self, codes):
        """(Project, kind) of those that may have left a key with one of the codes, given with kinds."""
        held = [(code, kind) for code, kind in codes if self._holds(code)]
        return [(self._project(number), kind) for code, kind in held for number in self._numbers(code)]

    def _holds(self, code):
        """Whether some project may have left a key of this code. Each has set two bits."""
        if not self._bitmap:
            self._bitmap = self._section(BITMAP)
        bitmap, top = self._bitmap, len(self._bitmap) - 1
        return bitmap[code >> HIGH & top] >> (code & 7) & 1 and bitmap[code >> 3 & top] >> (code >> 23 & 7) & 1

    def _of_stem(self, key, own):
        """The projects with the stem ``key`` that are no more than two slips away from the signature ``own``."""
        if not self._starts:
            self._starts = self._section(STARTS)
        start, end = _span(self._starts, int.from_bytes(key, "little") % STEM_GROUPS)
        if start == end:
            return []
        data = self._read(self.head["sections"][STEMS] + start, end - start)  # all signatures, then all numbers
        size = (end - start) // ENTRY * (ENTRY - NUMBER)
        few = differences(data[:size], own).translate(_FEW)
        found = []
        at = few.find(1)
        while at >= 0:
            place = size + NUMBER * at
            found.append(self._project(data[place] | data[place + 1] << 8))
            at = few.find(1, at + 1)
        return [project for project in found if key in stem_keys(project.name.encode())]  # others share the group

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


def rests_of(raw):
    """The codes of what follows each place of a name (bytes): of the whole first, of nothing last."""
    code, found = 0, [0]
    for byte in reversed(raw):
        code = code * FACTOR + byte & CODE
        found.append(code)
    found.reverse()
    return found


_ONES = b"\0"  # how many bits of each byte are set
for _ in range(8):
    _ONES += bytes([bits + 1 for bits in _ONES])
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


class _Head(dict):
    """{key: list of int} of a model's first lines, each read when it is first asked for."""

    __slots__ = ("lines",)

    def __init__(self, lines):
        self.lines = {key: values for key, _, values in (line.partition("=") for line in lines)}

    def __missing__(self, key):
        try:
            found = self[key] = [int(value) for value in self.lines[key].split(",")]
        except ValueError:
            raise CannotJudge("the model is damaged at %s" % key)
        return found


def _head(data):
    """The _Head in a model's first bytes. ValueError where it is not a model."""
    lines = data.decode("ascii").split("\n")
    if len(data) != HEAD or not lines[0].startswith(MAGIC + " "):
        raise ValueError("no model")
    return _Head(lines[1:])
