"""How one name is like another: which slips turn the project's name into the name that was typed, and what they count.

Pure functions over normalised names, used alike by those who fit the weights (guard/lookalike) and by the gate, so that
both look at a pair of names with the same eyes.
"""

from .projects import stem_keys

# What a likeness is made of. The order is that of the weights in a model file; the word is what a person is told.
WORDS = (
    "swap",  # 0  two letters changed places: dajngo
    "separator",  # 1  a separator came or went: prompt-tool-kit
    "separator",  # 2  a separator stands for a letter
    "version",  # 3  a digit at the end of a word came or changed: faker2
    "version",  # 4  a digit went: urllib
    "insertion",  # 5  a digit inside a word: nu3mpy
    "repetition",  # 6  a letter was struck twice: colorramma
    "omission",  # 7  of a double letter one went: shortuid
    "neighbouring-key",  # 8  a neighbouring key was struck too: requestsa
    "neighbouring-key",  # 9  a neighbouring key was struck instead: flasl
    "homoglyph",  # 10  it looks alike: p1llow
    "sound",  # 11  it sounds alike: seliniumn
    "insertion",  # 12  an s at the end of a word came
    "omission",  # 13  an s at the end of a word went: request
    "insertion",  # 14  any other letter came
    "omission",  # 15  any other letter went
    "substitution",  # 16  any other letter changed
    "affix",  # 17  python-, py-, lib- came, went or changed: python-drgn
    "word-order",  # 18  the same words in another order: mysql-python
    "combination",  # 19  the project's name and another word, a separator between: requests-lite
    "combination",  # 20  the same without a separator: ultrarequests
    "",  # 21  the first letter is touched
    "",  # 22  the last letter is touched
    "",  # 23  a second slip
    "",  # 24  a third slip
)
(SWAP, SEPARATOR, SEPARATOR_CHANGED, VERSION, DIGIT_GONE, DIGIT_INSIDE, REPETITION, DOUBLE_GONE, KEY_ADDED, KEY_CHANGED,
 GLYPH, SOUND, PLURAL, SINGULAR, INSERTION, OMISSION, SUBSTITUTION, AFFIX, WORD_ORDER, JOINED, FUSED, FIRST, LAST,
 SECOND, THIRD) = range(len(WORDS))  # fmt: skip

SHORT = 4  # letters; a project's name below this is like too many names for the likeness to say anything
SHORTENED = 6  # letters, separators not counted; up to here it is found by what removing one of them leaves
STEM = -1  # a kind of key
WORD, MOST_WORDS = 5, 6  # a name of so many letters is looked for among so many words of a longer one
CORE, SORTED, PART = b"~", b"%", b"+"  # marks of the keys of cores, of sorted words, of names inside longer ones

MOST_EDITS = 3  # beyond three slips a likeness is chance
# Letters that look alike, that sound alike, and keys that touch on a QWERTY board: each two that belong together stand
# side by side somewhere in the text, in either order.
_GLYPHS = "o0 l1 i1 il s5 z2 e3 a4 b8 g9 b6 t7 uv vw nm ij yv qg"
_SOUNDS = "ck kq cq sz iy ae ei ou ao fv gj td pb mn ai eu au oi ea iu ey"
_KEYS = "1234567890 qwertyuiop asdfghjkl zxcvbnm 1q2w3e4r5t6y7u8i9o0p qawsedrftgyhujikolp azsxdcfvgbhnjmk"


def _beside(letters, one, other):
    return one + other in letters or other + one in letters


def edits(project, name):
    """The slips that turn ``project`` into ``name``: a list of (at, gone, come), ``at`` counted in the project.

    Optimal string alignment (Damerau-Levenshtein without touching a letter twice); None where more than MOST_EDITS are
    needed. What both have in common at either end is set aside first: what is left is short, and so is the table.
    """
    start, end, last = 0, len(project), len(name)
    while start < end and start < last and project[start] == name[start]:
        start += 1
    while end > start and last > start and project[end - 1] == name[last - 1]:
        end -= 1
        last -= 1
    a, b = project[start:end], name[start:last]
    m, n = len(a), len(b)
    if m == 0 or n == 0 or m == n == 1:
        return _plain(start, a, b)
    if abs(m - n) > MOST_EDITS or _distance(a, b) > MOST_EDITS:
        return None
    return _traced(_table(a, b), a, b, start)


