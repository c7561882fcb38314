"""Command lines of tools that read them by argparse (pipx, pdm) or clap (uv), under a spec of other_options.

What both have in common is read here: long options with ``=`` or the next word, clustered shortcuts, ``--``. argparse
takes unique prefixes too, and a word with a blank in it for a value, whatever it begins with. An option that is in no
spec is strange, and so is the word behind it, which may be its value.
"""

from .known_args import negative_number

_FLAG, _VALUE, _MAYBE, _MANY = "", "=", "=?", "=+"


class Given:
    """``words`` (positional), ``options`` {name: [values]}, the ``rest`` behind the first word, what is ``strange``."""

    __slots__ = ("words", "options", "rest", "strange", "error")

    def __init__(self):
        self.words = []
        self.options = {}
        self.rest = []
        self.strange = []
        self.error = ""

    def all(self, *names):
        """Every value of these options, in the order of the names."""
        return [value for name in names for value in self.options.get(name, ())]

    def last(self, name):
        return self.options.get(name, [""])[-1]


def table(spec):
    """({option: kind}, {shortcut or other name: option}) of a spec."""
    kinds, shorts = {}, {}
    for word in spec.split():
        name, mark, letters = word[2:].partition("=")
        kind = _VALUE if mark else _FLAG
        if mark and letters[:1] in ("?", "+"):
            kind, letters = "=" + letters[0], letters[1:]
        elif not mark:
            name, _, letters = word[2:].partition(":")
        kinds[name] = kind
        for letter in letters.split("|") if letters else ():
            shorts[letter] = name
    return kinds, shorts


def parse(tokens, spec, abbreviate=False, stop=False):
    """The Given of ``tokens``; with ``stop`` the first word ends it, and what follows is its ``rest``."""
    kinds, shorts = table(spec)
    given, left = Given(), list(tokens)
    while left:
        word = left.pop(0)
        if word == "--" or not _dashed(word, abbreviate):
            words = left if word == "--" else [word]
            given.words += words[:1] if stop else words
            if stop and words:
                given.rest = left[1:] if word == "--" else left
            if stop or word == "--":
                break
        elif word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            name = _long(name, kinds, shorts, abbreviate)
            if name:
                _take(given, name, kinds[name], value if equals else None, left, abbreviate)
            else:
                _strange(given, word, left)
        else:
            _cluster(given, word, kinds, shorts, left, abbreviate)
    return given


def command(tokens, specs, abbreviate=False):
    """(the longest command in ``specs`` that the line names, Given of what stands before and between, the rest)."""
    name, before = "", Given()
    while True:
        given = parse(tokens, specs[name], abbreviate, stop=True)
        for option, values in given.options.items():
            before.options.setdefault(option, []).extend(values)
        below = (name + " " + given.words[0]).strip() if given.words else ""
        if below not in specs:
            return name, before, tokens
        name, tokens = below, given.rest
        if not any(other.startswith(name + " ") for other in specs):
            return name, before, tokens


def _dashed(word, argparse):
    """Whether a word is an option, or would be one; a lone dash is none."""
    if word[:1] != "-" or word == "-":
        return False
    return not argparse or not (negative_number(word) or (" " in word and "=" not in word))


def _long(name, kinds, shorts, abbreviate):
    if name in kinds:
        return name
    if len(name) > 1 and name in shorts:
        return shorts[name]
    near = [other for other in kinds if other.startswith(name)] if abbreviate and name else []
    return near[0] if len(near) == 1 else ""


def _cluster(given, word, kinds, shorts, left, argparse):
    for place, letter in enumerate(word[1:], 2):
        if letter not in shorts:
            _strange(given, word, left)
            return
        name = shorts[letter]
        if kinds[name] != _FLAG:
            value = word[place:]
            _take(given, name, kinds[name], value[1:] if value[:1] == "=" else value or None, left, argparse)
            return
        given.options.setdefault(name, []).append("")


def _take(given, name, kind, value, left, argparse):
    values = given.options.setdefault(name, [])
    if kind == _FLAG or value is not None:
        values.append(value or "")
    elif kind == _MANY:
        while left and not _dashed(left[0], argparse):
            values.append(left.pop(0))
    elif left and not _dashed(left[0], argparse):
        values.append(left.pop(0))
    elif kind == _VALUE and not given.error:
        given.error = "--%s needs a value" % name


def _strange(given, word, left):
    given.strange.append(word)
    if "=" not in word and left and not left[0].startswith("-"):
        given.strange.append(left.pop(0))
