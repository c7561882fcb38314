"""Splunk's lookup: three columns, ``*name*``, a comment, and what is imitated (a project, its page, or a file).

https://github.com/splunk/security_content, ``typo_squatted_python_packages.csv``, Apache-2.0. The stars make its keys
substrings, which as such match ``playwright`` and 32 more of the most downloaded projects; here they are whole names.
"""

import csv
from collections.abc import Iterator

from guard.core.errors import BadData
from guard.core.lookup import TYPOSQUAT

from ..claim import Claim, name_of
from ..config import Source
from ..source import text_of
from ..web import shown

KEY = "typosquatted_package_name"
PAGE = "https://github.com/splunk/security_content/blob/develop/lookups/csv/typo_squatted_python_packages.csv"
_COLUMNS = 3
_OF_A_FILE = "variations of the file "


def parse(data: bytes, source: Source) -> Iterator[Claim]:
    """The claims in a lookup. Raises BadData naming the line where it is not one."""
    rows = csv.reader(text_of(data, source).splitlines(), strict=True)
    try:
        head = next(rows, [])
        if len(head) != _COLUMNS or head[0] != KEY:
            raise BadData(f"{shown(source.url)}: not the lookup: its first column is not {KEY}")
        for row in rows:
            if len(row) != _COLUMNS:
                raise BadData(f"{shown(source.url)}:{rows.line_num}: {len(row)} columns instead of {_COLUMNS}")
            name = name_of(row[0].strip("*"))
            if name:
                yield _claim(name, row[1], row[2], source)
    except csv.Error as error:
        raise BadData(f"{shown(source.url)}:{rows.line_num}: {error}") from error


def _claim(name: str, comment: str, imitated: str, source: Source) -> Claim:
    file = comment.rpartition(_OF_A_FILE)[2] if _OF_A_FILE in comment else ""
    if file:
        reason = f"imitates the file name {file.strip()}, not a project"
        return Claim(name, source.label, TYPOSQUAT, evidence=(PAGE,), reason=reason)
    # A page on the index, or the bare name; "N/A" where there is none.
    project = "" if imitated == "N/A" else imitated.strip().rstrip("/").rpartition("/")[2]
    return Claim(name, source.label, TYPOSQUAT, name_of(project), evidence=(PAGE,))