def _plain(start, gone, come):
    """The slips where nothing but letters that came, or went, or one that changed is left."""
    if len(gone) == len(come):
        return [(start, gone, come)] if gone else []
    if len(gone) + len(come) > MOST_EDITS:
        return None
    if gone:
        return [(start + i, letter, "") for i, letter in enumerate(gone)]
    return [(start, "", letter) for letter in come]


def _distance(a, b):
    """How many slips turn ``a`` into ``b``, a column of the table at once in the bits of whole numbers.

    Hyyrö 2003, "A bit-vector algorithm for computing Levenshtein and Damerau edit distances": most pairs that share a
    key are too far apart, and this says so seven times as fast as the table.
    """
    masks = {}
    for i, letter in enumerate(a):
        masks[letter] = masks.get(letter, 0) | 1 << i
    distance = len(a)
    every, top = (1 << distance) - 1, 1 << distance - 1
    up, down, diagonal, was = every, 0, 0, 0
    for letter in b:
        mask = masks.get(letter, 0)
        swapped = (~diagonal & mask) << 1 & was
        diagonal = ((mask & up) + up ^ up) | mask | down | swapped
        more, less = down | every & ~(diagonal | up), diagonal & up
        if more & top:
            distance += 1
        elif less & top:
            distance -= 1
        more = more << 1 | 1
        up, down = less << 1 | every & ~(diagonal | more), more & diagonal
        was = mask
    return distance


def _table(a, b):
    """table[i][j]: how many slips turn the first i letters of ``a`` into the first j of ``b``."""
    table = [list(range(len(b) + 1))]
    above, before = table[0], ""
    for i, x in enumerate(a, 1):
        row, left, j, was = [i], i, 1, ""
        for y in b:
            best = above[j - 1]
            if x != y:
                best += 1
                if above[j] < best:
                    best = above[j] + 1
                if left < best:
                    best = left + 1
                if x == was and y == before and table[i - 2][j - 2] + 1 < best:
                    best = table[i - 2][j - 2] + 1
            row.append(best)
            left, was = best, y
            j += 1
        table.append(row)
        above, before = row, x
    return table


def _traced(table, a, b, start):
    found, i, j = [], len(a), len(b)
    while i or j:
        cost = table[i][j]
        if i and j and a[i - 1] == b[j - 1] and table[i - 1][j - 1] == cost:
            i, j = i - 1, j - 1
        elif i > 1 and j > 1 and a[i - 1] == b[j - 2] != b[j - 1] == a[i - 2] and table[i - 2][j - 2] + 1 == cost:
            i, j = i - 2, j - 2
            found.append((start + i, a[i : i + 2], b[j : j + 2]))
        elif j and table[i][j - 1] + 1 == cost:
            j -= 1
            found.append((start + i, "", b[j]))
        elif i and table[i - 1][j] + 1 == cost:
            i -= 1
            found.append((start + i, a[i], ""))
        else:
            i, j = i - 1, j - 1
            found.append((start + i, a[i], b[j]))
    found.reverse()
    return found


def slips(project, name):
    """Which of WORDS the likeness of two names is made of, as a list of numbers, one for each slip and place.

    [] for equal names; None where they are further apart than MOST_EDITS.
    """
    changes = edits(project, name)
    if not changes:
        return changes
    found = [_kind(project, at, gone, come) for at, gone, come in changes]
    end = len(project)
    if changes[0][0] == 0:
        found.append(FIRST)
    if changes[-1][0] + len(changes[-1][1]) >= end:
        found.append(LAST)
    if len(changes) > 1:
        found.append(SECOND)
    if len(changes) > 2:
        found.append(THIRD)
    return found


def _kind(project, at, gone, come):
    before = project[at - 1 : at] if at else ""
    after = project[at + len(gone) : at + len(gone) + 1]
    if len(gone) == 2:
        return SWAP if "-" not in gone else SEPARATOR
    if not gone:
        return _came(come, before, after)
    if not come:
        if gone == "-":
            return SEPARATOR
        if gone.isdigit():
            return DIGIT_GONE
        if gone in (before, after):
            return DOUBLE_GONE
        return SINGULAR if gone == "s" and after in ("", "-") else OMISSION
    if gone == "-" or come == "-":
        return SEPARATOR_CHANGED
    if gone.isdigit() and come.isdigit():
        return VERSION
    if _beside(_GLYPHS, gone, come):
        return GLYPH
    if _beside(_KEYS, gone, come):
        return KEY_CHANGED
    return SOUND if _beside(_SOUNDS, gone, come) else SUBSTITUTION


