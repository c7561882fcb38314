"""A block list of your own: it outranks every feed, popular name or not. Each row says who blocks, and why."""

from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import MALICIOUS

from ..claim import Claim, name_of
from ..config import Source
from . import plain, rows


def parse(data: bytes, source: Source) -> Iterator[Claim]:
    """The claims in a block list. Raises BadData with the line."""
    for row in rows.read(data, source):
        kind = row.get("kind") or MALICIOUS
        if kind not in plain.KINDS[:4]:
            raise BadData(f"{row['where']}: {row['name']} is of the unknown kind {kind[:40]!r}")
        yield Claim(
            row["name"],
            f"own:{row.get('owner') or source.owner}".replace(";", ","),
            kind,
            name_of(row.get("imitates", "")),
            rows.values(row.get("versions", "")),
            rows.values(row.get("evidence", "")),
            "is " + words("blocked", row, source),
            row.get("since", ""),
            source.rank,
            row["until"],
        )


def words(what: str, row: "dict[str, str]", source: Source) -> str:
    """ "blocked by security team: no licence" """
    owner, reason = row.get("owner") or source.owner, row.get("reason") or source.reason
    return f"{what} by {owner}: {reason}" if reason else f"{what} by {owner}"
