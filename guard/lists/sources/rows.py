"""Lists that people keep by hand: one name a line, or CSV with a header. ``plain``, ``block`` and ``allow`` read them.

Text: a name, or ``name==release``; ``#`` begins a comment. CSV: a column ``name`` (or ``package``), and where wanted
``versions`` (joined with ``;``; a range is ``>=1.0 <2.0``), ``kind``, ``imitates``, ``evidence``, ``reason``,
``owner``, ``until`` (ISO date, the last day on which the row holds), ``since``.
"""

import csv
import datetime
from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import is_range
from guard.core.ranges import is_sound

from ..claim import name_of
from ..config import Source
from ..source import text_of
from ..web import shown

_NAMES = ("name", "package", "package_name")
_SIGNS = frozenset("<>=~!*, ")  # of a requirement: as a release it would never be met, and block nothing
KNOWN = (*_NAMES, "versions", "kind", "imitates", "evidence", "reason", "owner", "until", "since")


def read(data: bytes, source: Source) -> "Iterator[dict[str, str]]":
    """Each row as a dict of the columns it has; ``name`` normalised, ``until`` a date, ``where`` the file and line.

    Raises BadData with the line.
    """
    lines = text_of(data, source).splitlines()
    first = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    head = [column.strip().lower() for column in first.split(",")]
    rows = _csv(lines, source) if len(head) > 1 or head[0] in _NAMES else _text(lines)
    for number, row in rows:
        where = f"{shown(source.url)}:{number}"
        name = name_of(row["name"])
        if not name:
            raise BadData(f"{where}: {row['name'][:80]!r} is not a project's name")
        for text in values(row.get("versions", "")):
            if not (is_sound(text) if is_range(text) else _SIGNS.isdisjoint(text)):
                raise BadData(f"{where}: {text[:80]!r}, of {name}, is no release, and no range like '>=1.0 <2.0'")
        yield {**row, "name": name, "until": _until(row, where), "where": where}


def _until(row: "dict[str, str]", where: str) -> str:
    until = row.get("until", "")
    try:
        return datetime.date.fromisoformat(until).isoformat() if until else ""
    except ValueError as error:
        raise BadData(f"{where}: until is not a date like 2027-01-31: {until[:40]!r}") from error


def _text(lines: "list[str]") -> "Iterator[tuple[int, dict[str, str]]]":
    for number, line in enumerate(lines, 1):
        word = line.partition("#")[0].strip()
        if word:
            name, _, version = word.partition("==")
            yield number, {"name": name, "versions": version.strip()}


def _csv(lines: "list[str]", source: Source) -> "Iterator[tuple[int, dict[str, str]]]":
    lines = ["" if line.lstrip().startswith("#") else line for line in lines]  # the numbers of lines stay right
    table = csv.DictReader(lines, strict=True, skipinitialspace=True)
    columns = [column.strip().lower() for column in table.fieldnames or ()]
    strange = sorted(set(columns) - set(KNOWN))
    if strange or not set(_NAMES) & set(columns):
        raise BadData(f"{shown(source.url)}: it needs a column name, and knows no column {', '.join(strange) or '-'}")
    columns = ["name" if column in _NAMES else column for column in columns]
    twice = [column for column in columns if columns.count(column) > 1]
    if twice:
        raise BadData(f"{shown(source.url)}: it has the column {twice[0]} twice")
    table.fieldnames = columns
    try:
        for row in table:
            if None in row or None in row.values():
                raise BadData(f"{shown(source.url)}:{table.line_num}: not as many columns as the header has")
            yield table.line_num, {key: value.strip() for key, value in row.items()}
    except csv.Error as error:
        raise BadData(f"{shown(source.url)}:{table.reader.line_num}: {error}") from error  # the table's is a row behind


def values(field: str) -> "tuple[str, ...]":
    """The values of a field that holds several."""
    return tuple(value.strip() for value in field.split(";") if value.strip())
