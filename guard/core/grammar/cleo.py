"""A command line as poetry's own frame reads it: cleo since poetry 1.2, clikit before, argparse before cleo since 2.1.

This follows those parsers step by step, their oddities included, since each oddity decides what is taken for a name.
"""

from .poetry_options import COMMANDS, NEWEST

CLEO = (1, 2)  # from this version on
SORTED = (2, 1)  # from this version on, the application's options are moved to the front
_FLAG, _VALUE, _MAYBE = range(3)
_BUILT_IN = ("help", "list", "completions")


class Definition:
    """What may be given: arguments [(name, required, many)], options {name: kind}, shorts {shortcut: name}."""

    __slots__ = ("arguments", "options", "shorts")

    def __init__(self, *specs):
        self.arguments, self.options, self.shorts = [], {}, {}
        for spec in specs:
            for word in spec.split():
                if word.startswith("--"):
                    self._option(word[2:])
                else:
                    self.arguments.append((word.rstrip("!+*?"), "!" in word, word[-1] in "+*"))

    def _option(self, word):
        name, value, shorts = word.partition("=")
        kind = _VALUE if value else _FLAG
        if shorts.startswith("?"):
            kind, shorts = _MAYBE, shorts[1:]
        if not value:
            name, _, shorts = word.partition(":")
        self.options[name] = kind
        for short in shorts.split("|") if shorts else ():
            self.shorts[short] = name


class Line:
    """A command line that has been read.

    verb       ``add``, ``self add``, …; "" where none was found
    arguments  {name: str or list of str}; options {name: list of str, True for a flag}
    rest       for ``run``: the command it runs
    error      why poetry rejects the line, else ""
    idle       poetry shows its help or its version instead
    strange    options of a version newer than all that guard was taught, and the words behind them
    """

    __slots__ = ("verb", "arguments", "options", "rest", "error", "idle", "strange")

    def __init__(self, verb=""):
        self.verb = verb
        self.arguments = {}
        self.options = {}
        self.rest = []
        self.error = ""
        self.idle = False
        self.strange = []

    def option(self, name):
        """The last value given, "" where there is none."""
        value = self.options.get(name, [""])[-1]
        return value if isinstance(value, str) else ""


def spec(command, version):
    """What ``command`` takes in this version of poetry; None where it has no such command."""
    found = None
    for since, taken in COMMANDS.get(command, ()):
        if since <= version:
            found = taken
    return found


def known(command):
    """Whether any version of poetry has this command."""
    return command in COMMANDS or command in _BUILT_IN


def read(args, version=NEWEST):
    """The Line that poetry of this version takes ``args`` for."""
    if version < CLEO:
        return _clikit(args, version)
    tokens = list(args)
    application = spec("", version)
    if version >= SORTED:
        tokens, error = _sorted(_separated(tokens, application), application)
        if error:
            line = Line()
            line.error = error
            return line
    elif _runs(tokens, application):
        return _run(tokens, application)
    first = bind(tokens, Definition("command!+", application))
    if _has(tokens, "--version", "-V"):
        first.idle = True
        return first
    helping = _has(tokens, "--help", "-h")
    verb = _verb(first, tokens, application, version)
    if not verb or helping or verb in _BUILT_IN:
        first.verb, first.idle = verb, True
        return first
    taken = spec(verb, version)
    if taken is None:
        first.verb = verb
        first.error = "The requested command %s does not exist" % verb
        return first
    return _bound(verb, _joined(tokens, verb), Definition("command!", application, taken), version > NEWEST)


def _bound(verb, tokens, definition, lenient):
    line = bind(tokens, definition, lenient=lenient)
    line.verb = verb
    line.rest = line.arguments.get("args", [])
    missing = [name for name, required, _ in definition.arguments if required and name not in line.arguments]
    if missing and not line.error:
        line.error = 'Not enough arguments (missing: "%s")' % ", ".join(missing)
    return line


