"""A list that guard made, as a source: the shipped one, or one that somebody compiled."""

from collections.abc import Iterator

from guard.core.errors import BadData, CannotJudge
from guard.core.lookup import CANARY, COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN, Entry

from .. import seal
from ..claim import Claim

_KINDS = {MALICIOUS, TYPOSQUAT, COMPROMISED, OTHER, WITHDRAWN}


def read(path: str) -> Iterator[Claim]:
    """The claims behind the rows of the sealed list at ``path``, one for each source of a row. Raises BadData."""
    try:
        table = seal.verify(path)
    except CannotJudge as error:
        raise BadData(error.message) from error
    try:
        for row in table:
            entry = Entry(row)
            if entry.kind not in _KINDS:
                raise BadData(f"{path}: {entry.name} is of the unknown kind {entry.kind!r}")
            if entry.name == CANARY:
                continue
            versions, evidence = tuple(entry.versions), tuple(entry.evidence)
            for source in entry.sources or ["?"]:
                yield Claim(entry.name, source, entry.kind, entry.imitates, versions, evidence, entry.reason)
    finally:
        table.close()
