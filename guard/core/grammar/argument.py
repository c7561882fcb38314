"""What one argument of ``pip install`` names: a requirement, a URL, a file or a directory; ``-e`` has its own rules.

The order of questions is that of pip's ``install_req_from_line`` and ``install_req_from_editable``; it decides, for
example, that ``foo==1.0.zip`` is a file and that ``./foo`` is a directory only where there is one. A local project is
named by its own files (see project.py); an archive by its file name; a URL without either, such as a repository
without ``#egg=``, has a name that is known only after it was fetched, so it is unseen.
"""

from .. import kernel as os
from ..names import is_name
from .reader import ENDINGS
from .requirement import DIGITS, Malformed, Requirement

ARCHIVES = (
    ".zip", ".whl", ".tar.gz", ".tgz", ".tar", ".tar.bz2", ".tbz", ".tar.xz", ".txz", ".tlz", ".tar.lz", ".tar.lzma",
)  # fmt: skip
VCS = ("git", "hg", "svn", "bzr")
_VCS_SCHEMES = frozenset((
    "git+file", "git+git", "git+http", "git+https", "git+ssh", "hg+file", "hg+http", "hg+https", "hg+ssh",
    "hg+static-http",
    "svn+file", "svn+http", "svn+https", "svn+ssh", "svn+svn", "bzr+file", "bzr+ftp", "bzr+http", "bzr+https", "bzr+lp",
    "bzr+sftp", "bzr+ssh",
))  # fmt: skip
_SCHEMES_SINCE = {"hg+file": (19, 3), "svn+file": (21, 0), "bzr+file": (21, 0)}
_BARE_VCS = (21, 0)  # the first pip to which ``git:`` alone is no URL, and ``-e git+x:`` only with a known scheme
_PLAIN_SCHEMES = ("http", "https", "file", "ftp")
_NAMED_EDITABLE = (25, 3)  # the first pip in which ``-e`` takes ``name @ url``
_STRICT_EGG = (26, 0)  # ``#egg=`` holds a bare name from here on
_LOOSE_EGG = (18, 0)  # before this, ``-e …#egg=foo-1.0`` and ``…#egg=foo-dev`` were foo


def read(reader, text, where="", constraint=False):
    """Read one positional argument, or one line of a requirement file without its options."""
    url = is_url(reader, text)
    name, _, marker = text.partition("; " if url else ";")
    marker = marker.strip()
    if marker and not reader.marker(marker):
        return reader.reject(text, "%r is no environment marker" % marker, where)
    name = name.strip()
    if url:
        return _link(reader, name, text, where, constraint)
    bare, extras = strip_extras(reader.path(name))
    path = os.path.join(reader.cwd, bare)
    if _looks_like_path(name) and os.path.isdir(path):
        return _directory(reader, path, extras, text, where, constraint)
    if archive_ending(path) and not _names_url(reader, name, path):
        return _file(reader, path, text, where, constraint)
    return reader.plain(name, text, where, constraint)


def named(reader, text, where=""):
    """Read an argument of pdm or pipx, to which a requirement of PEP 508 is one whatever it is called like."""
    try:
        wanted = reader.requirement(text)
    except Malformed:
        return read(reader, text, where)
    if wanted.url:
        egg = egg_of(wanted.url)
        if egg and egg != wanted.name:  # pdm goes by this name
            _egg(reader, egg, wanted.url, text, where, False)
        return direct(reader, wanted, text, where, False)
    if archive_ending(text) and os.path.isfile(reader.path(text)):
        read(reader, text, where)
    return reader.found(wanted, text, where)


