"""``guard sync``: ask every source, merge what they say, swap the list in whole. The old list serves until then.

Sources are asked in parallel, each within its own limits. One that fails keeps what was last taken from it: a feed that
is down, cut, or tampered with neither empties the list nor holds back the news of the others; the exit code tells.
"""

import datetime
import hashlib
import json
import os
import threading
import time
from dataclasses import dataclass, field

from guard import __version__
from guard.core.errors import CLEAN, BadData, GuardError, Unreachable
from guard.core.home import Home, shipped
from guard.core.lookup import COLUMNS, LIST, Entry
from guard.core.table import seal_of

from . import compile as compiler
from . import report, seal
from .claim import HINT, Claim, upstream
from .config import FEED, Config, Source
from .merge import Merged
from .progress import Silent
from .source import refresh
from .sources import table
from .store import Kept, Store, writing
from .web import Web

HELD_COLUMNS = ("name", "why", "sources", "evidence")
_FLOOR = 20  # names: a feed this small may lose any share of them at once
_GRACE = 5  # seconds beyond a source's own limit before its thread is given up


@dataclass
class Outcome:
    """What became of one source: ``changed`` or not, or ``error``. Counts are of names."""

    source: Source
    changed: bool = False
    error: "GuardError | None" = None
    names: int = 0
    added: int = 0
    removed: int = 0
    requests: int = 0
    received: int = 0  # bytes


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
        codes = [outcome.error.code for outcome in self.outcomes if outcome.error]
        return min(codes, default=CLEAN)


@dataclass
class Wish:
    """What the caller wants. ``accept``: sources that may shrink this once; ``only``: the sources to ask, or all."""

    check: bool = False
    accept: "tuple[str, ...]" = ()
    only: "tuple[str, ...]" = ()
    patience: float = 60  # seconds to wait for another sync


def sync(home: Home, config: Config, wish: "Wish | None" = None, progress: "Silent | None" = None) -> Summary:
    """Bring the list of an installation up to date. Raises BadData and Unreachable for what concerns the whole."""
    wish, progress, store = wish or Wish(), progress or Silent(), Store(home)
    with writing(store.folder):
        store.make()
    with writing(store.folder), store.locked(wish.patience):
        if not wish.check:
            seal.replace(store.attempt, b"")
        kept = {source.name: store.read(source.name, source.url) for source in config.sources}
        summary = Summary(_ask(config, wish, kept, store, progress))
        for outcome in summary.outcomes:
            if outcome.changed and not wish.check:
                store.write(outcome.source.name, kept[outcome.source.name])
            elif outcome.error and not wish.check:
                report.refused(home, outcome.source, outcome.error)
        _build(store, config, kept, summary, wish.check)
        if not wish.check:
            for notice in summary.notices:
                report.notice(home, notice)
    return summary


def _ask(config: Config, wish: Wish, kept: "dict[str, Kept]", store: Store, progress: Silent) -> "list[Outcome]":
    """Ask every source in a thread of its own; ``kept`` gets what the changed ones say."""
    asked = [source for source in config.sources if not wish.only or source.name in wish.only]
    outcomes = {source.name: Outcome(source) for source in asked}
    fresh: dict[str, Kept] = {}
    threads = []
    for source in asked:
        arguments = (outcomes[source.name], config, kept[source.name], wish, store, progress, fresh)
        threads.append(threading.Thread(target=_ask_one, args=arguments, daemon=True))
    for thread in threads:
        thread.start()
    end = time.monotonic() + config.max_seconds + _GRACE
    for source, thread in zip(asked, threads):
        thread.join(max(0.0, end - time.monotonic()))
        if thread.is_alive():  # it hangs where no limit reaches, in the resolver for one; it dies with this process
            late = Outcome(source, error=Unreachable(f"{source.name}: not done within {config.max_seconds:g} s"))
            outcomes[source.name] = late
            fresh.pop(source.name, None)
    for name, outcome in outcomes.items():
        if not outcome.error and name in fresh:
            kept[name] = fresh[name]
            outcome.changed = True
        outcome.names = kept[name].names
    return list(outcomes.values())


def _ask_one(outcome: Outcome, config, kept: Kept, wish: Wish, store: Store, progress: Silent, fresh) -> None:
    source = outcome.source
    shown = Silent() if source.optional else progress
    web = Web(config, lambda done, total: shown.moved(source.name, done, total))
    shown.started(source.name)
    try:
        with writing(store.folder):
            said = refresh(source, kept, web, store)
        if said is not None:
            before = {claim.name for claim in kept.claims}
            after = {claim.name for claim in said.claims}
            outcome.added, outcome.removed = len(after - before), len(before - after)
            if source.rank == FEED and source.name not in wish.accept:
                _check_shrink(source, len(before), outcome.removed, config.shrink)
            fresh[source.name] = said
    except GuardError as error:
        outcome.error = error
    except Exception as error:  # a bug in one format must not lose the others' news, nor pass for success
        outcome.error = GuardError(f"a bug in guard: {source.name}: {type(error).__name__}: {error}")
    finally:
        outcome.requests, outcome.received = web.requests, web.received
        web.close()
        shown.finished(source.name, outcome.error.message if outcome.error else "")


