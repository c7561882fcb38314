"""What this machine is: its device id, the address it would have sent from, who is logged in. Nothing is sent.

Each function asks the system anew; guard.nvm.context keeps the answers for one run of the recorder.
"""

import hashlib
import os
import sys
from _socket import AF_INET, AF_INET6, if_nametoindex  # socket, written in Python, takes three times as long to import

from . import linux
from .fields import UNKNOWN
from .files import replace

_IDS = ("/etc/machine-id", "/var/lib/dbus/machine-id", "/etc/hostid")
_PURPOSE = b"typoguard device 1:"  # machine-id(5) asks that the id itself is never shown, only a hash made with it
# Documentation addresses (RFC 5737, RFC 3849): connecting a datagram socket sends nothing, it only asks for the route.
_ELSEWHERE = ((AF_INET, "192.0.2.1"), (AF_INET6, "2001:db8::1"))


def device(state):
    """The device's stable id, 40 hex digits in upper case. ``state``: folder to keep one in if the system has none."""
    return hashlib.sha256(_PURPOSE + _identity(state)).hexdigest()[:40].upper()


def _identity(state):
    for path in _IDS:
        try:
            with open(path, "rb") as file:
                known = file.read(256).strip()
        except OSError:
            continue
        if known and known != b"uninitialized":
            return known
    own = state + "/device"
    try:
        with open(own, "rb") as file:
            known = file.read(256).strip()
        if known:
            return known
    except OSError:
        pass
    fresh = os.urandom(16).hex().encode()
    try:
        os.makedirs(state, 0o700, exist_ok=True)
        replace(own, fresh)
    except OSError:
        # Nothing can be kept here: the host name is at least the same at the next event.
        return os.uname().nodename.encode("utf-8", "replace")
    return fresh


def address():
    """(IP text, index of its interface) this machine would have connected from; loopback where it has no other."""
    for family, elsewhere in _ELSEWHERE:
        found = linux.route(family, elsewhere)
        if found is not None:
            return found
    return _asked_address()


def _asked_address():
    """The same as psutil and a datagram socket tell it: on another kernel, or where no route leads out."""
    import socket

    import psutil

    own = {}  # address -> name of its interface
    try:
        interfaces = psutil.net_if_addrs()
    except OSError:  # a sandbox that hides them
        interfaces = {}
    for name, addresses in interfaces.items():
        for one in addresses:
            if one.family in (AF_INET, AF_INET6):
                own[one.address.partition("%")[0]] = name
    for family, elsewhere in _ELSEWHERE:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as asked:
                asked.connect((elsewhere, 9))
                chosen = asked.getsockname()[0].partition("%")[0]
        except OSError:
            continue  # no route of this family
        return chosen, _index(own.get(chosen, ""))
    for chosen, name in sorted(own.items()):
        if not chosen.startswith(("127.", "::1", "fe80:")):
            return chosen, _index(name)
    return "127.0.0.1", _index(own.get("127.0.0.1", ""))


def _index(name):
    try:
        return if_nametoindex(name) if name else 0
    except OSError:
        return 0


def suffix():
    """The first search domain of the resolver's settings, ``Unknown`` where there is none."""
    try:
        with open("/etc/resolv.conf", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                words = line.split()
                if len(words) > 1 and words[0] in ("search", "domain") and words[1] != ".":
                    return words[1].rstrip(".")
    except OSError:
        pass
    return UNKNOWN


def host():
    """The machine's name, without its domain."""
    return os.uname().nodename.partition(".")[0] or "localhost"


def sessions():
    """Names of those who are logged in, the longest session first, without duplicates."""
    found = linux.logged_in() if sys.platform == "linux" else None
    if found is None:
        import psutil

        try:
            found = [(user.started, user.name) for user in psutil.users()]
        except (OSError, RuntimeError):
            return []
    return list(dict.fromkeys(name for _, name in sorted(found)))


def boot():
    """What tells this run of the machine from the last: a process id and start time are unique only within it."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return file.read().strip()
    except OSError:
        import psutil

        return "%s-%d" % (sys.platform, psutil.boot_time())
