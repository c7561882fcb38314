"""A filter over a set of names: "certainly not in it" at the cost of one positioned read of 64 bytes.

A blocked Bloom filter (Putze, Sanders, Singler 2007): a name sets BITS bits inside one block of 512. A name that is in
the set is never denied; one that is not is let through at most once in some hundreds of times, and the table beside the
filter then has the last word. The hash is one multiplication modulo a Mersenne prime, since every hash function in the
library costs an import, and ``hash()`` differs from run to run.

File: one line ``guard-filter 1 NAMES BLOCKS DIGEST`` padded with blanks to 128 bytes, then BLOCKS blocks of 64 bytes.
DIGEST ties the filter to the table it was made with.
"""

from . import kernel as os
from .errors import CannotJudge

MAGIC = "guard-filter 1"
HEAD = 128  # bytes
BLOCK = 64  # bytes; one cache line
BITS = 7  # bits a name sets; the best for some 14 bits a name within one block
BITS_A_NAME = 16
_PRIME = (1 << 127) - 1
_FACTOR = 0x9E3779B97F4A7C15F39CC0605CEDC835  # 2**128 / golden ratio, odd


def _place(name, blocks):
    """(number whose every nine bits name a bit of the block, index of the block) of a name given as bytes."""
    return divmod(int.from_bytes(name, "little") * _FACTOR % _PRIME, blocks)


def _holds(data, start, number):
    """Whether every bit that ``number`` names is set in the block that begins at ``start`` of ``data``."""
    for _ in range(BITS):  # for a name that is not there the second bit or so says so
        if not data[start + ((number & 511) >> 3)] >> (number & 7) & 1:
            return False
        number >>= 9
    return True


class Filter:
    """An open filter file. ``b"name" in filter``; raises CannotJudge where the file was cut under it."""

    __slots__ = ("fd", "names", "blocks", "digest")

    def __init__(self, fd, names, blocks, digest):
        self.fd = fd
        self.names = names
        self.blocks = blocks
        self.digest = digest

    def __contains__(self, name):
        number, block = _place(name, self.blocks)
        data = os.pread(self.fd, BLOCK, HEAD + block * BLOCK)
        if len(data) != BLOCK:
            raise CannotJudge("the name filter was cut while it was read")
        return _holds(data, 0, number)

    def among(self, names):
        """The set of those ``names`` (collection of bytes) that may be in the filter, which is read whole."""
        size, blocks = self.blocks * BLOCK, self.blocks
        data = os.pread(self.fd, size, HEAD)
        if len(data) != size:
            raise CannotJudge("the name filter was cut while it was read")
        found = set()
        for name in names:
            number, block = _place(name, blocks)
            # The first bit says it of half the names, without a call.
            if data[block * BLOCK + ((number & 511) >> 3)] >> (number & 7) & 1 and _holds(data, block * BLOCK, number):
                found.add(name)
        return found

    def close(self):
        os.close(self.fd)


def open_filter(path, digest=None):
    """The Filter in ``path``; None where it is missing, damaged, or made with another table than ``digest`` says."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    head = os.pread(fd, HEAD, 0)
    try:
        magic, version, names, blocks, tied = head.decode("ascii").split()
        found = Filter(fd, int(names), int(blocks), tied)
    except ValueError:  # UnicodeDecodeError is a ValueError
        found = None
    if (
        found is None
        or magic + " " + version != MAGIC
        or digest not in (None, tied)
        or found.blocks < 1
        or os.fstat(fd).st_size != HEAD + found.blocks * BLOCK
    ):
        os.close(fd)
        return None
    return found


def build(names, digest="-", bits_a_name=BITS_A_NAME):
    """The bytes of a filter file over ``names`` (a collection of bytes)."""
    blocks = max(1, (len(names) * bits_a_name + 511) // 512)
    table = [0] * blocks  # each block as one number, whose bit n is bit n & 7 of byte n >> 3
    bit = [1 << n for n in range(BLOCK * 8)]
    for name in names:
        n, block = _place(name, blocks)
        table[block] |= (  # BITS of them, written out: a loop takes twice as long
            bit[n & 511] | bit[n >> 9 & 511] | bit[n >> 18 & 511] | bit[n >> 27 & 511]
            | bit[n >> 36 & 511] | bit[n >> 45 & 511] | bit[n >> 54 & 511]
        )  # fmt: skip
    head = "%s %d %d %s" % (MAGIC, len(names), blocks, digest)
    return head.ljust(HEAD - 1).encode("ascii") + b"\n" + b"".join([n.to_bytes(BLOCK, "little") for n in table])
