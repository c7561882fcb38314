"""Reports of the list, each a journal line (guard.core.report) that becomes an event like any other.

A journal that cannot be written does not stop a sync: the exit code and the text tell the same.
"""

import contextlib

from guard import __version__
from guard.core import report
from guard.core.errors import UNREACHABLE as DID_NOT_ANSWER
from guard.core.errors import CannotJudge, GuardError
from guard.core.home import Home

from .config import Source
from .web import shown

# The values of ``action``.
REFUSED, UNREACHABLE, FROZEN, ALTERED, CHANGED = "refused", "unreachable", "frozen", "altered", "changed"


def refused(home: Home, source: Source, error: GuardError, frozen: bool = False) -> None:
    """A source that was not taken: what it gave was not right, or it did not answer, or it has old news alone."""
    action = FROZEN if frozen else UNREACHABLE if error.code == DID_NOT_ANSWER else REFUSED
    _tell(home, report.LIST_REFUSED, action=action, text=error.message, source=source.name, url=shown(source.url))


def altered(home: Home, text: str) -> None:
    """A local file that was not what guard wrote."""
    _tell(home, report.LIST_REFUSED, action=ALTERED, text=text)


def changed(home: Home, version: str, **counts: int) -> None:
    """A list that was swapped in."""
    _tell(home, report.LIST_CHANGED, action=CHANGED, list=version, **counts)


def _tell(home: Home, what: str, **fields: object) -> None:
    with contextlib.suppress(CannotJudge):
        report.report(home, what, __version__, **fields)
