"""OSV's bulk data: ``all.zip`` (one JSON record an id) and ``modified_id.csv`` (``<time>,<id>``, newest first).

The folder is https://storage.googleapis.com/osv-vulnerabilities/PyPI/; records ``MAL-…`` are those of OpenSSF's
malicious-packages (Apache-2.0). Each sync asks for the small index of changes, and when that has changed either for the
few records that are new in it, one by one, or for the whole archive. Where there is no index, the archive is asked for.
The time of the newest record is kept: an index older than the last one was rolled back, and is refused; one that stays
as it is for weeks is frozen (``sync.frozen_days``).

What a record says (https://ossf.github.io/osv-schema/):
- ``withdrawn``: its source took it back, or will at a time that is yet to come: until that day the record holds.
- a range that ends (``fixed``, ``last_affected``, ``limit``), or begins later than at 0: the project is good, some
  releases are bad: those in the range, and those that ``versions`` names. A range is kept as text (``>=1.0 <2.0``,
  guard.core.ranges). The project is a good one too where the text calls it a compromised package.
- else the project is bad. ``versions`` then enumerates what was seen, and narrows the entry for a popular name alone.
"""

import collections
import contextlib
import datetime
import json
import re
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from guard.core import ranges
from guard.core.errors import BadData
from guard.core.lookup import COMPROMISED, MALICIOUS, WITHDRAWN

from ..archive import members
from ..claim import Claim, name_of
from ..config import Source
from ..source import moment, untils
from ..store import Kept, Store
from ..web import NOTHING_KNOWN, Missing, Validators, Web, shown

PREFIX = "MAL-"
FEW = 300  # records: as many are fetched one by one; for more the archive is cheaper
_PARALLEL = 8
_RECORD = 4 << 20  # bytes of one record
_UNPACKED = 8  # times the limit of a download
_TO_THE_SECOND = 19  # characters of an ISO time; the index and a record may differ behind that
EVERY, UNCLEAR = "every release", "which ones cannot be told"  # instead of a range
_ORDER = {"fixed": 0, "limit": 0, "introduced": 1, "last_affected": 2}
_CLOCKS_DIFFER = datetime.timedelta(days=1)
_COMPROMISED = re.compile(r"compromised[- ](package|project|release|version|librar)", re.IGNORECASE)
_ID = re.compile(r"MAL-[0-9]{4}-[0-9]{1,9}")


def refresh(source: Source, kept: Kept, web: Web, store: Store) -> "Kept | None":
    """What OSV says now, or None where nothing changed.

    ``kept.notes``: ``times`` (id -> time of the record that was taken), ``newest`` (time of the newest record of all).
    """
    base = source.url.rstrip("/") + "/"
    try:
        known = kept.validators if kept.good and "newest" in kept.notes else NOTHING_KNOWN
        answer = web.get(base + "modified_id.csv", known)
    except Missing:
        return _archive_alone(source, base, kept, web, store)
    if answer.data is None:
        return None
    newest, times = _index(answer.data, base + "modified_id.csv")
    _check_newest(newest, kept.notes.get("newest", ""), base + "modified_id.csv")
    have = kept.notes.get("times", {}) if kept.good else {}
    wanted = [key for key, time in times.items() if have.get(key) != time]
    claims = {key: said for key, said in _by_id(kept.claims).items() if key in times} if have else {}
    if not have or len(wanted) > FEW:
        records = _records(_archive(source, base, NOTHING_KNOWN, web, store).data, web, base)
        claims, taken = {}, {}
        for record in records:
            claims[record["id"]] = claims_of(record, source.label)
            taken[record["id"]] = _modified(record)
        claims = {key: said for key, said in claims.items() if key in times}
        # The archive is made a while after the index: whatever is older in it than the index says is fetched alone.
        wanted = [key for key, time in times.items() if taken.get(key, "") < time[:_TO_THE_SECOND]]
        if len(wanted) > FEW:
            raise BadData(f"{shown(base)}: {len(wanted)} records of its index are missing or old in its archive")
    for key, fetched in _fetch(base, wanted, web):
        claims[key] = claims_of(fetched, source.label) if fetched else []
    said = [claim for claims_ in claims.values() for claim in claims_]
    notes = {"times": times, "newest": newest, "until": untils(said)}
    return Kept(source.url, answer.validators, said, notes, good=True)


