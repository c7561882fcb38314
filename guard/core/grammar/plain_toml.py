"""TOML as people write it in project files, parsed in the gate: a strict part of the language, never a guess.

What this reads, it reads as ``tomllib`` does (a property test holds the two together); everything else is a Deviation
and goes to the full parser in a process apart, which costs 40 ms: dates, escapes with code points, signs and
exponents of numbers, keys or tables defined twice.
"""

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")
_ESCAPES = {"\\": "\\", '"': '"', "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_LAYOUT = {10: None, 9: None}
_DEPTH = 50


class Deviation(Exception):
    """The document leaves the part of TOML that is read here."""


def read(data):
    """The tables of a TOML document (bytes) as dicts. Raises BadData where it does not parse."""
    try:
        return plain(data)
    except Deviation:
        from .. import apart

        return apart.toml(data)


def plain(data):
    """As read, for the plain part of TOML alone. Raises Deviation."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise Deviation("not UTF-8") from None
    if not text.translate(_LAYOUT).isprintable():  # control characters, a byte order mark, a lone carriage return
        raise Deviation("unprintable")
    try:
        return _Document(text + "\n").tables()
    except IndexError:  # it ends in the middle of something
        raise Deviation("end of the document") from None


class _Document:
    """One document while it is read. ``frozen`` tables cannot be added to, ``defined`` ones not be opened again."""

    __slots__ = ("text", "root", "table", "frozen", "defined", "dotted")

    def __init__(self, text):
        self.text = text
        self.root = self.table = {}  # type: dict
        self.frozen = set()  # id() of inline tables, arrays, and tables that an earlier section's dotted keys made
        self.defined = {id(self.root)}
        self.dotted = set()  # id() of tables that dotted keys of the section being read made

    def tables(self):
        text, at, end = self.text, 0, len(self.text)
        while at < end:
            char = text[at]
            if char in " \t\n":
                at += 1
            elif char == "#":
                at = text.index("\n", at)
            elif char == "[":
                at = self._header(at)
            else:
                at = self._pair(at, self.table)
                at = self._line_end(at)
        return self.root

    def _header(self, at):
        many = self.text.startswith("[[", at)
        path, at = self._key(self._blank(at + 1 + many))
        close = "]]" if many else "]"
        if not self.text.startswith(close, at):
            raise Deviation("header")
        self.frozen |= self.dotted
        self.dotted = set()
        table = self.root
        for part in path[:-1]:
            table = self._open(table, part)
        self.table = self._append(table, path[-1]) if many else self._define(table, path[-1])
        return self._line_end(at + len(close))

    def _open(self, table, part):
        """The table under ``part``, made where it is missing; the last one of an array of tables."""
        value = table.setdefault(part, {})
        if id(value) in self.frozen:
            raise Deviation("closed table")
        if isinstance(value, list):
            value = value[-1]
        if not isinstance(value, dict):
            raise Deviation("not a table")
        return value

    def _define(self, table, part):
        if isinstance(table.get(part), list):
            raise Deviation("array of tables")
        value = self._open(table, part)
        if id(value) in self.defined:
            raise Deviation("table twice")
        self.defined.add(id(value))
        return value

    def _append(self, table, part):
        rows = table.setdefault(part, [])
        if not isinstance(rows, list) or id(rows) in self.frozen:
            raise Deviation("not an array of tables")
        row = {}  # type: dict
        self.defined.add(id(row))
        rows.append(row)
        return row

    def _pair(self, at, table, depth=0):
        """Read ``key = value`` into ``table``; the position behind it."""
        path, at = self._key(at)
        if self.text[at] != "=":
            raise Deviation("no value")
        for part in path[:-1]:
            if part not in table:
                table[part] = {}
                self.dotted.add(id(table[part]))
            table = table[part]
            if id(table) not in self.dotted:
                raise Deviation("dotted key into another table")
        if path[-1] in table:
            raise Deviation("key twice")
        table[path[-1]], at = self._value(self._blank(at + 1), depth)
        return at

    def _key(self, at):
        """The parts of a key, and the position behind it and the blanks that follow."""
        text, path = self.text, []
        while True:
            start = at
            if text[at] in "\"'":
                at = text.find(text[at], at + 1)
                part = text[start + 1 : at]
                if at < 0 or "\n" in part or (text[start] == '"' and "\\" in part):
                    raise Deviation("quoted key")
                at += 1
            else:
                while text[at] in _BARE:
                    at += 1
                part = text[start:at]
                if not part:
                    raise Deviation("key")
            path.append(part)
            at = self._blank(at)
            if text[at] != ".":
                return path, at
            at = self._blank(at + 1)

    def _value(self, at, depth):
        char = self.text[at]
        if depth > _DEPTH:
            raise Deviation("deep")
        if char in "\"'":
            return self._string(at, char)
        if char == "[":
            return self._array(at + 1, depth)
        if char == "{":
            return self._inline(at + 1, depth)
        return self._word(at)

    def _string(self, at, quote):
        text = self.text
        many = text.startswith(quote * 3, at)
        close = quote * 3 if many else quote
        start = at + len(close)
        if many and text[start] == "\n":
            start += 1
        pieces = []
        while True:
            end = text.find(close, start)
            if end < 0:
                raise Deviation("string without end")
            slash = text.find("\\", start, end + 1) if quote == '"' else -1
            if slash < 0:
                break
            if text[slash + 1] not in _ESCAPES:
                raise Deviation("escape")
            pieces.append(text[start:slash] + _ESCAPES[text[slash + 1]])
            start = slash + 2
        pieces.append(text[start:end])
        if many:
            if text[end + 3] == quote:
                raise Deviation("quotes at the end of a string")
        elif text.find("\n", at, end) >= 0:
            raise Deviation("string over several lines")
        return "".join(pieces), end + len(close)

    def _array(self, at, depth):
        values = []  # type: list
        self.frozen.add(id(values))
        at = self._gap(at)
        while self.text[at] != "]":
            value, at = self._value(at, depth + 1)
            values.append(value)
            at = self._gap(at)
            if self.text[at] == ",":
                at = self._gap(at + 1)
            elif self.text[at] != "]":
                raise Deviation("array")
        return values, at + 1

    def _inline(self, at, depth):
        table = {}  # type: dict
        self.frozen.add(id(table))
        outer, self.dotted = self.dotted, set()
        at = self._blank(at)
        while self.text[at] != "}":
            at = self._blank(self._pair(at, table, depth + 1))
            if self.text[at] == ",":
                at = self._blank(at + 1)
                if self.text[at] == "}":
                    raise Deviation("comma at the end of an inline table")
            elif self.text[at] != "}":
                raise Deviation("inline table")
        self.frozen |= self.dotted
        self.dotted = outer
        return table, at + 1

    def _word(self, at):
        text, start = self.text, at
        while text[at] not in " \t\n,]}#":
            at += 1
        word = text[start:at]
        if word in ("true", "false"):
            return word == "true", at
        whole, dot, fraction = word.partition(".")
        plain_number = whole.isdecimal() and word.isascii() and len(word) < 16 and (whole == "0" or whole[0] != "0")
        if not plain_number or (dot and not fraction.isdecimal()):
            raise Deviation("word")
        return (float(word) if dot else int(word)), at

    def _blank(self, at):
        while self.text[at] in " \t":
            at += 1
        return at

    def _gap(self, at):
        """The position behind blanks, line ends and comments, as they may stand in an array."""
        while True:
            char = self.text[at]
            if char == "#":
                at = self.text.index("\n", at)
            elif char in " \t\n":
                at += 1
            else:
                return at

    def _line_end(self, at):
        at = self._blank(at)
        char = self.text[at]
        if char == "#":
            return self.text.index("\n", at)
        if char != "\n":
            raise Deviation("more on the line")
        return at
