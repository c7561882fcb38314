"""What uv's own tables say: the other members of a workspace, and the indexes that are asked where no option names any.

The tables are ``[tool.uv]`` of pyproject.toml, or the uv.toml beside it, which then counts alone; behind them comes the
user's own uv.toml.
"""

from .. import kernel as os
from .pyproject import strings, table, tables
from .reader import DEFAULT_INDEX


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


def indexes(project, environ):
    """The index URLs that uv's tables name, the main one first; none where they name none."""
    root = project.root or project.start
    own = tables(project.reader, root + "/uv.toml", "uv.toml") or table(project.tables, "tool", "uv")
    home = environ.get("XDG_CONFIG_HOME") or environ.get("HOME", "") + "/.config"
    for settings in (own, tables(project.reader, home + "/uv/uv.toml", "uv.toml")):
        found = _named(settings)
        if found:
            return found
    return []


def _named(settings):
    main, more = "", []  # type: str, list
    entries = settings.get("index")
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("url"), str):
            if entry.get("default") is True:
                main = entry["url"]
            elif entry.get("explicit") is not True:  # asked only for the packages that name it
                more.append(entry["url"])
    for tables_of in (settings, table(settings, "pip")):
        main = main or (tables_of.get("index-url") if isinstance(tables_of.get("index-url"), str) else "")
        more += strings(tables_of.get("extra-index-url"))
    return [main or DEFAULT_INDEX] + more if main or more else []