def _archive_alone(source: Source, base: str, kept: Kept, web: Web, store: Store) -> "Kept | None":
    alone = kept.good and "times" not in kept.notes
    answer = _archive(source, base, kept.validators if alone else NOTHING_KNOWN, web, store)
    if answer.data is None:
        return None
    said: list[Claim] = []
    newest = ""
    for record in _records(answer.data, web, base):
        said += claims_of(record, source.label)
        newest = max(newest, _modified(record))
    # An index dates every record of OSV, and the archive is read for ours alone: it is held to what was known of those.
    times = kept.notes.get("times")
    before = kept.notes.get("newest", "") if times is None else max(times.values(), default="")[:_TO_THE_SECOND]
    _check_newest(newest, before, base + "all.zip")
    return Kept(source.url, answer.validators, said, {"newest": newest, "until": untils(said)}, good=True)


def _archive(source: Source, base: str, known: Validators, web: Web, store: Store):
    return web.download(base + "all.zip", store.part(source.name, "all.zip"), known)


def _check_newest(newest: str, before: str, url: str) -> None:
    """Raises BadData where the newest record is older than the newest that was here ``before``, or of the future."""
    try:
        ahead = moment(newest) - datetime.datetime.now(datetime.timezone.utc)
    except ValueError as error:
        raise BadData(f"{shown(url)}: the time of its newest record is none: {newest[:40]!r}") from error
    if ahead > _CLOCKS_DIFFER:
        raise BadData(f"{shown(url)}: its newest record is of the future: {newest}")
    if newest < before:
        raise BadData(f"{shown(url)}: rolled back: its newest record is of {newest}, and was of {before}")


def _index(data: bytes, url: str) -> "tuple[str, dict[str, str]]":
    """(time of the newest record, {id: time} of those that are ours). Raises BadData where a line has another form."""
    try:
        lines = data.decode("ascii").splitlines()
    except UnicodeDecodeError as error:
        raise BadData(f"{shown(url)}: not an index of records") from error
    newest, times = "", {}
    for number, line in enumerate(lines, 1):
        time, comma, key = line.partition(",")
        if not comma or not time[:4].isdigit():
            raise BadData(f"{shown(url)}:{number}: not a time and an id")
        newest = max(newest, time[:_TO_THE_SECOND])
        if key.startswith(PREFIX):
            if not _ID.fullmatch(key):  # it becomes part of an address
                raise BadData(f"{shown(url)}:{number}: not an id: {key[:40]!r}")
            times[key] = time
    return newest, times


def _records(data: "bytes | None", web: Web, base: str) -> "Iterator[dict[str, Any]]":
    url = shown(base + "all.zip")
    total = web.config.max_bytes * _UNPACKED
    for name, text in members(data or b"", url, lambda name: name.startswith(PREFIX), _RECORD, total):
        yield _record(text, f"{url}:{name}")


def _fetch(base: str, keys: "list[str]", web: Web) -> "Iterable[tuple[str, dict[str, Any] | None]]":
    """(id, record) of each; None for one that its server does not have any more."""

    def one(key: str):
        url = f"{base}{quote(key)}.json"
        try:
            record = _record(web.get(url, limit=_RECORD).data or b"", shown(url))
        except Missing:
            return key, None
        if record["id"] != key:
            raise BadData(f"{shown(url)}: it is the record of {record['id'][:40]!r}")
        return key, record

    waiting, found, wrong = collections.deque(keys), [], []

    def work() -> None:
        with contextlib.suppress(IndexError):  # nothing waits any more
            while not wrong:
                key = waiting.popleft()
                try:
                    found.append(one(key))
                except Exception as error:  # whatever it is, the thread that asked raises it
                    wrong.append(error)

    # A server whose answer never begins holds a thread where no limit reaches. As daemons they die with this process;
    # those of a ThreadPoolExecutor would be waited for, and ``guard sync`` never end.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_PARALLEL, len(keys)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]
    return found


