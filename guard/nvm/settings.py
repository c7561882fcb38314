"""The settings of events: tables ``[events]``, ``[heartbeat]``, ``[[sink]]`` of the system's file and the user's.

Both files' sinks count: a user cannot take root's sinks away, nor use their names. A file that does not parse leaves
the sinks of its last good form in force, so that a slip of the pen loses no event; what is wrong stands in ``faults``.
"""

import contextlib
import json
import os

from guard import parsers
from guard.core.home import SYSTEM_SETTINGS

from .files import folder, read, replace

LOG = "log"  # the name of the sink that is always there
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_NAME_LENGTH = 40
_ALL = ("all", "findings")

_KIND_WORDS = {str: "a string", int: "a number, 0 or more", bool: "true or false"}

# Keys of each kind: (type, default; ... = must be given).
_COMMON = {"kind": (str, ...), "name": (str, ""), "events": (_ALL, "all"), "spool_bytes": (int, 0)}
KINDS: dict[str, dict] = {
    "file": {"path": (str, ...), "max_bytes": (int, 10 << 20), "keep": (int, 5), "days": (int, 90)},
    "syslog": {
        "transport": (("udp", "tcp", "tls", "local"), "udp"), "host": (str, ""), "port": (int, 0),
        "path": (str, "/dev/log"), "form": (("json", "pairs"), "json"), "facility": (int, 1), "max_bytes": (int, 8000),
        "ca_file": (str, ""), "cert_file": (str, ""), "key_file": (str, ""), "server_name": (str, ""),
        "confirm": (bool, True),
    },
    "hec": {
        "url": (str, ...), "token_file": (str, ""), "token_env": (str, ""), "index": (str, ""),
        "sourcetype": (str, "cisco:nvm:flowdata"), "source": (str, "typoguard"), "acknowledge": (bool, True),
        "gzip": (bool, True), "ca_file": (str, ""),
    },
    "stdout": {"form": (("json", "pairs", "annotations"), "json")},
}  # fmt: skip
_EVENTS = {
    "log": (_ALL, "all"), "log_bytes": (int, 10 << 20), "log_files": (int, 5), "log_days": (int, 90),
    "spool_bytes": (int, 64 << 20), "recorder": (("auto", "detached", "flush"), "auto"),
}  # fmt: skip
_PORTS, _FACILITIES = 65535, 23  # the highest number of each
_HEARTBEAT = {"every_minutes": (int, 0)}


class EventSettings:
    """``events``, ``heartbeat``: dicts of the keys above; ``sinks``: list of dicts, each with the keys of its kind."""

    def __init__(self):
        self.events = {key: default for key, (_, default) in _EVENTS.items()}
        self.heartbeat = {key: default for key, (_, default) in _HEARTBEAT.items()}
        self.sinks = []
        self.faults = []


def load(home):
    """The EventSettings in force. Never raises."""
    settings = EventSettings()
    seen: set[str] = set()
    # The weakest layer first, so that the system's [events] stand last; its sinks take their names first.
    paths = [SYSTEM_SETTINGS] if home.system else [home.settings, SYSTEM_SETTINGS]
    layers = [(path, _table(path, home, settings.faults)) for path in paths]
    for path, table in layers:
        for name, known, into in (("events", _EVENTS, settings.events), ("heartbeat", _HEARTBEAT, settings.heartbeat)):
            into.update(_checked(table.get(name, {}), known, "%s: [%s]" % (path, name), settings.faults, {}))
    for path, table in reversed(layers):
        for number, sink in enumerate(_list(table.get("sink", []))):
            _add_sink(settings, seen, sink, "%s: sink %d" % (path, number + 1))
    return settings


def _list(value):
    return value if isinstance(value, list) else [value]


