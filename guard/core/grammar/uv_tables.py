"""What uv's own tables say: the other members of a workspace, and the indexes that are asked besides the options'.

The tables are ``[tool.uv]`` of pyproject.toml, or the uv.toml beside it, which then counts alone; behind them comes the
user's own uv.toml.
"""

from .. import kernel as os
from ..names import normalise
from .pyproject import strings, table, tables
from .reader import home_of, remote


def members(reader, start):
    """The directories of the workspace that ``start`` belongs to, itself left out; none where there is no workspace."""
    root, workspace = _workspace(reader, start)
    if not root:
        return []
    from glob import escape, glob  # five milliseconds, which only a workspace pays

    here = escape(root) + "/"
    left_out = {path for pattern in strings(workspace.get("exclude")) for path in glob(here + pattern)}
    found = [root] + sorted(path for pattern in strings(workspace.get("members")) for path in glob(here + pattern))
    found = [os.path.normpath(path) for path in found if path not in left_out]
    return [path for path in found if path != start and os.path.isfile(path + "/pyproject.toml")]


def _workspace(reader, start):
    """(directory, table) of the ``[tool.uv.workspace]`` at ``start`` or in the nearest project above that has one."""
    while start:
        if os.path.isfile(start + "/pyproject.toml"):
            workspace = table(tables(reader, start + "/pyproject.toml", "pyproject.toml"), "tool", "uv", "workspace")
            if workspace:
                return start, workspace
        start = os.path.dirname(start) if start != "/" else ""
    return "", {}


class Asked:
    """Where uv looks: ``main`` index or "", ``more`` of them, remote pages of ``links``; ``none``: of no index."""

    __slots__ = ("main", "more", "links", "none")

    def __init__(self, main="", more=(), links=(), none=False):
        self.main = main
        self.more = list(more)
        self.links = list(links)
        self.none = none

    def add(self, other):
        """What a weaker place says besides: uv joins lists, of single values the stronger one counts."""
        self.main = self.main or other.main
        self.more += other.more
        self.links += other.links
        self.none = self.none or other.none


def indexes(project, environ, file):
    """What uv's tables say, as Asked: those of the project, then the user's own; where ``file`` is given, its alone."""
    found = Asked()
    reader = project.reader
    if file:
        places = [tables(reader, reader.path(file), file)]
    else:
        home = environ.get("XDG_CONFIG_HOME") or home_of(environ) + "/.config"
        places = [_own(project), tables(reader, home + "/uv/uv.toml", "uv.toml")]
    for settings in places:
        main = next((entry["url"] for entry in _entries(settings) if entry.get("default") is True), "")
        # An explicit index is asked only for the packages that name it.
        also = [e["url"] for e in _entries(settings) if e.get("default") is not True and e.get("explicit") is not True]
        found.add(Asked(main, also))
        # What stands in ``pip`` holds for ``uv pip`` alone, and there before the rest.
        for one in (table(settings, "pip"), settings) if reader.command.verb.startswith("pip") else (settings,):
            main = one.get("index-url") if isinstance(one.get("index-url"), str) else ""
            links = filter(remote, strings(one.get("find-links")))
            found.add(Asked(main, strings(one.get("extra-index-url")), links, one.get("no-index") is True))
    return found


def named(project):
    """{normalised name: URL of the one index that ``sources`` name for it}."""
    urls = {entry["name"]: entry["url"] for entry in _entries(_own(project)) if isinstance(entry.get("name"), str)}
    found = {}
    for name, value in table(project.tables, "tool", "uv", "sources").items():
        # More than an index (a marker, a group) says that it holds for some only.
        index = value["index"] if isinstance(value, dict) and list(value) == ["index"] else None
        if isinstance(index, str) and index in urls:
            found[normalise(name)] = urls[index]
    return found


def _own(project):
    root = project.root or project.start
    return tables(project.reader, root + "/uv.toml", "uv.toml") or table(project.tables, "tool", "uv")


def _entries(settings):
    entries = settings.get("index")
    found = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [entry for entry in found if isinstance(entry.get("url"), str)]
