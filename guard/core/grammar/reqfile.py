"""Requirement files, as pip's ``parse_requirements`` reads them.

A file is decoded (byte order mark, then a PEP 263 line, then UTF-8, then the locale), split into lines, joined at
backslashes, freed of comments, its ``${VARIABLES}`` filled in, and each line cut at the first word that begins with a
dash: what stands before is one requirement, what follows are options. A line has one meaning only: a requirement, else
the first ``-e``, else the first ``-r``, else the first ``-c``, else settings.
"""

from .. import kernel as os
from ..command import Target
from . import argument, shell
from .options import Refused, parse
from .plain_line import PlainLines

LIMIT = 16 * 1024 * 1024  # bytes; four hundred thousand lines, about a second of reading
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)  # the order matters: the mark of UTF-16 begins that of UTF-32
_VARIABLE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_HASH = "--hash=sha256:"
_HASH_BELOW = "    " + _HASH
_HASHED = len(_HASH_BELOW)  # where a hash begins
_HASH_ENDS = _HASHED + 64
_EITHER_EDITABLE = (25, 0)  # from here on ``./project -e x`` is an editable ./project
_VARIABLES = (10,)  # pip 9 left ``${NAME}`` alone


def read(reader, filename, constraint=False, where=""):
    """Read the requirement or constraint file ``filename``, relative to the reader's directory, and what it includes.

    Targets, unseen parts, indexes and a rejection go to ``reader.command``; nothing is raised for bad input.
    """
    _read(reader, filename, constraint, where, ())


def _read(reader, filename, constraint, where, above):
    if argument.scheme_of(filename) in ("http", "https"):
        if not constraint:
            reader.unseen(filename, "a remote requirement file is not fetched before the tool runs", where)
        return
    path = argument.local_path(filename) if argument.scheme_of(filename) == "file" else filename
    path = os.path.join(reader.cwd, path)
    if path in above:
        reader.reject(filename, "the file includes itself", where)
        return
    if (path, constraint) in reader.seen:
        return
    reader.seen.add((path, constraint))
    data = contents(reader, path, filename, where, constraint)
    if data is None:
        return
    try:
        text = decode(data, reader.environ)
    except (UnicodeError, LookupError) as error:
        reader.reject(filename, "cannot be decoded (%s)" % error, where)
        return
    plain = PlainLines(reader)
    variables = "${" in text and reader.newest >= _VARIABLES
    for number, line in logical(text, whole=reader.skip is not None):
        if variables and "${" in line:
            line = expand(line, reader.environ)
        if reader.skip is not None and reader.skip.search(line):
            continue
        where = f"{filename}:{number}"
        known = plain.read(line)
        if known is None:
            _line(reader, line, where, filename, constraint, above + (path,))
        elif not constraint:
            reader.command.targets.append(Target(known[0], line, known[1], where))


def contents(reader, path, filename, where, constraint=False):
    """The bytes of a regular file, else None, with the reason noted: pip needs a pipe itself, so none is read."""
    try:
        if path.startswith(("/dev/", "/proc/")) or not os.S_ISREG(os.stat(path).st_mode):
            if os.path.isdir(path):
                reader.reject(filename, "is a directory", where)
            elif not constraint:
                reader.unseen(filename, "not a regular file; only the tool can read it", where)
            return None
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:
            if os.fstat(descriptor).st_size > LIMIT:
                reader.unseen(filename, "larger than %d MiB" % (LIMIT >> 20), where)
                return None
            return file.read(LIMIT)
    except (OSError, ValueError) as error:
        reader.reject(filename, "cannot be opened (%s)" % (getattr(error, "strerror", None) or error), where)
        return None