def _record(text: bytes, where: str) -> "dict[str, Any]":
    try:
        record = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadData(f"{where}: not a record: {error}") from error
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise BadData(f"{where}: not a record")
    return record


def _modified(record: "dict[str, Any]") -> str:
    return str(record.get("modified") or "")[:_TO_THE_SECOND]


def claims_of(record: "dict[str, Any]", label: str) -> "list[Claim]":
    """What one record says of PyPI projects. Raises BadData where it has not the form of the schema."""
    try:
        return list(_claims(record, label))
    except (AttributeError, TypeError, KeyError, IndexError) as error:
        raise BadData(f"record {str(record.get('id'))[:40]!r} has not the form of OSV's schema") from error


def _claims(record: "dict[str, Any]", label: str) -> Iterator[Claim]:
    for affected in record.get("affected") or ():  # null is what some write for an empty list
        package = affected["package"]
        name = name_of(package["name"]) if package["ecosystem"].partition(":")[0] == "PyPI" else ""
        if not name:
            continue
        versions = tuple(version for version in affected.get("versions") or () if isinstance(version, str))
        kind = _kind(record, affected)
        if kind == COMPROMISED:
            versions = tuple(dict.fromkeys((*versions, *(r for r in _ranges(affected) if r not in (EVERY, UNCLEAR)))))
        since = (record.get("published") or "")[:10]
        until = _until(record)
        yield Claim(name, label, kind, versions=versions, evidence=(record["id"],), since=since, until=until)


def _kind(record: "dict[str, Any]", affected: "dict[str, Any]") -> str:
    if record.get("withdrawn") and not _until(record):
        return WITHDRAWN
    some = any(text != EVERY for text in _ranges(affected))
    return COMPROMISED if some or _COMPROMISED.search(record.get("details") or "") else MALICIOUS


def _until(record: "dict[str, Any]") -> str:
    """The day on which a record will be withdrawn, where that is yet to come; else ""."""
    try:
        when = moment(str(record.get("withdrawn") or ""))
    except ValueError:
        return ""
    ahead = when - datetime.datetime.now(datetime.timezone.utc)
    return when.date().isoformat() if ahead > _CLOCKS_DIFFER else ""


def _ranges(affected: "dict[str, Any]") -> "Iterator[str]":
    """Each range of an entry as text, or EVERY; UNCLEAR for one that PEP 440 cannot compare, or that never begins."""
    for span in affected.get("ranges") or ():
        if span.get("type") != "GIT":
            events = [(what, text) for event in span.get("events") or () for what, text in event.items()]
            yield from _spans([event for event in events if event != ("limit", "*")])


def _spans(events: "list[tuple[str, str]]") -> "Iterator[str]":
    """From events to ranges, as OSV's schema evaluates them: in the order of the releases they name.

    To the schema "0" alone comes before every release. Before "0.0" come its own, such as 0.0.dev1: a range that begins
    there does not speak of them, and is no word against the whole project.
    """
    try:
        ordered = sorted((_place(what, text), what, text.strip()) for what, text in events)
    except ValueError:
        ordered = []
    if events and "introduced" not in [what for _, what, _ in ordered]:
        yield UNCLEAR
    start = None
    for _, what, text in ordered:
        if what == "introduced":
            start = text if start is None else start
        elif start is not None:
            sign = "<=" if what == "last_affected" else "<"
            begin = "" if start == "0" else f">={start} "
            yield text if (start, what) == (text, "last_affected") else f"{begin}{sign}{text}"
            start = None
    if start is not None:
        yield EVERY if start == "0" else f">={start}"


def _place(what: str, text: str) -> "tuple[Any, ...]":
    """What an event is sorted by. Of those that name one release the end of a range comes first, unless it holds it."""
    if what == "introduced" and text == "0":
        return ((), 1)
    place = ranges.key(text)
    if what not in _ORDER or not place:
        raise ValueError(text)
    return (place, _ORDER[what])


def _by_id(claims: "list[Claim]") -> "dict[str, list[Claim]]":
    by_id: dict[str, list[Claim]] = {}
    for claim in claims:
        by_id.setdefault(claim.evidence[0], []).append(claim)
    return by_id
