"""The lookup of the search: which text after ``install`` is a listed package.

Two origins. ``--lookup FILE`` takes the published form, typosquatted_package_name,comment,package_official_url, whose
keys may hold ``*``. Without it, guard's own list serves, by whole names: the extracted text (``Reqeusts[x]==1.0``) is
reduced to the project it names, so it finds every spelling of a listed name and no longer name that contains one.
"""

import csv
from collections import namedtuple

from guard.core import home, lookup, table
from guard.core.errors import BadData, CannotJudge

from .seed import LOOKUP_GIVES, LOOKUP_KEY

# How a key is compared: with the text, as a pattern with the text, with the project, with project==release.
EXACT, WILDCARD, PROJECT, RELEASE = "exact", "wildcard", "project", "release"

Row = namedtuple("Row", "key comment url")
Key = namedtuple("Key", "position kind key comment package_official_url")
_PAGE = "https://pypi.org/project/%s/"
_NO_PAGE = "none"  # `stats … by` would drop a row without one
_SPOKEN = {
    lookup.MALICIOUS: "Malicious package",
    lookup.TYPOSQUAT: "Potential typo squatting",
    lookup.COMPROMISED: "Compromised release",
}


def read_published(path):
    """The Keys of a lookup in the published form (the third column may have any name). Raises BadData."""
    try:
        with open(path, encoding="utf-8-sig", newline="") as source:
            records = list(csv.reader(source))
    except OSError as error:
        raise BadData("%s: %s" % (path, error.strerror)) from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadData("%s is not a CSV lookup: %s" % (path, error)) from None
    if not records or records[0][:2] != [LOOKUP_KEY, LOOKUP_GIVES[0]] or len(records[0]) < 3:
        raise BadData("%s is not this lookup" % path, "its columns are %s,%s" % (LOOKUP_KEY, ",".join(LOOKUP_GIVES)))
    rows = []
    for number, record in enumerate(records[1:], 2):
        if not record:
            continue
        if len(record) < 3 or not record[0]:
            raise BadData("%s, record %d: three fields are needed, the first not empty" % (path, number))
        rows.append(Row(*record[:3]))
    return keys_of(rows)


def keys_of(rows):
    """The Keys of published Rows; the first that matches wins, so their order is kept."""
    keys = []
    for position, row in enumerate(rows):
        kind, key = (WILDCARD, pattern(row.key)) if "*" in row.key else (EXACT, row.key)
        keys.append(Key(position, kind, fold(key), row.comment or None, row.url or None))
    return keys


def fold(text):
    """A text with upper and lower case made one, as ``definition.folded`` does it in SQL."""
    return text.replace("Σ", "σ").replace("ς", "σ").lower()  # noqa: RUF001


def pattern(wildcard):
    """A ``*`` pattern as one for ``LIKE … ESCAPE '!'``."""
    for letter in "!%_":
        wildcard = wildcard.replace(letter, "!" + letter)
    return wildcard.replace("*", "%")


def read_list(path=None):
    """The Keys of guard's list (the one in force, or the table in ``path``). Raises BadData.

    What is listed for other reasons (spam, research, hacking tools) is left out: the search speaks of malice.
    """
    try:
        opened = table.Table(path) if path else lookup.open_list(home.find()).table
    except CannotJudge as error:
        raise BadData(error.message) from None
    keys = []
    for fields in opened:
        entry = lookup.Entry(fields)
        if entry.kind not in _SPOKEN or entry.is_void:
            continue
        comment = _SPOKEN[entry.kind] + (", variations of %s" % entry.imitates if entry.imitates else "")
        page = _PAGE % entry.imitates if entry.imitates else _NO_PAGE
        if entry.versions:
            for version in entry.releases():  # a range has no key: a lookup cannot compare
                key = "%s==%s" % (entry.name, lookup.plain_version(version))
                keys.append(Key(len(keys), RELEASE, key, comment, page))
        else:
            keys.append(Key(len(keys), PROJECT, entry.name, comment, page))
    opened.close()
    return keys