def decode(data, environ):
    """The text of a requirement file; raises UnicodeError or, for an unknown coding, LookupError."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding)
    for line in data.split(b"\n", 2)[:2]:
        if line[:1] == b"#" and b"coding" in line:
            encoding = _declared(line)
            if encoding:
                return data.decode(encoding)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # The locale decides here, and names are ASCII: any one-byte reading shows the same names.
        return data.decode("latin-1")


def _declared(line):
    """The encoding that ``coding: NAME`` or ``coding=NAME`` declares, else ""."""
    place = line.find(b"coding")
    while place >= 0:
        if line[place + 6 : place + 7] in (b":", b"="):
            name = line[place + 7 :].lstrip(b" \t\n\r\x0b\x0c")
            end = 0
            while end < len(name) and (name[end : end + 1].isalnum() or name[end : end + 1] in b"-_."):
                end += 1
            if end:
                return name[:end].decode("ascii")
        place = line.find(b"coding", place + 1)
    return ""


def logical(text, whole=True):
    """(number of the first line, text) of each line that says something; joined, without comments.

    ``whole=False`` leaves out the hashes below a requirement, as programs write them: they say nothing here.
    """
    if "\\" not in text and "#" not in text:
        for number, line in enumerate(text.splitlines(), 1):
            line = line.strip()
            if line:
                yield number, line
        return
    pending = []  # type: list
    first = 0
    hashed = False  # whether hashes below may be left out
    above = ""  # the last of those that were
    for number, line in enumerate(text.splitlines(), 1):
        if hashed:
            if line[:_HASHED] == _HASH_BELOW and line[_HASHED:_HASH_ENDS].isalnum():
                end = line[_HASH_ENDS:]
                if end == " \\":
                    above = line
                    continue
                line = line if end else ""
            elif above:
                pending.append(above[:-1])  # what this line says may belong to it
            above = ""
        comment = "#" in line and line.lstrip()[0] == "#"
        if line[-1:] == "\\" and not comment:
            hashed = not (whole or pending) and line[0].isalnum() and " -" not in line and "$" not in line
            first = first if pending else number
            pending.append(line.strip("\\"))
            continue
        if pending:
            line = "".join(pending) + (" " + line if comment else line)
            pending, number, hashed = [], first, False
        elif comment:
            continue
        line = _uncommented(line)
        if line:
            yield number, line
    line = _uncommented("".join(pending))
    if line:
        yield first, line


def _uncommented(line):
    """Without blanks around it, and without what follows a ``#`` at the beginning or behind a blank."""
    place = line.find("#")
    while place > 0 and not line[place - 1].isspace():
        place = line.find("#", place + 1)
    return (line if place < 0 else line[:place]).strip()


def expand(line, environ):
    """``${NAME}`` replaced where NAME is set and not empty; only capitals, digits and ``_`` make a NAME."""
    names = [piece.partition("}")[:2] for piece in line.split("${")[1:]]
    for name, brace in dict.fromkeys(names):
        if brace and name and _VARIABLE.issuperset(name) and environ.get(name):
            line = line.replace("${%s}" % name, environ[name])
    return line


def _line(reader, line, where, filename, constraint, above):
    start = 0 if line[0] == "-" else line.find(" -") + 1
    if not start and line[0] != "-":
        return reader.argument(line, where, constraint)
    text, options = line[:start].rstrip(), line[start:]
    readings = []  # type: list
    if not (text and _only_hashes(options)):
        try:
            readings = parse("file", shell.split(options), reader.mask)
        except (Refused, ValueError) as error:
            reader.reject(line, str(error), where)
            if reader.command.tool == "pip":
                return None  # uv passes over what it does not know in a file
    if text:
        editable = reader.oldest >= _EITHER_EDITABLE and any("editables" in reading.values for reading in readings)
        if editable:
            return argument.editable(reader, text, where, constraint)
        return reader.argument(text, where, constraint)
    for reading in readings:
        _options(reader, reading.values, where, filename, constraint, above)
    return None


def _only_hashes(options):
    """Whether the options are those of a locked line, which every pip takes and which say nothing here."""
    plain = "'" not in options and '"' not in options and "\\" not in options
    return plain and options.count("-") == options.count(_HASH) * 2


def _options(reader, values, where, filename, constraint, above):
    if "editables" in values:
        return argument.editable(reader, values["editables"][0], where, constraint)
    for kind in ("requirements", "constraints"):
        if kind in values:
            name = values[kind][0]
            if argument.scheme_of(name) not in ("http", "https", "file"):
                name = os.path.join(os.path.dirname(filename), name)
            return _read(reader, name, kind == "constraints", where, above)
    return reader.indexes(values)
