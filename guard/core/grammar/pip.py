"""``pip`` as pip itself reads it: general options, the command, its options, its arguments, its configuration.

What installs, downloads or resolves names is ``install``, ``download``, ``wheel`` and ``lock``; everything else is
handed over unread.
"""

from .. import kernel as os
from ..command import Command
from . import pip_config, pip_version
from .reader import Reader, Reading, Refused

VERBS = ("install", "download", "wheel", "lock")
_ALWAYS = VERBS[:3]  # those that every version has
_ISOLATED = "--isolated"  # pip looks for exactly this word among a command's, not for what abbreviates it
_CASE = (10,)  # before it, a variable ``pip_requirement`` counted like PIP_REQUIREMENT
_PYLOCK = (26, 1)  # the first pip that installs from a pylock.toml
_SOURCES = ("requirements", "editables", "dependency_groups", "requirements_from_scripts")


def read(invocation):
    """The Command of one pip line. Raises CannotJudge only where guard's own parser for TOML cannot be started."""
    command = Command("pip")
    reader = Reader(command, invocation.cwd, invocation.environ)
    place = pip_version.place(invocation.path, invocation.environ) if invocation.path else pip_version.Place()
    set_versions(reader, place.versions)
    command.version = place.versions[0] if place.versions else ""
    try:
        found = lines(reader, invocation.args, place.prefix)
    except Refused as refused:
        command.rejected = command.rejected or str(refused)
        return command
    seen = set()  # type: set
    for verb, reading in found:
        command.verb = verb
        command.installs = command.installs or reading is not None or bool(command.unseen)
        if reading is not None:
            _targets(reader, reading, seen)
    return command


def lines(reader, args, prefix):
    """[(command, Reading)] for each way the versions read the line, configuration included; Reading None where nothing
    is installed. Raises Refused where every version refuses; an unknown command of a future pip is noted as unseen.
    """
    sections = pip_config.read(reader, prefix, False)
    old = reader.oldest < _CASE
    configured = pip_config.settings(sections, "", reader.environ, old)
    if not configured and args and args[0] in _ALWAYS and args[0] not in sections and not _has_options(args):
        reading = Reading()  # nothing but names: the table of options need not even be loaded
        reading.words = list(args[1:])
        return [(args[0], reading)]
    found, refused = [], None
    for verb, mask, started_again in _verbs(reader, args, configured):
        reader.command.verb = verb
        words = list(args)
        words.remove(verb)  # pip takes out the first word that looks like it, wherever that stands
        if verb not in VERBS:
            found.append((verb, None))
            continue
        isolated = _ISOLATED in words
        if isolated:
            sections = pip_config.read(reader, prefix, True)
        configured = pip_config.settings(sections, verb, {} if isolated else reader.environ, old)
        for reading in _parse(verb, words, mask):
            try:
                late = any(reading.values.get("python", ())) and not started_again and not reading.stopped
                pip_config.apply(reading, verb, configured)  # first, as pip does: a fault there stops even --help
                if late:
                    raise Refused("the --python option must be placed before the pip subcommand name")
                found.append((verb, None if reading.stopped else reading))
            except Refused as error:
                refused = error
    if refused and not found:
        raise refused
    return found


def _has_options(args):
    return any(word[:1] == "-" for word in args)


def _parse(parser, words, mask, interspersed=True):
    from . import options

    return options.parse(parser, words, mask, interspersed)


def set_versions(reader, stated):
    """Set which versions a pip could be of which one of the texts ``stated`` is the version; none: any."""
    reader.versions = tuple(map(_numbers, stated))
    if stated:
        reader.oldest, reader.newest = min(reader.versions), max(reader.versions)


def _numbers(text):
    """(major, minor) of a version."""
    parts = []
    for part in text.split(".")[:2]:
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        parts.append(int(digits) if digits else 0)
    return tuple(parts + [0] * (2 - len(parts)))


def _verbs(reader, args, configured):
    """[(command, versions, whether pip was started again)] behind the general options; empty where pip only prints.

    More than one only where versions read the general options differently.
    """
    from .pip_options import COMMANDS

    verbs = {}  # type: dict
    for reading in _parse("", args, reader.mask, interspersed=False):
        for word, _ in reading.unknown:
            reader.unseen(word, "an option that no known pip has")
        pip_config.apply(reading, "", configured)
        if reading.stopped:
            continue
        child = "_PIP_RUNNING_IN_SUBPROCESS" in reader.environ
        again = child or any(reading.values.get("python", ()))
        if again and not child and not _interpreter(reader.path(reading.values["python"][-1])):
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
    if os.path.isfile(path):
        return os.access(path, os.X_OK)
    return os.path.exists(path + "/bin/python") or os.path.exists(path + "/Scripts/python.exe")


def _targets(reader, reading, seen):
    """Everything that one reading names, in pip's order: arguments, groups, editables, requirement files, scripts."""
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

        try:
            reader.skip = re.compile(values["skip_requirements_regex"][-1])
        except re.error as error:
            return reader.reject("--skip-requirements-regex", str(error))
    for name in values.get("constraints", ()):
        _requirements(reader, name, True)
    for word in reading.words:
        if word.strip() and word not in seen:
            reader.argument(word)
    seen.update(reading.words)
    _groups(reader, values.get("dependency_groups", ()))
    for word in values.get("editables", ()):
        from . import argument

        argument.editable(reader, word)
    for name in values.get("requirements", ()):
        _requirements(reader, name)
    for name in values.get("requirements_from_scripts", ()):
        from . import locked

        locked.script(reader, name)
    return None


def _doubtful(reader, word):
    """The word behind an option of a future pip: its value, or an argument. It is judged, but not asked for."""
    before = len(reader.command.targets)
    rejected = reader.command.rejected
    reader.argument(word)
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
    groups = [(path or "pyproject.toml", group) for path, _, group in parted if not locked.is_pylock(path)]
    project.groups(reader, groups)


def _requirements(reader, name, constraint=False):
    from . import reqfile

    if "pylock." in name and not constraint and reader.newest >= _PYLOCK:
        from . import locked

        if locked.is_pylock(name):
            return locked.pylock(reader, name)
    return reqfile.read(reader, name, constraint)
