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
from .lines import SEARCH, halved, once, read_json, read_line, read_record

BLOCK = 1 << 20  # bytes read at a time
LONGEST = 16 << 20  # bytes; a longer record is skipped, so that no input can fill the memory
TOO_LONG = "longer than %d MiB" % (LONGEST >> 20)
LINES, CSV, DOCUMENT, NOTHING = "lines", "csv", "document", "not a log"
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
            found = sorted(os.path.join(at, name) for at, _, names in os.walk(word) for name in names)
        else:
            found = sorted(path for path in glob.glob(word, recursive=True) if not os.path.isdir(path))
        if not found:
            raise UsageError("%s: there is no such file" % word)
        files.extend(found)
    return list(dict.fromkeys(files))


def blocks(path, tally):
    """Yield the content of a file as bytes, decompressed. A stream cut short is told and ends where it was cut."""
    try:
        source = sys.stdin.buffer if path == STDIN else open(path, "rb")  # noqa: SIM115
        with source:
            head = source.read(BLOCK)
            compression = compression_of(head)
            raw = _chain(head, source)
            yield from raw if compression == "none" else _unpack(path, raw, compression, tally)
    except OSError as error:
        tally.skip(path, 0, "%s: %s" % (UNREADABLE, error.strerror or error))


def compression_of(head):
    """``gzip``, ``zstd`` or ``none``, by the first bytes: rotated logs lose their endings."""
    return "gzip" if head[:2] == _GZIP else "zstd" if head[:4] == _ZSTD else "none"


def _chain(head, source):
    while head:
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
        raise UsageError("zstd needs the extra typoguard[hunt]") from None
    return lambda: zstandard.ZstdDecompressor().decompressobj()


def kind_of(path, tally):
    """(LINES, CSV, DOCUMENT or NOTHING, compression) of a file; NOTHING is told in the tally."""
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
    for line in head.splitlines()[:200]:
        try:
            if read_line(line):
                return LINES
        except BadLine:
            continue
    if len(head) >= _HEAD and head.splitlines()[-1].lstrip()[:1] == b"{":
        return LINES  # its first line is longer than the head
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
    if kind == LINES:
        yield from _from_lines(path, stream, tally, wanted)
    elif kind == CSV:
        yield from _from_csv(path, stream, tally)
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


def check(line):
    """Raise BadLine for a line that is no event, at the least cost: its fields are not looked at."""
    if line.lstrip(b"\xef\xbb\xbf \t")[:1] == b"{":
        try:
            if not isinstance(json.loads(line), dict):
                raise BadLine("not an event")
        except RecursionError:
            raise BadLine("nested too deep") from None
        except UnicodeDecodeError:
            raise BadLine("not UTF-8") from None
        except ValueError:
            read_json(line.decode("utf-8", "replace").strip("\ufeff \t\r\n"))
    else:
        read_line(line)


def _from_csv(path, stream, tally):
    """A Splunk export: a header, then records; ``_raw`` or fields. A record may hold line breaks."""
    # surrogateescape keeps a broken byte visible in its own record, so that the records around it stay good.
    decoded = codecs.iterdecode(stream, "utf-8-sig", "surrogateescape")
    reader = csv.reader(_text_lines(decoded))
    header = None
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            tally.skip(path, reader.line_num, "not CSV: %s" % error)
            continue
        if header is None:
            header = record
            continue
        if not record:
            continue
        try:
            yield from _from_record(header, record)
        except BadLine as error:
            tally.skip(path, reader.line_num, str(error))


def _from_record(header, record):
    if len(record) != len(header):
        raise BadLine("%d fields where the header has %d" % (len(record), len(header)))
    if halved("".join(record)):
        raise BadLine("not UTF-8")
    return read_record(once([pair for pair in zip(header, record) if pair[1]]))


def _text_lines(decoded):
    rest = ""
    for text in decoded:
        parts = (rest + text).split("\n")
        rest = parts.pop()
        for part in parts:
            yield part + "\n"
    if rest:
        yield rest


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
