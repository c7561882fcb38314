"""What a pyproject.toml declares: dependencies in each of the tables that a tool reads, build requirements, indexes.

A table of the wrong shape is passed over: the tool refuses such a project before it installs anything.
"""

from .. import kernel as os
from ..errors import BadData, CannotJudge
from ..names import is_name
from . import plain_toml
from .poetry_add import exact
from .requirement import Malformed, Requirement, parse

LIMIT = 16 * 1024 * 1024  # bytes
_LINKS = ("git", "url", "path", "file")


def contents(path):
    """The bytes of the regular file ``path``; raises OSError, or BadData where it is none or too large."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if status.st_mode & 0o170000 != 0o100000:
            raise BadData("not a regular file")
        if status.st_size > LIMIT:
            raise BadData("larger than %d MiB" % (LIMIT >> 20))
        return file.read()


def tables(reader, path, where):
    """The tables of the TOML file ``path``; {} where there is none or it cannot be read, which is then unseen."""
    try:
        return plain_toml.read(contents(path))
    except FileNotFoundError:
        return {}
    except (OSError, BadData, CannotJudge) as error:
        reader.unseen(path, reason(error), where)
        return {}


def reason(error):
    """Why a file could not be read, as one clause."""
    return getattr(error, "message", "") or getattr(error, "strerror", "") or str(error)


def table(tables, *path):
    """The table at ``path``, {} where there is none."""
    for part in path:
        tables = tables.get(part)
        if not isinstance(tables, dict):
            return {}
    return tables


def strings(value):
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


class Declared:
    """Hands what one pyproject.toml declares to a Reader, as targets ``asked`` or not."""

    __slots__ = ("reader", "tables", "asked", "where", "leave")

    def __init__(self, reader, tables, asked, where="pyproject.toml", leave=()):
        self.reader = reader
        self.tables = tables
        self.asked = asked
        self.where = where
        self.leave = frozenset(leave)  # normalised names that the command removes

    def project(self):
        """PEP 621: dependencies and optional ones."""
        project = table(self.tables, "project")
        self.lines(project.get("dependencies"))
        for group in table(project, "optional-dependencies").values():
            self.lines(group)

    def groups(self):
        """PEP 735; a group that includes another adds nothing that is not read anyway."""
        for group in table(self.tables, "dependency-groups").values():
            self.lines(group)

    def poetry(self):
        """``[tool.poetry]``: dependencies, the old development ones, groups, plugins the project asks for."""
        poetry = table(self.tables, "tool", "poetry")
        for key in ("dependencies", "dev-dependencies", "requires-plugins"):
            self.constraints(table(poetry, key))
        for group in table(poetry, "group").values():
            self.constraints(table(group, "dependencies") if isinstance(group, dict) else {})

    def build(self):
        """``[build-system] requires``."""
        self.lines(table(self.tables, "build-system").get("requires"))

    def lines(self, requirements):
        """A list of PEP 508 strings."""
        for text in strings(requirements):
            try:
                wanted = parse(text)
            except Malformed as error:
                self.reader.unseen(text, str(error), self.where)
            else:
                self._found(wanted, text)

    def constraints(self, dependencies):
        """A table {name: constraint, table, or list of tables} as poetry writes it."""
        for name, value in dependencies.items():
            if name.lower() != "python" and is_name(name):
                for one in value if isinstance(value, list) else [value]:
                    self._constraint(name, one)

    def _constraint(self, name, value):
        if isinstance(value, str):
            return self._found(Requirement(name, (), exact(value)), "%s = %s" % (name, value))
        if not isinstance(value, dict):
            return None
        link = next((value[key] for key in _LINKS if isinstance(value.get(key), str)), "")
        version = value.get("version") if isinstance(value.get("version"), str) else ""
        return self._found(Requirement(name, (), exact(version)), "%s = %s" % (name, link or version), link)

    def _found(self, requirement, text, link=""):
        if self.leave:
            from ..names import normalise

            if normalise(requirement.name) in self.leave:
                return
        self.reader.found(requirement, text, self.where, self.asked, link)


def poetry_indexes(tables):
    """The URLs of ``[[tool.poetry.source]]``, those that take the place of the default first.

    A source named PyPI is the public index; where no source takes its place, that stays the first, except where all
    others are asked only for what names them (``explicit``).
    """
    from .reader import DEFAULT_INDEX

    first, more, explicit = [], [], []  # type: list, list, list
    sources = table(tables, "tool", "poetry").get("source")
    for source in sources if isinstance(sources, list) else ():
        if not isinstance(source, dict):
            continue
        url = DEFAULT_INDEX if str(source.get("name")).lower() == "pypi" else source.get("url")
        priority = "secondary" if source.get("secondary") is True else source.get("priority", "primary")
        if isinstance(url, str):
            main = source.get("default") is True or priority in ("default", "primary")
            (first if main else explicit if priority == "explicit" else more).append(url)
    return (first or [DEFAULT_INDEX] * bool(more)) + more + explicit
