"""From claims to entries: the written rule by which sources that disagree become one row a name.

The rule, in order (docs/reference/list-format.md says it for readers):

0. Your own lists outrank every feed, and this machine's own list outranks the user's. What they block is blocked whole
   or for the releases they name, popular or not; what they let through is not in force. A name in both the block and
   the allow list of one rank is blocked.
1. A source that withdrew a name no longer speaks against it. Only if nobody else does, the entry is WITHDRAWN.
2. One source says that the project is good and some releases are bad (COMPROMISED): the name is never blocked whole.
   The releases that any source names are listed; a source that condemns the whole name is held for a person.
3. The name is one of the most downloaded projects: a claim that names releases covers those releases and no other;
   one that names none is held for a person and not in force, and so is a range without an end.
4. Otherwise the whole name is listed, with the strongest kind any source gives it: typosquat, malicious, other.
   A typosquat is malicious too, and tells more. Releases that a source enumerates do not narrow the entry: of a project
   that exists only to do harm they are those that were seen.
5. Evidence, sources and the imitated project are kept from every source that still speaks.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from guard.core.lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN
from guard.core.ranges import is_endless

from .claim import HINT, Claim, upstream

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


def merge(claims: "Iterable[Claim]", popular: "Collection[str]") -> Merged:
    """One row for each name that any claim speaks of. ``popular``: names that are never blocked on a feed's word."""
    by_name: dict[str, list[Claim]] = {}
    for claim in claims:
        said = by_name.get(claim.name)
        if said is None:
            by_name[claim.name] = [claim]
        else:
            said.append(claim)
    rows: dict[str, tuple[str, ...]] = {}
    held = []
    for name, said in by_name.items():
        one = said[0]
        if len(said) == 1 and not one.rank and name not in popular:  # nine names in ten: nothing to weigh
            some = one.kind == COMPROMISED and bool(one.versions)
            if some or one.kind in _STRENGTH:
                versions = ";".join(one.versions) if some else ""
                rows[name] = (name, one.kind, one.imitates, versions, one.source, ";".join(one.evidence), one.reason)
                continue
        row, waiting = _entry(name, said, popular)
        if row:
            rows[name] = row
        held += waiting
    return Merged(rows, held)


def _entry(name: str, claims: "list[Claim]", popular: "Collection[str]") -> "tuple[tuple[str, ...], list[Held]]":
    speaking = [claim for claim in claims if claim.kind != HINT]
    if not speaking:
        return (), []
    top = max([claim.rank for claim in speaking])
    if top:
        return _own([claim for claim in speaking if claim.rank == top], claims, popular), []
    active = _active(speaking)
    if not active:
        said = next((claim.reason for claim in speaking if claim.reason), "")
        return _row(WITHDRAWN, speaking, popular, (), said or "was withdrawn by its source"), []
    if name in popular or any(claim.kind == COMPROMISED for claim in active):
        return _some_releases(name, active, popular)
    kinds = {claim.kind for claim in active}
    kind = next(kind for kind in _STRENGTH if kind in kinds)
    return _row(kind, active + [claim for claim in claims if claim.kind == HINT], popular), []


def _own(said: "list[Claim]", claims: "list[Claim]", popular: "Collection[str]") -> "tuple[str, ...]":
    """Rule 0. The row keeps the feeds' evidence beside the owner's reason."""
    blocks = [claim for claim in said if claim.kind != WITHDRAWN]
    if not blocks:
        return _row(WITHDRAWN, said, popular, (), said[0].reason)
    kind = next((kind for kind in (*_STRENGTH, COMPROMISED) if any(claim.kind == kind for claim in blocks)), MALICIOUS)
    whole = any(not claim.versions for claim in blocks)
    versions = () if whole else _each(claim.versions for claim in blocks)
    feeds = [claim for claim in claims if claim not in said and claim.kind not in (WITHDRAWN, HINT)]
    return _row(kind, blocks + feeds, popular, versions, next((c.reason for c in blocks if c.reason), ""))


def _active(claims: "list[Claim]") -> "list[Claim]":
    """The claims whose own source did not take them back. "kam193:spam" and "kam193" are one source."""
    withdrawn = {upstream(claim.source) for claim in claims if claim.kind == WITHDRAWN}
    if not withdrawn:
        return claims
    return [claim for claim in claims if upstream(claim.source) not in withdrawn]


def _some_releases(name, claims: "list[Claim]", popular) -> "tuple[tuple[str, ...], list[Held]]":
    """Rules 2 and 3: an entry that covers the releases that were named; whoever condemns the whole name is held."""
    whole = [claim for claim in claims if not claim.versions and claim.kind != COMPROMISED]
    precise = [claim for claim in claims if claim not in whole]
    if name in popular:
        endless = [claim for claim in precise if any(map(is_endless, claim.versions))]
        precise = [_ending(claim) if claim in endless else claim for claim in precise]
        whole += endless
    held = []
    if whole:
        why = "it is one of the most downloaded projects" if name in popular else "another source calls it good"
        evidence = _each(claim.evidence for claim in whole)
        held = [Held(name, why, _each([claim.source] for claim in whole), evidence)]
    versions = _each(claim.versions for claim in precise)
    reason = "" if versions else _UNKNOWN_RELEASES if precise else "is held for a person: " + held[0].why
    return _row(COMPROMISED, precise or whole, popular, versions, reason), held


def _ending(claim: Claim) -> Claim:
    return claim._replace(versions=tuple(text for text in claim.versions if not is_endless(text)))


def _row(kind: str, claims: "list[Claim]", popular, versions: "tuple[str, ...]" = (), reason: str = ""):
    name = claims[0].name
    if len(claims) == 1:
        (one,) = claims
        sources, evidence = one.source, ";".join(one.evidence)
        return (name, kind, one.imitates, ";".join(versions), sources, evidence, reason or one.reason)
    targets = [claim.imitates for claim in claims if claim.imitates]
    imitates = next((target for target in targets if target in popular), targets[0] if targets else "")
    said = [claim for claim in claims if claim.kind != HINT]
    sources = ";".join(_each([claim.source] for claim in said))
    evidence = ";".join(_each(claim.evidence for claim in said))
    reason = reason or next((claim.reason for claim in said if claim.reason and claim.kind == kind), "")
    return (name, kind, imitates, ";".join(versions), sources, evidence, reason)


def _each(groups: "Iterable[Iterable[str]]") -> "tuple[str, ...]":
    """The distinct members of all groups, in order of first mention."""
    return tuple(dict.fromkeys(member for group in groups for member in group))
