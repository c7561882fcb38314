"""``guard sync``: ask every source, merge what they say, swap the list in whole. The old list serves until then.

Sources are asked in parallel, each within its own limits. One that fails keeps what was last taken from it: a feed that
is down, cut, or tampered with neither empties the list nor holds back the news of the others; the exit code tells.
"""

import contextlib
import datetime
import gc
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guard import __version__
from guard.core.errors import CLEAN
from guard.core.home import Home, shipped
from guard.core.lookup import COLUMNS, LIST
from guard.core.table import seal_of

from . import compile as compiler
from . import report, seal
from .ask import Outcome, Round, Wish
from .claim import HINT, Claim, upstream
from .config import FEED, NAMES, Config, Source
from .merge import Merged
from .progress import Silent
from .sources import names as index
from .sources import table
from .store import Kept, Store, writing

HELD_COLUMNS = ("name", "why", "sources", "evidence")
_KIND, _VERSIONS = COLUMNS.index("kind"), COLUMNS.index("versions")


@dataclass
class Summary:
    """What a sync did, or with ``check`` would do."""

    outcomes: "list[Outcome]" = field(default_factory=list)
    added: "list[str]" = field(default_factory=list)
    removed: "list[str]" = field(default_factory=list)
    changed: "list[str]" = field(default_factory=list)
    held: int = 0
    names: int = 0
    swapped: bool = False
    notices: "list[str]" = field(default_factory=list)  # local files that were not what guard wrote
    remarks: "list[str]" = field(default_factory=list)
    processing: float = 0.0  # seconds to merge, compile and swap

    @property
    def code(self) -> int:
        """The exit code: the gravest of what went wrong, bad data before a source that does not answer."""
        codes = [outcome.wrong.code for outcome in self.outcomes if outcome.wrong]
        return min(codes, default=CLEAN)


def sync(home: Home, config: Config, wish: "Wish | None" = None, progress: "Silent | None" = None) -> Summary:
    """Bring the list of an installation up to date. Raises BadData and Unreachable for what concerns the whole."""
    wish, progress, store = wish or Wish(), progress or Silent(), Store(home)
    if wish.check:
        with writing(store.folder):
            store.make()
    else:
        mark_attempt(store)
    with writing(store.folder), store.locked(wish.patience), _no_cycles():
        kept = {source.name: store.read(source.name, source.url) for source in config.sources}
        summary = Summary(Round(config, wish, store, progress).ask(kept))
        for outcome in summary.outcomes:
            if outcome.changed and not wish.check:
                _take(store, outcome.source, kept[outcome.source.name])
        _build(store, config, kept, summary, wish.check)
        if not any(source.format == NAMES for source in config.sources) and not wish.check:
            index.drop(store)
    if not wish.check:
        for outcome in summary.outcomes:
            if outcome.wrong:
                report.refused(home, outcome.source, outcome.wrong, bool(outcome.frozen))
        for notice in summary.notices:
            report.altered(home, notice)
        if summary.added or summary.removed or summary.changed:
            counts = {"added": len(summary.added), "removed": len(summary.removed), "changed": len(summary.changed)}
            report.changed(home, seal.version(store.list), entries=summary.names, **counts)
    return summary


def _take(store: Store, source: Source, said: Kept) -> None:
    """Keep what a source said. The names of an index are in force from here on."""
    if source.format == NAMES:
        index.swap(store)
    store.write(source.name, said)


