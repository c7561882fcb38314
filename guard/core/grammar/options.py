"""A command line, read as optparse reads it for pip, for all the versions of pip that it could be at once.

The versions are a set of bits. Where all of them agree on a word, one reading goes on; where they do not (an option
that takes a value in some, an abbreviation that has become ambiguous), the reading divides and each part keeps its
versions.
What optparse does, and so this: any unambiguous beginning of a long option is that option (``--requirem``); short ones
cluster and the rest of the cluster is the value (``-qqrf`` is ``-q -q -r f``); an option that wants a value takes the
next word whatever it looks like (``--log --dry-run``); ``--`` ends the options.
"""

from .pip_options import FUTURE, OPTIONS, PARSERS, WIDTH
from .reader import Reading, Refused

_HASHES = ("sha256", "sha384", "sha512")


def parse(parser, given, mask, interspersed=True):
    """The Readings of the words ``given``, the one for most recent versions first; raises Refused where there is none.

    parser: a key of PARSERS. interspersed: False stops at the first word that is no option, as before a command.
    """
    open_readings, done, reason = [Reading(mask)], [], ""
    while open_readings:
        reading = open_readings.pop()
        try:
            _run(reading, parser, given, interspersed, open_readings)
            done.append(reading)
        except Refused as refused:
            reason = reason or str(refused)
    if not done:
        raise Refused(reason)
    done.sort(key=lambda reading: -reading.mask)
    return done


def _run(reading, parser, given, interspersed, others):
    while not reading.stopped:
        if reading.at < len(reading.cluster):
            _short(reading, parser, given, others)
            continue
        if reading.place >= len(given):
            return
        word = given[reading.place]
        if word[:1] != "-" or len(word) == 1:
            if not interspersed:
                reading.words += given[reading.place :]
                return
            reading.place += 1
            reading.words.append(word)
        elif word == "--":
            reading.words += given[reading.place + 1 :]
            return
        elif word[1] == "-":
            _long(reading, parser, given, others)
        else:
            reading.place += 1
            reading.cluster, reading.at = word, 1


def _long(reading, parser, given, others):
    word, equals, value = given[reading.place].partition("=")
    kind, kept = _choose(reading, word, meanings(parser, word, reading.mask), others)
    reading.place += 1
    if kind is None:
        _future(reading, word, "" if equals else _next(reading, given))
    elif kind[:1] in ("=", "+", "!"):
        if not equals:
            value = _take(reading, word, given)
        _keep(reading, kind, kept, word, value)
    elif equals:
        raise Refused("%s option does not take a value" % word)
    else:
        _keep(reading, kind, kept, word, True)


def _short(reading, parser, given, others):
    word = "-" + reading.cluster[reading.at]
    kind, kept = _choose(reading, word, meanings(parser, word, reading.mask), others)
    reading.at += 1
    if kind is not None and kind[:1] not in ("=", "+", "!"):
        return _keep(reading, kind, kept, word, True)
    rest = reading.cluster[reading.at :]
    reading.cluster = ""
    if kind is None:
        return _future(reading, word, rest or _next(reading, given))
    return _keep(reading, kind, kept, word, rest or _take(reading, word, given))


def _next(reading, given):
    """The next word, where it is no option: it may be the unknown option's value or an argument."""
    if reading.place < len(given) and given[reading.place][:1] != "-":
        reading.place += 1
        return given[reading.place - 1]
    return ""


def _take(reading, word, given):
    if reading.place >= len(given):
        raise Refused("%s option requires 1 argument" % word)
    reading.place += 1
    return given[reading.place - 1]


def _future(reading, word, doubtful):
    reading.unknown.append((word, doubtful))


def meanings(parser, word, mask, exact=False):
    """[(versions, kind, kept)] of an option word; kind None: not known, "": ambiguous. The versions are disjoint.

    exact: a beginning does not count (pip's configuration knows whole names only).
    """
    shift = WIDTH * PARSERS[parser]
    found = []  # type: list
    left = mask
    for bits, kind, kept in OPTIONS.get(word, ()):
        bits = bits >> shift & left
        if bits:
            found.append((bits, kind, kept))
            left &= ~bits
    if left and word[:2] == "--" and not exact:
        left = _abbreviated(word, shift, left, found)
    if left:
        found.append((left, None, ""))
    return found


