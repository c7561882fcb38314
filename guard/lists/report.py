"""Events of the list: a publication or feed that was refused, a local file that was found altered.

They go the way of every other event: a line in the write-ahead journal, told apart by ``"what": "list"``, which the
recorder turns into an NVM event. A journal that cannot be written does not stop a sync.
"""

import contextlib
import secrets
import time

from guard import __version__
from guard.core import journal
from guard.core.errors import UNREACHABLE as DID_NOT_ANSWER
from guard.core.errors import CannotJudge, GuardError
from guard.core.home import Home

from .config import Source
from .web import shown

REFUSED = "refused"
ALTERED = "altered"
UNREACHABLE = "unreachable"


def refused(home: Home, source: Source, error: GuardError) -> None:
    """A source that was not taken: what it gave was not right, or it did not answer."""
    action = UNREACHABLE if error.code == DID_NOT_ANSWER else REFUSED
    event(home, action, error.message, source=source.name, url=shown(source.url))


def notice(home: Home, text: str) -> None:
    """A local file that was not what guard wrote."""
    event(home, ALTERED, text)


def event(home: Home, action: str, reason: str, **more: str) -> None:
    """Append one line: {v, id, time_ns, guard, what: "list", action, reason, …}."""
    line = {
        "v": 1,
        "id": secrets.token_hex(16),
        "time_ns": time.time_ns(),
        "guard": __version__,
        "what": "list",
        "action": action,
        "reason": reason,
        **more,
    }
    with contextlib.suppress(CannotJudge):
        journal.append(home.journal, line)
