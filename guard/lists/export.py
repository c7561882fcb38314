"""The list in other forms: Splunk's lookup, JSON, OSV records, constraints.

Splunk's search extracts one token behind ``install`` or ``add`` and looks it up as written, so a key is needed for each
spelling it can yield: the name with every separator as ``-``, ``_`` or ``.`` (letters match in either case), alone and
followed by what can follow a name: a version, extras, a marker, a link. Never a bare substring: a key begins with the
name, and a star stands only behind a character that no name holds.
"""

import csv
import io
import itertools
import json
from collections.abc import Iterable, Iterator

from guard.core import ranges
from guard.core.lookup import CANARY, COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN, Entry, is_range

SPLUNK_COLUMNS = ("typosquatted_package_name", "comment", "package_official_url")
FOLLOWS = ("=*", "<*", ">*", "~*", "!*", "[*", ";*", "@*")  # PEP 508: versions, extras, marker, link; poetry's name@^1
_PAGE = "https://pypi.org/project/"
_NO_PAGE = "none"  # the search groups by this column, and drops a row in which it is empty
_ENDS = {"<": "fixed", "<=": "last_affected"}
_BEYOND = {"<": ">=", "<=": ">", ">=": "<"}  # what is left beside a range with one end
_MANY = 2  # separators; a name with more is spelt with one kind throughout
_WORDS = {MALICIOUS: "Malicious package", TYPOSQUAT: "Potential typo squatting", COMPROMISED: "Compromised release",
          OTHER: "Unwanted package"}  # fmt: skip


def splunk(entries: "Iterable[Entry]", others: bool = False) -> "Iterator[tuple[str, str, str]]":
    """The rows of the lookup, without its header. ``others``: also what is listed as spam, research, hacking tool."""
    for entry in entries:
        wanted = entry.kind in (MALICIOUS, TYPOSQUAT, COMPROMISED) or (others and entry.kind == OTHER)
        if not wanted or entry.is_void:
            continue
        comment = _WORDS[entry.kind]
        if entry.imitates:
            comment += f", variations of {entry.imitates}"
        page = f"{_PAGE}{entry.imitates}/" if entry.imitates else _NO_PAGE
        for key in keys(entry):
            yield key, comment, page


def keys(entry: Entry) -> "Iterator[str]":
    """Every key of one entry; of one that names releases alone, the pinned spellings of those.

    A range has no keys: a lookup cannot compare, and the releases in it are not known here.
    """
    for spelling in spellings(entry.name):
        if entry.versions:
            for version in entry.releases():
                yield from (f"{spelling}{sign}{version}" for sign in ("==", "===", "@", "[*=="))
        else:
            yield spelling
            for follows in FOLLOWS:
                yield spelling + follows


def spellings(name: str) -> "Iterator[str]":
    """A normalised name with its separators as people write them."""
    parts = name.split("-")
    if len(parts) - 1 > _MANY:
        yield from (separator.join(parts) for separator in "-_.")
        return
    for separators in itertools.product("-_.", repeat=len(parts) - 1):
        yield "".join(itertools.chain.from_iterable(itertools.zip_longest(parts, separators, fillvalue="")))


def splunk_csv(entries: "Iterable[Entry]", others: bool = False) -> str:
    """The lookup as CSV, with its header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(SPLUNK_COLUMNS)
    writer.writerows(splunk(entries, others))
    return out.getvalue()


def plain(entry: Entry) -> "dict[str, object]":
    """An entry as a JSON object."""
    return {slot: getattr(entry, slot) for slot in entry.__slots__}


def osv(entry: Entry, made: str) -> "dict[str, object]":
    """An entry as an OSV record (https://ossf.github.io/osv-schema/). ``made``: ISO time of the list."""
    affected: dict[str, object] = {
        "package": {"ecosystem": "PyPI", "name": entry.name, "purl": f"pkg:pypi/{entry.name}"}
    }
    spans = [text for text in entry.versions if is_range(text)]
    if entry.releases():
        affected["versions"] = entry.releases()
    if spans:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": _events(span)} for span in spans]
    elif not entry.versions and entry.kind != COMPROMISED:
        affected["ranges"] = [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}]
    record: dict[str, object] = {
        "schema_version": "1.7.0",
        "id": f"GUARD-{entry.name}",
        "modified": made,
        "summary": f"{_WORDS.get(entry.kind, 'Withdrawn')}: {entry.name} {entry.reason}".rstrip(),
        "aliases": [evidence for evidence in entry.evidence if evidence.startswith(("MAL-", "PYSEC-", "GHSA-"))],
        "affected": [affected],
        "references": [{"type": "WEB", "url": e} for e in entry.evidence if e.startswith("https://")],
        "database_specific": {"kind": entry.kind, "imitates": entry.imitates, "sources": entry.sources},
    }
    if entry.kind == WITHDRAWN:
        record["withdrawn"] = made
    return record


def _events(span: str) -> "list[dict[str, str]]":
    """A range as OSV's events."""
    ends = dict(ranges.bounds(span))
    events = [{"introduced": ends.get(">=", "0")}]
    return events + [{_ENDS[sign]: release} for sign, release in ends.items() if sign in _ENDS]


def osv_lines(entries: "Iterable[Entry]", made: str) -> "Iterator[str]":
    """One record a line; the harmless test name is left out, since it is in no index."""
    return (json.dumps(osv(entry, made)) for entry in entries if entry.name != CANARY)


def constraints(entries: "Iterable[Entry]", made: str) -> "Iterator[str]":
    """Lines for uv's ``UV_CONSTRAINT`` and pip's ``--constraint``: with them no refused release fits any requirement.

    ``name<0`` is fitted by no release, which uv sees without asking the index. What lies between two releases cannot be
    said, nor what PEP 440 does not know: a comment names it. ``made``: ISO time of the list.
    """
    yield f"# What guard refuses, by its list of {made}"
    for entry in entries:
        if not entry.versions:
            yield f"{entry.name}<0"
            continue
        said = {text: _beside(text) for text in entry.versions}
        if any(said.values()):
            yield entry.name + ",".join(filter(None, said.values()))
        unsaid = [text for text, specifier in said.items() if not specifier]
        if unsaid:
            yield f"# {entry.name}: no constraint can leave out {'; '.join(unsaid)}"


def _beside(text: str) -> str:
    """The specifier that all but the release or the range ``text`` fits; "" where there is none."""
    if not is_range(text):
        return f"!={text}" if ranges.key(text) else ""
    ends = ranges.bounds(text)
    if len(ends) > 1 or not ranges.is_sound(text):
        return ""
    ((sign, release),) = ends
    return _BEYOND[sign] + release
