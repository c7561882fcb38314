"""One line of a log -> events. It knows v1 (``key="value"``), v2 (JSON), guard's own events, HEC and Splunk's exports.

Jun 26 16:09:18 host  fv="nvzFlow_v9" pr="6" sa="172.16.3.110" …        v1
{"fv": "nvzFlow_v11", "pr": "6", "sa": "10.10.0.38", …}                 v2, guard's own
{"preview": false, "result": {"_time": …, "_raw": "…", …}}              Splunk's JSON export, raw or with fields
{"time": …, "sourcetype": "cisco:nvm:flowdata", "event": {…}}           what HEC is sent
"""

import json
import re

from .fields import KNOWN, BadLine, event_of
from .seed import HOSTS, WORDS

_KEY = re.compile(r'\s+(\w+)="')
_KEY_OR_END = re.compile(r'\s+\w+="|\s*$')
_START = re.compile(r'(?:^|\s)(fv|sa|da|pr|udid)="')
# A v1 line in which every backslash escapes what is behind it, as in most lines: told whole at a tenth of the cost.
_VALUE = rb'"[^"\\]*(?:\\.[^"\\]*)*"'
_WHOLE = re.compile(rb'[^"]*?\b(?:fv|sa|da|pr|udid)=%b(?:\s+\w+=%b)*\s*\Z' % (_VALUE, _VALUE))


ESCAPE = "\\u00"  # it could hide a letter (\\u0070 is p), so a line with one is always read
_ESCAPE = ESCAPE.encode()


class Wanted:
    """What a line must contain, in any letter case, to be worth reading: one of ``hosts`` and one of ``words``.

    ``patterns``: the same as two regular expressions that RE2 (DuckDB) and Java (Spark) read alike. RE2 is three times
    as fast where all alternatives start alike, so ESCAPE is not among them.
    """

    def __init__(self, hosts, words):
        self.patterns = ["(?i)" + "|".join(map(re.escape, texts)) for texts in (hosts, words)]
        self._hosts, self._words = ([text.lower().encode() for text in texts] for texts in (hosts, words))

    def __call__(self, line):
        """Whether a line (bytes) may be one; False is certain."""
        lowered = line.lower()
        holds = any(host in lowered for host in self._hosts) and any(word in lowered for word in self._words)
        return holds or _ESCAPE in line


SEARCH = Wanted([host.lstrip("*.") for host in HOSTS], [words[0].strip("*") for words in WORDS])


def read_line(line):
    """The events (list of dicts, see ``fields``) of one line (bytes); [] for a blank one. Raises BadLine."""
    try:
        text = line.decode("utf-8").strip("\ufeff \t\r\n")
    except UnicodeDecodeError:
        raise BadLine("not UTF-8") from None
    if not text:
        return []
    if text[0] == "{":
        return read_record(read_json(text))
    return [event_of(read_v1(text))]


def check(line):
    """Raise BadLine for a line (bytes) that is no event, at the least cost: its fields are not looked at."""
    text = line.lstrip(b"\xef\xbb\xbf \t")
    if text[:1] != b"{":
        if not (_WHOLE.match(line) and utf8(line)):
            read_line(line)
        return
    try:
        found = json.loads(text) if b"\\ud" not in text.lower() else None
    except (ValueError, RecursionError):
        found = None  # read_line knows what is wrong with it
    if not isinstance(found, dict):
        read_line(line)


def utf8(line):
    """Whether bytes are UTF-8."""
    try:
        return line.isascii() or bool(line.decode())
    except UnicodeDecodeError:
        return False


def read_json(text):
    """The JSON value in ``text``. Raises BadLine, also for an object that names a key twice: which one counts?"""
    try:
        found = json.loads(text, object_pairs_hook=once)
    except RecursionError:
        raise BadLine("nested too deep") from None
    except ValueError:
        raise BadLine("not JSON, or cut short") from None
    if "\\ud" in text.lower() and halved(json.dumps(found, ensure_ascii=False)):
        raise BadLine("half a character")
    return found


def halved(text):
    """Whether a text holds a lone surrogate: half of a character, or a byte that was not UTF-8."""
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)


def once(pairs):
    """A dict of (key, value) pairs. Raises BadLine where a key comes twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        seen = set()
        for key, _ in pairs:
            if key in seen:
                raise BadLine("the key %.40r twice" % key)
            seen.add(key)
    return found


def read_record(found):
    """The events of one decoded record: an event, or one of the wrappings around events. Raises BadLine."""
    if not isinstance(found, dict):
        raise BadLine("not an event")
    if isinstance(found.get("result"), dict):
        return read_record(found["result"])
    if isinstance(found.get("results"), list):
        return [event for each in found["results"] for event in read_record(each)]
    if "event" in found and KNOWN.isdisjoint(found):
        inner, clock = found["event"], {"_time": found.get("time")}
        return [event_of({**_raw(inner), **clock} if clock["_time"] else _raw(inner))]
    if isinstance(found.get("_raw"), str):
        fields = {key: value for key, value in found.items() if value not in ("", None)}
        return [event_of({**_raw(found["_raw"]), **fields})]
    if KNOWN.isdisjoint(found):
        raise BadLine("not an event")
    return [event_of(found)]


def _raw(raw):
    """The keys and values of a raw event, text or already decoded."""
    if isinstance(raw, str):
        raw = raw.strip()
        raw = read_json(raw) if raw.startswith("{") else read_v1(raw)
    if not isinstance(raw, dict):
        raise BadLine("not an event")
    return raw


def read_v1(text):
    """The keys and values of a v1 line. Raises BadLine.

    A quote inside a value is written ``\\"``, but a backslash is written once, so the last quote of ``"C:\\Users\\"``
    looks like one that is inside. It is the end if a next key (or the end of the line) follows, unless reading it as
    inside also leaves a well-formed line.
    """
    start = _START.search(text)
    if not start:
        raise BadLine("not a flow event")
    pairs = []
    position = start.start(1) - 1 if start.start(1) else -1
    text = text if position >= 0 else " " + text
    position = max(position, 0)
    while position < len(text):
        key = _KEY.match(text, position)
        if not key:
            raise BadLine("garbled after %.40r" % (pairs[-1][0] if pairs else ""))
        end = _value_end(text, key.end())
        pairs.append((key.group(1), text[key.end() : end].replace('\\"', '"')))
        position = end + 1
    return once(pairs)


def _value_end(text, start):
    """The index of the quote that closes the value which starts at ``start``."""
    quote = text.find('"', start)
    while quote >= 0:
        if quote == start or text[quote - 1] != "\\":
            return quote
        following = _KEY_OR_END.match(text, quote + 1)
        if following and (following.end() == len(text) or not _KEY_OR_END.match(text, following.end())):
            return quote
        quote = text.find('"', quote + 1)
    raise BadLine("cut short")
