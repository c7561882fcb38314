"""The recorder's own process: ``python -I -m guard.nvm.record HOME``, started detached by the gate.

It is quiet, since nobody looks; it lowers its priority, since somebody works; it waits a moment before it begins, so
that a burst of commands is one run; and it leaves at once, having imported nothing dear, where another is at work.
"""

import contextlib
import os
import sys
import time

SETTLE = 0.3  # seconds
PATIENCE = 5.0  # seconds for a `guard events` that drains just now; what it queues is still ours to deliver


def main(argv):
    """Drain and deliver until nothing is left. Returns 0, or 1 where something went wrong; never raises."""
    try:
        _detach()
        return _record(argv[1])
    except Exception:  # nobody reads our stderr; what was journalled stays for the next run, and status tells
        if os.environ.get("GUARD_DEBUG"):
            raise
        return 1


def _detach():
    with contextlib.suppress(OSError):  # the gate has seen to it
        os.setsid()
    os.nice(10)
    os.closerange(3, 4096)
    os.chdir("/")


def _record(root):
    from guard.core.home import at

    home = at(root)
    if home.system and os.getuid() != 0:
        return 0  # root's collector drains this user's journal
    from guard.nvm.files import Lock, folder

    own = Lock(folder(home.state) + "/recorder.lock")
    if not own.take():
        return 0
    time.sleep(SETTLE)
    from guard.nvm.dispatch import dispatch
    from guard.nvm.heartbeat import beat
    from guard.nvm.recorder import drain, waiting

    while True:
        beat(home)
        drain(home, PATIENCE, held=own)
        dispatch(home)
        if not waiting(home):
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
