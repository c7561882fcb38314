"""What a hunt reads: files, globs, folders and standard input; plain, gzip or zstd; lines, CSV or one JSON document.

Everything streams: no more than one block and one record is in memory. What cannot be read is counted and told, line by
line, in a ``Tally``; the rest is read on.
"""

import codecs
import csv
import glob
import json
import os
import re
import sys
import zlib

from guard.core.errors import UsageError

from .fields import KNOWN, BadLine
from .lines import SEARCH, check, halved, once, read_line, read_record

BLOCK = 1 << 20  # bytes read at a time
LONGEST = 16 << 20  # bytes; a longer record is skipped, so that no input can fill the memory
TOO_LONG = "longer than %d MiB" % (LONGEST >> 20)
JSON_LINES, LINES, CSV, DOCUMENT, NOTHING = "json lines", "lines", "csv", "document", "not a log"
UNREADABLE = "cannot be read"
STDIN = "-"
_HEAD = 256 << 10  # bytes that tell what a file is
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
# The start of an array of events: the document itself, or under "results" behind what a REST answer begins with.
_ARRAY = re.compile(r'\A\s*(?:\[(?=\s*(?:\{|\]|\Z))|\{(?:[^\[\]]|\[[^\[\]]*\])*?"results"\s*:\s*\[)')
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{)")

csv.field_size_limit(LONGEST)


class Tally:
    """What was skipped: ``counts`` {reason: number} and the first ``examples`` (file, line, reason)."""

    KEPT = 1000

    def __init__(self):
        self.counts = {}
        self.examples = []
        self.read = 0  # bytes of files, before they were decompressed

    def skip(self, name, line, reason):
        """Count one; ``line`` counts from 1, 0 is the file as a whole."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        if len(self.examples) < self.KEPT:
            self.examples.append((name, line, reason))

    @property
    def unread(self):
        """The number of files of which nothing could be read."""
        return len(
            {name for name, line, reason in self.examples if not line and reason.startswith((NOTHING, UNREADABLE))}
        )

    @property
    def total(self):
        return sum(self.counts.values())


def expand(words):
    """The files that paths, folders and glob patterns mean, in order, each once. UsageError where one means none."""
    files = []
    for word in words:
        if word == STDIN or os.path.isfile(word) or (os.path.exists(word) and not os.path.isdir(word)):
            found = [word]
        elif os.path.isdir(word):
            found = sorted(filter(again, (os.path.join(at, name) for at, _, names in os.walk(word) for name in names)))
        else:
            found = sorted(filter(again, glob.glob(word, recursive=True)))
        if not found:
            raise UsageError("%s: there is no %s" % (word, "file in it" if os.path.isdir(word) else "such file"))
        files.extend(found)
    return list(dict.fromkeys(files))


def again(path):
    """Whether a path can be read more than once: a file can, but not standard input or a pipe (``<(zcat …)``)."""
    return path != STDIN and os.path.isfile(path)


def blocks(path, tally):
    """Yield the content of a file as bytes, decompressed. A stream cut short is told and ends where it was cut."""
    try:
        source = sys.stdin.buffer if path == STDIN else open(path, "rb")  # noqa: SIM115
        with source:
            head = source.read(BLOCK)
            compression = compression_of(head)
            raw = _chain(head, source, tally)
            yield from raw if compression == "none" else _unpack(path, raw, compression, tally)
    except OSError as error:
        tally.skip(path, 0, "%s: %s" % (UNREADABLE, error.strerror or error))


def compression_of(head):
    """``gzip``, ``zstd`` or ``none``, by the first bytes: rotated logs lose their endings."""
    return "gzip" if head[:2] == _GZIP else "zstd" if head[:4] == _ZSTD else "none"


def _chain(head, source, tally):
    while head:
        tally.read += len(head)
        yield head
        head = source.read(BLOCK)


def _unpack(path, raw, compression, tally):
    """Decompress member after member (a rotated log is often several, one behind the other)."""
    opened = _zstd() if compression == "zstd" else lambda: zlib.decompressobj(31)
    stream, begun = opened(), False
    for block in raw:
        rest = block
        while rest:
            begun = True
            try:
                data = stream.decompress(rest)
            except Exception as error:  # zlib.error, zstandard.ZstdError: each library has its own
                tally.skip(path, 0, "%s is damaged: %s" % (compression, error))
                return
            if data:
                yield data
            rest = b""
            if stream.eof:
                rest = stream.unused_data.lstrip(b"\0")  # padding behind the last member
                stream, begun = opened(), False
    if begun:
        tally.skip(path, 0, "%s is cut short" % compression)


def _zstd():
    try:
        import zstandard
    except ImportError:
        raise UsageError("reading zstd needs zstandard", "sh installer/install.sh --with hunt") from None
    return lambda: zstandard.ZstdDecompressor().decompressobj()


def kind_of(path, tally):
    """(JSON_LINES, LINES, CSV, DOCUMENT or NOTHING, compression) of a file; NOTHING is told in the tally."""
    silent = Tally()
    head = _head(blocks(path, silent))
    kind = kind_of_head(head)
    if kind == NOTHING and (head.strip() or silent.total):
        reasons = [reason for _, _, reason in silent.examples]
        tally.skip(
            path, 0, reasons[0] if reasons and reasons[0].startswith(UNREADABLE) else ": ".join([NOTHING, *reasons])
        )
    try:
        with open(path, "rb") as source:
            return kind, compression_of(source.read(4))
    except OSError:
        return NOTHING, "none"  # told above


def _head(stream):
    head = b""
    for block in stream:
        head += block
        if len(head) >= _HEAD:
            break
    return head


def kind_of_head(head):
    """The kind of a file by its first bytes."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    if _ARRAY.match(text):
        return DOCUMENT
    for line in head.splitlines():
        try:
            if read_line(line):
                return JSON_LINES if line.lstrip(b"\xef\xbb\xbf \t")[:1] == b"{" else LINES
        except BadLine:
            continue
    if len(head) >= _HEAD and head.splitlines()[-1].lstrip()[:1] == b"{":
        return JSON_LINES  # its first line is longer than the head
    first = next(csv.reader([text.split("\n", 1)[0].replace("\0", "")]), [])  # Python before 3.11 dies of a NUL
    return CSV if len(KNOWN.intersection(first)) > 1 or "_raw" in first else NOTHING


