"""A requirement as PEP 508 writes it: ``name[extra,…] specifier ; marker`` or ``name[extra] @ url ; marker``.

pip has had two grammars for it, and a line one of them refuses may be a name to the other:

    modern   pip 24.1 and later (packaging 24): PEP 440 versions only, a trailing comma is let through, only
             blanks and tabs are space
    legacy   pip 9 to 24.0 (packaging 16 to 21, pyparsing): any text is a version after ``==`` and its like

Written by hand and without ``re``, which alone costs more than the whole of reading a line.
"""

MODERN = (24, 1)  # the first pip with the modern grammar
NEWEST = (9999,)
LONG = 10000  # characters; what follows a name at greater length is left to pip to check, the name is a name anyway
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DIGITS = "0123456789"
_NAME = LETTERS + "._-"
_RELEASE = frozenset("0123456789.")


class Malformed(ValueError):
    """Not a requirement; the message is a clause that says why."""


class Requirement:
    """What one requirement says.

    name     as written, not yet normalised
    extras   tuple of str, as written
    version  the one release that ``==`` or ``===`` pins it to, as written, without a wildcard; else ""
    url      what stands after ``@``, else ""
    """

    __slots__ = ("name", "extras", "version", "url")

    def __init__(self, name, extras=(), version="", url=""):
        self.name = name
        self.extras = extras
        self.version = version
        self.url = url


def parse(text, pip=NEWEST):
    """The Requirement that ``text`` is, marker included, to a pip of this version; raises Malformed."""
    legacy = pip < MODERN
    blank = " \t\n\r" if legacy else " \t"
    text = text.lstrip(blank)
    rest = text.lstrip(_NAME)
    if rest[:2] == "==" and _RELEASE.issuperset(rest[2:]) and rest[-1] not in "=." and rest[2] != ".":
        name = text[: -len(rest)]  # ``name==1.2.3``: nearly every line of nearly every requirement file
        if name and name[0] in LETTERS and name[-1] in LETTERS and ".." not in rest:
            return Requirement(name, (), rest[2:])
    name, rest = _identifier(text, legacy)
    if not name:
        raise Malformed("a project name is expected, not %r" % text[:40])
    if len(rest) > LONG and rest.lstrip(blank)[:1] in tuple("[(=<>!~;@"):
        return Requirement(name)
    rest = rest.lstrip(blank)
    if not rest:
        return Requirement(name)
    extras = ()
    if rest[0] == "[":
        extras, rest = _extras(rest, blank, legacy)
        rest = rest.lstrip(blank)
    if rest[:1] == "@":
        return _at_url(name, extras, rest[1:].lstrip(blank), pip)
    version = ""
    if rest[0:1] not in ("", ";"):
        from . import specifier  # most requirements are a name, or a name pinned in the plain way above

        version, rest = specifier.read(rest, blank, pip)
    if rest:
        _marker(rest, pip)
    return Requirement(name, extras, version)


def _identifier(text, legacy):
    """(identifier, rest): letters and digits, with ``._-`` between them; "" where there is none."""
    rest = text.lstrip(_NAME)
    name = text[: len(text) - len(rest)]
    if not name or name[0] not in LETTERS:
        return "", text
    if legacy:
        name = name.rstrip("._-")
    elif rest and rest[0].isalnum():  # a letter outside ASCII: no boundary here, so look further back
        name = name.rstrip(LETTERS + "_").rstrip(".-")
    else:
        name = name.rstrip(".-")  # the tokenizer of modern pips takes a name that ends in "_"
    return name, text[len(name) :]


def _extras(rest, blank, legacy):
    """(names, rest) of ``[a, b]``."""
    rest = rest[1:].lstrip(blank)
    names = []
    extra, rest = _identifier(rest, legacy)
    while extra:
        names.append(extra)
        rest = rest.lstrip(blank)
        if rest[:1] != ",":
            break
        extra, rest = _identifier(rest[1:].lstrip(blank), legacy)
        if not extra:
            raise Malformed("an extra is expected after the comma, not %r" % rest[:40])
    rest = rest.lstrip(blank)
    if rest[:1] != "]":
        raise Malformed("the list of extras is not closed")
    return tuple(names), rest[1:]


def _at_url(name, extras, rest, pip):
    """The requirement ``name @ url ; marker``: only a space (or tab) ends the URL."""
    legacy = pip < MODERN
    url, _, rest = rest.partition(" ") if legacy else _cut(rest, " \t")
    if not url:
        raise Malformed("a URL is expected after @")
    rest = rest.strip(" \t\n\r" if legacy else " \t")
    if legacy and not _whole(url):
        raise Malformed("%r is no URL" % url[:60])
    if rest:
        _marker(rest, pip)
    return Requirement(name, extras, "", url)


def _whole(url):
    """Whether a URL has a scheme and a host, as the old grammar asks; a ``file:`` URL has no host (pip 19 on)."""
    scheme, colon, rest = url.partition(":")
    if not colon or not scheme[:1].isalpha() or scheme.strip(LETTERS + "+-."):
        return False
    host = rest[2:].partition("/")[0].partition("?")[0].partition("#")[0] if rest[:2] == "//" else ""
    return rest[:3] == "///" if scheme.lower() == "file" else bool(host)


def _cut(text, ends):
    """(before, the end, after) of the first of several characters."""
    for place, character in enumerate(text):
        if character in ends:
            return text[:place], character, text[place + 1 :]
    return text, "", ""


def _marker(rest, pip):
    if rest[0] != ";":
        raise Malformed("%r is neither a version nor a marker" % rest[:40])
    from . import marker

    if not marker.valid(rest[1:], pip):
        raise Malformed("%r is no environment marker" % rest[1:].strip()[:60])
