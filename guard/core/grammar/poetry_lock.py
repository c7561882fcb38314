"""The packages of a poetry.lock: a fast scan of the form poetry itself writes, the full TOML parser for any other.

A lock of a thousand packages is two megabytes; parsing it whole costs a hundred times what the scan does. The scan is
exact because it accepts only documents in which the text it looks at can mean one thing: without multi-line strings
each string ends on its own line, and without indented or unknown headers every table begins at a known line. Whatever
could hide a package (another spelling of a header or a key, an escape, a comment behind a value, a carriage return)
is a deviation. A document that is no TOML at all may pass the scan; poetry then refuses it and installs nothing.
"""

from ..errors import BadData
from .plain_toml import Deviation

_SOURCE_KEYS = frozenset(["type", "url", "reference", "resolved_reference", "subdirectory"])
_FILES = b"\nfiles = [\n"
_LINE = 10  # a line feed
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ITEMS = frozenset(["    {", '    "'])  # how the lines of an array begin
_LOOK = frozenset("[fs\"'\t")  # first letters of the lines that could say something
_OF_PACKAGE = frozenset(["[package.dependencies]", "[package.extras]"])
_AFTER_PACKAGES = frozenset(["[metadata]", "[extras]", "[metadata.files]", "[metadata.hashes]"])


def read(data):
    """The locked packages of ``data`` (bytes): [(name, version, source type, source url)], "" where there is none.

    Names and versions as written. Raises BadData where it is no lock file.
    """
    try:
        return scan(data)
    except Deviation:
        return whole(data)


def whole(data):
    """As read, by the full TOML parser."""
    from .. import apart

    packages = apart.toml(data).get("package", [])
    if not isinstance(packages, list):
        raise BadData("package is not a list of tables")
    found = []
    for package in packages:
        source = package.get("source", {}) if isinstance(package, dict) else None
        if not isinstance(source, dict):
            raise BadData("package is not a list of tables")
        row = (package.get("name"), package.get("version"), source.get("type", ""), source.get("url", ""))
        if not all(isinstance(item, str) for item in row):
            raise BadData("a package has no name or version")
        found.append(row)
    return found


def scan(data):
    """As read, for the canonical form alone. Raises Deviation."""
    _check_strings(data)
    found, over = [], False  # type: list, bool
    closed = True  # no key may follow before the next table: at the top, and behind the blank line that ends a source
    for place, piece in enumerate(_pieces(data)):
        if place and closed:
            raise Deviation("key")
        lines = iter(piece.split("\n"))
        for line in lines:
            first = line[:1]
            if first == " ":
                if closed or line[:5] not in _ITEMS or (line[4] == '"' and not _is_item(line)):
                    raise Deviation("indented line")
            elif first not in _LOOK:
                if closed and first and first != "#" and (found or line != "package = []"):
                    raise Deviation("key")
            elif line == "[[package]]":
                closed = False
                if over:
                    raise Deviation("package behind the metadata")
                found.append((_value(next(lines, ""), 'name = "'), _value(next(lines, ""), 'version = "'), "", ""))
            elif line == "[package.source]":
                if over or not found or found[-1][2] or found[-1][3]:
                    raise Deviation("source without a package")
                found[-1] = found[-1][:2] + _source(lines)
                closed = True
            elif first == "[":
                over, closed = _table(line, over, found), False
            elif closed:
                raise Deviation("key")
            else:
                _check_key(line)
    return found


def _pieces(data):
    """The text between the arrays of files, which are most of a lock and are not even decoded."""
    begin = 0
    start = data.find(_FILES)
    while start >= 0:
        yield data[begin:start].decode("utf-8")
        end = data.find(b"]", start + len(_FILES))  # an array without a "]" in it ends at the line that is one
        if end < 0 or data[end - 1] != _LINE or data[end + 1 : end + 2] not in (b"", b"\n"):
            raise Deviation("files")
        begin = end + 2
        start = data.find(_FILES, begin)
    yield data[begin:].decode("utf-8")


def _check_strings(data):
    """No string goes over several lines, a line ends at a line feed, and all of it is UTF-8."""
    try:
        data.isascii() or data.decode("utf-8")
    except UnicodeDecodeError:
        raise Deviation("not UTF-8") from None
    if data.rfind(b'"""') >= 0 or b"\r" in data:  # from behind is twice as fast
        raise Deviation("multi-line string or carriage return")
    at = data.find(b"'")  # one letter is found ten times as fast as three
    while at >= 0:
        if data.startswith(b"'''", at):
            raise Deviation("multi-line string")
        at = data.find(b"'", at + 1)


def _is_item(line):
    """Whether an indented line that begins with a quote is an item of an array: it could be a key, too."""
    return line[-2:] == '",' and '"' not in line[5:-2].replace("\\\\", "").replace('\\"', "")


def _check_key(line):
    """A source given as a key of the package (source = {…}, source.url = …) would be missed."""
    if line[0] == '"':  # names of dependencies and extras with a dot are quoted
        key, quote, _ = line[1:].partition('"')
        if not quote or "\\" in key or key == "source":
            raise Deviation("quoted key")
    elif line[0] in "'\t" or line.startswith("source"):
        raise Deviation("key")


def _value(line, start):
    value = line[len(start) : -1]
    if not line.startswith(start) or line[-1] != '"' or len(line) == len(start) or '"' in value or "\\" in value:
        raise Deviation("value")
    return value


def _source(lines):
    """(type, url) of a ``[package.source]``, whose lines end at a blank one."""
    kind = url = ""
    for line in lines:
        if not line:
            break
        key, equals, _ = line.partition(" = ")
        if not equals or key not in _SOURCE_KEYS:
            raise Deviation("source key")
        value = _value(line, key + ' = "')
        if key == "type":
            kind = value
        elif key == "url":
            url = value
    if not kind:
        raise Deviation("source without a type")
    return kind, url


def _table(line, over, found):
    """Whether the packages are over with this table. Raises Deviation where it is none that poetry writes."""
    if line in _AFTER_PACKAGES:
        return True
    name = line[len("[package.dependencies.") : -1]
    one = line.startswith("[package.dependencies.") and line.endswith("]") and name and _BARE.issuperset(name)
    if over or not found or not (one or line in _OF_PACKAGE):
        raise Deviation("table")
    return False
