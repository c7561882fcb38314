"""Where guard was let into pips themselves (``guard protect --in-pip``), a new pip lets it in too.

A pip that replaces itself loses the lines, and an environment that is made gets a pip without them. guard's own command
writes them: what they are, and whether they may stand there, is upstairs.
"""

import os
import sys

from . import door

_PATIENCE = 60  # seconds


def replaced(home):
    """A pip was installed from here: guard is let into it where it was in the one before."""
    import sysconfig  # pip has it already, as it has what is imported below

    # The pip at work may be another Python's (``pip --python``) or lie in an archive (get-pip.py); under -S, and where
    # Debian's pip is the one before, the folder of what is installed is not where it lies.
    pip = os.path.realpath(os.path.dirname(getattr(sys.modules.get("pip"), "__file__", "")))
    prefix = os.path.realpath(os.path.dirname(os.path.dirname(sys.executable)))
    folders = {os.path.realpath(sysconfig.get_path("purelib")) + "/pip", pip if pip.startswith(prefix + "/") else ""}
    if not folders.isdisjoint(door.remembered(home.personal)):
        _protect(home, sys.executable)


def born(home, python):
    """Let guard into the pip of ``python``, a new environment, where it was let into any."""
    if any(folder.endswith("/pip") for folder in door.remembered(home.personal)):
        _protect(home, python)


def _protect(home, python):
    import subprocess

    command = home.root + "/bin/guard"
    try:
        subprocess.run([command, "protect", "--in-pip", python], check=False, stdin=subprocess.DEVNULL, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_PATIENCE)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        pass  # guard must break no tool; doctor tells that it is not there
