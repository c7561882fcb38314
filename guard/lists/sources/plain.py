"""A feed in the plainest form: names, one a line or in CSV (``guard.lists.sources.rows``). Its word is a feed's."""

from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN

from ..claim import Claim, name_of
from ..config import Source
from . import rows

KINDS = (MALICIOUS, TYPOSQUAT, COMPROMISED, OTHER, WITHDRAWN)


def parse(data: bytes, source: Source) -> Iterator[Claim]:
    """The claims in a list; kind malicious where no column says otherwise. Raises BadData."""
    for row in rows.read(data, source):
        kind = row.get("kind") or (COMPROMISED if row.get("versions") else MALICIOUS)
        if kind not in KINDS:
            raise BadData(f"{row['where']}: {row['name']} is of the unknown kind {kind[:40]!r}")
        yield Claim(
            row["name"],
            source.label,
            kind,
            name_of(row.get("imitates", "")),
            rows.values(row.get("versions", "")),
            rows.values(row.get("evidence", "")),
            row.get("reason", ""),
            row.get("since", ""),
            until=row["until"],
        )