def _came(come, before, after):
    if come == "-":
        return SEPARATOR
    if come.isdigit():
        return VERSION if after in ("", "-") else DIGIT_INSIDE
    if come in (before, after):
        return REPETITION
    if come == "s" and after in ("", "-"):
        return PLURAL
    near = (before and _beside(_KEYS, before, come)) or (after and _beside(_KEYS, come, after))
    return KEY_ADDED if near else INSERTION


_WHOLE = frozenset(("python", "python2", "python3", "py", "py2", "py3", "lib"))
_BEFORE = ("python3", "python", "py", "lib")
_BEHIND = ("python", "py", "lib")


def core_of(name):
    """(the words of a name without python-, py- and lib- affixes, in one; the same sorted, "" where there is one word).

    ``python-mysql`` and ``mysql-python`` agree in both; ``html5lib`` and ``libhtml5`` in the first. Equal cores say
    that two names differ in affixes alone, equal sorted words that they differ in the order of their words.
    """
    words = name.split("-")
    if len(words) == 1 and not name.startswith(_BEFORE) and not name.endswith(_BEHIND):
        return name, ""
    if len(words) > 1:
        words = [word for word in words if word not in _WHOLE] or words
    first = words[0]
    if first.startswith(_BEFORE):
        for affix in _BEFORE:
            if first.startswith(affix) and len(first) >= len(affix) + 3:
                words[0] = first[len(affix) :]
                break
    last = words[-1]
    if last.endswith(_BEHIND):
        for affix in _BEHIND:
            if last.endswith(affix) and len(last) >= len(affix) + 3:
                words[-1] = last[: -len(affix)]
                break
    return "".join(words), "".join(sorted(words)) if len(words) > 1 else ""


def wanted(name):
    """Every key under which a project that ``name`` may imitate is found, with the likeness it would show.

    Pairs of (key as bytes, AFFIX, WORD_ORDER, JOINED, FUSED, STEM or None); None: the names share what removing one
    letter or none leaves of each. The first pair that fits a project says what the likeness is.
    """
    yield from zip(core_keys(name), (AFFIX, WORD_ORDER))
    raw = name.encode()
    if is_short(raw, SHORTENED + 1):
        for key in shortened_keys(raw):
            yield key, None
    for key in stem_keys(raw):
        yield key, STEM
    for begin, end, kind in parts(name):
        yield PART + raw[begin:end], kind


def is_short(raw, letters=SHORTENED):
    """Whether a name (bytes) has no more than so many letters, separators not counted."""
    return len(raw) - raw.count(b"-") <= letters


def shortened_keys(raw):
    """A name (bytes), and what removing one letter leaves of it."""
    return [raw, *(raw[:i] + raw[i + 1 :] for i in range(len(raw)))]


def likeness(project, name, kind):
    """The slips by which ``name`` is like ``project``, both having left a key of ``kind``; None if it was chance."""
    if kind in (None, STEM):
        return slips(project, name) or None
    if kind in (JOINED, FUSED):
        return [kind] if project in name else None
    if project.replace("-", "") == name.replace("-", ""):
        return slips(project, name) or None
    which = 0 if kind == AFFIX else 1
    core = core_of(project)[which]
    return [kind] if core and core == core_of(name)[which] else None


def core_keys(name):
    """The keys of ``core_of``, marked so that they are no name's; one where there is one word."""
    core, words = core_of(name)
    return (CORE + core.encode(), SORTED + words.encode()) if words else (CORE + core.encode(),)


def parts(name):
    """Where in ``name`` a project's name could stand that another word was added to: (begin, end, JOINED or FUSED)."""
    size = len(name)
    found = [(begin, end, JOINED) for begin, end in words(name)]
    found += [(0, cut, FUSED) for cut in range(WORD, size - 1) if fuses(name, cut)]
    return found + [(cut, size, FUSED) for cut in range(2, size - WORD + 1) if fuses(name, cut)]


def words(name):
    """Where in a name of several words one or more of them stand: (begin, end), the first MOST_WORDS looked at."""
    size = len(name)
    cuts = ([-1] + [i for i, letter in enumerate(name) if letter == "-"] + [size])[: MOST_WORDS + 1]
    spans = [(begin + 1, end) for i, begin in enumerate(cuts) for end in cuts[i + 1 :]]
    return [(begin, end) for begin, end in spans if WORD <= end - begin < size]


def fuses(name, cut):
    """Whether two words could have been run together at ``cut``."""
    return name[cut] != "-" and name[cut - 1] != "-"
