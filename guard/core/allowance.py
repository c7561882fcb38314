"""Names that somebody let through: one small file each, so that the gate reads only those it has a finding for.

    STATE/allow/NAME               a user's            key=value lines: reason, by, added (ISO date), until (ISO date),
    /etc/typoguard/allow/NAME      root's              once (yes)

A ``once`` entry is used up by renaming it to ``NAME@PID.START`` (START, in clock ticks since boot, tells a process from
a later one with its pid): one command wins it. The tool that this process becomes, and whatever that starts in turn,
such as the pip of an isolated build, find it when they ask for the name again; nobody else does.
"""

import time

from . import kernel as os
from .home import SYSTEM_SETTINGS
from .process import describe
from .settings import SYSTEM, USER

SYSTEM_ALLOW = os.path.dirname(SYSTEM_SETTINGS) + "/allow"


class Allowance:
    """An allow entry. ``layer``: system or user; ``until``: ISO date or ""; ``once``: bool."""

    __slots__ = ("name", "layer", "path", "reason", "by", "added", "until", "once")

    def __init__(self, name, layer, path, known):
        self.name = name
        self.layer = layer
        self.path = path
        self.reason = known.get("reason", "")
        self.by = known.get("by", "")
        self.added = known.get("added", "")
        self.until = known.get("until", "")
        self.once = known.get("once") == "yes"

    def holds(self, today):
        """Whether it still holds on ``today`` (ISO date); the last day counts."""
        return not self.until or today <= self.until


def find(home, name, settings):
    """The Allowance in force for a normalised name, or None. Root's comes first; a user's counts if settings say so.

    Days are those of UTC: TZ is the environment's, and may change no verdict.
    """
    today = time.strftime("%Y-%m-%d", time.gmtime())
    found = read(SYSTEM_ALLOW + "/" + name, name, SYSTEM)
    if (found is None or not found.holds(today)) and settings["allow.users"]:
        found = _taken(home.allow, name) or read(home.allow + "/" + name, name, USER)
    return found if found is not None and found.holds(today) else None


def _taken(folder, name):
    """The entry that was used up by the command of which this process is a part, or None."""
    owners = _owners(folder, name)
    pid, known = os.getpid(), {}
    while owners and pid:
        known = describe(pid)
        if _mark(known) in owners:
            return read("%s/%s@%s" % (folder, name, _mark(known)), name, USER)
        pid = known.get("ppid", os.getppid() if pid == os.getpid() else 0)
    return None


def _owners(folder, name):
    """The marks of the processes that used up an entry for ``name``."""
    try:
        return {entry[len(name) + 1 :] for entry in os.listdir(folder) if entry.startswith(name + "@")}
    except OSError:
        return set()


def _mark(known):
    return "%d.%d" % (known["pid"], known["start"]) if "start" in known else "%d" % known["pid"]


def read(path, name, layer):
    """The Allowance written in ``path``; None where there is none or it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            known = dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
    except (OSError, ValueError):
        return None
    return Allowance(name, layer, path, known)


def use_up(allowance, owner=0):
    """Take a ``once`` entry. False where another command was quicker.

    owner: pid of the process whose command this is; 0: this one.
    """
    folder, name = os.path.dirname(allowance.path), allowance.name
    if "@" in os.path.basename(allowance.path):
        return True  # taken by this very command already
    try:
        os.rename(allowance.path, "%s@%s" % (allowance.path, _mark(describe(owner or os.getpid()))))
        for mark in _owners(folder, name):
            if "." in mark and _mark(describe(int(mark.partition(".")[0]))) != mark:
                os.unlink("%s/%s@%s" % (folder, name, mark))  # that command is over
    except OSError:
        return False
    return True