def mark_attempt(store: Store) -> None:
    """Leave the mark by which guard does not start a sync by itself again at once (guard.core.fresh)."""
    with writing(store.folder):
        store.make()
        # Nothing but its time counts, and the lock is not held yet: a file written beside it, to be renamed, would be
        # swept away by the sync that holds the lock.
        fd = os.open(store.attempt, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            os.utime(fd)
        finally:
            os.close(fd)


@contextlib.contextmanager
def _no_cycles() -> "Iterator[None]":
    """A million small tuples and not one cycle: looking for cycles among them takes longer than all the rest."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _build(store: Store, config: Config, kept: "dict[str, Kept]", summary: Summary, check: bool) -> None:
    """Compile the list from what is kept, and swap it in where anything differs from the one in force."""
    begun = time.perf_counter()
    good = [source for source in config.sources if kept[source.name].good and source.format != NAMES]
    if not any(kept[source.name].names for source in good):
        whole_word = len(good) == sum(source.format != NAMES for source in config.sources)
        if not whole_word or not os.path.exists(store.list):
            return  # nothing was ever taken from anybody: the shipped list serves as well, and is as old as it says
        # Else each was asked and names nothing, say since the last row of a block list went: so must the list in force.
    inputs = _inputs(good, kept)
    built = store.read_built()
    whole = _is_whole(store, built, summary)
    if whole and built.get("inputs") == inputs:
        summary.names, summary.held = built.get("names", 0), built.get("held", 0)
        if not check and not any(outcome.wrong for outcome in summary.outcomes):
            os.utime(store.list)  # the list is as fresh as its sources (guard.core.fresh)
        summary.processing = time.perf_counter() - begun
        return
    before = _in_force(store, whole)
    popular = compiler.popular_names()
    merged = compiler.rows_of(_claims(good, kept, config, summary), popular)
    _compare(before, merged, summary)
    if not check:
        _swap(store, merged, inputs, before, summary)
        summary.swapped = True
    summary.processing = time.perf_counter() - begun


def _claims(good: "list[Source]", kept: "dict[str, Kept]", config: Config, summary: Summary) -> "list[Claim]":
    """The shipped list's claims, then the sources'. What a source says itself replaces what was shipped of it.

    Unless it says much less: a mirror that holds a part must not take away what the shipped list knows from the whole.
    """
    shipped_claims = list(table.read(shipped(LIST)))
    known: dict[str, set[str]] = {}
    for claim in shipped_claims:
        known.setdefault(upstream(claim.source), set()).add(claim.name)
    replaced = set()
    for source in good:
        old = known.get(upstream(source.label), set()) if source.rank == FEED else set()
        still = len(old & {claim.name for claim in kept[source.name].claims}) if old else 0
        if old and still >= len(old) * (1 - config.shrink):
            replaced.add(upstream(source.label))
        elif old:
            summary.remarks.append(f"{source.name}: it names {still} of {len(old)} that were shipped from it; all stay")
    claims = [claim._replace(kind=HINT) if upstream(claim.source) in replaced else claim for claim in shipped_claims]
    today = _today()
    for source in good:
        claims += [claim for claim in kept[source.name].claims if not claim.until or claim.until >= today]
    return claims


def _inputs(good: "list[Source]", kept: "dict[str, Kept]") -> str:
    """A digest of everything the list is made of."""
    digest = hashlib.sha256(__version__.encode())
    for name in (LIST, compiler.POPULAR):
        with open(shipped(name), "rb") as file:
            digest.update(file.readline())  # its seal holds its digest
    today = _today()
    for source in good:
        said = kept[source.name]
        over = sum(until < today for until in said.notes.get("until", ()))  # entries that held until yesterday
        digest.update(f"{source.name} {source.rank} {source.label} {said.digest} {over}\n".encode())
    return digest.hexdigest()


def _is_whole(store: Store, built: "dict[str, Any]", summary: Summary) -> bool:
    """Whether the files are still what the last sync wrote. One that was killed while it wrote is no news."""
    if not os.path.exists(store.list) and not built:
        return False
    for path, digest in built.get("files", {"": ""}).items():
        if seal.digest_of(f"{store.folder}/{path}") != digest:
            if not built.get("writing"):
                summary.notices.append(f"{store.folder}/{path} was not what the last sync wrote: made anew")
            return False
    return not built.get("writing")


def _in_force(store: Store, whole: bool) -> "dict[str, tuple[str, str]]":
    """name -> (kind, versions) in force before: of the synced list, else of the shipped one."""
    path = store.list if whole else shipped(LIST)
    with open(path, "rb") as file:
        return {row[0]: (row[_KIND], row[_VERSIONS]) for row in table.rows_of(file.read(), path)}


def _compare(before: "dict[str, tuple[str, str]]", merged: Merged, summary: Summary) -> None:
    for name, row in merged.rows.items():
        old = before.get(name)
        if old is None:
            summary.added.append(name)
        elif old != (row[_KIND], row[_VERSIONS]):
            summary.changed.append(name)
    summary.removed = [name for name in before if name not in merged.rows]
    summary.names, summary.held = len(merged.rows), len(merged.held)
    for names in (summary.added, summary.removed, summary.changed):
        names.sort()


def _swap(store: Store, merged: Merged, inputs: str, before: "dict[str, tuple[str, str]]", summary: Summary) -> None:
    """Put the new files in place, the list last but for the note of what it was made from."""
    made = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    age = os.stat(store.list).st_mtime if os.path.exists(store.list) else None
    store.note_seen(merged.rows, made[:10], dict.fromkeys(before, _day_shipped()))
    held = {row.name: (row.name, row.why, ";".join(row.sources), ";".join(row.evidence)) for row in merged.held}
    seal.replace(store.built, b'{"writing": true}')
    seal.write(store.held, HELD_COLUMNS, held.values(), made)
    seal.write(store.list, COLUMNS, merged.rows.values(), made)
    if age is not None and any(outcome.wrong for outcome in summary.outcomes):
        os.utime(store.list, (age, age))  # new rows, but not every source answered: no fresher than it was
    tables = sorted(filter(_is_table, os.listdir(store.folder)))
    files = {name: seal.digest_of(f"{store.folder}/{name}") for name in tables}
    built = {"inputs": inputs, "names": len(merged.rows), "held": len(held), "files": files}
    seal.replace(store.built, json.dumps(built).encode())


def _is_table(name: str) -> bool:
    """Whether a file of the folder is one of those that make up the list; the index's names are no part of it."""
    return ".csv" in name and name.endswith((".csv", ".filter")) and not name.startswith(".")


def _today() -> str:
    return datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def _day_shipped() -> str:
    with open(shipped(LIST), "rb") as file:
        head = seal_of(file.readline().rstrip(b"\n"))
    return head["made"][:10] if head else ""
