"""Version specifiers of PEP 440, ``==1.0, !=1.1``, read as far as packaging's regular expressions reach.

``legacy`` is the grammar of the pips before 24.1, to which any text is a version behind ``==`` and its like.
"""

from .requirement import DIGITS, MODERN, Malformed

_OPERATORS = ("===", "~=", "==", "!=", "<=", ">=", "<", ">")
_EVERY_OPERATOR = frozenset(_OPERATORS)
_RELEASES = frozenset("0123456789.,<>=!~")
_EXTRAS_AFTER_VERSION = (21, 0)  # ``foo==1.0[x]`` is an error from here on
_PRE = ("alpha", "beta", "preview", "pre", "a", "b", "c", "rc")
_PRE_BEFORE_22 = ("a", "b", "c", "rc", "alpha", "beta", "pre", "preview")  # packaging before 22 tried the short first
_POST = ("post", "rev", "r")


def read(rest, blank, pip):
    """(pinned version, rest) of ``==1.0, !=1.1``, in parentheses or not, to a pip of this version."""
    legacy = pip < MODERN
    if _RELEASES.issuperset(rest):
        pinned = releases(rest.split(","))
        if pinned is not None:
            return pinned, ""
    closing = rest[:1] == "("
    if closing:
        rest = rest[1:].lstrip(blank)
    clauses, rest = _legacy_clauses(rest, blank) if legacy else _modern_clauses(rest, blank)
    if closing:
        if rest[:1] != ")" or (legacy and not clauses):
            raise Malformed("the parenthesis is not closed")
        rest = rest[1:].lstrip(blank)
    pinned = ""
    for one in clauses:
        if one[-1:] == "]" and _EXTRAS_AFTER_VERSION <= pip < MODERN:
            raise Malformed("extras after the version")
        if one[:2] == "==":
            version = one.lstrip("=").strip()
            if not version.endswith(".*") or one[2:3] == "=":
                pinned = version
    return pinned, rest


def releases(pieces):
    """The pin, or "", among ``>=1.2`` and its like, as most specifiers are; None where one is anything else."""
    pinned = ""
    for piece in pieces:
        version = piece.lstrip("=<>!~")
        operator = piece[: len(piece) - len(version)]
        if operator not in _EVERY_OPERATOR or not version or version.strip(".0123456789"):
            return None
        if version[0] == "." or version[-1] == "." or ".." in version:
            return None
        if operator == "~=" and "." not in version:
            return None
        if operator in ("==", "==="):
            pinned = version
    return pinned


def _modern_clauses(rest, blank):
    clauses = []
    while rest[:1] in ("=", "~", "!", "<", ">"):
        end = clause(rest)
        if not end:
            break
        # An ``===`` swallows commas; the set of specifiers then splits at them and reads each piece again.
        for piece in rest[:end].split(","):
            piece = piece.strip()
            if piece and clause(piece) != len(piece):
                raise Malformed("%r is no version specifier" % piece[:40])
            clauses.append(piece)
        rest = rest[end:].lstrip(blank)
        if rest[:1] != ",":
            break
        rest = rest[1:].lstrip(blank)
    return clauses, rest


def _legacy_clauses(rest, blank):
    clauses = []
    while True:
        operator = next((word for word in _OPERATORS if rest.startswith(word)), "")
        if not operator:
            break
        end = _legacy_end(rest, operator)
        if not end:
            break
        for piece in rest[:end].split(","):
            piece = piece.strip()
            if piece and not _legacy_piece(piece):
                raise Malformed("%r is no version specifier" % piece[:40])
            clauses.append(piece)
        rest = rest[end:].lstrip(blank)
        if rest[:1] != ",":
            break
        rest = rest[1:].lstrip(blank)
        if rest[:1] not in ("=", "~", "!", "<", ">"):
            raise Malformed("a version specifier is expected after the comma")
    return clauses, rest


def _legacy_end(rest, operator):
    """How far the old regular expressions reach: to a space after ``===``, to one of ``,;)`` after the others."""
    if operator == "~=":
        return clause(rest, True)
    start = len(operator)
    start += len(rest[start:]) - len(rest[start:].lstrip())
    ends = "" if operator == "===" else ",;)"
    for place in range(start, len(rest)):
        if rest[place].isspace() or rest[place] in ends:
            return place
    return len(rest)


def _legacy_piece(piece):
    """Whether one piece of a set is a specifier to the old classes, Specifier or LegacySpecifier."""
    operator = next((word for word in _OPERATORS if piece.startswith(word)), "")
    if operator == "~=":
        return clause(piece) == len(piece)
    return bool(operator) and _legacy_end(piece, operator) == len(piece)


def clause(text, before_22=False):
    """The length of the specifier that ``text`` begins with (operator and version), 0 where it begins with none."""
    if text.startswith("==="):
        place = 3 + len(text[3:]) - len(text[3:].lstrip())
        while place < len(text) and not text[place].isspace() and text[place] not in ";)":
            place += 1
        return place
    operator = text[:2] if text[:2] in ("==", "!=", "~=", "<=", ">=") else text[:1]
    if operator not in ("==", "!=", "~=", "<=", ">=", "<", ">"):
        return 0
    start = len(operator)
    start += len(text[start:]) - len(text[start:].lstrip())
    lower = text.lower()  # of another length where a letter has no single small one: then it is no version anyway
    return _version(lower if len(lower) == len(text) else text, start, operator, _PRE_BEFORE_22 if before_22 else _PRE)


def _version(text, place, operator, pre):
    if text[place : place + 1] == "v":
        place += 1
    end = _digits(text, place)
    if end > place and text[end : end + 1] == "!":  # an epoch
        place = end + 1
        end = _digits(text, place)
    if end == place:
        return 0
    place, parts = end, 1
    while text[place : place + 1] == "." and _digits(text, place + 1) > place + 1:
        place = _digits(text, place + 1)
        parts += 1
    if operator == "~=" and parts < 2:  # "compatible with 1" says nothing
        return 0
    if operator in ("==", "!=") and text[place : place + 2] == ".*":
        return place + 2
    place = _tagged(text, place, pre)
    if text[place : place + 1] == "-" and _digits(text, place + 1) > place + 1:  # the short form of a post release
        place = _digits(text, place + 1)
    else:
        place = _tagged(text, place, _POST)
    place = _tagged(text, place, ("dev",))
    return _local(text, place) if operator in ("==", "!=") else place


def _digits(text, place):
    while text[place : place + 1] in DIGITS and place < len(text):
        place += 1
    return place


def _tagged(text, place, tags):
    """Past ``[-_.]? tag [-_.]? [0-9]*``, where it stands here."""
    start = place + (text[place : place + 1] in ("-", "_", "."))
    for tag in tags:
        if text.startswith(tag, start):
            start += len(tag)
            return _digits(text, start + (text[start : start + 1] in ("-", "_", ".")))
    return place


def _local(text, place):
    """Past ``+[a-z0-9]+([-_.][a-z0-9]+)*``, where it stands here."""
    if text[place : place + 1] != "+":
        return place
    end = _letters(text, place + 1)
    if end == place + 1:
        return place
    while text[end : end + 1] in ("-", "_", ".") and _letters(text, end + 1) > end + 1:
        end = _letters(text, end + 1)
    return end


def _letters(text, place):
    while place < len(text) and text[place] in "abcdefghijklmnopqrstuvwxyz0123456789":
        place += 1
    return place
