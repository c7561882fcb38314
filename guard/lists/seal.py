"""Write and verify sealed tables (``guard.core.table``): sorted, counted, digested, swapped in by rename."""

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from operator import itemgetter

from guard.core import filter as name_filter
from guard.core.errors import BadData
from guard.core.table import MAGIC, Table, filter_path

_ESCAPES = {"%2C": ",", "%0A": "\n", "%0D": "\r"}


def escape(field: str) -> str:
    """A field without commas and line breaks, percent-encoded as in a URL."""
    for code, character in _ESCAPES.items():
        field = field.replace(character, code)
    return field


def write(path: str, columns: Sequence[str], rows: Iterable[Sequence[str]], made: str) -> str:
    """Write the table and its filter; each appears whole or not at all. Returns the table's SHA-256 (hex).

    ``rows`` begin with the normalised name; ``made`` is an ISO 8601 UTC time. Two rows of one name raise BadData.
    """
    ordered = sorted(rows, key=itemgetter(0))  # the order of code points is that of their UTF-8
    names = [row[0] for row in ordered]
    for name, following in zip(names, names[1:]):
        if name == following:
            raise BadData(f"two rows for {name}")
    lines = [_line(row) for row in ordered]
    body = "\n".join(["#" + ",".join(columns), *lines, ""]).encode()
    sha256 = hashlib.sha256(body).hexdigest()
    seal = b"rows=%010d bytes=%012d sha256=%s made=%s\n" % (len(lines), len(body), sha256.encode(), made.encode())
    # The filter first: a table whose filter is not there yet is slow, never wrong.
    replace(filter_path(path, sha256), name_filter.build([name.encode() for name in names], sha256))
    replace(path, MAGIC + seal + body)
    _drop_other_filters(path, sha256)
    return sha256


def _line(row: Sequence[str]) -> str:
    line = ",".join(row)
    if line.count(",") >= len(row) or "\n" in line or "\r" in line:
        line = ",".join(map(escape, row))
    return line


def replace(path: str, data: bytes, mode: int = 0o644) -> None:
    """Put ``data`` in place of ``path``: written beside it, synced, renamed, the folder synced."""
    folder = os.path.dirname(path) or "."
    fd, beside = tempfile.mkstemp(prefix="." + os.path.basename(path) + ".", dir=folder)
    try:
        with os.fdopen(fd, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        move(beside, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(beside)
        raise


def move(beside: str, path: str) -> None:
    """Put the file ``beside``, which is synced and lies in the same folder, in place of ``path``; sync the folder."""
    os.rename(beside, path)
    folder_fd = os.open(os.path.dirname(path) or ".", os.O_RDONLY)
    try:
        os.fsync(folder_fd)
    finally:
        os.close(folder_fd)


def digest_of(path: str) -> str:
    """The SHA-256 of a file in hex; "" where it cannot be read."""
    try:
        with open(path, "rb") as file:
            return hashlib.sha256(file.read()).hexdigest()
    except OSError:
        return ""


def _drop_other_filters(path: str, sha256: str) -> None:
    folder, base = os.path.split(path)
    keep = os.path.basename(filter_path(path, sha256))
    for name in os.listdir(folder or "."):
        if name.startswith(base + ".") and name.endswith(".filter") and name != keep:
            os.unlink(os.path.join(folder, name))


def version(path: str) -> str:
    """The name of a sealed table in events: its date and the start of its digest. Raises CannotJudge."""
    table = Table(path)
    table.close()
    return f"{table.made[:10]}-{table.sha256[:12]}"


def verify(path: str) -> Table:
    """The open Table whose whole seal holds: digest, row count, order, and that of the filter beside it, if any.

    Raises BadData or CannotJudge where not.
    """
    table = Table(path)
    try:
        with open(path, "rb") as file:
            file.readline()
            digest = hashlib.sha256()
            for chunk in iter(lambda: file.read(1 << 20), b""):
                digest.update(chunk)
        if digest.hexdigest() != table.sha256:
            raise BadData(f"{path}: its digest is not the one its seal names")
        rows, last, names = 0, "", []
        for row in table:
            if row[0] <= last:
                raise BadData(f"{path}: not sorted at {row[0]!r}")
            last = row[0]
            names.append(last.encode())
            rows += 1
        if rows != table.rows:
            raise BadData(f"{path}: {rows} rows where its seal says {table.rows}")
        _verify_filter(path, table, names)
    except BaseException:
        table.close()
        raise
    return table


def _verify_filter(path: str, table: Table, names: "list[bytes]") -> None:
    """A filter that lost a bit denies a listed name, so it must be the one that these names make."""
    beside = filter_path(path, table.sha256)
    if os.path.exists(beside):
        with open(beside, "rb") as file:
            if file.read() != name_filter.build(names, table.sha256):
                raise BadData(f"{beside}: not the filter of the list beside it")
