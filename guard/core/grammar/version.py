"""How far a version specifier of PEP 440 reaches, as packaging's regular expression reads it, letter by letter."""

from .requirement import DIGITS

_PRE = ("alpha", "beta", "preview", "pre", "a", "b", "c", "rc")
_PRE_BEFORE_22 = ("a", "b", "c", "rc", "alpha", "beta", "pre", "preview")  # packaging before 22 tried the short first
_POST = ("post", "rev", "r")


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
    return _version(text.lower(), start, operator, _PRE_BEFORE_22 if before_22 else _PRE)


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
    if operator == "~=" and parts < 2:  # noqa: PLR2004  # "compatible with 1" says nothing
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