def editable(reader, text, where="", constraint=False):
    """Read the value of one ``-e``."""
    if reader.newest >= _NAMED_EDITABLE:
        try:
            wanted = reader.requirement(text)
        except Malformed:
            wanted = None
        if wanted is not None and wanted.url:
            return _named_editable(reader, wanted, text, where, constraint)
    bare, extras = strip_extras(text)
    path = os.path.join(reader.cwd, bare)
    if os.path.isdir(path):
        return _directory(reader, path, extras, text, where, constraint)
    if bare.lower().startswith("file:"):
        return _local_url(reader, bare, extras, text, where, constraint)
    if bare.startswith("\\\\") and reader.newest >= _NAMED_EDITABLE:  # pip takes it for a path, and finds nothing there
        return reader.unseen(text, "a share of Windows", where)
    url = text
    if scheme_of(url) in VCS:
        url = "%s+%s" % (scheme_of(url), url)
    if not (_is_vcs(reader, url) or (reader.oldest < _BARE_VCS and url.partition("+")[0].lower() in VCS)):
        return reader.reject(text, "neither a local project nor a version control URL", where)
    egg = egg_of(url)
    if not egg:
        return reader.reject(text, "the name is missing; write #egg=name", where)
    if reader.newest < _LOOSE_EGG:
        egg = _without_version(egg)
    return _egg(reader, egg, url, text, where, constraint)


def is_url(reader, text):
    """Whether pip takes ``text`` for a URL: by its scheme alone."""
    scheme = scheme_of(text)
    return scheme in _PLAIN_SCHEMES or _is_vcs(reader, text) or (scheme in VCS and reader.oldest < _BARE_VCS)


def scheme_of(text):
    """What stands before the first colon, in lower case; "" without a colon."""
    scheme, colon, _ = text.partition(":")
    return scheme.lower() if colon else ""


def _is_vcs(reader, url):
    scheme = scheme_of(url)
    return scheme in _VCS_SCHEMES and reader.newest >= _SCHEMES_SINCE.get(scheme, (0,))


def _without_version(egg):
    """``foo-1.0`` and ``foo-dev`` are foo, at the first dash that a digit follows."""
    place = egg.find("-")
    while place >= 0:
        if egg[place + 1 : place + 2].isdigit() or egg[place:] == "-dev":
            return egg[:place]
        place = egg.find("-", place + 1)
    return egg


def egg_of(url):
    """The value of ``#egg=`` (or ``&egg=``) of a URL, None where there is none."""
    places = [place for place in (url.find("#egg="), url.find("&egg=")) if place >= 0]
    return url[min(places) + 5 :].partition("&")[0] if places else None


def strip_extras(text):
    """(text without them, extras as written) of ``path[extra,…]``."""
    if text.endswith("]"):
        bare, _, extras = text[:-1].rpartition("[")
        if bare and extras and "]" not in extras:
            return bare.rstrip(), tuple(extra.strip() for extra in extras.split(","))
    return text, ()


def archive_ending(path):
    """The ending by which ``path`` is an archive to pip, else ""; ``.tar`` counts with what follows it."""
    if not path.lower().endswith(ENDINGS):
        return ""
    stem, _, last = path.rpartition("/")[2].rpartition(".")
    if not stem.strip("."):
        return ""  # a dot file has no ending
    ending = ".tar." + last.lower() if stem.lower().endswith(".tar") else "." + last.lower()
    return ending if ending in ARCHIVES else ""


def archive_name(filename):
    """(name, version) that the file name of a wheel or an sdist states, else ("", "")."""
    ending = archive_ending(filename)
    stem = filename[: len(filename) - len(ending)]
    if ending == ".whl":
        parts = stem.split("-")
        return (parts[0].replace("_", "-"), parts[1]) if len(parts) >= 5 and is_name(parts[0]) else ("", "")
    name, dash, version = stem.rpartition("-")
    return (name, version) if dash and is_name(name) and version[:1] in DIGITS else ("", "")


def _looks_like_path(name):
    return "/" in name or name.startswith(".")


def _names_url(reader, name, path):
    """``name @ https://host/file.zip`` ends like a file too; a pip before 19.3 takes it for one."""
    if reader.newest < (19, 3) or os.path.isfile(path):
        return False
    before, at, _ = name.partition("@")
    return bool(at) and not _looks_like_path(before)


