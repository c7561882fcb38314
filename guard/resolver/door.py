"""The one line that lets guard into an interpreter: ``typoguard.pth`` in its site-packages, which ``site`` executes.

It puts a finder for a handful of names at the head of ``sys.meta_path``; nothing of guard is read before one of them is
imported: pip, poetry, venv, virtualenv and the tools that start one of them. Where guard's tree is gone, it says so in
one line when pip or poetry is run, and is silent otherwise. A Python of PEP 829 (3.15) takes its twin,
``typoguard.start``, instead.
"""

import os
import tempfile

from ..core.home import PACKAGE
from .finder import CLASS

NAME = "typoguard"
MANIFEST = "protected"  # in the state folder: one site-packages a line
_START = "_typoguard_start"  # the module that the .start file names; it lies beside it
_PEP_829 = (3, 15)

# What the finder does for a name of its own; a string until then, since compiling it costs more than all the rest.
_SOURCE = """\
import sys
spec = None
try:
    if "_typoguard" not in sys.modules:
        room = {}
        loader = sys.modules["_frozen_importlib_external"].SourceFileLoader("room", package + "/resolver/room.py")
        exec(loader.get_code("room"), room)
        room["open_room"](package)
    from _typoguard.resolver.finder import enter
except Exception:
    if "." in name:
        said = "guard: %s is gone or damaged, nothing is checked here: install it again, or remove %s\\n"
        sys.stderr.write(said % (package, door))
else:
    spec = enter(home, note, True).find_spec(name, path, target)
"""
# The packages whose modules the room patches, and the modules that say a tool is run.
_NAMES = (
    "pip", "poetry", "venv", "virtualenv", "pipenv", "pipx", "pdm", "tox", "nox", "hatch", "build", "pre_commit", "uv",
    "pip._internal.cli.main", "poetry.console.application", "pipenv.patched.pip._internal.cli.main",
)  # fmt: skip
_LINE = (  # in a virtual environment, site runs it twice
    "import sys; %a in [getattr(f, '__name__', '') for f in sys.meta_path] or "
    "sys.meta_path.insert(0, type(%a, (), {'find_spec': staticmethod("
    "lambda name, path=None, target=None, own=%a: (lambda own: exec(%a, own) or own['spec'])"  # each thread its own
    "(dict(own, name=name, path=path, target=target)) if name in %a else None)}))\n"
)

_INSTEAD = "import sys; sys.meta_path[:] = [f for f in sys.meta_path if getattr(f, '__name__', '') != %a]\n" % CLASS
_IN_PIP = """\
# A Python that reads no start file (-S) comes to guard here. `guard unprotect` takes it out again.
def _typoguard():
    import sys
    if "_typoguard" not in sys.modules:
        %s        [f.find_spec("pip") for f in sys.meta_path[:] if getattr(f, "__name__", "") == %a]


_typoguard()
del _typoguard
"""


def line(home_root, door, note="-"):
    """The text of the .pth file at ``door``."""
    own = {"package": _package(home_root), "home": home_root, "door": door, "note": note}
    return _LINE % (CLASS, CLASS, own, _SOURCE, _NAMES)


def in_pip(home_root, door):
    """The line as pip's own first file says it, where no start file has let guard in: the room opens at once."""
    return _IN_PIP % (line(home_root, door), CLASS)


def is_line(text, home_root=None):
    """Whether ``text`` holds a line of any guard's, or of the one at ``home_root``, whatever its version."""
    return "'home': %s" % ("" if home_root is None else ascii(home_root)) in text


def _package(home_root):
    """Where guard lies, by a path that stays when it is installed anew."""
    lasting = home_root + "/venv/site/guard"
    try:
        return lasting if os.path.samefile(lasting, PACKAGE) else PACKAGE
    except OSError:
        return PACKAGE


def put(site, home_root, version, note="-"):
    """Write the files into ``site`` (a site-packages folder) of a Python of ``version``. Returns their paths.

    Raises OSError. Each appears whole or not at all: an interpreter may start at any moment.
    """
    door = "%s/%s.pth" % (site, NAME)
    wanted = {door: line(home_root, door, note)}
    if version >= _PEP_829:
        twin = "%s/%s.py" % (site, _START)
        wanted[twin] = "def enter():\n    " + line(home_root, twin, note)
        wanted["%s/%s.start" % (site, NAME)] = _START + ":enter\n"
    for path, text in wanted.items():
        # A name that nobody can foresee: root may write into a user's folder, and must follow no link laid there.
        fd, beside = tempfile.mkstemp(prefix=".%s-" % NAME, dir=site)
        with open(fd, "w", encoding="ascii") as file:
            file.write(text)
            os.fchmod(fd, 0o644)
        os.replace(beside, path)
    return list(wanted)


def add(path, home_root, note):
    """Let the Python file at ``path``, which is executed at a start, end with the line. Raises OSError.

    One that a ``.pth`` file has put in place before gives way: it knows nothing of ``note``.
    """
    with open(path, "a", encoding="ascii") as file:
        file.write("\n" + _INSTEAD + line(home_root, path, note))


def take_away(site):
    """Remove them. Returns the paths of those that were there; raises OSError where one cannot be removed."""
    gone = []
    for name in (NAME + ".start", NAME + ".pth", _START + ".py"):
        try:
            os.unlink("%s/%s" % (site, name))
            gone.append("%s/%s" % (site, name))
        except FileNotFoundError:
            pass
    return gone


def remember(state, site):
    """Add ``site`` to the list of what is protected. Raises OSError."""
    if site not in remembered(state):
        os.makedirs(state, 0o700, exist_ok=True)
        # Under --system the folders above are shared: no link that another user laid is followed.
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        fd = os.open("%s/%s" % (state, MANIFEST), flags, 0o600)
        with open(fd, "a", encoding="utf-8", errors="surrogateescape") as file:
            file.write(site + "\n")


def remembered(state):
    """The site-packages folders that were protected and not taken back, oldest first."""
    try:
        with open("%s/%s" % (state, MANIFEST), encoding="utf-8", errors="surrogateescape") as file:
            return list(dict.fromkeys(line for line in file.read().split("\n") if line))
    except OSError:
        return []
