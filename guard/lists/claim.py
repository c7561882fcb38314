"""A claim: what one source says of one name. The list is made of claims (``guard.lists.merge``)."""

import re
from typing import NamedTuple

from guard.core.names import is_name, normalise

_NORMAL = re.compile("[a-z0-9]+(?:-[a-z0-9]+)*").fullmatch  # most names: a third of the time
HINT = ""  # the kind of a claim that no longer speaks, and still knows which project the name imitates


class Claim(NamedTuple):
    """What ``source`` says of ``name``.

    name      normalised (PEP 503)
    source    who says so: "ossf", "datadog", "kam193:spam", "own:security team"
    kind      a kind of entry (guard.core.lookup). COMPROMISED says that the project itself is a good one;
              WITHDRAWN says that this source took back what it said, or, with a rank, that the name is let through
    imitates  normalised name of the project it imitates, or ""
    versions  the releases the source names; none means every release (COMPROMISED: it is not known which)
    evidence  advisory ids, pages
    reason    what follows the name in a sentence, or "": "is listed as spam"
    since     ISO date on which the source first said so, or "" where it does not tell
    rank      whose word it is (guard.lists.config): a feed's, the user's own, the machine's own
    until     ISO date, the last day on which it holds, or "" for ever
    """

    name: str
    source: str
    kind: str
    imitates: str = ""
    versions: "tuple[str, ...]" = ()
    evidence: "tuple[str, ...]" = ()
    reason: str = ""
    since: str = ""
    rank: int = 0
    until: str = ""


def name_of(text: str) -> str:
    """The normalised name in ``text``, or "" where it is no name: some published keys are not, and none is guessed."""
    text = text.strip()
    if _NORMAL(text):
        return text
    return normalise(text) if is_name(text) else ""


def upstream(source: str) -> str:
    """Who stands behind a source: "kam193" for "kam193:spam"."""
    return source.partition(":")[0]
