"""The keys of an NVM flow event, and its two wire forms.

Inside guard an event is a dict from short keys (and keys of guard's own) to text; a value that is not known is left out
or "". Short keys and their order are those of Cisco's flow records; the long ones are the names that Splunk's add-on
gives them at search time, and what the analytic reads.
"""

VERSION = "nvzFlow_v11"
NO_FLOW = "0.0.0.0"  # noqa: S104  # no address to listen on: a refused attempt resolved nothing, and this says so
UNKNOWN = "Unknown"  # what NVM itself writes where a host or a suffix is not known

# Short key -> the long names it has at search time, in the order in which a record carries them.
LONG = {
    "fv": (),
    "pr": ("protocol_identifier",),
    "sa": ("src", "src_ip"),
    "sp": ("src_port",),
    "da": ("dest", "dest_ip"),
    "dp": ("dest_port",),
    "fd": ("direction",),
    "fss": ("flow_start_sec",),
    "fst": ("flow_start_time",),
    "fes": ("flow_end_sec",),
    "fet": ("flow_end_time",),
    "hh": (),
    "hm": (),
    "ht": (),
    "udid": (),
    "liuid": ("logged_in_user",),
    "liuida": ("logged_in_user_authority",),
    "liuidp": ("logged_in_user_principal",),
    "liuat": ("logged_in_user_account_type",),
    "pa": ("user",),
    "paa": ("user_authority",),
    "pap": ("user_principal",),
    "puat": ("process_user_account_type",),
    "pn": ("process_name",),
    "ph": ("process_hash",),
    "ppa": ("parent_process_user",),
    "ppuat": ("parent_process_user_account_type",),
    "ppn": ("parent_process_name",),
    "pph": ("parent_process_hash",),
    "ibc": ("bytes_in",),
    "obc": ("bytes_out",),
    "ds": ("flow_dns_suffix",),
    "dh": ("dest_hostname",),
    "iid": ("src_interface",),
    "mnl": ("module_name_list",),
    "mhl": ("module_hash_list",),
    "fsms": ("flow_start_msec",),
    "fems": ("flow_end_msec",),
    "pid": ("process_id",),
    "ppath": ("process_path",),
    "parg": ("process_arguments",),
    "ppid": ("parent_process_id",),
    "pppath": ("parent_process_path",),
    "pparg": ("parent_process_arguments",),
    "aliul": ("additional_logged_in_users_list",),
    "pil": ("process_integrity_level",),
    "ppil": ("parent_process_integrity_level",),
    "fsg": ("flow_report_stage",),
    "puid": ("process_guid",),
}
_ALIASES = frozenset(name for names in LONG.values() for name in names) | {"transport"}
_TRANSPORT = {"6": "tcp", "17": "udp"}
_NEVER = frozenset(("comment", "package_official_url"))  # the lookup is OUTPUTNEW: they would count as listed
_NOT_V1 = _NEVER | _ALIASES | frozenset(LONG)
_ESCAPES = {code: "\\x%02x" % code for code in [*range(32), 127, 0x85, 0x2028, 0x2029]}


def long_form(event):
    """The v2 form as a flat dict: each short key with its long names beside it, empty values left out."""
    flat = {}
    for key in [*LONG, *(key for key in event if key not in LONG)]:
        value = event.get(key)
        if not value or key in _NEVER:
            continue
        flat[key] = value
        for name in LONG.get(key, ()):
            flat[name] = value
        if key == "pr":
            flat["transport"] = _TRANSPORT.get(value, value)
    return flat


def syslog_form(event):
    """The v1 form: ``key="value"`` pairs on one line, short keys alone, ``"''"`` for what is empty.

    ``event`` may be of either form; long names are left out, since Splunk's add-on makes them from the short ones.
    Inner quotes are escaped with a backslash, backslashes stand as they are, as NVM's collector writes them; a control
    character becomes ``\\xNN``, since it would end or tear the line.
    """
    pairs = [(key, event.get(key, "")) for key in LONG]
    pairs += [(key, value) for key, value in event.items() if value and key not in _NOT_V1]
    return " ".join(['%s="%s"' % (key, _quoted(value)) for key, value in pairs])


def _quoted(value):
    return value.translate(_ESCAPES).replace('"', '\\"') or "''"
