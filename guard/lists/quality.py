"""How good a list is, in figures: whom it would hit that it should not. Measured on names, nothing is fetched."""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any

from guard.core.lookup import OTHER, Entry

from . import export
from .claim import upstream

Figures = dict[str, Any]


def measure(entries: "Iterable[Entry]", popular: "Collection[str]", ordinary: "Collection[str]" = ()) -> "Figures":
    """Figures of a list.

    entries            number of rows, and by kind and by source
    popular_whole      names of most downloaded projects that are blocked or warned of whole
    ordinary_whole     the same for a sample of ordinary names
    popular_releases   most downloaded projects of which some releases are listed
    splunk             {rows, popular, ordinary}: the exported lookup, and the names it matches as Splunk matches
    """
    entries = list(entries)
    whole = {entry.name for entry in entries if entry.covers("")}
    matcher = SplunkLookup(row[0] for row in export.splunk(entries, others=True))
    return {
        "entries": len(entries),
        "by_kind": dict(Counter(entry.kind for entry in entries)),
        "by_source": dict(Counter(s for e in entries for s in {upstream(source) for source in e.sources})),
        "popular_whole": sorted(whole & set(popular)),
        "ordinary_whole": sorted(whole & set(ordinary)),
        "popular_releases": sorted(e.name for e in entries if e.versions and e.name in popular),
        "splunk": {
            "rows": sum(1 for _ in export.splunk(entries)),
            "popular": sorted(name for name in popular if matcher.matches(name)),
            "ordinary": sorted(name for name in ordinary if matcher.matches(name)),
        },
        "in_force": sum(1 for e in entries if e.kind != OTHER and not e.is_void),
    }


class SplunkLookup:
    """Matches as a Splunk lookup of match type WILDCARD does: letter case ignored, ``*`` for any run of characters."""

    def __init__(self, keys: "Iterable[str]"):
        self.exact: set[str] = set()
        self.starts: dict[int, set[str]] = {}
        self.inside: list[str] = []
        self.other: list[re.Pattern[str]] = []
        for key in map(str.lower, keys):
            if "*" not in key:
                self.exact.add(key)
            elif key.index("*") == len(key) - 1:
                self.starts.setdefault(len(key) - 1, set()).add(key[:-1])
            elif key.strip("*") and "*" not in key[1:-1] and key[0] == key[-1] == "*":
                self.inside.append(key[1:-1])
            else:
                self.other.append(re.compile(".*".join(map(re.escape, key.split("*"))), re.DOTALL))

    def matches(self, text: str) -> bool:
        text = text.lower()
        return (
            text in self.exact
            or any(text[:length] in starts for length, starts in self.starts.items())
            or any(part in text for part in self.inside)
            or any(pattern.fullmatch(text) for pattern in self.other)
        )
