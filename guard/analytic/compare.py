"""The published search beside guard's grammar on the same log: what it missed, what it flagged wrongly."""

from guard.core.names import normalise

# What one attempt is known by, whatever was extracted from it.
_ATTEMPT = ("src", "dest", "process_path", "process_id", "transport")


def project(package_name):
    """(project, version) that an extracted text names: ``Reqeusts[x]==1.0`` is (reqeusts, 1.0)."""
    name = package_name
    for index, letter in enumerate(package_name):
        if letter in "[=<>~!;@( ":
            name = package_name[:index]
            break
    return normalise(name), package_name.partition("==")[2].lstrip("=").strip()


def differences(searched, read):
    """{missed, wrong, agreed} of the rows of the search and those of the grammar.

    missed  rows the search did not give; wrong: rows of the search in which no listed name would be installed;
    agreed  the number of rows of the search that the grammar confirms
    """
    found, right = ({_key(row) for row in rows} for rows in (searched, read))
    wrong = [row for row in searched if _key(row) not in right]
    return {
        "missed": [row for row in read if _key(row) not in found],
        "wrong": wrong,
        "agreed": len(searched) - len(wrong),
    }


def _key(row):
    return (*(row[column] for column in _ATTEMPT), project(row["package_name"])[0])
