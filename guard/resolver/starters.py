"""Tools that start pip in environments of their own. Behind their shim, what they start goes through the runner.

Nothing is written into those environments and nothing into the variables: it holds for this process and its children.
Where the tool's Python is protected, the environments are born protected, and this is not needed; but for pipx, which
makes them with the Python that its own environment was made from.
"""

import atexit
import os
import sys

from . import children
from .wrap import wrap


def patch(finder, module=None):
    """Patch ``subprocess.Popen``, by which all of them start what they start."""
    import subprocess

    if finder.starts:
        return
    finder.starts = True
    atexit.register(_tell, finder, os.getpid())  # the first that is registered, so the last that is called

    def make(inner):
        def __init__(self, args, *more, **others):
            plain = isinstance(args, (list, tuple)) and not more and not others.get("shell")
            through = None
            if plain and args and others.get("executable") is None:
                through = finder.session.ours(_through, finder.session, args)
            inner(self, through or args, *more, **others)
            self.args = args  # what an error about it will show

        return __init__

    wrap(subprocess.Popen, "__init__", make)


def _through(session, args):
    """The words with the runner in them; None where they start no pip."""
    if len(children.through(session, args, "-")) == len(args):
        return None
    # A command of its own, judged there. What it finds is said up here: many a tool shows its pip's words to nobody.
    session.report.command = [os.path.basename(sys.argv[0]), *sys.argv[1:]]
    return children.through(session, args, session.lend(alone=True))


def _tell(finder, pid):
    if os.getpid() == pid:  # no child that was forked
        finder.over()
