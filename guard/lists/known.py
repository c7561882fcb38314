"""Everything known of one name: what is in force, what each source says, since when, what waits for a person."""

from typing import Any

from guard.core.errors import CannotJudge
from guard.core.filter import open_filter
from guard.core.home import Home, shipped
from guard.core.lookup import LIST, open_list
from guard.core.table import Table
from guard.core.unlisted import KNOWN_NAMES

from . import compile as compiler
from .claim import HINT, Claim
from .config import FEED, SYSTEMS, Config
from .sources import table
from .store import Store

_RANKS = {FEED: "feed", SYSTEMS: "system"}


def known(home: Home, config: Config, name: str) -> "dict[str, Any]":
    """A dict, for ``guard explain`` and ``--json``.

    list         {version, path, synced (bool)}
    entry        the row in force as {kind, imitates, versions, sources, evidence, reason}, or None
    claims       what each source says: {source, from, kind, imitates, versions, evidence, reason, since, until, rank};
                 ``from`` is "shipped" or the name of the source in the settings
    first_seen   ISO date on which it first stood in this installation's synced list, or ""
    held         {why, sources, evidence} where a claim waits for a person, or None
    popular      its rank among the most downloaded projects, or None
    in_index     whether the index had it when its names were last synced; None where they are not synced
    """
    store = Store(home)
    names = open_list(home)
    try:
        entry = names.find(name)
        where = {"version": names.version, "path": names.table.path, "synced": names.table.path == home.synced_list}
    finally:
        names.close()
    return {
        "list": where,
        "entry": None if entry is None else {slot: getattr(entry, slot) for slot in entry.__slots__ if slot != "name"},
        "claims": [_plain(said, whose) for whose, said in _claims(store, config, name)],
        "first_seen": store.first_seen().get(name, ""),
        "held": next((row for row in held(home) if row["name"] == name), None),
        "popular": compiler.popular_names().get(name),
        "in_index": _in_index(home, name),
    }


def _in_index(home: Home, name: str) -> "bool | None":
    names = open_filter(home.known_names, KNOWN_NAMES)
    if names is None:
        return None
    try:
        return name.encode() in names
    finally:
        names.close()


def held(home: Home) -> "list[dict[str, Any]]":
    """The claims that wait for a person, as {name, why, sources, evidence}."""
    try:
        rows = Table(Store(home).held)
    except CannotJudge:
        return []  # no sync has run yet; the shipped list was made with none
    try:
        return [
            {"name": name, "why": why, "sources": sources.split(";"), "evidence": [e for e in evidence.split(";") if e]}
            for name, why, sources, evidence in rows
        ]
    finally:
        rows.close()


def _claims(store: Store, config: Config, name: str) -> "list[tuple[str, Claim]]":
    said = [("shipped", claim) for claim in table.read(shipped(LIST)) if claim.name == name]
    for source in config.sources:
        kept = store.read(source.name, source.url)
        said += [(source.name, claim) for claim in kept.claims if claim.name == name and claim.kind != HINT]
    return said


def _plain(claim: Claim, whose: str) -> "dict[str, Any]":
    fields = claim._asdict()
    del fields["name"]
    return {**fields, "from": whose, "rank": _RANKS.get(claim.rank, "user")}
