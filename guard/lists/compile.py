"""Compile: claims become the sealed list, a table of downloads becomes the sealed popular names."""

import csv
from collections.abc import Collection, Iterable

from guard.core.errors import BadData, CannotJudge
from guard.core.home import shipped
from guard.core.lookup import CANARY, COLUMNS, TYPOSQUAT
from guard.core.table import Table

from . import seal
from .claim import Claim, name_of
from .merge import Merged, merge

POPULAR = "popular.csv"
POPULAR_COLUMNS = ("name", "rank", "downloads")
CANARY_CLAIM = Claim(
    CANARY, "guard", TYPOSQUAT, reason="is a harmless name that every guard refuses, so that anyone can see it work"
)


def rows_of(claims: Iterable[Claim], popular: Collection[str]) -> Merged:
    """The merged claims, and whatever they say the one name that is always listed."""
    merged = merge((claim for claim in claims if claim.name != CANARY), popular)
    merged.rows[CANARY] = merge([CANARY_CLAIM], ()).rows[CANARY]
    return merged


def write_list(path: str, claims: Iterable[Claim], popular: Collection[str], made: str) -> Merged:
    """Compile ``claims`` into the list at ``path``. ``made``: ISO 8601 UTC time."""
    merged = rows_of(claims, popular)
    seal.write(path, COLUMNS, merged.rows.values(), made)
    return merged


def write_popular(path: str, source: str, made: str) -> int:
    """Compile a tab-separated table ``rank name downloads`` into the sealed table at ``path``; the number of names."""
    rows: dict[str, tuple[str, str, str]] = {}
    with open(source, encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t"), 2):
            name = name_of(row.get("name") or "")
            if not name or not (row.get("rank") or "").isdigit() or not (row.get("downloads") or "").isdigit():
                raise BadData(f"{source}:{number}: not a rank, a name and a number of downloads")
            rows.setdefault(name, (name, row["rank"], row["downloads"]))
    if not rows:
        raise BadData(f"{source}: no names")
    seal.write(path, POPULAR_COLUMNS, rows.values(), made)
    return len(rows)


def popular_names(path: str = "") -> "dict[str, int]":
    """name -> rank of the most downloaded projects, from the sealed table at ``path`` (default: the shipped one)."""
    try:
        table = Table(path or shipped(POPULAR))
    except CannotJudge as error:
        raise BadData(error.message) from error
    try:
        return {row[0]: int(row[1]) for row in table}
    finally:
        table.close()
