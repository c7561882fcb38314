"""Ask every source at once, each in a thread of its own and within its own limits."""

import datetime
import threading
import time
from dataclasses import dataclass

from guard.core.errors import BadData, GuardError, Unreachable

from .config import FEED, NAMES, Config, Source
from .progress import Silent
from .source import moment, refresh
from .sources import names
from .store import Kept, Store, writing
from .web import Web, shown

_FLOOR = 20  # names: a feed this small may lose any share of them at once
_GRACE = 5  # seconds beyond a source's own limit before its thread is given up


@dataclass
class Outcome:
    """What became of one source: ``changed`` or not, or ``error``; ``frozen`` where it answers, with old news alone.

    Counts are of names.
    """

    source: Source
    changed: bool = False
    error: "GuardError | None" = None
    frozen: "GuardError | None" = None
    names: int = 0
    added: int = 0
    removed: int = 0
    requests: int = 0
    received: int = 0  # bytes

    @property
    def wrong(self) -> "GuardError | None":
        """Why the list is no fresher for having asked this source; None where it is."""
        return self.error or self.frozen


@dataclass
class Wish:
    """What the caller wants. ``accept``: sources that may shrink this once; ``only``: the sources to ask, or all."""

    check: bool = False
    accept: "tuple[str, ...]" = ()
    only: "tuple[str, ...]" = ()
    patience: float = 60  # seconds to wait for another sync


class Round:
    """One round of questions."""

    def __init__(self, config: Config, wish: Wish, store: Store, progress: Silent):
        self.config = config
        self.wish = wish
        self.store = store
        self.progress = progress

    def ask(self, kept: "dict[str, Kept]") -> "list[Outcome]":
        """What became of each source; ``kept`` (source's name -> what it said last) gets what the changed ones say."""
        only = self.wish.only
        sources = [source for source in self.config.sources if not only or source.name in only]
        outcomes = [Outcome(source) for source in sources if only or not self._rests(source, kept)]
        fresh: dict[str, Kept] = {}
        threads = []
        for outcome in outcomes:
            arguments = (outcome, kept[outcome.source.name], fresh)
            threads.append(threading.Thread(target=self._ask_one, args=arguments, daemon=True))
            threads[-1].start()
        end = time.monotonic() + self.config.max_seconds + _GRACE
        for number, (outcome, thread) in enumerate(zip(outcomes, threads)):
            source = outcome.source
            thread.join(max(0.0, end - time.monotonic()))
            if thread.is_alive():  # it hangs where no limit reaches, in the resolver for one; it dies with this process
                late = Unreachable(f"{source.name}: not done within {self.config.max_seconds:g} s")
                outcomes[number] = Outcome(source, error=late)
            elif not outcome.error and source.name in fresh:
                kept[source.name] = fresh[source.name]
                outcome.changed = True
            outcomes[number].names = kept[source.name].names
        return outcomes

    def _rests(self, source: Source, kept: "dict[str, Kept]") -> bool:
        return source.format == NAMES and names.rests(self.store, kept[source.name])

    def _ask_one(self, outcome: Outcome, kept: Kept, fresh: "dict[str, Kept]") -> None:
        source = outcome.source
        shown = Silent() if source.optional else self.progress
        web = Web(self.config, lambda done, total: shown.moved(source.name, done, total))
        shown.started(source.name)
        try:
            with writing(self.store.folder):
                said = refresh(source, kept, web, self.store)
            if said is not None:
                self._compare(outcome, kept, said)
                fresh[source.name] = said
            outcome.frozen = self._frozen(source, said or kept)
        except GuardError as error:
            outcome.error = error
        except Exception as error:  # a bug in one format must not lose the others' news, nor pass for success
            outcome.error = GuardError(f"a bug in guard: {source.name}: {type(error).__name__}: {error}")
        finally:
            outcome.requests, outcome.received = web.requests, web.received
            web.close()
            shown.finished(source.name, outcome.error.message if outcome.error else "")

    def _frozen(self, source: Source, said: Kept) -> "GuardError | None":
        """An answer that never changes looks like good health: "not modified", for ever. Its newest record tells."""
        newest, limit = said.notes.get("newest", ""), self.config.frozen_days
        if not newest or not limit:
            return None
        age = (datetime.datetime.now(datetime.timezone.utc) - moment(newest)).days
        if age <= limit:
            return None
        return BadData(
            f"{source.name}: its newest record is of {newest[:10]}, {age} days ago: frozen, or its news is kept back",
            hint=f"is {shown(source.url)} alive? what it says is in force, and sync.frozen_days how old it may be",
        )

    def _compare(self, outcome: Outcome, kept: Kept, said: Kept) -> None:
        """Count what is new and what is gone. Raises BadData where too much is gone at once."""
        source = outcome.source
        watched = source.rank == FEED and source.name not in self.wish.accept
        if source.format == NAMES:  # a filter cannot tell which: what is counted is how many more or fewer there are
            outcome.added, outcome.removed = max(0, said.names - kept.names), max(0, kept.names - said.names)
            if watched:
                names.check(source, kept, said, self.store, self.config.shrink)
            return
        before, after = {claim.name for claim in kept.claims}, {claim.name for claim in said.claims}
        outcome.added, outcome.removed = len(after - before), len(before - after)
        lost, share = outcome.removed, self.config.shrink
        if watched and len(before) > _FLOOR and lost > len(before) * share:
            raise BadData(
                f"{source.name}: it lost {lost} of its {len(before)} names at once, more than {share:.0%}",
                hint=f"if that is right: guard sync --accept-shrink {source.name}",
            )
