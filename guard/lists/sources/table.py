"""A list that guard made, as a source: the shipped one, one that somebody compiled, the target of a publication."""

import hashlib
from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import CANARY, COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN, Entry
from guard.core.table import seal_of

from ..claim import Claim
from ..config import Source
from ..web import shown

_KINDS = {MALICIOUS, TYPOSQUAT, COMPROMISED, OTHER, WITHDRAWN}


def parse(data: bytes, source: Source) -> Iterator[Claim]:
    """The claims behind a sealed list. Raises BadData where its seal does not hold."""
    for claim in claims_of(data, shown(source.url)):
        yield claim._replace(rank=source.rank) if source.rank else claim


def read(path: str) -> Iterator[Claim]:
    """The claims behind the sealed list in the file at ``path``. Raises BadData."""
    with open(path, "rb") as file:
        return claims_of(file.read(), path)


def claims_of(data: bytes, where: str) -> Iterator[Claim]:
    """One claim for each source of each row of a sealed list."""
    for row in rows_of(data, where):
        entry = Entry(row)
        if entry.kind not in _KINDS:
            raise BadData(f"{where}: {entry.name} is of the unknown kind {entry.kind!r}")
        if entry.name == CANARY:
            continue
        versions, evidence = tuple(entry.versions), tuple(entry.evidence)
        for source in entry.sources or ["?"]:
            yield Claim(entry.name, source, entry.kind, entry.imitates, versions, evidence, entry.reason)


def rows_of(data: bytes, where: str) -> "Iterator[list[str]]":
    """The rows of a sealed table in memory, its whole seal verified first: size, digest, count, order."""
    first, _, body = data.partition(b"\n")
    seal = seal_of(first)
    if seal is None:
        raise BadData(f"{where}: not a list that guard made")
    if len(body) != seal["bytes"] or hashlib.sha256(body).hexdigest() != seal["sha256"]:
        raise BadData(f"{where}: damaged: its seal does not hold")
    try:
        lines = body.decode().split("\n")[1:-1]
    except UnicodeDecodeError as error:
        raise BadData(f"{where}: not UTF-8 text") from error
    keys = [line.partition(",")[0] for line in lines]
    if len(lines) != seal["rows"] or any(a >= b for a, b in zip(keys, keys[1:])):
        raise BadData(f"{where}: damaged: its rows are not those its seal counts")
    return (line.split(",") for line in lines)
