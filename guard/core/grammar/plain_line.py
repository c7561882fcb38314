"""Requirement lines as programs write them, ``name[extra]==1.2 ; marker``, told by string methods alone.

pip-compile, ``poetry export``, ``uv export`` and ``pip freeze`` write thousands of such lines. Those are read here in
a third of the time; of any other line nothing is said, and the whole grammar reads it. What is read here is what the
whole grammar would have read, for every version of pip: a property of the tests.
"""

from ..names import normalise
from .requirement import LETTERS, LONG, Malformed
from .specifier import releases

_NAME = LETTERS + "-_."
_ELSEWHERE = ("/", ":", " -", "$", "\\")  # what makes the whole line something else, wherever it stands


class PlainLines:
    """Reads the lines of one command; extras, markers and clauses that were read once are known from then on."""

    __slots__ = ("_reader", "_extras", "_markers", "_clauses")

    def __init__(self, reader):
        self._reader = reader
        self._extras = {""}
        self._markers = {""}
        self._clauses = {}  # type: dict  # {clause: the version it pins, or ""}

    def read(self, line):
        """(normalised name, pinned version or "") of a stripped line of ASCII, None where it is not such a line."""
        head, _, marker = line.partition(";")
        rest = head.lstrip(_NAME)
        name = normalise(head[: -len(rest)] if rest else head)
        if not name or name[0] == "-" or name[-1] == "-" or len(line) > LONG:
            return None
        version = ""
        if rest:
            if rest[0] == "[":
                extras, closing, rest = rest[1:].partition("]")
                if not closing or (extras not in self._extras and not self._is_extras(extras)):
                    return None
            rest = rest.strip(" ")
        if rest:
            version = self._pin(rest)
            if version is None:
                return None
        elif "." in head:
            return None  # ``name.zip`` and ``name.zip[extra]`` are files
        if marker not in self._markers and not self._is_marker(marker):
            return None
        return name, version

    def _pin(self, specifier):
        """The version that ``>=1.2,<2`` pins, or ""; None where a clause is not as plain as these."""
        pinned = ""
        for clause in specifier.split(","):
            version = self._clauses.get(clause)
            if version is None:
                version = releases((clause,))
                if version is None:
                    return None
                self._clauses[clause] = version
            pinned = version or pinned
        return pinned

    def _is_extras(self, text):
        try:
            self._reader.requirement("name[%s]" % text)
        except Malformed:
            return False
        self._extras.add(text)
        return True

    def _is_marker(self, text):
        if any(word in text for word in _ELSEWHERE):
            return False
        if text.strip() and not self._reader.marker(text.strip()):
            return False
        self._markers.add(text)
        return True
