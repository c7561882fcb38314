"""The archive reader, on archives that nobody honest makes."""

import io
import struct
import zipfile
import zlib

import pytest

from guard.core.errors import BadData
from guard.lists.archive import members

EACH, TOTAL = 1 << 16, 1 << 20


def packed(*files, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return bytearray(out.getvalue())


def read(data, total=TOTAL):
    return list(members(bytes(data), "test.zip", lambda name: name.startswith("MAL-"), EACH, total))


def test_the_wanted_members_alone():
    for compression in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        data = packed(("MAL-1", "one"), ("other", "x" * 2_000_000), ("MAL-2", "two"), compression=compression)
        assert read(data) == [("MAL-1", b"one"), ("MAL-2", b"two")]


def test_a_bomb_in_one_member():
    with pytest.raises(BadData, match="more than 65536 bytes"):
        read(packed(("MAL-1", b"0" * 50_000_000)))


def test_a_bomb_of_many_members():
    with pytest.raises(BadData, match="more than 100000 bytes"):
        read(packed(*((f"MAL-{n}", b"0" * 60_000) for n in range(40))), total=100_000)


def test_a_bomb_whose_sizes_lie():
    data = packed(("MAL-1", b"0" * 1_000_000))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)  # the size it claims to have
    with pytest.raises(BadData, match="more than 65536 bytes"):
        read(data)


def test_overlapping_members():
    data = packed(("MAL-1", b"a" * 100), ("MAL-2", b"b" * 100))
    first = data.index(b"PK\x01\x02")
    second = data.index(b"PK\x01\x02", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    with pytest.raises(BadData, match="twice"):
        read(data)


def test_the_same_name_twice():
    with pytest.warns(UserWarning):
        data = packed(("MAL-1", "one"), ("MAL-1", "two"))
    with pytest.raises(BadData, match="twice"):
        read(data)


@pytest.mark.parametrize("cut", [0, 10, 60, 200])
def test_cut_short(cut):
    data = packed(*((f"MAL-{n}", zlib.crc32(bytes([n])).to_bytes(4, "little") * 50) for n in range(9)))
    with pytest.raises(BadData, match="not a zip archive"):
        read(data[:cut])


def test_a_flipped_bit():
    data = packed(("MAL-1", bytes(range(256)) * 4))
    data[60] ^= 4
    with pytest.raises(BadData, match="damaged"):
        read(data)


def test_an_encrypted_member():
    data = packed(("MAL-1", "one"))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    with pytest.raises(BadData, match="encrypted"):
        read(data)


def test_a_member_that_points_outside():
    data = packed(("MAL-1", "one"))
    at = data.rindex(b"PK\x01\x02")
    data[at + 42 : at + 46] = struct.pack("<I", 0x7FFFFFFF)
    with pytest.raises(BadData):
        read(data)
