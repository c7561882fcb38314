"""What a poetry command asks for.

    add, init, new, debug resolve   the arguments; behind ``add`` the project's own dependencies and its lock besides,
                                    since poetry resolves them on the way
    install, sync, update, remove   what the lock holds; without a lock, what pyproject.toml declares
    lock                            both, since it resolves anew
    build, publish --build          the build requirements
    self …                          the same for poetry's own project, in its configuration directory
    run                             another tool's command, read as that tool reads it

Groups are not weighed: what the lock holds is judged whole.
"""

import sys

from .. import kernel as os
from ..command import Command, Invocation, Target
from ..errors import BadData, CannotJudge
from ..names import normalise
from . import cleo, distinfo, poetry_add, pyproject
from .poetry_options import NEWEST
from .reader import Reader, home_of

_CHANGES = (2, 0)  # from here on -C changes the directory, and -P names the project
_KEPT = ("install", "sync")  # what is locked comes from where it was; others resolve anew
_TWICE = (2, 1)  # from here on -P is resolved, and a relative -C looked for again from where it has led to


def read(invocation):
    """The Command that ``invocation`` (of poetry) is."""
    version = distinfo.version(invocation.path, "poetry") if invocation.path else ""
    line, number = _line(invocation.args, _number(version))
    command = Command("poetry", line.verb)
    command.version = version
    if not line.idle and line.verb not in _PLUGINS:
        command.rejected = line.error
    for text in line.strange:
        command.unseen.append(_strange(text, version))
    if line.idle:
        return command
    verb = line.verb[len("self ") :] if line.verb.startswith("self ") else line.verb
    how = _VERBS.get(verb)
    if how:
        command.installs = True
        project = _Project(invocation, command, line, number)
        other = how(project)
        if not other and command.installs and verb not in ("init", "new"):
            project.indexes()
        return other or command
    if line.verb and not cleo.known(line.verb) and line.verb not in _PLUGINS:
        command.installs = True
        command.unseen.append(_plugin(line.verb))
    return command


def _line(args, number):
    """(Line, version): as the known version reads it; where none is known, as the newest that takes the line."""
    if number:
        return cleo.read(args, number), number
    line = cleo.read(args)
    if line.error:
        for older in ((1, 8), (1, 4), (1, 1)):
            other = cleo.read(args, older)
            if not other.error and not other.idle:
                return other, older
    return line, NEWEST


def _number(version):
    """(1, 8) of "1.8.5"; () of ""."""
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts) if len(parts) > 1 and all(part.isdecimal() for part in parts) else ()


class _Project:
    """One poetry project while a command on it is read: where it lies, what it declares, what its lock holds."""

    __slots__ = ("invocation", "command", "line", "version", "cwd", "root", "reader", "_tables")

    def __init__(self, invocation, command, line, version):
        self.invocation = invocation
        self.command = command
        self.line = line
        self.version = version
        self.cwd, start = self._places()
        if line.verb.startswith("self "):
            self.root = _configuration(invocation.environ)
        else:
            self.root = _root(self.cwd, start)
        command.project = self.root
        self.reader = Reader(command, self.cwd, invocation.environ)
        self._tables = None

    def _places(self):
        """(working directory of the command, where the search for the project begins)."""
        cwd = self.invocation.cwd
        directory, project = self.line.option("directory"), self.line.option("project")
        if self.version < _CHANGES:
            return cwd, directory or cwd
        cwd = os.path.join(cwd, directory) if directory else cwd
        if project:
            start = os.path.join(cwd, project)
            return cwd, os.path.normpath(start) if self.version >= _TWICE else start
        return cwd, directory if directory and self.version >= _TWICE else cwd

    @property
    def tables(self):
        if self._tables is None:
            path = self.root + "/pyproject.toml"
            self._tables = pyproject.tables(self.reader, path, "pyproject.toml") if self.root else {}
        return self._tables

    def indexes(self):
        """Which indexes the command asks, and which one alone for the targets whose source is named."""
        self.command.indexes.extend(pyproject.poetry_indexes(self.tables, self.version))
        sources = pyproject.poetry_sources(self.tables, self.version)
        if not sources:
            return
        urls = {name: url for name, url, _ in sources}
        option = urls.get((self.line.option("source") or "").lower(), "")
        named = pyproject.poetry_named(self.tables, urls)
        for target in self.command.targets:
            index = named.get(target.name, "") if target.where else option
            # What is locked without a source came from the public index; poetry asks that one, if it has it at all.
            public = urls.get("pypi", "") if target.where == "poetry.lock" and self.line.verb in _KEPT else ""
            target.index = index or target.index or public

    def declared(self, asked, leave=()):
        """What pyproject.toml declares, and what building the project itself would take."""
        found = pyproject.Declared(self.reader, self.tables, asked, leave=leave)
        found.project()
        found.groups()
        found.poetry()
        pyproject.Declared(self.reader, self.tables, False).build()

    def locked(self, asked, leave=()):
        """What poetry.lock holds; whether there is one."""
        if not self.root:
            return False
        kept = self.line.verb in _KEPT
        try:
            data = pyproject.contents(self.root + "/poetry.lock")
            from . import poetry_lock

            packages = poetry_lock.read(data)
        except FileNotFoundError:
            return False
        except (OSError, BadData, CannotJudge) as error:
            self.reader.unseen("poetry.lock", pyproject.reason(error), "poetry.lock")
            return False
        targets = self.command.targets
        for name, version, kind, url in packages:  # a thousand of them: straight into the list
            project = normalise(name)
            if project not in leave:
                # A source without a type, which old locks may have, is none to poetry: it asks its own indexes.
                link, index = ("", url) if kind == "legacy" else (url if kind else "", "")
                index = index if kept else ""
                targets.append(Target(project, "%s==%s" % (name, version), version, "poetry.lock", asked, link, index))
        return True

    def arguments(self, *names):
        """The values of these arguments and options, each read as ``poetry add`` reads its own."""
        for name in names:
            given = self.line.arguments.get(name) or self.line.options.get(name, ())
            for text in given:
                poetry_add.read(self.reader, text, self.root or self.cwd, self.version >= cleo.CLEO)