def _add_sink(settings, seen, table, where):
    kind = table.get("kind") if isinstance(table, dict) else None
    if kind not in KINDS:
        settings.faults.append("%s: kind takes %s" % (where, ", ".join(KINDS)))
        return
    known = dict(_COMMON, **KINDS[kind])
    before = len(settings.faults)
    sink = _checked(table, known, where, settings.faults, {key: default for key, (_, default) in known.items()})
    sink["name"] = sink["name"] or kind
    missing = [key for key, value in sink.items() if value is ...]
    wrong = ", ".join(missing) + " is missing" if missing else _wrong(sink)
    if wrong:
        settings.faults.append("%s: %s" % (where, wrong))
    name = sink["name"]
    if not _LETTERS.issuperset(name) or len(name) > _NAME_LENGTH or name in ("taken", "ready", LOG):
        settings.faults.append("%s: the name %r cannot be used" % (where, name))
    elif name in seen:
        settings.faults.append("%s: there is a sink %s already; give it a name of its own" % (where, name))
    if len(settings.faults) == before:
        seen.add(name)
        settings.sinks.append(sink)


def _wrong(sink):
    """What no receiver could be reached by, in a sink's values; "" where there is nothing."""
    if sink["kind"] == "file" and not os.path.isabs(sink["path"]):
        return "path begins with /"
    if sink.get("port", 0) > _PORTS:
        return "port takes a number up to %d" % _PORTS
    if sink.get("facility", 0) > _FACILITIES:
        return "facility takes a number up to %d" % _FACILITIES
    if sink["kind"] == "hec" and not _is_url(sink["url"]):
        return "url takes an address like https://splunk.example:8088"
    if not _is_host(sink.get("host", "")):
        return "host is the name of none"
    return ""


def _is_url(text):
    import urllib.parse

    try:
        parts = urllib.parse.urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:  # a port or a bracket that is none
        return False
    return parts.scheme in ("http", "https") and port != 0 and bool(host) and _is_host(host)


def _is_host(text):
    try:
        text.encode("idna")
    except UnicodeError:
        return False
    return True


def _checked(table, known, where, faults, values):
    if not isinstance(table, dict):
        faults.append("%s is not a table" % where)
        return values
    for key, value in table.items():
        kind = known.get(key, (None,))[0]
        if kind is None:
            faults.append("%s: guard knows no key %s" % (where, key))
        elif isinstance(kind, tuple):
            if value in kind:
                values[key] = value
            else:
                faults.append("%s: %s takes %s" % (where, key, ", ".join(kind)))
        elif type(value) is not kind or (kind is int and value < 0):
            faults.append("%s: %s takes %s" % (where, key, _KIND_WORDS[kind]))
        else:
            values[key] = value
    return values


def _table(path, home, faults):
    """Our tables of the file at ``path``; those of its last good form where it does not parse; {} where there is none.

    The good form is kept beside a stamp of the file it came from: a TOML parser takes longer to import than to parse.
    """
    place = "%s/events-%s.json" % (home.cache, "system" if path == SYSTEM_SETTINGS else "user")
    kept = _kept(place)
    try:
        with open(path, "rb") as file:
            now = os.fstat(file.fileno())
            stamp = [now.st_dev, now.st_ino, now.st_size, now.st_mtime_ns, now.st_ctime_ns]
            if kept.get("stamp") == stamp:
                return kept["tables"]
            data = file.read()
    except FileNotFoundError:
        return {}
    except OSError as error:
        faults.append("%s: %s" % (path, error.strerror))
        return kept.get("tables", {})
    try:
        whole = parsers.toml(data.decode("utf-8-sig"))
    except ValueError as error:  # of TOML and of UTF-8
        faults.append("%s: %s" % (path, error))
        return kept.get("tables", {})
    tables = {key: whole[key] for key in ("events", "heartbeat", "sink") if key in whole}
    with contextlib.suppress(OSError):  # it will do without
        folder(home.cache)
        replace(place, json.dumps({"stamp": stamp, "tables": tables}, default=str).encode())
    return tables


def _kept(place):
    try:
        kept = json.loads(read(place) or b"{}")
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) and isinstance(kept.get("tables"), dict) else {}
