"""What one argument of ``poetry add`` names, by the steps of poetry's own RequirementsParser.

In their order: PEP 508 (not in poetry 1.1), a URL, a path that exists, and the simple forms (``name@^1``, ``name=1``,
``name:1``, ``name>=1``, ``name[extra]@…``).
"""

from .. import kernel as os
from ..names import is_name
from .reader import home_of
from .requirement import Requirement

_NAME = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
_WORD = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_SCHEME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.")
_OPERATORS = (">=", "<=", ">", "<", "!=", "~=", "~", "^")
_REPOSITORIES = ("git+http", "git+https", "git+ssh")


def read(reader, text, root, pep508=True):
    """Read one argument; paths start from ``root``, the project's directory. Findings go to the reader's command."""
    where, wanted = "", text.strip()
    if wanted.lower().endswith("latest") and wanted[:-6].rstrip().endswith("@"):
        wanted = wanted[:-6].rstrip()[:-1].strip()
    found = _pep508(wanted) if pep508 else None
    if found is not None and "." in found.name and _is_archive(found.name):
        return _archive(reader, found.name, found.name, text, where)
    if found is not None and found.url:
        found = _by_wheel(found)
    if found is None:
        wanted = _without_extras(wanted)
        scheme, host = _url(wanted)
        if scheme and host and scheme in _REPOSITORIES:
            return _repository(reader, wanted, text, where)
        if scheme in ("http", "https") and host:
            return _archive(reader, wanted, wanted, text, where)
        path = _path(wanted, root, reader.environ)
        if path:
            return _local(reader, path, text, where)
        found = simple(wanted)
    if not is_name(found.name):
        return reader.unseen(text, "it names no project", where)
    return reader.found(found, text, where)


def _pep508(text):
    """The Requirement, None where poetry does not try this grammar or the text has not its shape.

    Markers and versions are not weighed: where poetry refuses them it goes on to the simple forms, and these find the
    same name or one that no index can have.
    """
    if " ; " not in text:
        for place, letter in enumerate(text[:-1]):
            if letter == "@" and (text[place + 1] in "^~!=<>" or text[place + 1].isdecimal()):
                return None
    rest = text.lstrip(_NAME)
    name, rest = text[: len(text) - len(rest)], rest.lstrip(" \t")
    if rest[:1] == "[" and "]" in rest:
        rest = rest.partition("]")[2].lstrip(" \t")
    if rest[:1] == "@":
        url, _, rest = rest[1:].lstrip(" \t").partition(" ")
        return Requirement(name, (), "", url) if name and url and rest.lstrip(" \t")[:1] in ("", ";") else None
    if not name or (rest and not rest.startswith((*_OPERATORS, "==", "(", ";"))):
        return None
    clauses = rest.partition(";")[0].strip().lstrip("(").rstrip(")")
    return Requirement(name, (), exact(clauses))


def _by_wheel(wanted):
    """``name @ url`` of a wheel: poetry goes by the name of the wheel, not by the one before the ``@``."""
    wheel = wanted.url.partition("#")[0].partition("?")[0].endswith(".whl")
    name, version = _named(wanted.url) if wheel else ("", "")
    return Requirement(name, (), version, wanted.url) if name else wanted


def _without_extras(text):
    """Poetry drops ``[extra, …]`` from the end and takes what stands before the first bracket."""
    place = text.find("[")
    inner = text[place + 1 : -1]
    if place >= 0 and text.endswith("]") and inner and all(c in _WORD or "," <= c <= "_" or c == " " for c in inner):
        return text[:place]
    return text


def _url(text):
    """(scheme, host) by the rules of ``urllib.parse``; "" for each that is missing."""
    scheme, colon, rest = text.partition(":")
    if not colon or not scheme or not scheme[0].isalpha() or not _SCHEME.issuperset(scheme):
        return "", ""
    host = rest[2:] if rest.startswith("//") else ""
    for end in "/?#":
        host = host.partition(end)[0]
    return scheme.lower(), host


def _path(text, root, environ):
    """The path that exists under ``root``, or as an absolute one; else ""."""
    if "/" not in text:
        return ""
    path = os.path.join(root, text)
    if os.path.exists(path):
        return path
    if text.startswith("~/"):
        path = os.path.join(home_of(environ), text[2:])
        return path if path.startswith("/") and os.path.exists(path) else ""
    return ""


def _is_archive(name):
    from .argument import archive_ending

    return archive_ending(name)


def _named(url):
    """(name, version) that the file name at the end of a URL or path states, "" for both where it does not."""
    from .argument import archive_name, unquote

    return archive_name(unquote(url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]))


def _repository(reader, url, text, where):
    from .argument import egg_of

    egg = egg_of(url)
    if is_name(egg):
        return reader.found(Requirement(egg), text, where, link=url)
    return reader.unseen(text, "its name is known only after it was fetched", where)


def _archive(reader, place, link, text, where):
    """A URL or a file: its file name says what it is."""
    name, version = _named(place)
    if name:
        return reader.found(Requirement(name, (), version), text, where, link=link)
    return reader.unseen(text, "its name is known only after it was opened", where)


def _local(reader, path, text, where):
    if os.path.isfile(path):
        return _archive(reader, path, path, text, where)
    from . import project

    return project.read(reader, path, (), text, where, True)


def simple(text):
    """The Requirement of the simple forms; its name may be none at all."""
    pair = _cut(text)
    name, blank, version = pair.partition(" ")
    if not blank:
        place = _operator(text)
        if place:
            name, version = text[:place], text[place:]
    return Requirement(_without_extras(name), (), exact(version))


def _cut(text):
    """``re.sub(r"^([^@=: ]+)(?:@|==|(?<![<>~!])=|:| )(.*)$", r"\\1 \\2", text).strip()``."""
    place = 0
    while place < len(text) and text[place] not in "@=: ":
        place += 1
    if 0 < place < len(text):
        if text.startswith("==", place):
            return (text[:place] + " " + text[place + 2 :]).strip()
        if text[place] != "=" or text[place - 1] not in "<>~!":
            return (text[:place] + " " + text[place + 1 :]).strip()
    return text.strip()


def _operator(text):
    """Where the constraint begins: the groups of ``^([^><=!: ]+)((?:>=|<=|>|<|!=|~=|~|\\^).*)$``; 0 for nowhere."""
    place = 0
    while place < len(text) and text[place] not in "><=!: ":
        place += 1
    while place > 0 and not text.startswith(_OPERATORS, place):
        place -= 1
    return place


def exact(constraint):
    """The one release that a constraint of poetry's allows, as written (``1.2``, ``==1.2``, ``=1.2``), else ""."""
    version = constraint.strip().lstrip("=").strip()
    if version[:1].isdecimal() and not any(letter in version for letter in "*,|<>=~^! "):
        return version
    return ""
