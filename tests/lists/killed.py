"""Run as a process: sync an installation again and again, killed somewhere each time, and look at what is left.

    python -m tests.lists.killed ROOT calls            killed at the first, second, … call that changes the disk
    python -m tests.lists.killed ROOT moments COUNT    killed at COUNT random moments

Prints one JSON object: {"rounds": …, "killed": …, "faults": [what was wrong, …]}.
"""

import json
import os
import pathlib
import random
import signal
import sys
import time

from guard.core.errors import GuardError
from guard.core.home import Home
from guard.core.lookup import List, open_list
from guard.lists import config, seal
from guard.lists.sync import sync

CALLS = ("rename", "unlink", "utime")


def die_at(number):
    """Let the ``number``-th call that changes the disk be the last thing this process does, done or not done."""
    left = [number]

    def deadly(real):
        def call(*arguments, **more):
            left[0] -= 1
            if not left[0]:
                if number % 2:
                    real(*arguments, **more)
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*arguments, **more)

        return call

    for name in CALLS:
        setattr(os, name, deadly(getattr(os, name)))


def in_a_child(home, prepare):
    """Sync in a child process; True where it was killed."""
    pid = os.fork()
    if not pid:
        try:
            prepare()
            sync(home, config.load(home))
            os._exit(0)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)
    _, how = os.waitpid(pid, 0)
    if os.WIFEXITED(how) and os.WEXITSTATUS(how):
        raise SystemExit("the sync failed instead of being killed")
    return os.WIFSIGNALED(how)


def faults_after(home, number):
    """What is wrong with what a killed sync left, and with the sync after it."""
    found = []
    try:
        if os.path.exists(home.synced_list):
            seal.verify(home.synced_list).close()
        names = open_list(home)
        if names.notice:
            found.append(f"{number}: {names.notice}")
        if names.find("kept") is None and number > 1:
            found.append(f"{number}: a name that was always there is gone")
        names.close()
    except GuardError as error:
        found.append(f"{number}: {error.message}")
    summary = sync(home, config.load(home))
    if summary.code or summary.notices:
        found.append(f"{number}: the next sync: {[o.error for o in summary.outcomes if o.error]} {summary.notices}")
    names = List(seal.verify(home.synced_list))
    if names.find(f"new-{number}") is None:
        found.append(f"{number}: the next sync does not have what is new")
    names.close()
    litter = [path.name for path in pathlib.Path(home.synced_list).parent.rglob(".*")]
    return found + [f"{number}: litter {litter}"] * bool(litter)


def main(root, how, count="60"):
    home = Home(root, python=sys.executable)
    feed = pathlib.Path(root, "names.txt")
    rounds = killed = 0
    faults = []
    begun = time.monotonic()
    feed.write_text("kept\n")
    sync(home, config.load(home))
    usual = time.monotonic() - begun
    for number in range(1, int(count) + 1):
        feed.write_text(f"kept\nnew-{number}\n")
        if how == "calls":
            was_killed = in_a_child(home, lambda number=number: die_at(number))
        else:
            after = random.random() * usual * 1.2
            was_killed = in_a_child(home, lambda after=after: signal.setitimer(signal.ITIMER_REAL, max(after, 1e-4)))
        rounds += 1
        killed += was_killed
        faults += faults_after(home, number)
        if how == "calls" and not was_killed:
            break  # it makes no more calls than that
    print(json.dumps({"rounds": rounds, "killed": killed, "faults": faults}))


if __name__ == "__main__":
    main(*sys.argv[1:])
