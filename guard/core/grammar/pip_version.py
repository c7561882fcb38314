"""Which pip stands behind a path: read from the pip package that the path's interpreter would import.

``pip/__init__.py`` states ``__version__`` in its first lines, whoever packaged it; one small file is cheaper to read
than a directory of a thousand distributions is to list.
"""

from .. import kernel as os
from .reader import home_of

_HEAD = 8192  # bytes; pip 9 states it behind all its imports


class Place:
    """Where a pip lives: ``versions`` (texts, none where not known), and its interpreter's ``prefix``, else ""."""

    __slots__ = ("versions", "prefix")

    def __init__(self, versions=(), prefix=""):
        self.versions = versions
        self.prefix = prefix


def place(path, environ):
    """The Place of the tool at ``path``: a pip script, or an interpreter that would run ``-m pip``."""
    interpreter = path if _is_python(path) else _shebang(path)
    if not interpreter or not os.path.exists(interpreter):
        return Place()
    prefix = os.path.dirname(os.path.dirname(interpreter))
    venv = os.path.exists(prefix + "/pyvenv.cfg")
    if not venv:
        interpreter = os.path.realpath(interpreter)
        prefix = os.path.dirname(os.path.dirname(interpreter))
    paths = environ.get("PYTHONPATH", "").split(os.pathsep) + _libraries(prefix, interpreter, venv, environ)
    found = []
    for library in paths:
        version = _stated(library + "/pip/__init__.py") if library else ""
        if version and version not in found:
            found.append(version)
    return Place(tuple(found), prefix)


def _is_python(path):
    return os.path.basename(path).startswith(("python", "pypy"))


def _shebang(path):
    """The interpreter that a script names, else "" (``env``, a shell script such as pyenv's shims, no script)."""
    head = _head(path, 512).split(b"\n")
    first = os.fsdecode(head[0][2:].strip()) if head[0][:2] == b"#!" else ""
    if first == "/bin/sh" and len(head) > 1 and head[1].startswith(b"'''exec'"):
        # A path too long or with a blank for the kernel is written for the shell, by pip and by distlib alike.
        first = os.fsdecode(head[1][8:].strip()).split(' "$0"')[0].strip('"')
    elif first.endswith(" -I") or first.endswith(" -E") or first.endswith(" -s"):
        first = first[:-3]
    return first if _is_python(first) and os.path.isabs(first) else ""


def _libraries(prefix, interpreter, venv, environ):
    """The directories that the interpreter imports from, those before others first."""
    minor = os.path.basename(interpreter)
    names = [minor] if minor.startswith("python3.") else []
    for lib in ("/lib", "/lib64"):
        if not names and os.path.isdir(prefix + lib):
            names = [name for name in os.listdir(prefix + lib) if name.startswith("python3.")]
    shared = [] if venv else ["/lib/python3/dist-packages"]
    user = environ.get("PYTHONUSERBASE") or home_of(environ) + "/.local"
    paths = []
    for name in names:
        if not venv:
            paths.append("%s/lib/%s/site-packages" % (user, name))
        if prefix == "/usr":
            paths.append("/usr/local/lib/%s/dist-packages" % name)
        paths.append("%s/lib/%s/site-packages" % (prefix, name))
        paths.append("%s/lib64/%s/site-packages" % (prefix, name))
    return paths + [prefix + path for path in shared]


def _stated(path):
    _, equals, rest = _head(path, _HEAD).partition(b"__version__ = ")
    quote = rest[:1]
    return os.fsdecode(rest[1:].partition(quote)[0]) if equals and quote in (b"'", b'"') else ""


def _head(path, size):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except (OSError, ValueError):
        return b""
    try:
        return os.read(descriptor, size)
    except OSError:
        return b""
    finally:
        os.close(descriptor)
