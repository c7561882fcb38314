"""Another guard's publication: a list in a TUF repository, trusted from a pinned root (``guard.lists.trust``).

Whoever signs it is the organisation that pinned the root here, so its rows have the rank of the settings that name it:
they outrank the feeds, and what it lets through is let through.
"""

from guard.core.errors import BadData

from ..config import Source
from ..store import Kept, Store
from ..web import Web
from . import table


def refresh(source: Source, kept: Kept, web: Web, store: Store) -> "Kept | None":
    """What the publication says now; None where nothing changed. Raises Unreachable, BadData."""
    from .. import trust  # 120 ms to import, and an extra

    answer = trust.refresh(source, kept, web, store)
    if answer is None:
        return None
    data, fresh = answer
    if not data:
        raise BadData(f"{source.name}: it publishes nothing")
    return Kept(source.url, fresh.validators, list(table.parse(data, source)), fresh.notes, good=True)