def events(path, tally, wanted=SEARCH, kind=None):
    """Yield the events of one file that ``wanted`` (see ``lines.Wanted``) does not rule out; tally the rest."""
    stream = blocks(path, tally)
    if kind is None:
        head = _head(stream)
        kind = kind_of_head(head)
        stream = _again(head, stream)
        if kind == NOTHING and head.strip():
            tally.skip(path, 0, NOTHING)
    if kind in (JSON_LINES, LINES):
        yield from _from_lines(path, stream, tally, wanted)
    elif kind == CSV:
        yield from _from_csv(path, stream, tally, wanted)
    elif kind == DOCUMENT:
        yield from _from_document(path, stream, tally)


def _again(head, rest):
    yield head
    yield from rest


def lines(stream):
    """Yield (number from 1, line as bytes without its end) of a stream of blocks; None for a line too long to hold."""
    number, rest = 1, b""
    for block in stream:
        parts = block.split(b"\n")
        parts[0] = rest + parts[0] if rest is not None else None
        rest = parts.pop()
        for part in parts:
            yield number, part
            number += 1
        if rest is not None and len(rest) > LONGEST:
            rest = None
    if rest != b"":
        yield number, rest


def _from_lines(path, stream, tally, wanted):
    for number, line in lines(stream):
        try:
            if line is None:
                raise BadLine(TOO_LONG)
            if wanted(line):
                yield from read_line(line)
            else:
                check(line)
        except BadLine as error:
            tally.skip(path, number, str(error))


