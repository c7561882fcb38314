"""The facts the shipped list is made of: a tab-separated table gathered from public lists.

Columns: name, kind (typosquat, malware, compromised, unknown), target, sources, evidence, versions, withdrawn; several
values in one field are joined with ``;``. Each source of a row becomes a claim of its own, so that a feed which is
synced later replaces what the shipped list knew from it and nothing else.
"""

import csv
from collections.abc import Collection, Iterator

from guard.core.errors import BadData
from guard.core.lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN

from ..claim import Claim, name_of

KINDS = {"typosquat": TYPOSQUAT, "malware": MALICIOUS, "compromised": COMPROMISED, "unknown": OTHER}
_NEEDED = {"name", "kind", "target", "sources", "evidence", "versions", "withdrawn"}
FILE_NAME = "imitates the file name requirements.txt, not a project"


def read(path: str, popular: Collection[str] = ()) -> Iterator[Claim]:
    """The claims in the file at ``path``. Raises BadData naming the line. Of several targets a popular one is kept."""
    with open(path, encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        if not _NEEDED.issubset(table.fieldnames or ()):
            raise BadData(f"{path}: a table of facts has the columns {', '.join(sorted(_NEEDED))}")
        for row in table:
            name = name_of(row["name"] or "")
            kind = WITHDRAWN if row["withdrawn"] else KINDS.get(row["kind"])
            if not name or kind is None or None in row.values():
                raise BadData(f"{path}:{table.line_num}: not a fact: {row['name']!r} {row['kind']!r}")
            yield from _claims(name, kind, row, popular)


def _claims(name: str, kind: str, row: "dict[str, str]", popular: Collection[str]) -> Iterator[Claim]:
    targets = [t for t in row["target"].split(";") if t]
    imitates = name_of(next((t for t in targets if t in popular), targets[0] if targets else ""))
    reason = _reason(kind, row)
    for source in row["sources"].split(";"):
        yield Claim(name, source, kind, imitates, _values(row["versions"]), _values(row["evidence"]), reason)


def _reason(kind: str, row: "dict[str, str]") -> str:
    if "(requirements.txt)" in row["evidence"]:
        return FILE_NAME
    if kind == OTHER:
        categories = [s.partition(":")[2] for s in row["sources"].split(";") if s.startswith("kam193:")]
        return "is listed as " + " and ".join(c.replace("_", " ") for c in categories) if categories else ""
    return ""


def _values(field: str) -> "tuple[str, ...]":
    return tuple(value for value in field.split(";") if value)