def _abbreviated(word, shift, left, found):
    """Add what ``word`` abbreviates; return the versions in which it abbreviates nothing."""
    candidates, once, twice = [], 0, 0
    for longer, variants in OPTIONS.items():
        if longer.startswith(word):
            for bits, kind, kept in variants:
                bits = bits >> shift & left
                if bits:
                    candidates.append((bits, kind, kept))
                    twice |= once & bits
                    once |= bits
    if twice:
        found.append((twice, "", ""))
    for bits, kind, kept in candidates:
        if bits & ~twice:
            found.append((bits & ~twice, kind, kept))
    return left & ~once


def _choose(reading, word, found, others):
    """Take one meaning for this reading, and open another reading for each further one; (kind, kept)."""
    good = [meaning for meaning in found if meaning[1]]
    if not good:
        bits = found[0][0]
        if len(found) == 1 and found[0][1] is None and bits & FUTURE:
            reading.mask = FUTURE  # no version that is known has it
            return None, ""
        raise Refused(("no such option: %s" if found[0][1] is None else "ambiguous option: %s") % word)
    if len(good) > 1 and len({meaning[1:] for meaning in good}) == 1:
        good = [(sum(meaning[0] for meaning in good),) + good[0][1:]]
    for bits, _, _ in good[1:]:
        others.append(reading.divided(bits))
    reading.mask = good[0][0]
    return good[0][1:]


def _keep(reading, kind, kept, word, value):
    if kind == "help":
        reading.stopped = True
    elif value is not True:
        check(kind, word, value)
    if kept:
        if kind[:1] in ("+", "!"):
            reading.values.setdefault(kept, []).append(value)
        else:
            reading.values[kept] = [value]


def check(kind, word, value):
    """Refuse a value that pip would refuse."""
    form = kind[1:]
    if not form:
        return
    if form in _CHECKS:
        reason = _CHECKS[form](value)
    elif kind[0] == "!":
        return
    else:
        reason = "" if value in form.split("|") else "choose from %s" % form.replace("|", ", ")
    if reason:
        raise Refused("option %s: invalid value %r (%s)" % (word, value, reason))


def _int(value):
    digits, base = value, 10
    if value[:2].lower() in ("0x", "0b"):
        base = 16 if value[1] in "xX" else 2
        digits = value[2:] or "0" if base == 2 else value
    elif value[:1] == "0":
        base = 8
    try:
        int(digits, base)
    except ValueError:
        return "not an integer"
    return ""


def _float(value):
    try:
        float(value)
    except ValueError:
        return "not a number"
    return ""


def _format(value):
    return "an option is no project name" if value[:1] == "-" else ""


def _hash(value):
    name, colon, _ = value.partition(":")
    return "" if colon and name in _HASHES else "not sha256:…, sha384:… or sha512:…"


def _setting(value):
    return "" if "=" in value else "not KEY=VALUE"


def _python(value):
    parts = value.split(".")
    if len(parts) == 1 and len(value) > 1:
        parts = [value[0], value[1:]]
    if len(parts) > 3:
        return "at most three parts"
    try:
        [int(part) for part in parts if value]
    except ValueError:
        return "each part is an integer"
    return ""


def _group(value):
    path, colon, _ = value.rpartition(":")
    last = path.rstrip("/").rpartition("/")[2]
    if not colon or last == "pyproject.toml" or "pylock." in last:
        return ""
    return "the path is no pyproject.toml"


_CHECKS = {
    "int": _int,
    "float": _float,
    "no_binary": _format,
    "only_binary": _format,
    "all_releases": _format,
    "refresh_package": _format,
    "only_final": _format,
    "merge_hash": _hash,
    "_merge_hash": _hash,
    "config_settings": _setting,
    "python_version": _python,
    "dependency_group": _group,
}
