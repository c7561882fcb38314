"""An index's own list of all its names: not names to refuse, but those that exist, as a filter for the gate.

Off until somebody sets ``sync.sources.names.enabled``. The list is asked for in the forms that an index has (PEP 503
HTML, PEP 691 JSON), packed, since it is 50 MB otherwise; a mirror may serve one name a line, gzipped or not. A list is
refused that knows far fewer names than the one before it, or far fewer of the most downloaded projects: a sign-in page,
or a part of an index, would make all the rest unknown.
"""

import contextlib
import os
import time

from guard.core.errors import BadData, CannotJudge
from guard.core.filter import Filter, open_filter
from guard.core.unlisted import KNOWN_NAMES
from guard.lookalike import known as names

from .. import seal
from ..compile import popular_names
from ..config import Source
from ..store import Kept, Store
from ..web import NOTHING_KNOWN, Web, shown

# HTML first: the same names as JSON take half as much memory again to read.
ACCEPT = "application/vnd.pypi.simple.v1+html, text/html;q=0.9, application/vnd.pypi.simple.v1+json;q=0.8, */*;q=0.1"
REST = 20 * 3600  # seconds: a list of this size is asked for once a day, however often a sync runs


def refresh(source: Source, kept: Kept, web: Web, store: Store) -> "Kept | None":
    """The names there are now, their filter built at ``store.fresh_names``, not yet in force; None if unchanged."""
    known = kept.validators if kept.good and is_whole(store, kept) else NOTHING_KNOWN
    part = store.part(source.name, "list")
    answer = web.download(source.url, part, known, ACCEPT)
    if answer.data is None:
        os.utime(store.names)
        return None
    with open(part, "wb") as file:
        file.write(answer.data)
    validators = answer.validators
    del answer  # 50 MB, where it came unpacked, that what follows need not have beside its own
    try:
        count = names.build(part, store.fresh_names)
    except BadData as error:
        raise BadData(error.message.replace(part, shown(source.url))) from error
    finally:
        os.unlink(part)
    fresh = Kept(source.url, validators, notes={"digest": seal.digest_of(store.fresh_names)}, good=True)
    fresh.names = count
    return fresh


def rests(store: Store, kept: Kept) -> bool:
    """Whether the names were asked for so short a time ago that they need not be again."""
    if not kept.good or not is_whole(store, kept):
        return False
    return 0 <= time.time() - os.stat(store.names).st_mtime < REST


def is_whole(store: Store, kept: Kept) -> bool:
    """Whether the filter in force is the last sync's: one that lost a bit would call a known name unknown."""
    return seal.digest_of(store.names) == kept.notes.get("digest")


def check(source: Source, kept: Kept, said: Kept, store: Store, share: float) -> None:
    """Raises BadData where more than ``share`` of the names, or of the most downloaded projects, is gone at once."""
    hint = f"if that is right: guard sync --accept-shrink {source.name}"
    if kept.names - said.names > kept.names * share:
        raise BadData(f"{source.name}: it has {said.names} names where it had {kept.names}", hint)
    before = _of(popular_names(), store.names)
    gone = len(before) - len(_of(before, store.fresh_names))
    if gone > len(before) * share:
        raise BadData(f"{source.name}: it does not know {gone} of the {len(before)} most downloaded projects", hint)


def swap(store: Store) -> None:
    """Put the filter that ``refresh`` built in force."""
    seal.move(store.fresh_names, store.names)


def drop(store: Store) -> None:
    """Nobody syncs the names any more: a filter that stays as it is would call every project of tomorrow unknown."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(store.names)


def _of(popular, path: str) -> "list[str]":
    """Those of the ``popular`` names that the filter at ``path`` knows; all of them where there is none."""
    found = open_filter(path, KNOWN_NAMES)
    if found is None:
        return list(popular)
    try:
        return [name for name in popular if _knows(found, name)]
    finally:
        found.close()


def _knows(found: Filter, name: str) -> bool:
    try:
        return name.encode() in found
    except CannotJudge:
        return False
