"""The lines of a file that the fast reader refused: found again, told with their number, read where they can be read.

The fast reader gives a number of them and no more. Most often it is one, the last, half written by whoever is logging.
"""

from .fields import BadLine
from .inputs import TOO_LONG, Tally, blocks, lines
from .lines import check, read_line, utf8


class Refused:
    """``count`` lines of ``path`` that the fast reader could not turn into events."""

    def __init__(self, path):
        self.path = path
        self.count = 0
        self._heard = False

    def recover(self, tally, wanted):
        """Yield the events among them (a v1 line in a file of JSON, a line behind a byte order mark), tell the rest."""
        if self.count == 1:
            yield from self._look(*self._unfinished(tally), tally, wanted)
        for suspects in (True, False):
            for number, line in lines(self._blocks(tally)) if self.count else ():
                if _suspect(line, wanted) == suspects:
                    yield from self._look(number, line, tally, wanted)
                    if not self.count:
                        return

    def _blocks(self, tally):
        """The file's content; what is wrong with the stream as a whole is told the first time it is read."""
        heard, self._heard = self._heard, True
        return blocks(self.path, Tally() if heard else tally)

    def _look(self, number, line, tally, wanted):
        """Take one line off the count if it is one of the refused: broken, or an event that is not written as JSON."""
        try:
            if line is None:
                raise BadLine(TOO_LONG)
            found = read_line(line) if wanted(line) else check(line)
        except BadLine as error:
            self.count -= 1
            tally.skip(self.path, number, str(error))
            return
        if line.strip() and line.lstrip(b" \t")[:1] != b"{":
            self.count -= 1
            yield from found or ()

    def _unfinished(self, tally):
        """(number, content) of the last line if no line break ends it, else (0, b"")."""
        number, rest = 1, b""
        for block in self._blocks(tally):
            ends = block.count(b"\n")
            number += ends
            rest = block.rpartition(b"\n")[2] if ends else rest + block
        return (number, rest) if rest else (0, b"")


def _suspect(line, wanted):
    """Whether a line is worth a look before all others, told at a glance."""
    if line is None:
        return True
    text = line.strip()
    return bool(text) and (text[:1] != b"{" or text[-1:] != b"}" or wanted(line) or not utf8(text))
