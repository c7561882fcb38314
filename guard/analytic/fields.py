"""From the keys of a log to the fields the search reads: short keys, long names and the add-on's aliases are one.

The field's own (long) name counts before its short key. ``""``, ``"''"`` (how a v1 line writes nothing) and null are
"missing", as they are to ``stats … by``. docs/reference/analytic.md marks what is a stand-in.
"""

from .clock import read_clock

# field -> the keys that can carry it, the strongest first.
FIELDS = {
    "src": ("src", "src_ip", "sa"),
    "dest": ("dest", "dest_ip", "da"),
    "dest_hostname": ("dest_hostname", "dh"),
    "dest_port": ("dest_port", "dp"),
    "transport": ("transport", "pr", "protocol_identifier"),
    "parent_process_path": ("parent_process_path", "pppath"),
    "parent_process_integrity_level": ("parent_process_integrity_level", "ppil"),
    "parent_process_arguments": ("parent_process_arguments", "pparg"),
    "parent_process_hash": ("parent_process_hash", "pph"),
    "process_path": ("process_path", "ppath"),
    "process_name": ("process_name", "pn"),
    "process_integrity_level": ("process_integrity_level", "pil"),
    "process_id": ("process_id", "pid"),
    "process_arguments": ("process_arguments", "parg"),
    "process_hash": ("process_hash", "ph"),
    "module_name_list": ("module_name_list", "mnl"),
    "module_hash_list": ("module_hash_list", "mhl"),
    "aliul": ("aliul", "additional_logged_in_users_list"),
    "user": ("user", "pa"),
    "package_name": ("package_name",),
    "comment": ("comment",),
    "package_official_url": ("package_official_url",),
}
CLOCKS = ("_time", "fss", "flow_start_sec", "fsms", "flow_start_msec", "fst", "flow_start_time")
TIME = "_time"  # seconds since 1970, UTC, a float; None where no clock can be read
UNREAD = "unread"  # what a command points to and a log cannot show; filled by ``deep`` alone

KNOWN = frozenset(key for keys in FIELDS.values() for key in keys).union(CLOCKS, ("fv", "_raw"))
_TRANSPORT = {"1": "icmp", "6": "tcp", "17": "udp"}


class BadLine(Exception):
    """A line (or record) that is no event; its text is the reason, one clause."""


def event_of(found):
    """The event, {field: text or None} with ``_time``, of a record's keys and values. Raises BadLine."""
    event = {}
    for field, keys in FIELDS.items():
        event[field] = None
        for key in keys:
            value = found.get(key)
            if value is not None:
                value = _text(key, value)
                if value:
                    event[field] = value
                    break
    if event["transport"]:
        event["transport"] = _TRANSPORT.get(event["transport"], event["transport"])
    event[TIME] = _time(found)
    event[UNREAD] = None
    return event


def _text(key, value):
    if isinstance(value, str):
        return None if value == "''" else value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, list):
        several = {_text(key, each) for each in value}
        if len(several) > 1:
            raise BadLine("several values of %s" % key)
        return several.pop() if several else None
    return None  # an object: Splunk would name its members, not it


def _time(found):
    for key in CLOCKS:
        value = found.get(key)
        if value is not None:
            seconds = read_clock(value)
            if seconds is not None:
                return seconds
    return None