def _check_shrink(source: Source, before: int, lost: int, share: float) -> None:
    if before > _FLOOR and lost > before * share:
        raise BadData(
            f"{source.name}: it lost {lost} of its {before} names at once, more than {share:.0%}",
            hint=f"if that is right: guard sync --accept-shrink {source.name}",
        )


def _build(store: Store, config: Config, kept: "dict[str, Kept]", summary: Summary, check: bool) -> None:
    """Compile the list from what is kept, and swap it in where anything differs from the one in force."""
    begun = time.perf_counter()
    good = [source for source in config.sources if kept[source.name].good]
    if not any(kept[source.name].names for source in good):
        return  # nothing was ever taken from anybody: the shipped list serves as well, and is as old as it says
    inputs = _inputs(good, kept)
    built = store.read_built()
    whole = _is_whole(store, built, summary)
    before = _in_force(store, whole)
    if whole and built.get("inputs") == inputs:
        summary.names, summary.held = built.get("names", 0), built.get("held", 0)
        if not check and not any(outcome.error for outcome in summary.outcomes):
            os.utime(store.list)  # the list is as fresh as its sources (guard.core.fresh)
        summary.processing = time.perf_counter() - begun
        return
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
    for source in good:
        claims += kept[source.name].claims
    return claims


def _inputs(good: "list[Source]", kept: "dict[str, Kept]") -> str:
    """A digest of everything the list is made of."""
    digest = hashlib.sha256(__version__.encode())
    for name in (LIST, compiler.POPULAR):
        with open(shipped(name), "rb") as file:
            digest.update(file.readline())  # its seal holds its digest
    for source in good:
        digest.update(f"{source.name} {source.rank} {source.label} {kept[source.name].digest}\n".encode())
    # An entry of one's own list may hold until today.
    digest.update(datetime.datetime.now(datetime.timezone.utc).date().isoformat().encode())
    return digest.hexdigest()


def _is_whole(store: Store, built: "dict[str, object]", summary: Summary) -> bool:
    """Whether the files made by the last sync are still what it wrote."""
    if not os.path.exists(store.list):
        return False
    for path, key in ((store.list, "list"), (store.held, "held_digest")):
        if built.get(key) != _digest(path):
            summary.notices.append(f"{path} was not what the last sync wrote: made anew")
            return False
    return True


def _digest(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _in_force(store: Store, whole: bool) -> "dict[str, Entry]":
    """The entries in force before: of the synced list, else of the shipped one."""
    path = store.list if whole else shipped(LIST)
    with open(path, "rb") as file:
        return {row[0]: Entry(row) for row in table.rows_of(file.read(), path)}


def _compare(before: "dict[str, Entry]", merged: Merged, summary: Summary) -> None:
    for name, row in merged.rows.items():
        old = before.get(name)
        if old is None:
            summary.added.append(name)
        elif old.kind != row[1] or ";".join(old.versions) != row[3]:
            summary.changed.append(name)
    summary.removed = [name for name in before if name not in merged.rows]
    summary.names, summary.held = len(merged.rows), len(merged.held)
    for names in (summary.added, summary.removed, summary.changed):
        names.sort()


def _swap(store: Store, merged: Merged, inputs: str, before: "dict[str, Entry]", summary: Summary) -> None:
    """Put the new files in place, the list last but for the note of what it was made from."""
    made = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    age = os.stat(store.list).st_mtime if os.path.exists(store.list) else None
    store.note_seen(merged.rows, made[:10], dict.fromkeys(before, _day_shipped()))
    held = {row.name: (row.name, row.why, ";".join(row.sources), ";".join(row.evidence)) for row in merged.held}
    seal.write(store.held, HELD_COLUMNS, held.values(), made)
    seal.write(store.list, COLUMNS, merged.rows.values(), made)
    if age is not None and any(outcome.error for outcome in summary.outcomes):
        os.utime(store.list, (age, age))  # new rows, but not every source answered: no fresher than it was
    digests = {"list": _digest(store.list), "held_digest": _digest(store.held)}
    built = {"inputs": inputs, "names": len(merged.rows), "held": len(held), **digests}
    seal.replace(store.built, json.dumps(built).encode())


def _day_shipped() -> str:
    with open(shipped(LIST), "rb") as file:
        head = seal_of(file.readline().rstrip(b"\n"))
    return head["made"][:10] if head else ""