def _from_csv(path, stream, tally, wanted):
    """A Splunk export: a header, then records; ``_raw`` or fields. A record may hold line breaks."""
    header = None
    for number, text, record in _records(path, stream, tally):
        if header is None:
            header = record
            continue
        try:
            if halved(text):
                raise BadLine("not UTF-8")
            if wanted(text.encode()):
                yield from read_record(once([pair for pair in zip(header, record) if pair[1]]))
        except BadLine as error:
            tally.skip(path, number, str(error))


def _records(path, stream, tally):
    """Yield (number of its first line, its text, its fields) of each CSV record that has as many as the header.

    A quote that is never closed would swallow what follows, and the next quote would make one record of two. So where
    lines make no record, the first of them alone is given up, and the others are read once more.
    """
    numbered, again, width = _text_lines(stream), [], None
    while True:
        held = _paired(numbered, again)
        if not held:
            return
        texts = [text for _, text in held]
        try:
            record, used = _record(texts, width)
        except BadLine as error:
            tally.skip(path, held[0][0], str(error))
            if width is None:
                return  # without its header, nothing says what the fields are
            record, used = [], 1
        again.extend(reversed(held[used:]))
        if record:
            width = width or len(record)
            yield held[0][0], "".join(texts[:used]), record


def _paired(numbered, again):
    """The next lines, up to the one with which their quotes are in pairs."""
    held, size, quotes = [], 0, 0
    while size <= LONGEST:
        line = again.pop() if again else next(numbered, None)
        if line is None:
            break
        if line[1] is None and held:
            again.append(line)
            break
        held.append(line)
        if line[1] is None:
            break
        size += len(line[1])
        quotes += line[1].count('"')
        if not quotes % 2:
            break
    return held


def _record(texts, width):
    """(fields of the first record in lines of text, how many lines it took). Raises BadLine."""
    if texts[0] is None:
        raise BadLine(TOO_LONG)
    reader = csv.reader(texts, strict=True)
    try:
        record = next(reader, [])
    except csv.Error as error:
        raise BadLine("not CSV: %s" % error) from None
    if width and record and len(record) != width:
        raise BadLine("%d fields where the header has %d" % (len(record), width))
    return record, reader.line_num


def _text_lines(stream):
    for number, line in lines(stream):
        # surrogateescape keeps a broken byte visible in its own record, so that the records around it stay good.
        text = line if line is None else (line + b"\n").decode("utf-8", "surrogateescape")
        yield number, text.lstrip("\ufeff") if text and number == 1 else text


def _from_document(path, stream, tally):
    """One JSON array of events, or an object with such an array under ``results``; in one line or in many."""
    decoded = codecs.iterdecode(stream, "utf-8-sig", "surrogateescape")
    text = ""
    start = None
    while start is None:
        more = next(decoded, None)
        text += more or ""
        start = _ARRAY.match(text)
        if start is None and more is None:
            tally.skip(path, 0, NOTHING)
            return
    decoder = json.JSONDecoder(object_pairs_hook=once)
    position, record = start.end(), 1
    while True:
        while position < len(text) and text[position] in " \t\r\n,":
            position += 1
        if position >= len(text) or (text[position] != "]" and len(text) - position < 2):
            more = next(decoded, None)
            if more is None:
                tally.skip(path, record, "cut short")
                return
            text, position = text[position:] + more, 0
            continue
        if text[position] == "]":
            return
        try:
            found, end = decoder.raw_decode(text, position)
            if halved(text[position:end]):
                raise BadLine("not UTF-8")
            yield from read_record(found)
        except (BadLine, RecursionError) as error:
            tally.skip(path, record, str(error) if isinstance(error, BadLine) else "nested too deep")
            end = _after_object(text, position)
        except ValueError:
            more = next(decoded, None) if len(text) - position < LONGEST else None
            if more is not None:
                text, position = text[position:] + more, 0
                continue
            tally.skip(path, record, "not JSON, or cut short")
            end = _after_object(text, position)
        if end is None:
            return
        position = end
        record += 1


def _after_object(text, position):
    """Where the next object of the array starts, behind one that cannot be read; None where there is none."""
    following = _NEXT_OBJECT.search(text, position)
    if following:
        return following.end()
    close = text.rfind("]", position)
    return close if close >= 0 else None
