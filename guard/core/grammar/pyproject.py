"""What a pyproject.toml declares: dependencies in each of the tables that a tool reads, build requirements, indexes.

A table of the wrong shape is passed over: the tool refuses such a project before it installs anything.
"""

from .. import apart
from ..errors import BadData, CannotJudge
from ..names import is_name
from . import plain_toml
from .poetry_add import exact
from .requirement import Malformed, Requirement, parse

LIMIT = 16 * 1024 * 1024  # bytes
_PRIORITIES = (1, 5)  # the first poetry whose sources have a ``priority``
_REPLACES = (1, 8)  # the first whose primary sources take the place of the public index
_LINKS = ("git", "url", "path", "file")


def contents(path):
    """The bytes of the regular file ``path``; raises OSError, or BadData where it is none or too large."""
    return apart.contents(path, LIMIT)


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


def poetry_indexes(tables, version):
    """The URLs that poetry of this version asks for any name: those of ``[[tool.poetry.source]]``, the main one first.

    The public index is asked besides, unless a source of the name PyPI says how; a ``default`` source takes its place,
    from poetry 1.8 on a primary one too. ``explicit`` sources are asked for nothing but what names them.
    """
    from ..command import NO_INDEX
    from .reader import DEFAULT_INDEX

    sources = poetry_sources(tables, version)
    ranks = {"default": [], "primary": [], "secondary": [], "supplemental": [], "explicit": []}  # type: dict
    for _, url, priority in sources:
        ranks.get(priority, ranks["primary"]).append(url)
    replaced = ranks["default"] or (ranks["primary"] and version >= _REPLACES)
    if sources and not replaced and (version < _PRIORITIES or all(name != "pypi" for name, _, _ in sources)):
        ranks["secondary" if ranks["primary"] else "default"].append(DEFAULT_INDEX)
    del ranks["explicit"]
    return [url for rank in ranks.values() for url in rank] or [NO_INDEX] * bool(sources)


def poetry_sources(tables, version):
    """[(name in lower case, url, priority)] of ``[[tool.poetry.source]]``."""
    from .reader import DEFAULT_INDEX

    found = []
    sources = table(tables, "tool", "poetry").get("source")
    for source in sources if isinstance(sources, list) else ():
        if not isinstance(source, dict):
            continue
        name = str(source.get("name")).lower()
        priority = str(source.get("priority", "primary")).lower() if version >= _PRIORITIES else "primary"
        priority = next((old for old in ("default", "secondary") if source.get(old) is True), priority)
        url = DEFAULT_INDEX if name == "pypi" and version >= _PRIORITIES else source.get("url")
        if isinstance(url, str):
            found.append((name, url, priority))
    return found


def poetry_named(tables, urls):
    """{normalised name: URL of the one source that every declaration of it names}; urls: {name of a source: URL}."""
    from ..names import normalise

    poetry = table(tables, "tool", "poetry")
    groups = [group for group in table(poetry, "group").values() if isinstance(group, dict)]
    places = [table(poetry, key) for key in ("dependencies", "dev-dependencies")]
    named = {}  # type: dict
    for dependencies in places + [table(group, "dependencies") for group in groups]:
        for name, value in dependencies.items():
            for one in value if isinstance(value, list) else [value]:
                source = one.get("source") if isinstance(one, dict) else None
                named.setdefault(normalise(name), set()).add(urls.get(str(source).lower(), ""))
    return {name: found.pop() for name, found in named.items() if len(found) == 1 and "" not in found}
