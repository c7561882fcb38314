"""A report: what happened to guard itself, as a journal line: a name let through, a list refused, a shim gone.

Its line has ``what`` (one of the words below) where an attempt has a verdict, and becomes an event like any other.
"""

import time

from . import kernel as os
from .journal import append
from .process import describe

ALLOWED = "allow"  # a person let a name through
ALLOW_REMOVED = "allow-removed"
LIST_REFUSED = "list-refused"  # a publication or a feed was refused; the old list stays
LIST_CHANGED = "list-changed"
COVERAGE_LOST = "coverage-lost"  # a shim vanished, a .pth line was removed, the list went stale


def report(home, what, guard_version, **fields):
    """Append a report to the journal. Raises CannotJudge where the journal cannot be written."""
    append(home.journal, dict({
        "v": 1,
        "id": os.urandom(16).hex(),
        "time_ns": time.time_ns(),
        "guard": guard_version,
        "what": what,
        "process": describe(os.getpid()),
        "parent": describe(os.getppid()),
    }, **fields))  # fmt: skip
