"""``pip`` as pip itself reads it: general options, the command, its options, its arguments, its configuration.

What installs, downloads or resolves names is ``install``, ``download``, ``wheel`` and ``lock``; everything else is
handed over unread.
"""

import os

from ..command import Command
from . import argument, pip_config, pip_version, reqfile
from .options import Refused, check, meanings, parse
from .pip_options import COMMANDS, FUTURE, VERSIONS
from .reader import Reader

VERBS = ("install", "download", "wheel", "lock")
_ISOLATED = "--isolated"  # pip looks for exactly this word among a command's, not for what abbreviates it
_SOURCES = ("requirements", "editables", "dependency_groups", "requirements_from_scripts")


def read(invocation):
    """The Command of one pip line. Raises CannotJudge only where guard's own parser for TOML cannot be started."""
    command = Command("pip")
    reader = Reader(command, invocation.cwd, invocation.environ)
    place = pip_version.place(invocation.path, invocation.environ) if invocation.path else pip_version.Place()
    _versions(reader, place.versions)
    command.version = place.versions[0] if place.versions else ""
    try:
        for verb, mask, started_again in _verbs(reader, invocation.args, place.prefix):
            command.verb = verb
            reader.mask = mask
            words = list(invocation.args)
            words.remove(verb)  # pip takes out the first word that looks like it, wherever that stands
            _command(reader, verb, words, place.prefix, started_again)
    except Refused as refused:
        command.rejected = command.rejected or str(refused)
    return command


def _versions(reader, stated):
    """Set which releases of the table this pip could be."""
    mask = 0
    for text in stated:
        version = _numbers(text)
        places = [place for place, known in enumerate(VERSIONS) if known <= version]
        mask |= FUTURE if version > VERSIONS[-1] else 1 << (places[-1] if places else 0)
    if not mask:
        return
    reader.mask = mask
    known = [_numbers(text) for text in stated]
    reader.oldest, reader.newest = min(known), max(known)
    reader.future = mask == FUTURE


def _numbers(text):
    """(major, minor) of a version."""
    parts = []
    for part in text.split(".")[:2]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        parts.append(int(digits) if digits else 0)
    return tuple(parts + [0] * (2 - len(parts)))


def _verbs(reader, args, prefix):
    """[(command, versions, whether ``--python`` starts pip again)] behind the general options; nothing where pip only
    prints something. More than one only where versions read the general options differently."""
    verbs = {}
    for reading in parse("", args, reader.mask, interspersed=False):
        for word, _ in reading.unknown:
            reader.unseen(word, "an option that no known pip has")
        _defaults(reading, "", pip_config.settings(reader, "", prefix, False))
        if reading.stopped:
            continue
        again = "python" in reading.values and "_PIP_RUNNING_IN_SUBPROCESS" not in reader.environ
        if again and not _interpreter(reader.path(reading.values["python"][-1])):
            raise Refused("there is no Python interpreter at %s" % reading.values["python"][-1])
        if "version" in reading.values or not reading.words:
            continue
        verb = reading.words[0]
        if verb not in COMMANDS and reader.future:
            reader.unseen(verb, "a command that no known pip has")
        elif not COMMANDS.get(verb, 0) & reading.mask:
            raise Refused("unknown command %r" % verb)
        mask, before = verbs.get(verb, (0, False))
        verbs[verb] = (mask | reading.mask, again or before)
    return [(verb, mask, again) for verb, (mask, again) in verbs.items()]


def _interpreter(path):
    return os.path.isfile(path) or os.path.exists(path + "/bin/python") or os.path.exists(path + "/Scripts/python.exe")


def _command(reader, verb, words, prefix, started_again):
    command = reader.command
    if verb not in VERBS:
        command.installs = command.installs or verb not in COMMANDS
        return
    configured = pip_config.settings(reader, verb, prefix, _ISOLATED in words)
    good, refused = [], None
    for reading in parse(verb, words, reader.mask):
        try:
            if reading.stopped:
                continue
            if "python" in reading.values and not started_again and "_PIP_RUNNING_IN_SUBPROCESS" not in reader.environ:
                raise Refused("the --python option must be placed before the pip subcommand name")
            _defaults(reading, verb, configured)
            good.append(reading)
        except Refused as error:
            refused = error
    command.installs = bool(good)
    if refused and not good:
        raise refused
    seen = set()
    for reading in good:
        _targets(reader, reading, seen)


def _defaults(reading, parser, configured):
    """What pip's configuration gives an option that it knows by this name; lists go before the command line's own."""
    for key, value in configured.items():
        for _, kind, kept in meanings(parser, "--" + key, reading.mask, exact=True):
            if kind is None:
                continue
            if kind in ("true", "false"):
                on = _true(value, key)
                if kept and on and kept not in reading.values:
                    reading.values[kept] = [True]
                continue
            given = value.split() if kind[0] == "+" else [value]
            if kind[0] in "=+!":
                for one in given:
                    check(kind, "--" + key, one)
            if kept and kind[0] in "+!":
                reading.values[kept] = given + reading.values.get(kept, [])
            elif kept:
                reading.values.setdefault(kept, given)


def _true(value, key):
    if value.lower() in ("y", "yes", "t", "true", "on", "1"):
        return True
    if value.lower() in ("n", "no", "f", "false", "off", "0"):
        return False
    raise Refused("%s is not a valid value for %s option" % (value, key))


def _targets(reader, reading, seen):
    """Everything that one reading names, in pip's own order: arguments, groups, editables, requirement files, scripts."""
    values = reading.values
    reader.dependencies = "ignore_dependencies" not in values
    reader.indexes(values)
    for word, doubtful in reading.unknown:
        reader.unseen((word + " " + doubtful).strip(), "an option that no known pip has")
        if doubtful:
            _doubtful(reader, doubtful)
    if not (reading.words or reading.unknown or any(values.get(key) for key in _SOURCES)):
        return reader.reject(reader.command.verb, "at least one requirement is needed")
    if "skip_requirements_regex" in values:
        import re  # an option that is gone since pip 20.1: only such a line pays for it

        reader.skip = re.compile(values["skip_requirements_regex"][-1])
    for name in values.get("constraints", ()):
        reqfile.read(reader, name, constraint=True)
    for word in reading.words:
        if word.strip() and word not in seen:
            argument.read(reader, word)
    seen.update(reading.words)
    _groups(reader, values.get("dependency_groups", ()))
    for word in values.get("editables", ()):
        argument.editable(reader, word)
    for name in values.get("requirements", ()):
        _requirements(reader, name)
    for name in values.get("requirements_from_scripts", ()):
        from . import locked

        locked.script(reader, name)
    return None


def _doubtful(reader, word):
    """The word behind an option that only a future pip has: its value, or an argument. It is judged, but not asked for."""
    before = len(reader.command.targets)
    rejected = reader.command.rejected
    argument.read(reader, word)
    reader.command.rejected = rejected
    for target in reader.command.targets[before:]:
        target.asked = False


def _groups(reader, wanted):
    if not wanted:
        return
    from . import locked, project

    parted = [word.rpartition(":") for word in wanted]
    for path, _, _ in parted:
        if locked.is_pylock(path):
            locked.pylock(reader, path)
    project.groups(reader, [(path or "pyproject.toml", group) for path, _, group in parted if not locked.is_pylock(path)])


def _requirements(reader, name):
    if "pylock." in name:
        from . import locked

        if locked.is_pylock(name) and reader.newest >= locked.PYLOCK:
            return locked.pylock(reader, name)
    return reqfile.read(reader, name)

