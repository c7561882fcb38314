"""Tools that start pip in environments of their own. Behind their shim, what they start goes through the runner; a uv
that they bring along, which no runner can enter, goes through the gate.

Nothing is written into those environments and nothing into the variables: it holds for this process and its children.
Where the tool's Python is protected, the environments are born protected, and it is needed for uv, and for pipx, which
makes them with the Python that its own environment was made from.
"""

import atexit
import os
import sys

from ..core.command import Invocation
from ..core.errors import CannotJudge, GuardError
from ..core.judge import Judge
from ..core.lookup import open_list
from ..core.settings import load
from ..core.verdict import BLOCK
from . import children
from .report import cwd as here
from .wrap import wrap

_UVS = ("uv", "uvx")  # found by their path, as tools do that bring a uv along; by its word it meets the shim
_GATE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + "/gate.py"


def patch(finder, module=None):
    """Patch ``subprocess.Popen``, by which they start what they start, and what ``python -m uv`` becomes uv by."""
    import subprocess

    if finder.starts:
        return
    finder.starts = True
    atexit.register(_tell, finder, os.getpid())  # the first that is registered, so the last that is called

    def make_init(inner):
        def __init__(self, args, *more, **others):
            plain = isinstance(args, (list, tuple)) and not more[1:] and not others.get("shell")  # more[0]: bufsize
            through = None
            if plain and args and others.get("executable") is None:
                through = finder.session.ours(_through, finder.session, args, others.get("env"), others.get("cwd"))
            inner(self, through or args, *more, **others)
            self.args = args  # what an error about it will show

        return __init__

    def make_exec(inner):
        def execvp(file, args, *more, **others):
            environ = more[0] if more else others.get("env")
            through = finder.session.ours(_before_uv, finder.session, [file, *args[1:]], environ)
            if through and finder.session.report.note:
                finder.over()  # the tool above hears of it
            return inner(through[0], through, *more, **others) if through else inner(file, args, *more, **others)

        return execvp

    wrap(subprocess.Popen, "__init__", make_init)
    wrap(os, "execvpe", make_exec)
    wrap(os, "execvp", make_exec)  # by which uv 0.1 does it


def _before_uv(session, args, environ=None, cwd=None):
    """The words with the gate in them; None where they start no uv, or one that has its shim before it."""
    folder, program = os.path.split(os.fsdecode(args[0]))
    if program not in _UVS or not folder or os.path.realpath(folder) == os.path.realpath(session.home.shims):
        return None
    cwd = os.path.join(here(), os.fsdecode(cwd or ""))
    if not (os.path.isdir(cwd) and os.access(os.path.join(cwd, folder, program), os.X_OK)):
        return None  # that it cannot be started is the tool's to hear, who may know another way
    if not os.access(session.home.python, os.X_OK):
        raise CannotJudge("%s is gone" % session.home.python)
    session.take_over(_refused(session.home, [os.fsdecode(arg) for arg in args], environ, cwd))
    return [session.home.python, "-I", "-S", _GATE, session.home.root, args[0], program, *args[1:]]


def _refused(home, args, environ, cwd):
    """What the gate is going to refuse; it says so and records it, but the tool may show its uv's words to nobody.

    It judges by the list of that moment, and by the settings of the folder and the variables that uv is given.
    """
    from ..core.grammar.read import read

    environ = os.environ if environ is None else environ
    environ = {os.fsdecode(key): os.fsdecode(value) for key, value in environ.items()}
    try:
        command = read(Invocation(os.path.basename(args[0]), args[1:], environ, cwd, args[0]))
        if not command.installs:
            return []
        names = open_list(home)
        found = Judge(home, names, load(home, cwd, environ)).command(command)
        names.close()  # a tool may start many
    except GuardError:
        return []  # the gate will find the same
    return [finding for finding in found if finding.verdict == BLOCK]


def _through(session, args, environ, cwd):
    """The words with the runner in them, or with the gate before a uv; None where they start neither."""
    gated = _before_uv(session, args, environ, cwd)
    if gated is None and len(children.through(session, args, "-")) == len(args):
        return None
    # A command of its own, judged there. What it finds is said up here: many a tool shows its pip's words to nobody.
    session.report.command = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
    return gated or children.through(session, args, session.lend(alone=True))


def _tell(finder, pid):
    if os.getpid() == pid:  # no child that was forked
        finder.over()
