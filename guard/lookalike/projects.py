"""Whom a name can imitate: the most downloaded projects, and whoever known typosquats have imitated before."""

import csv
from collections import Counter
from collections.abc import Iterable

from guard.core.errors import BadData
from guard.core.home import shipped
from guard.core.lookup import LIST
from guard.core.names import normalise
from guard.core.table import Table

POPULAR = "popular.csv"
PAIRS = "pairs.tsv"
ORDINARY = "ordinary.txt"
LETTERS = "letters.csv"
CONFUSABLES = "confusables.tsv"
NO_RANK = 15_001


class Project:
    """``rank`` by downloads, from 1 (NO_RANK: not among the popular); ``imitations``: how many typosquats are known."""

    __slots__ = ("imitations", "name", "rank")

    def __init__(self, name: str, rank: int = NO_RANK, imitations: int = 0):
        self.name = name
        self.rank = rank
        self.imitations = imitations

    @property
    def popular(self) -> bool:
        return self.rank < NO_RANK


def popular(path: str = "") -> list[str]:
    """The popular names of the sealed table, most downloaded first."""
    table = Table(path or shipped(POPULAR))
    try:
        return [name for _, name in sorted((int(rank), name) for name, rank, *_ in table)]
    except ValueError as error:
        raise BadData(f"{table.path}: {error}") from error
    finally:
        table.close()


class Pair:
    """A known typosquat, the project it imitates as a source says, and those sources."""

    __slots__ = ("name", "sources", "target")

    def __init__(self, name: str, target: str, sources: str):
        self.name = name
        self.target = target
        self.sources = sources.split(";")


def pairs(path: str = "") -> list[Pair]:
    """The known pairs of a tab-separated table with the columns name, target, sources. Raises BadData."""
    path = path or shipped(PAIRS)
    try:
        with open(path, encoding="utf-8", newline="") as lines:
            rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
            return [Pair(normalise(r["name"]), normalise(r["target"]), r["sources"] or "") for r in rows]
    except (OSError, KeyError, AttributeError) as error:
        raise BadData(f"{path}: no table of name, target, sources: {error}") from error


def listed(path: str = "") -> list[Pair]:
    """Pairs that the list itself states: each row whose ``imitates`` is filled."""
    table = Table(path or shipped(LIST))
    try:
        return [Pair(row[0], row[2], row[4]) for row in table if row[2]]
    finally:
        table.close()


def ordinary(path: str = "") -> list[str]:
    """Names of a file, one a line; lines that begin with ``#`` are left out."""
    path = path or shipped(ORDINARY)
    try:
        with open(path, encoding="utf-8") as lines:
            return [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    except OSError as error:
        raise BadData(f"{path}: {error.strerror}") from error


def confusables(path: str = "") -> list[str]:
    """Legitimate names that are near a more popular one, in order, without duplicates."""
    with open(path or shipped(CONFUSABLES), encoding="utf-8", newline="") as lines:
        rows = csv.DictReader((line for line in lines if not line.startswith("#")), delimiter="\t")
        return list(dict.fromkeys(normalise(row["name"]) for row in rows))


def projects(popular_names: Iterable[str], known: Iterable[Pair]) -> list[Project]:
    """Every project worth imitating. A pair that two tables state counts once."""
    imitated = Counter(target for _, target in {(pair.name, pair.target) for pair in known})
    found = {name: Project(name, rank, imitated[name]) for rank, name in enumerate(popular_names, 1)}
    for name, times in sorted(imitated.items()):
        if name not in found:
            found[name] = Project(name, NO_RANK, times)
    return list(found.values())
