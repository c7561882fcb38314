"""What Linux itself says of the route to the outside and of who is logged in, asked without a library.

The recorder starts beside somebody's pip, and to import psutil would be most of its work. Where the kernel is another,
or does not answer, guard.nvm.machine asks psutil.
"""

import _socket  # socket, written in Python, takes three times as long to import
import os
import struct

from .files import open_regular

_NO_ANSWER = 1.0  # seconds; a kernel answers at once
_ANSWER = 65536
# linux/netlink.h, linux/rtnetlink.h
_NETLINK, _NETLINK_ROUTE = 16, 0
_GETROUTE, _NEWROUTE, _REQUEST = 26, 24, 1
_DESTINATION, _INTERFACE, _SOURCE = 1, 4, 7  # attributes of a route
_UNICAST = 1
_HEAD = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_ROUTE = struct.Struct("=8BI")  # family, lengths of destination and source, tos, table, protocol, scope, type, flags
_ATTRIBUTE = struct.Struct("=HH")  # length, type

# struct utmp of glibc on x86 (utmp(5)): type, pid, line, id, user, host, exit (2), session, seconds, microseconds,
# address, unused. Other machines have other lengths.
_UTMP = struct.Struct("=h2xi32s4s32s256s2h3i4i20x")
_UTMP_MACHINES = ("x86_64", "i686", "i586", "i386")
_USER_PROCESS = 7
UTMP = "/var/run/utmp"
SESSIONS = "/run/systemd/sessions"


def route(family, address):
    """(source address, index of the interface) of the route to ``address``; None where there is none or no answer.

    ``family``: AF_INET or AF_INET6. The kernel looks it up (RTM_GETROUTE, rtnetlink(7)); nothing is sent.
    """
    packed = _socket.inet_pton(family, address)
    attribute = _ATTRIBUTE.pack(_ATTRIBUTE.size + len(packed), _DESTINATION) + packed
    question = _ROUTE.pack(family, len(packed) * 8, 0, 0, 0, 0, 0, 0, 0) + attribute
    try:
        asked = _socket.socket(_NETLINK, _socket.SOCK_RAW, _NETLINK_ROUTE)
        try:
            asked.settimeout(_NO_ANSWER)
            asked.sendto(_HEAD.pack(_HEAD.size + len(question), _GETROUTE, _REQUEST, 1, 0) + question, (0, 0))
            answer = asked.recv(_ANSWER)
        finally:
            asked.close()
        return _told(family, answer)
    except (OSError, struct.error):  # a sandbox without netlink, a kernel that is none of Linux
        return None


def _told(family, answer):
    length, kind, _, _, _ = _HEAD.unpack_from(answer)
    if kind != _NEWROUTE or _ROUTE.unpack_from(answer, _HEAD.size)[7] != _UNICAST:
        return None
    source, interface = "", 0
    at = _HEAD.size + _ROUTE.size
    while at + _ATTRIBUTE.size <= min(length, len(answer)):
        size, name = _ATTRIBUTE.unpack_from(answer, at)
        value = answer[at + _ATTRIBUTE.size : at + size]
        if name == _SOURCE:
            source = _socket.inet_ntop(family, value)
        elif name == _INTERFACE:
            (interface,) = struct.unpack("=I", value)
        at += max(_ATTRIBUTE.size, (size + 3) & ~3)
    return (source, interface) if source else None


def logged_in():
    """[(when, name)] of the sessions of people, [] where there are none; None where utmp's form is not known here.

    From utmp; from logind where there is none, as on distributions that gave it up, since its seconds end in 2038.
    """
    if os.uname().machine not in _UTMP_MACHINES:
        return None if os.path.exists(UTMP) else _sessions()
    try:
        with open(UTMP, "rb") as file:
            data = file.read()
    except OSError:
        return _sessions()
    found = []
    for at in range(0, len(data) - len(data) % _UTMP.size, _UTMP.size):
        kind, _, _, _, user, *_, seconds, _, _, _, _, _ = _UTMP.unpack_from(data, at)
        name = os.fsdecode(user.partition(b"\0")[0])
        if kind == _USER_PROCESS and name:
            found.append((seconds, name))
    return found


def _sessions():
    """The sessions in logind's own files, as sd_session_get_username(3) reads them; not a greeter's, not a timer's."""
    found = []
    try:
        names = os.listdir(SESSIONS)
    except OSError:
        return []
    for name in names:
        told = dict(line.partition("=")[::2] for line in _text("%s/%s" % (SESSIONS, name)).split("\n"))
        if told.get("USER") and told.get("CLASS", "").startswith("user") and told.get("REALTIME", "").isdigit():
            found.append((int(told["REALTIME"]) // 10**6, told["USER"]))
    return found


def _text(path):
    try:
        fd = open_regular(path)  # beside each session lies a pipe
    except OSError:
        return ""
    with open(fd, encoding="utf-8", errors="surrogateescape") as file:
        return file.read()
