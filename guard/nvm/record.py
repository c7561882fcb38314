"""The recorder's own process: ``python -I -m guard.nvm.record HOME``, started detached by the gate.

It is quiet, since nobody looks; it lowers its priority, since somebody works; it waits a moment before it begins, so
that a burst of commands is one run; and it leaves at once, having imported nothing dear, where another is at work.
"""

import contextlib
import os
import sys
import time

TROUBLE = "recorder.trouble"  # the file that says why the last run failed
SETTLE = 0.3  # seconds
PATIENCE = 5.0  # seconds for a `guard events` that drains just now; what it queues is still ours to deliver


def main(argv):
    """Drain and deliver until nothing is left. Returns 0, or 1 where something went wrong; never raises."""
    try:
        _detach()
        _record(argv[1])
        _note(argv[1], "")
    except Exception as error:  # nobody reads our stderr; what was journalled stays for the next run
        if os.environ.get("GUARD_DEBUG"):
            raise
        _note(argv[1], "%s: %s" % (type(error).__name__, error))
        return 1
    return 0


def _note(root, text):
    """Leave what went wrong where ``guard status`` finds it; take it away when all went well."""
    if not os.path.isdir(root):
        return  # guard was removed meanwhile, and its folder is not to be made again
    from guard.core.home import at

    from .files import folder, remove, replace

    with contextlib.suppress(OSError):  # the state directory itself may be what is wrong; status looks at it too
        path = folder(at(root).state) + "/" + TROUBLE
        if text:
            replace(path, text.encode("utf-8", "backslashreplace"))
        else:
            remove(path)


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
        return  # root's collector drains this user's journal
    from .files import Lock, folder

    own = Lock(folder(home.state) + "/recorder.lock")
    if not own.take():
        return
    time.sleep(SETTLE)
    from guard.core.fresh import is_due
    from guard.core.handoff import start_sync
    from guard.core.settings import load

    from .dispatch import dispatch
    from .heartbeat import beat
    from .recorder import drain, waiting

    settings = load(home, "/", {})  # under --system this compiles root's settings, which a user's gate cannot keep
    while True:
        beat(home)
        drain(home, PATIENCE, held=own)
        dispatch(home)
        if not waiting(home):
            break
    if home.system and is_due(home, settings["list.max_age_days"]):
        start_sync(home, settings, {})


if __name__ == "__main__":
    sys.exit(main(sys.argv))