def _verb(line, tokens, application, version):
    """The longest run of words that is a command, else the first word that is no option."""
    words = line.arguments.get("command", [])
    for end in range(len(words), 0, -1):
        name = " ".join(words[:end])
        if name in _BUILT_IN or spec(name, version) is not None:
            return name
    return first_argument(tokens, line, Definition(application))


def _joined(tokens, verb):
    """A command of several words becomes one word; as many tokens as it had words go, whatever they are."""
    words = verb.split(" ")
    if len(words) > 1 and words[0] in tokens:
        place = tokens.index(words[0])
        return tokens[:place] + [verb] + tokens[place + len(words) :]
    return tokens


def _has(tokens, long, short):
    """cleo's look at the raw tokens before ``--``: any word that starts with the shortcut counts."""
    for word in tokens:
        if word == "--":
            return False
        if word == long or word.startswith((long + "=", short)):
            return True
    return False


def first_argument(tokens, line, definition):
    """cleo's ArgvInput.first_argument, "" for None."""
    skip = False
    for place, word in enumerate(tokens):
        if word.startswith("-"):
            if "=" in word or len(tokens) == place + 1:
                continue
            name = word[2:] if word.startswith("--") else word[-1]
            name = name if name in line.options else definition.shorts.get(name, "")
            if name in line.options and tokens[place + 1] == line.options[name][-1]:
                skip = True
        elif skip:
            skip = False
        else:
            return word
    return ""


class _Stop(Exception):
    """The parser gives up here; what it has read so far stays."""


def bind(tokens, definition, clikit=False, lenient=False, known=None):
    """The Line of ``tokens`` under ``definition``: cleo's ArgvInput, or clikit's DefaultArgsParser.

    ``lenient``: an unknown option is put aside, with the word behind it, which may be its value; reading goes on.
    ``known``: where it is given, only these words are options at all.
    """
    line = Line()
    left = list(tokens)
    options = True
    try:
        while left:
            word = left.pop(0)
            if options and word == "--":
                options = False
            elif known is not None and word not in known:
                _argument(line, definition, word)
            elif options and lenient and _unknown(word, definition):
                line.strange.append(word)
                if "=" not in word and left and not left[0].startswith("-"):
                    line.strange.append(left.pop(0))
            elif options and word.startswith("--"):
                name, equals, value = word[2:].partition("=")
                if equals and not value and not clikit:
                    left.insert(0, "")
                _add(line, definition, name, value if equals else None, left, clikit)
            elif options and word.startswith("-") and word != "-":
                _short(line, definition, word[1:], left, clikit)
            else:
                _argument(line, definition, word)
    except _Stop as stop:
        line.error = str(stop)
    return line


def _unknown(word, definition):
    if word.startswith("--"):
        return word[2:].partition("=")[0] not in definition.options
    return len(word) > 1 and word[0] == "-" and word[1] not in definition.shorts


def _short(line, definition, name, left, clikit):
    kinds, shorts = definition.options, definition.shorts
    if len(name) == 1:
        if name not in shorts:
            raise _Stop('The option "-%s" does not exist' % name)
        _add(line, definition, shorts[name], None, left, clikit)
    elif name[0] in shorts and kinds[shorts[name[0]]] != _FLAG:
        _add(line, definition, shorts[name[0]], name[1:], left, clikit)
    else:
        for place, letter in enumerate(name):
            if letter not in shorts:
                raise _Stop('The option "%s" does not exist' % letter)
            if kinds[shorts[letter]] != _FLAG:
                _add(line, definition, shorts[letter], name[place + 1 :] or None, left, clikit)
                break
            _add(line, definition, shorts[letter], None, left, clikit)


def _add(line, definition, name, value, left, clikit):
    if clikit and name in definition.shorts:  # clikit finds an option by either name, behind two dashes too
        name = definition.shorts[name]
    if name not in definition.options:
        raise _Stop('The option "--%s" does not exist' % name)
    kind = definition.options[name]
    if value is not None and kind == _FLAG:
        raise _Stop('The "--%s" option does not accept a value' % name)
    if kind != _FLAG and left and (value is None or (value == "" and not clikit)) and not left[0].startswith("-"):
        value = left.pop(0)
    if clikit and value == "":
        value = None
    if value is None and kind == _VALUE:
        raise _Stop('The "--%s" option requires a value' % name)
    line.options.setdefault(name, []).append(True if value is None else value)


