"""The packages of a poetry.lock: a fast scan of the form poetry itself writes, the full TOML parser for any other.

A lock of a thousand packages is two megabytes; parsing it whole costs a hundred times what the scan does. The scan is
exact because it accepts only documents in which the text it looks at can mean one thing: without multi-line strings
each string ends on its own line, and without indented or unknown headers every table begins at a known line. Whatever
could hide a package (another spelling of a header or a key, an escape, a comment behind a value, a carriage return)
is a deviation. A document that is no TOML at all may pass the scan; poetry then refuses it and installs nothing.
"""

from .. import apart
from ..errors import BadData
from .plain_toml import Deviation

_SOURCE_KEYS = frozenset(["type", "url", "reference", "resolved_reference", "subdirectory"])
_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_AFTER_PACKAGES = frozenset(["metadata]", "extras]", "metadata.files]", "metadata.hashes]"])


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
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Deviation("not UTF-8") from None
    _check_lines(text)
    chunks = ("\n" + text).split("\n[")
    _check_preamble(chunks[0])
    found = []
    packages_over = False
    sourced = True  # a [package.source] needs a package before it, and at most one of them
    for chunk in chunks[1:]:
        if chunk.startswith("[package]]\n"):
            lines = chunk.split("\n", 3)
            if packages_over or len(lines) != 4:
                raise Deviation("package")
            found.append((_value(lines[1], 'name = "'), _value(lines[2], 'version = "'), "", ""))
            sourced = False
        elif chunk.startswith("package.dependencies]\n") or chunk.startswith("package.extras]\n"):
            if packages_over or not found:
                raise Deviation("table without a package")
        elif chunk.startswith("package.source]\n"):
            if packages_over or sourced:
                raise Deviation("source without a package")
            found[-1] = found[-1][:2] + _source(chunk)
            sourced = True
        else:
            packages_over = _other_table(chunk, packages_over, found)
    return found


def _check_lines(text):
    """Every line is what poetry writes there: nothing indented but array items, no string over several lines."""
    if '"""' in text or "'''" in text or "\r" in text or "\t" in text or "\f" in text or "\v" in text:
        raise Deviation("multi-line string or control character")
    items = text.count('\n    "') + text.count("\n    {")
    if text.count("\n ") != items or text[:1] == " ":
        raise Deviation("indented line")
    # A source given as a key of the package (source = {…}, source.url = …) would be missed.
    if "\nsource" in text:
        raise Deviation("source as a key")
    at = text.find('\n"')
    while at >= 0:  # quoted keys: names of dependencies and extras with a dot
        end = text.find('"', at + 2)
        key = text[at + 2 : end]
        if end < 0 or "\\" in key or "\n" in key or key == "source":
            raise Deviation("quoted key")
        at = text.find('\n"', end)
    if "\n'" in text:
        raise Deviation("literal key")


def _check_preamble(text):
    """Before the first table there are comments, and ``package = []`` where nothing is locked."""
    for line in text.split("\n"):
        if line and not line.startswith("#") and line != "package = []":
            raise Deviation("top-level key")


def _value(line, start):
    value = line[len(start) : -1]
    if not line.startswith(start) or line[-1] != '"' or len(line) == len(start) or '"' in value or "\\" in value:
        raise Deviation("value")
    return value


def _source(chunk):
    kind = url = ""
    for line in chunk.split("\n")[1:]:
        if not line or line.startswith("#"):
            continue
        key, equals, _ = line.partition(" = ")
        if not equals or key not in _SOURCE_KEYS:
            raise Deviation("source key")
        value = _value(line, key + ' = "')
        if key == "type":
            kind = value
        elif key == "url":
            url = value
    return kind, url


def _other_table(chunk, packages_over, found):
    """Whether the packages are over with this table. Raises Deviation where it is none that poetry writes."""
    header = chunk.split("\n", 1)[0]
    if header in _AFTER_PACKAGES:
        return True
    name = header.lstrip("[")
    if len(header) - len(name) > 1 or not header.endswith("]" * (1 + len(header) - len(name))):
        raise Deviation("header")
    name = name[: -(1 + len(header) - len(name))]
    if name.startswith("package.dependencies.") and _BARE.issuperset(name[len("package.dependencies.") :]):
        if packages_over or not found:
            raise Deviation("table without a package")
        return packages_over
    raise Deviation("header")
