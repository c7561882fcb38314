"""The search's last line: an operator's own filter, as a file of conditions instead of an edited macro.

    # one row is dropped where every term of a line holds; `*` stands for anything, letter case does not count
    src=10.20.*  package_name=ourtool*
    process_path="C:\\Build Agents\\*"

A term names one of the table's columns; of a column with several values, one that fits is enough.
"""

import shlex

from guard.core.errors import BadData

from .seed import COLUMNS


def read(path):
    """The conditions of a file: a list of lists of (column, pattern). Raises BadData with the line."""
    try:
        with open(path, encoding="utf-8-sig") as source:
            lines = source.read().splitlines()
    except OSError as error:
        raise BadData("%s: %s" % (path, error.strerror)) from None
    except UnicodeDecodeError:
        raise BadData("%s is not UTF-8" % path) from None
    conditions = []
    for number, line in enumerate(lines, 1):
        words = shlex.shlex(line, posix=True, punctuation_chars=False)
        words.whitespace_split, words.escape = True, ""  # a backslash is part of a Windows path
        try:
            terms = [word.partition("=")[::2] for word in words]
        except ValueError as error:
            raise BadData("%s:%d: %s" % (path, number, str(error).lower())) from None
        for column, wanted in terms:
            if column not in COLUMNS or not wanted:
                raise BadData(
                    "%s:%d: %r is not COLUMN=PATTERN" % (path, number, column), "columns: " + " ".join(COLUMNS)
                )
        if terms:
            conditions.append(terms)
    return conditions
