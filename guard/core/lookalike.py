"""Which project a name imitates, asked of a compiled model with a handful of positioned reads.

    model = Model.open(shipped("lookalike.model"))
    model.judge("reqeusts")  ->  Likeness(imitates="requests", likeness="swap", score=31.4, flagged=True)

A popular name leaves at once. Any other is turned into the keys of guard.core.likeness; two bitmaps deny
nearly all of them, the rest lead to projects, and those are weighed: what the project is worth to an imitator, what
each slip counts, and how unlikely the letters are that the name holds. Everything is whole numbers (thousandths of a
nat), so that the answer is the same everywhere. guard/lookalike/compile.py writes the file and says how it is laid out.
"""

from .likeness import (
    AFFIX,
    CORE,
    FUSED,
    JOINED,
    PART,
    SECOND,
    SHORTENED,
    SORTED,
    STEM,
    WORD,
    WORD_ORDER,
    WORDS,
    core_of,
    fuses,
    is_short,
    likeness,
    shortened_keys,
    words,
)
from .projects import (
    BITMAP,
    CODE,
    COSTS,
    FACTOR,
    HIGH,
    LONGEST,
    Projects,
    code_of,
    signature,
    stem_keys,
)

LETTERS = "$-abcdefghijklmnopqrstuvwxyz0123456789"  # the first stands for the ends of a name
MOST_RIVALS = 4

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


class Model(Projects):
    """An open model file that can judge. ``judged``: how many names were asked that are not popular."""

    __slots__ = ("mark", "judged", "_bitmap", "_costs")

    def __init__(self, path, fd, head):
        Projects.__init__(self, path, fd, head)
        self.mark = head["mark"][0] / 10  # the score from which a name is flagged
        self.judged = 0
        self._bitmap = self._costs = b""  # sections, read when the first name needs them

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
        stems = self._of_stems(stem_keys(raw), signature(raw))
        if self._is_popular(name, raw, stems):
            return []
        self.judged += 1
        rests = rests_of(raw)
        codes = self._cores(name, rests[0])
        if is_short(raw, SHORTENED + 1):
            codes += [(code_of(key), None) for key in shortened_keys(raw)]
        candidates = self._of_codes(codes)
        candidates += [(project, STEM) for project in stems]
        candidates += self._of_codes(self._with_words(name, rests))
        found = {}
        for project, kind in candidates:
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
        if size > WORD + 1:
            # Most names are denied by their first letters, and by their last.
            first = (rests[0] - power * rests[WORD]) * FACTOR + PART[0] & CODE
            last = rests[size - WORD] * FACTOR + PART[0] & CODE
            for _, end in self._held([(first, 0), (last, size)]):
                if end:
                    found += [(cut, end, FUSED) for cut in range(2, size - WORD + 1) if fuses(name, cut)]
                else:
                    found += [(0, cut, FUSED) for cut in range(WORD, size - 1) if fuses(name, cut)]
        return [
            ((rests[begin] - _POWERS[end - begin] * rests[end]) * FACTOR + PART[0] & CODE, kind)
            for begin, end, kind in found
        ]  # fmt: skip

    def _of_codes(self, codes):
        """(Project, kind) of those that may have left a key with one of the codes, given with kinds."""
        held = self._held(codes)
        return [(self._project(number), kind) for code, kind in held for number in self._numbers(code)]

    def _held(self, codes):
        """Those of ``codes``, given with anything, that some project may have left a key of. Each has set two bits."""
        if not self._bitmap:
            self._bitmap = self._section(BITMAP)
        bitmap, top = self._bitmap, len(self._bitmap) - 1
        return [
            (code, given)
            for code, given in codes
            if bitmap[code >> HIGH & top] >> (code & 7) & 1 and bitmap[code >> 3 & top] >> (code >> 23 & 7) & 1
        ]


def rests_of(raw):
    """The codes of what follows each place of a name (bytes): of the whole first, of nothing last."""
    code, found = 0, [0]
    for byte in reversed(raw):
        code = code * FACTOR + byte & CODE
        found.append(code)
    found.reverse()
    return found


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
