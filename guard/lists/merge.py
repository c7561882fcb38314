"""From claims to entries: the written rule by which sources that disagree become one row a name.

The rule, in order (docs/reference/list-format.md says it for readers):

1. A source that withdrew a name no longer speaks against it. Only if nobody else does, the entry is WITHDRAWN.
2. One source says that the project is good and some releases are bad (COMPROMISED): the name is never blocked whole.
   The releases that any source names are listed; a source that condemns the whole name is held for a person.
3. The name is one of the most downloaded projects: a claim that names releases covers those releases and no other;
   one that names none is held for a person and not in force.
4. Otherwise the whole name is listed, with the strongest kind any source gives it: typosquat, malicious, other.
   A typosquat is malicious too, and tells more. Releases that a source enumerates do not narrow the entry: of a project
   that exists only to do harm they are those that were seen.
5. Evidence, sources and the imitated project are kept from every source that still speaks.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from guard.core.lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN

from .claim import Claim

_STRENGTH = (TYPOSQUAT, MALICIOUS, OTHER)
_UNKNOWN_RELEASES = "has compromised releases; which ones is not known"


class Held(NamedTuple):
    """A claim that waits for a person: it would block ``name`` whole, and the rule does not let one feed do that."""

    name: str
    why: str
    sources: "tuple[str, ...]"
    evidence: "tuple[str, ...]"


class Merged(NamedTuple):
    """``rows``: name -> the fields of its row (guard.core.lookup.COLUMNS); ``held``: claims that wait for a person."""

    rows: "dict[str, tuple[str, ...]]"
    held: "list[Held]"


def merge(claims: Iterable[Claim], popular: Collection[str]) -> Merged:
    """One row for each name that any claim speaks of. ``popular``: names that are never blocked on a feed's word."""
    by_name: dict[str, list[Claim]] = {}
    for claim in claims:
        by_name.setdefault(claim.name, []).append(claim)
    rows, held = {}, []
    for name, said in by_name.items():
        row, waiting = _entry(name, said, name in popular)
        rows[name] = row
        held += waiting
    return Merged(rows, held)


def _entry(name: str, claims: "list[Claim]", popular: bool) -> "tuple[tuple[str, ...], list[Held]]":
    active = claims if len(claims) == 1 and claims[0].kind != WITHDRAWN else _active(claims)
    if not active:
        return _row(name, WITHDRAWN, claims, (), claims[0].reason or "was withdrawn by its source"), []
    if popular or any(claim.kind == COMPROMISED for claim in active):
        return _some_releases(name, active, popular)
    kinds = {claim.kind for claim in active}
    return _row(name, next(kind for kind in _STRENGTH if kind in kinds), active), []


def _active(claims: "list[Claim]") -> "list[Claim]":
    """The claims whose own source did not take them back. "kam193:spam" and "kam193" are one source."""
    withdrawn = {claim.source.partition(":")[0] for claim in claims if claim.kind == WITHDRAWN}
    return [claim for claim in claims if claim.source.partition(":")[0] not in withdrawn]


def _some_releases(name: str, claims: "list[Claim]", popular: bool) -> "tuple[tuple[str, ...], list[Held]]":
    """Rules 2 and 3: an entry that covers the releases that were named; whoever condemns the whole name is held."""
    whole = [claim for claim in claims if not claim.versions and claim.kind != COMPROMISED]
    precise = [claim for claim in claims if claim not in whole]
    held = []
    if whole:
        why = "it is one of the most downloaded projects" if popular else "another source calls the project itself good"
        evidence = _each(claim.evidence for claim in whole)
        held = [Held(name, why, _each([claim.source] for claim in whole), evidence)]
    versions = _each(claim.versions for claim in precise)
    reason = "" if versions else _UNKNOWN_RELEASES if precise else "is held for a person: " + held[0].why
    return _row(name, COMPROMISED, precise or whole, versions, reason), held


def _row(name: str, kind: str, claims: "list[Claim]", versions: "tuple[str, ...]" = (), reason: str = ""):
    imitates = next((claim.imitates for claim in claims if claim.imitates), "")
    sources = _each([claim.source] for claim in claims)
    evidence = _each(claim.evidence for claim in claims)
    reason = reason or next((claim.reason for claim in claims if claim.reason and claim.kind == kind), "")
    return (name, kind, imitates, ";".join(versions), ";".join(sources), ";".join(evidence), reason)


def _each(groups: "Iterable[Iterable[str]]") -> "tuple[str, ...]":
    """The distinct members of all groups, in order of first mention."""
    return tuple(dict.fromkeys(member for group in groups for member in group))
