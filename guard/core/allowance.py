"""Names that somebody let through: one small file each, so that the gate reads only those it has a finding for.

    STATE/allow/NAME               a user's            key=value lines: reason, by, added (ISO date), until (ISO date),
    /etc/typoguard/allow/NAME      root's              once (yes)

A ``once`` entry is used up by renaming it to ``NAME@PID``: one command wins it, and the tool that this process becomes
(same pid) still finds it when its resolver asks for the name again.
"""

import time

from . import kernel as os
from .home import SYSTEM_SETTINGS
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
    """The Allowance in force for a normalised name, or None. Root's comes first; a user's counts if settings say so."""
    found = read(SYSTEM_ALLOW + "/" + name, name, SYSTEM)
    if found is None and settings["allow.users"]:
        for path in (home.allow + "/" + name, "%s/%s@%d" % (home.allow, name, os.getpid())):
            found = found or read(path, name, USER)
    today = time.strftime("%Y-%m-%d", time.gmtime())
    return found if found is not None and found.holds(today) else None


def read(path, name, layer):
    """The Allowance written in ``path``; None where there is none or it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            known = dict(line.rstrip("\n").split("=", 1) for line in lines if "=" in line)
    except (OSError, ValueError):
        return None
    return Allowance(name, layer, path, known)


def use_up(allowance):
    """Take a ``once`` entry. False where another command was quicker."""
    if "@" in os.path.basename(allowance.path):
        return True  # taken by this very process already
    try:
        os.rename(allowance.path, "%s@%d" % (allowance.path, os.getpid()))
    except OSError:
        return False
    return True