def _root(cwd, start):
    """The directory of the pyproject.toml that poetry would find, "" for none: ``start`` or a parent by its words."""
    root = "/" if start[:1] == "/" else ""
    start = root + "/".join(part for part in start.split("/") if part not in ("", ".")) or "."
    while True:
        place = os.path.join(cwd, start)
        if os.path.exists(place + "/pyproject.toml" if place != "/" else "/pyproject.toml"):
            return os.path.normpath(place)
        if start in ("/", ".", ""):
            return ""
        start = os.path.dirname(start) or "."


def _configuration(environ):
    """Where poetry keeps its own project (platformdirs' user_config_dir of ``pypoetry``)."""
    if environ.get("POETRY_CONFIG_DIR"):
        return environ["POETRY_CONFIG_DIR"]
    home = home_of(environ)
    if sys.platform == "darwin":
        return home + "/Library/Application Support/pypoetry"
    return (environ.get("XDG_CONFIG_HOME", "").strip() or home + "/.config") + "/pypoetry"


def _add(project):
    project.arguments("name")
    project.declared(False)
    project.locked(False)


def _install(project):
    locked = project.locked(True)
    project.declared(not locked)


def _lock(project):
    if "check" in project.line.options:
        project.command.installs = False
        return
    project.locked(True)
    project.declared(True)


def _remove(project):
    """A project that is being removed is not judged: removing it is the way out."""
    leave = {normalise(name) for name in project.line.arguments.get("packages", ())}
    locked = project.locked(True, leave)
    project.declared(not locked, leave)


def _init(project):
    project.arguments("dependency", "dev-dependency")
    project.command.installs = bool(project.command.targets or project.command.unseen)


def _resolve(project):
    project.arguments("package")
    if not project.line.arguments.get("package"):
        project.declared(True)


def _build(project):
    pyproject.Declared(project.reader, project.tables, True).build()


def _publish(project):
    if "build" in project.line.options:
        _build(project)
    else:
        project.command.installs = False


def _export(project):
    """It locks where there is no lock; else it writes down what the lock holds and installs nothing."""
    if project.root and os.path.exists(project.root + "/poetry.lock"):
        project.command.installs = False
    else:
        project.declared(True)


def _self_update(project):
    version = project.line.arguments.get("version", "")
    text = "poetry@" + version if version else "poetry"
    poetry_add.read(project.reader, text, project.cwd)
    project.declared(False)
    project.locked(False)


def _update(project):
    return (_self_update if project.line.verb == "self update" else _install)(project)


def _run(project):
    """Another tool's command line; the Command that tool makes of it, None where it is no tool guard knows."""
    from .read import read as read_any

    tool, *args = project.line.rest
    inner = Invocation(os.path.basename(tool), args, project.invocation.environ, project.cwd)
    command = read_any(inner)
    if command.tool:
        return command
    project.command.installs = False
    return None


def _strange(text, version):
    from ..command import Unseen

    return Unseen(text, "guard does not know what poetry %s means by it" % version)


def _plugin(verb):
    from ..command import Unseen

    return Unseen("poetry " + verb, "a command of a plugin that guard does not know")


_VERBS = {
    "add": _add,
    "install": _install,
    "sync": _install,
    "update": _update,
    "remove": _remove,
    "lock": _lock,
    "init": _init,
    "new": _init,
    "build": _build,
    "publish": _publish,
    "export": _export,
    "debug resolve": _resolve,
    "run": _run,
    "bundle": _install,
    "up": _install,
}
# Commands of well-known plugins: what installs is above, the others run something or write something.
_PLUGINS = ("bundle", "up", "export", "shell", "poe", "dynamic-versioning")
