"""An allow list of your own: names that no feed and no weaker list blocks. Each row says who, why, how long."""

from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import WITHDRAWN

from ..claim import Claim
from ..config import Source
from . import rows
from .block import words


def parse(data: bytes, source: Source) -> Iterator[Claim]:
    """The claims in an allow list: taken back, with the rank of the list. Raises BadData with the line.

    A row lets the name through whole; one that names releases would let through more than it says, and is refused.
    """
    for row in rows.read(data, source):
        if row.get("versions"):
            raise BadData(f"{row['where']}: {row['name']} can be let through whole alone, not for a release")
        owner = f"own:{row.get('owner') or source.owner}".replace(";", ",")
        evidence = rows.values(row.get("evidence", ""))
        reason = "is " + words("allowed", row, source)
        since, until = row.get("since", ""), row["until"]
        yield Claim(row["name"], owner, WITHDRAWN, "", (), evidence, reason, since, source.rank, until)
