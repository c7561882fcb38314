"""Read a zip from memory without trusting it: bounded per member and in all, every checksum checked, no bombs.

``zipfile`` finds the members; they are inflated here, since its own reader costs four times as long a member and trusts
the sizes that the archive states.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator

from guard.core.errors import BadData

_LOCAL = struct.Struct("<4s22xHH")  # of a member's own header: its mark, the lengths of its name and its extra field
_MEMBERS = 2_000_000


def members(
    data: bytes, where: str, wanted: "Callable[[str], bool]", each: int, total: int
) -> "Iterator[tuple[str, bytes]]":
    """(name, content) of the wanted members. ``each``, ``total``: bytes, unpacked. Raises BadData."""
    try:
        entries = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error, EOFError) as error:
        raise BadData(f"{where}: not a zip archive, or not the whole of it: {error}") from error
    if len(entries) > _MEMBERS:
        raise BadData(f"{where}: {len(entries)} members")
    unpacked, seen = 0, set()
    for entry in entries:
        name = entry.filename
        if not wanted(name):
            continue
        # Overlapping members make a small archive large: the same bytes are unpacked again and again.
        if name in seen or entry.header_offset in seen:
            raise BadData(f"{where}: {name[:80]!r} stands in it twice")
        seen.update((name, entry.header_offset))
        content = _inflate(data, entry, where, each)
        unpacked += len(content)
        if unpacked > total:
            raise BadData(f"{where}: unpacks to more than {total} bytes")
        yield name, content


def _inflate(data: bytes, entry: zipfile.ZipInfo, where: str, limit: int) -> bytes:
    name = entry.filename[:80]
    at = entry.header_offset
    try:
        mark, name_length, extra_length = _LOCAL.unpack_from(data, at)
    except struct.error as error:
        raise BadData(f"{where}: {name!r} lies outside of it") from error
    start = at + _LOCAL.size + name_length + extra_length
    packed = data[start : start + entry.compress_size]
    if mark != b"PK\x03\x04" or entry.flag_bits & 1 or len(packed) != entry.compress_size:
        raise BadData(f"{where}: {name!r} is damaged or encrypted")
    try:
        if entry.compress_type == zipfile.ZIP_DEFLATED:
            stream = zlib.decompressobj(-15)
            content = stream.decompress(packed, limit + 1)
        elif entry.compress_type == zipfile.ZIP_STORED:
            content = packed
        else:
            raise BadData(f"{where}: {name!r} is packed in a way this format does not use")
    except zlib.error as error:
        raise BadData(f"{where}: {name!r} is damaged: {error}") from error
    if len(content) > limit:
        raise BadData(f"{where}: {name!r} unpacks to more than {limit} bytes")
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise BadData(f"{where}: {name!r} is damaged: its checksum does not hold")
    return content
