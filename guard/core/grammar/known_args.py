"""argparse's ``parse_known_args`` for options alone, as poetry 2.1 and later call it before its own parser.

Long options may be shortened to a prefix that is unique, shortcuts may be clustered; what is not known stays where it
is. Python releases differ in one thing, a cluster with an unknown letter: the older refuse the line, the newer leave
it to the next parser, and so does this.
"""

_FLAG = 0


class _Refused(Exception):
    """argparse would print this and exit with 2."""


def parse(tokens, definition):
    """({option: value, True for a flag}, tokens left over, error) of ``tokens`` under a cleo Definition."""
    strings = _strings(definition)
    found, rest, place = {}, [], 0  # type: dict, list[str], int
    try:
        kinds = _kinds(tokens, strings)
        while place < len(tokens):
            if kinds[place] != "O":
                rest.append(tokens[place])
                place += 1
            else:
                place = _consume(tokens, kinds, place, strings, definition, found, rest)
    except _Refused as refused:
        return found, tokens, str(refused)
    return found, rest, ""


def _strings(definition):
    """{option string: name}, in the order poetry adds them; several shortcuts make one odd string, ``-v|vv|vvv``."""
    shorts = {}  # type: dict[str, str]
    for short, name in definition.shorts.items():
        shorts[name] = shorts[name] + "|" + short if name in shorts else "-" + short
    strings = {}
    for name in definition.options:
        strings["--" + name] = name
        if name in shorts:
            strings[shorts[name]] = name
    return strings


def _kinds(tokens, strings):
    """One letter for each word: O an option, A an argument, ``-`` the two dashes behind which all are arguments."""
    kinds = ""
    for place, word in enumerate(tokens):
        if word == "--":
            return kinds + "-" + "A" * (len(tokens) - place - 1)
        kinds += "A" if _option(word, strings) is None else "O"
    return kinds


def _option(word, strings):
    """(option string, value given with it or None); ("", None) for an unknown option; None for an argument."""
    if not word.startswith("-"):
        return None
    if word in strings:
        return word, None
    if len(word) == 1:
        return None
    string, equals, value = word.partition("=")
    if equals and string in strings:
        return string, value
    near = _near(word, strings)
    if len(near) > 1:
        raise _Refused("ambiguous option: %s could match %s" % (word, ", ".join(s for s, _ in near)))
    if near:
        return near[0]
    if negative_number(word) or " " in word:
        return None
    return "", None


def _near(word, strings):
    if word.startswith("--"):
        prefix, equals, value = word.partition("=")
        return [(string, value if equals else None) for string in strings if string.startswith(prefix)]
    found = []
    for string in strings:
        if string == word[:2]:
            found.append((string, word[2:]))
        elif string.startswith(word):
            found.append((string, None))
    return found


def negative_number(word):
    """Whether argparse takes a word that begins with a dash for a number, and so for an argument."""
    whole, dot, fraction = word[1:].partition(".")
    return (whole.isdecimal() and (not dot or fraction.isdecimal() or not fraction)) or (
        not whole and fraction.isdecimal()
    )


def _consume(tokens, kinds, place, strings, definition, found, rest):
    """Take the option at ``place``; the place of the next word."""
    string, value = _option(tokens[place], strings)
    if not string:
        rest.append(tokens[place])
        return place + 1
    while True:
        name = strings[string]
        if definition.options[name] != _FLAG:
            if value is None:
                if kinds[place + 1 : place + 2] != "A":
                    raise _Refused("argument --%s: expected one argument" % name)
                place, value = place + 1, tokens[place + 1]
            found[name] = value
            return place + 1
        if value is None:
            found[name] = True
            return place + 1
        if string.startswith("--") or not value:
            raise _Refused("argument --%s: ignored explicit argument %r" % (name, value))
        found[name] = True
        string, value = "-" + value[0], value[1:] or None
        if string not in strings:
            rest.append(string + (value or ""))
            return place + 1