def _argument(line, definition, word):
    given, place = line.arguments, len(line.arguments)
    if place < len(definition.arguments):
        name, _, many = definition.arguments[place]
        given[name] = [word] if many else word
    elif place and definition.arguments and definition.arguments[-1][2]:
        given[definition.arguments[-1][0]].append(word)
    else:
        raise _Stop("Too many arguments, or none expected: %r" % word)


def _sorted(tokens, application):
    """(tokens with the application's options first, error): what poetry does with argparse's parse_known_args."""
    from .known_args import parse

    definition = Definition(application)
    found, rest, error = parse(tokens, definition)
    front = []
    for name, kind in definition.options.items():
        value = found.get(name)
        if value is None:
            continue
        if value:
            front.append("--" + name)
        if kind != _FLAG:
            front.append(value)
    return front + rest, error


def _runs(tokens, application):
    line = bind(tokens, Definition("command!", application))
    return first_argument(tokens, line, Definition(application)) == "run"


def _separated(tokens, application):
    """Poetry 2.1 and later put ``--`` before the command that ``run`` runs, where nobody else did."""
    definition = Definition("command!", application)
    if "--" in tokens or not _runs(tokens, application):
        return tokens
    place = tokens.index("run")
    while place < len(tokens) - 1 and bind(tokens[: place + 1], definition).error:  # ``poetry -C run run echo``
        place = tokens.index("run", place + 1) if "run" in tokens[place + 1 :] else len(tokens)
    if place >= len(tokens) - 1:
        return tokens
    rest = tokens[place + 1 :]
    word = first_argument(rest, bind(rest, definition), Definition(application))
    start = rest.index(word) if word else 0
    return [*tokens[:place], *rest[:start], "run", "--", *rest[start:]]


def _run(tokens, application):
    """``run`` before poetry 2.1: only options that cleo saw before the command are options, all else are its words."""
    definition = Definition("command!", application)
    set_before = bind(tokens, definition).options
    known = {"--" + name for name in set_before}
    known |= {"-" + short for short, name in definition.shorts.items() if name in set_before}
    line = bind(tokens, Definition("command! args!+", application), known=known)
    line.verb, line.rest = "run", line.arguments.get("args", [])
    line.options.update(set_before)  # they stay in force, even where their words are the command's
    if not line.rest and not line.error:
        line.error = 'Not enough arguments (missing: "args")'
    line.idle = any(word in known and _has(tokens, word, word) for word in ("--version", "-V", "--help", "-h"))
    return line


def _clikit(args, version):
    """Poetry 1.1: the command is the leading words alone, and each word of it is an argument of the parser's."""
    words = []  # type: list[str]
    for word in args:
        if not word or word.startswith("-"):
            break
        if spec(" ".join([*words, word]), version) is None:
            break
        words.append(word)
    before = args[: args.index("--")] if "--" in args else args
    line = Line(" ".join(words))
    if not words or words[0] in _BUILT_IN or any(word in before for word in ("-V", "--version")):
        line.idle = True
        return line
    if words == ["run"]:
        line.rest = list(args[1:]) or words  # a lone ``run`` would run itself
        return line
    names = ["word%d!" % place for place in range(len(words))]
    definition = Definition(" ".join(names), spec(line.verb, version), spec("", version))
    line = bind(args, definition, clikit=True)
    line.verb = " ".join(words)
    line.idle = any(word in before for word in ("-h", "--help"))
    missing = [name for name, required, _ in definition.arguments if required and name not in line.arguments]
    if missing and not line.error:
        line.error = 'Not enough arguments (missing: "%s")' % ", ".join(missing)
    return line
