"""Two more places ``pip install`` takes names from: a pylock.toml (PEP 751) and a script's header (PEP 723)."""

from .. import kernel as os
from ..errors import BadData
from ..names import is_name
from . import plain_toml, project, reqfile
from .argument import scheme_of, strip_extras
from .requirement import Malformed, Requirement


def is_pylock(filename):
    """Whether pip takes ``filename`` for a lock: ``pylock.toml`` or ``pylock.NAME.toml``, extras in brackets aside."""
    base = strip_extras(filename)[0].partition("?")[0].rpartition("/")[2]
    return base == "pylock.toml" or (base.startswith("pylock.") and base.endswith(".toml") and base.count(".") == 2)


def pylock(reader, filename):
    """Add every package of a lock, whatever its marker, with its version."""
    filename = strip_extras(filename)[0]
    if scheme_of(filename) in ("http", "https", "file"):
        reader.unseen(filename, "a remote lock is not fetched before the tool runs")
        return
    tables = project.toml(reader, reader.path(filename), filename)
    for package in tables.get("packages") or ():
        name = package.get("name") if isinstance(package, dict) else None
        if isinstance(name, str) and is_name(name):
            version = package.get("version")
            version = version if isinstance(version, str) else ""
            text = "%s==%s" % (name, version) if version else name
            reader.found(Requirement(name, (), version), text, filename, True, _link(package))


def _link(package):
    """Where a package comes from, where the lock names a repository, an archive or a directory of its own."""
    for kind in ("vcs", "archive", "directory"):
        said = package.get(kind)
        if isinstance(said, dict):
            return str(said.get("url") or said.get("path") or "")
    return ""


def script(reader, filename):
    """Add the dependencies in the ``# /// script`` block of a Python script."""
    data = reqfile.contents(reader, reader.path(filename), filename, "")
    if data is None:
        return
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    blocks = list(_blocks(text.split("\n")))  # no other character ends a line to Python's own reading of files
    if len(blocks) != 1:
        reader.reject(filename, "holds %s script metadata" % ("no" if not blocks else "more than one"))
        return
    try:
        tables = plain_toml.read(blocks[0].encode())
    except BadData as error:
        reader.reject(filename, error.message)
        return
    for line in tables.get("dependencies") or ():
        try:
            reader.found(reader.requirement(line), line, os.path.basename(filename))
        except (Malformed, AttributeError):
            reader.reject(str(line), "not a requirement", filename)


def _blocks(lines):
    """The text of each ``script`` block: from its mark to the last ``# ///`` of the comment lines that follow it."""
    place = 0
    while place < len(lines):
        if lines[place] != "# /// script":
            place += 1
            continue
        start = end = place + 1
        while end < len(lines) and (lines[end] == "#" or lines[end][:2] == "# "):
            end += 1
        while end > start and lines[end - 1] != "# ///":
            end -= 1
        if end - 1 > start:
            yield "\n".join(line[2:] for line in lines[start : end - 1])
            place = end
        else:
            place = start
