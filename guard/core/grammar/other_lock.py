"""The packages of a uv.lock or pdm.lock: a scan of the form the tools write, the full TOML parser for any other.

The scan stands on the same ground as that of poetry.lock (see there): where no string goes over several lines and no
table has an unusual header, a line can mean one thing only.
"""

from ..errors import BadData
from .plain_toml import Deviation

_LINKS = ("git", "url", "path", "directory")
_OWN = ("editable", "virtual")  # members of the workspace: the project itself
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.[]")
_QUIET = ("", "#", "]")  # blank lines, comments, ends of arrays
_ITEMS = frozenset(["    {", '    "'])


def read(data):
    """[(name, version, link)] of a lock (bytes); "" for a version or link there is none of. Raises BadData."""
    try:
        return scan(data)
    except Deviation:
        return whole(data)


def whole(data):
    """As read, by the full TOML parser."""
    from .. import apart

    packages = apart.toml(data).get("package", [])
    found = []
    for package in packages if isinstance(packages, list) else [None]:
        if not isinstance(package, dict) or not isinstance(package.get("name"), str):
            raise BadData("a package has no name")
        version, source = package.get("version", ""), package.get("source", {})
        source = source if isinstance(source, dict) else {}
        places = dict(package, **source)
        if not any(key in source for key in _OWN):
            link = next((places[key] for key in _LINKS if isinstance(places.get(key), str)), "")
            found.append((package["name"], version if isinstance(version, str) else "", link))
    return found


def scan(data):
    """As read, for the form that uv and pdm write. Raises Deviation."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Deviation("not UTF-8") from None
    if '"""' in text or "'''" in text or "\r" in text:
        raise Deviation("multi-line string or carriage return")
    rows, top = [], True  # type: list, bool
    row = None  # type: dict | None
    for line in text.split("\n"):
        first = line[:1]
        if first == " ":
            if line[:5] not in _ITEMS:
                raise Deviation("indented line")
        elif line == "[[package]]":
            row, top = {}, False
            rows.append(row)
        elif first == "[":
            row, top = None, False
            _header(line)
        elif first in ('"', "'", "\t") or (top and line.startswith("package")):
            raise Deviation("key")
        elif first.isalpha():
            if row is not None:
                _pair(row, line)
        elif first not in _QUIET:
            raise Deviation("line")
    return [_row(row) for row in rows if not any(key in row for key in _OWN)]


def _header(line):
    name = line[len("[package.") : -1]
    if not line.startswith("[package.") or line[-1:] != "]" or not name:
        name = line.strip("[]")
        if name == "package" or name.startswith("package."):
            name = name[len("package.") :]
            if not name or line.startswith("[["):  # arrays of tables below a package (uv's metadata) say nothing here
                name = name.partition(".")[0] if name else "name"
    if not _BARE.issuperset(line) or name.partition(".")[0] in ("name", "version", "source", *_LINKS):
        raise Deviation("header")


def _pair(row, line):
    key, equals, value = line.partition(" = ")
    if not equals:
        if line.partition("=")[0].partition(".")[0].strip() in ("name", "version", "source", *_LINKS):
            raise Deviation("key")
        return
    head = key.partition(".")[0].strip()
    if head in ("name", "version", *_LINKS):
        if head != key or key in row:
            raise Deviation("key")
        row[key] = _string(value)
    elif head == "source":
        if head != key or value[:2] != "{ " or value[-2:] != " }":
            raise Deviation("source")
        for pair in value[2:-2].split(", "):
            name, equals, inner = pair.partition(" = ")
            if not equals or name in row:
                raise Deviation("source")
            row[name] = _string(inner)


def _string(value):
    if len(value) < 2 or value[0] != '"' or value[-1] != '"' or '"' in value[1:-1] or "\\" in value:
        raise Deviation("value")
    return value[1:-1]


def _row(row):
    if "name" not in row:
        raise Deviation("package without a name")
    return row["name"], row.get("version", ""), next((row[key] for key in _LINKS if key in row), "")
