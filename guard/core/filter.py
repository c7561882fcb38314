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
    """(index of the block, mask of the bits) of a name given as bytes."""
    number = int.from_bytes(name, "little") * _FACTOR % _PRIME
    number, block = divmod(number, blocks)
    mask = 0
    for _ in range(BITS):
        mask |= 1 << (number & 511)
        number >>= 9
    return block, mask


class Filter:
    """An open filter file. ``b"name" in filter``; raises CannotJudge where the file was cut under it."""

    __slots__ = ("fd", "names", "blocks", "digest")

    def __init__(self, fd, names, blocks, digest):
        self.fd = fd
        self.names = names
        self.blocks = blocks
        self.digest = digest

    def __contains__(self, name):
        block, mask = _place(name, self.blocks)
        data = os.pread(self.fd, BLOCK, HEAD + block * BLOCK)
        if len(data) != BLOCK:
            raise CannotJudge("the name filter was cut while it was read")
        return int.from_bytes(data, "little") & mask == mask

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
    table = [0] * blocks
    for name in names:
        block, mask = _place(name, blocks)
        table[block] |= mask
    head = "%s %d %d %s" % (MAGIC, len(names), blocks, digest)
    return head.ljust(HEAD - 1).encode("ascii") + b"\n" + b"".join(b.to_bytes(BLOCK, "little") for b in table)