def direct(reader, wanted, text, where, constraint):
    """Keep a well-formed requirement that has a URL."""
    if _wrong_egg(reader, wanted.url):
        return reader.reject(text, "#egg= holds no project name", where)
    reader.found(wanted, text, where, not constraint)
    if scheme_of(wanted.url) == "file" and not constraint and os.path.isdir(local_path(wanted.url)):
        _project(reader, local_path(wanted.url), wanted.extras, text, where, False)
    return None


def _link(reader, url, text, where, constraint):
    if scheme_of(url) == "file":
        return _local_url(reader, url, (), text, where, constraint)
    if _wrong_egg(reader, url):
        return reader.reject(text, "#egg= holds no project name", where)
    filename = unquote(url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2])
    name, version = archive_name(filename)
    egg = egg_of(url)
    if egg is not None and not filename.endswith(".whl"):
        return _egg(reader, egg, url, text, where, constraint)
    if name and not _is_vcs(reader, url):
        return reader.found(Requirement(name, (), version), text, where, not constraint, url)
    return reader.unseen(text, "its name is known only after it was fetched", where)


def _egg(reader, egg, url, text, where, constraint):
    if _wrong_egg(reader, url):
        return reader.reject(text, "#egg= holds no project name", where)
    try:
        wanted = reader.requirement(egg)
    except Malformed as error:
        return reader.reject(text, str(error), where)
    return reader.found(wanted, text, where, not constraint, url)


def _wrong_egg(reader, url):
    egg = egg_of(url)
    return egg is not None and reader.oldest >= _STRICT_EGG and not is_name(egg)


def _named_editable(reader, wanted, text, where, constraint):
    if scheme_of(wanted.url) != "file" and not _is_vcs(reader, wanted.url):
        return reader.reject(text, "neither a local project nor a version control URL", where)
    return direct(reader, wanted, text, where, constraint)


def _local_url(reader, url, extras, text, where, constraint):
    path = local_path(url)
    egg = egg_of(url)
    if os.path.isdir(path):
        if egg is not None:
            _egg(reader, egg, url, text, where, constraint)
        return _directory(reader, path, extras, text, where, constraint, named=egg is None)
    if egg is not None and not path.endswith(".whl"):
        return _egg(reader, egg, url, text, where, constraint)
    return _file(reader, path, text, where, constraint)


def _directory(reader, path, extras, text, where, constraint, named=True):
    if not (os.path.isfile(path + "/setup.py") or os.path.isfile(path + "/pyproject.toml")):
        return reader.reject(text, "the directory holds neither setup.py nor pyproject.toml", where)
    return None if constraint else _project(reader, path, extras, text, where, named)


def _project(reader, path, extras, text, where, named):
    from . import project

    project.read(reader, path, extras, text, where, named)


def _file(reader, path, text, where, constraint):
    name, version = archive_name(os.path.basename(path))
    if name:
        return reader.found(Requirement(name, (), version), text, where, not constraint, path)
    if not os.path.exists(path):
        return reader.reject(text, "there is no such file", where)
    return reader.unseen(text, "its name is known only after it was opened", where)


def local_path(url):
    """The path of a ``file:`` URL, unquoted, without query and fragment."""
    path = url[5:].partition("#")[0].partition("?")[0]
    if path.startswith("//"):
        _, slash, path = path[2:].partition("/")
        path = slash + path
    return os.path.normpath(unquote(path)) if path else ""


def unquote(text):
    """Percent-escapes decoded; ``urllib.parse`` would cost more than all of this reading."""
    if "%" not in text:
        return text
    raw = bytearray()
    pieces = text.encode("utf-8", "surrogateescape").split(b"%")
    raw += pieces[0]
    for piece in pieces[1:]:
        try:
            raw.append(int(piece[:2].decode("ascii"), 16))
            raw += piece[2:]
        except ValueError:
            raw += b"%" + piece
    return raw.decode("utf-8", "surrogateescape")
