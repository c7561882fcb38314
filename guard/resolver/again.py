"""Where guard was let into pips themselves (``guard protect --in-pip``), a new pip lets it in too.

A pip that replaces itself loses the lines, and an environment that is made gets a pip without them. guard's own command
writes them: what they are, and whether they may stand there, is upstairs.
"""

import subprocess

from . import door

_PATIENCE = 60  # seconds


def let_in(home, python, was_in=""):
    """Let guard into the pip of ``python``: where it was in the pip at the folder ``was_in``; without one, in any."""
    folders = door.remembered(home.personal)
    command = home.root + "/bin/guard"
    if not (was_in in folders if was_in else any(folder.endswith("/pip") for folder in folders)):
        return
    try:
        subprocess.run([command, "protect", "--in-pip", python], check=False, stdin=subprocess.DEVNULL, cwd="/",
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=_PATIENCE)  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        pass  # guard must break no tool; doctor tells that it is not there
