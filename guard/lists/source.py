"""A source answers one question: what do you say of which names, and has it changed since I last asked?

A format is a module of ``guard.lists.sources``. Most publish one file; such a module offers

    parse(data: bytes, source: Source) -> Iterable[Claim]        raises BadData

and what is common to them stands here. A format that needs more than one file offers

    refresh(source: Source, kept: Kept, web: Web, store: Store) -> Kept | None

which is what ``refresh`` here does for all: None where nothing has changed.
"""

import datetime
import importlib

from guard.core.errors import BadData
from guard.core.lookup import is_range
from guard.core.ranges import is_sound

from .claim import Claim, name_of
from .config import NAMES, Source
from .store import Kept, Store
from .web import NOTHING_KNOWN, Missing, Web, shown

MAX_NAMES = 2_000_000  # more than twice as many as the index has projects: no feed of bad names is that large
_LONGEST = 4096  # characters of one field


def refresh(source: Source, kept: Kept, web: Web, store: Store) -> "Kept | None":
    """What ``source`` says now; None where that is what it said before. Raises Unreachable, BadData."""
    format_ = importlib.import_module(f"guard.lists.sources.{source.format}")
    if hasattr(format_, "refresh"):
        fresh = format_.refresh(source, kept, web, store)
    else:
        fresh = _refresh_file(format_, source, kept, web)
    if fresh is not None:
        _check(source, fresh.claims)
    return fresh


def _refresh_file(format_, source: Source, kept: Kept, web: Web) -> "Kept | None":
    try:
        answer = web.get(source.url, kept.validators if kept.good else NOTHING_KNOWN)
    except Missing:
        if not source.optional:
            raise
        # A list of one's own that was removed says nothing any more.
        return None if kept.good and not kept.names else Kept(source.url, good=True)
    if answer.data is None:
        return None
    claims = list(format_.parse(answer.data, source))
    notes = {"until": untils(claims)}
    return Kept(source.url, answer.validators, claims, notes, good=True)


def untils(claims: "list[Claim]") -> "list[str]":
    """The last days of those ``claims`` that have one, for ``Kept.notes``: the list is made anew behind each."""
    return sorted(claim.until for claim in claims if claim.until)


def _check(source: Source, claims: "list[Claim]") -> None:
    """Refuse what no honest feed looks like, whatever its format."""
    if not claims and source.format not in ("block", "allow", NAMES):
        raise BadData(f"{shown(source.url)}: not one name in it")
    if len(claims) > MAX_NAMES:
        raise BadData(f"{shown(source.url)}: {len(claims)} claims, more than any such list has")
    for claim in claims:
        if name_of(claim.name) != claim.name:
            raise BadData(f"{shown(source.url)}: {claim.name[:80]!r} is not a normalised name")
        said = "".join((claim.source, claim.reason, claim.since, *claim.versions, *claim.evidence))
        if len(said) <= _LONGEST and said.isprintable() and "<" not in said and ">" not in said:
            continue  # nearly all of them
        for text in claim.versions:
            if is_range(text) and not is_sound(text):
                raise BadData(f"{shown(source.url)}: {text[:80]!r}, of {claim.name}, is no range like '>=1.0 <2.0'")
        for text in (claim.source, claim.reason, claim.since, *claim.versions, *claim.evidence):
            if len(text) > _LONGEST or not text.isprintable():
                raise BadData(f"{shown(source.url)}: what it says of {claim.name[:80]!r} is not text for a person")


def moment(text: str) -> datetime.datetime:
    """The time in ``2026-01-31T23:59:59…Z``; raises ValueError where there is none. What is behind a second is cut."""
    found = datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return found.replace(tzinfo=datetime.timezone.utc)


def text_of(data: bytes, source: Source) -> str:
    """The text of a downloaded file. Raises BadData where it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadData(f"{shown(source.url)}: not UTF-8 text: {error.reason} at byte {error.start}") from error
