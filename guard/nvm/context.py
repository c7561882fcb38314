"""What the machine knows beside a journal line: processes as NVM tells them, their accounts, the session, the device.

One Context serves one run of the recorder, so that what is the same for every event is asked once.
"""

import hashlib
import os
import pwd

from guard.core.mask import mask_words
from guard.core.process import describe

from . import machine
from .image import Hashes, program
from .integrity import integrity

# Account types as seen in NVM records: 1 system, 2 ordinary, 2 with the elevated flag. By account, a stand-in.
SYSTEM_ACCOUNT = "1"
ORDINARY_ACCOUNT = "2"
ELEVATED_ACCOUNT = "8194"
_FIRST_PERSON = 1000  # uid; below it are the system's accounts, by the custom of Linux distributions
_NOBODY = 65534
_WORDS = ("pip", "poetry")
ARGUMENTS_LIMIT = 16384  # characters of a command line that an event carries


class Context:
    """``owner``: None where the journal is this user's own; else the uid that owns it, whose words prove nothing."""

    def __init__(self, home, owner=None):
        self.home = home
        self.owner = owner
        self.hashes = Hashes(home.cache, owner)
        self._machine = {}
        self._names = {}

    def _once(self, key, ask):
        if key not in self._machine:
            self._machine[key] = ask()
        return self._machine[key]

    def flow(self):
        """The keys that are the same for every event of this machine."""
        return self._once("flow", self._flow)

    def _flow(self):
        source, interface = machine.address()
        uid = os.getuid() if self.owner is None else self.owner
        logged_in = machine.sessions() or [self.name(uid)]  # nobody logged in (CI, cron): the account itself
        host = machine.host()
        return {
            "sa": source,
            "iid": str(interface),
            "udid": machine.device(self.home.state),
            "ds": machine.suffix(),
            "liuid": host + "\\" + logged_in[0],
            "liuida": host,
            "liuidp": logged_in[0],
            "liuat": account_type(_uid_of(logged_in[0])),
            "aliul": ",".join(host + "\\" + name for name in logged_in[1:]),
        }

    def process(self, line):
        """The keys of the process that would have connected: the tool's interpreter, not guard's."""
        known = self.described(line.get("process"))
        image, words = self.image(line, known)
        uid = known.get("uid")
        return dict(self._account("pa", uid), **{
            "paa": machine.host(),
            "pap": self.name(uid),
            "puat": account_type(uid),
            "pn": os.path.basename(image),
            "ppath": image,
            "parg": joined(words),
            "pid": _number(known.get("pid")),
            "ph": self.hashes.of(image),
            "pil": integrity(known),
            "puid": self.guid(known),
        })  # fmt: skip

    def parent(self, line):
        """The same keys of its parent."""
        known = self.described(line.get("parent"))
        image = _image(known)
        uid = known.get("uid")
        return dict(self._account("ppa", uid), **{
            "ppuat": account_type(uid),
            "ppn": os.path.basename(image),
            "pppath": image,
            "pparg": joined(_words(known.get("args"))[1:]),
            "ppid": _number(known.get("pid")),
            "pph": self.hashes.of(image, self.alive(known).get("pid", 0)),
            "ppil": integrity(known),
        })  # fmt: skip

    def image(self, line, known):
        """(path of the image, its arguments without argv[0]) of a line's process."""
        tool, arguments = line.get("tool_path"), _words(line.get("args"))
        if not isinstance(tool, str) or not tool:
            if line.get("what"):
                return _image(known), _words(known.get("args"))[1:]
            return _image(known), [str(line.get("word") or line.get("tool") or "Unknown"), *arguments]
        told = line.get("env") if isinstance(line.get("env"), dict) else {}
        environ = {name: value for name, value in told.items() if isinstance(value, str)}
        where = line["cwd"] if isinstance(line.get("cwd"), str) else ""
        image, words = self._once(("program", tool, where), lambda: program(tool, where, environ))
        if not words and line.get("tool") in _WORDS:
            words = [tool]  # a stand-in: no script, but the analytic looks for the tool's word among the arguments
        if line.get("where") == "resolver" and known.get("exe"):
            image = _image(known)  # it runs already, and the kernel says what it is
            if os.path.basename(tool) == "__main__.py":  # python -m pip
                return image, _words(known.get("args"))[1:]
        return self.running(known) or image, [*words, *arguments]

    def running(self, known):
        """The Python that a process of the gate has become by now, if it lives; "" else.

        What a first line like ``/usr/bin/env python3`` or a version manager's shim leads to depends on an environment
        that the journal does not keep. Where the tool still runs, the kernel knows.
        """
        now = self.alive(known)
        name = os.path.basename(now.get("exe", ""))
        became = now.get("args") != known.get("args") and name.startswith(("python", "pypy"))
        return _image(now) if became else ""

    def described(self, known):
        """A process as the journal line has it, mended by what psutil can still say of it."""
        known = dict(known) if isinstance(known, dict) else {}
        if self.owner is not None:
            known["uid"] = self.owner  # the file's owner, whatever the line says
        elif not known.get("exe") or "uid" not in known:
            known = dict(_asked(known), **known)
        return known

    def alive(self, known):
        """What the kernel says now of the process ``known``; {} where it is gone. Never for a stranger's word."""
        if self.owner is not None or not isinstance(known.get("pid"), int) or not known.get("start"):
            return {}
        now = describe(known["pid"])
        return now if now.get("start") == known["start"] else {}

    def _account(self, key, uid):
        return {key: machine.host() + "\\" + self.name(uid)}

    def name(self, uid):
        """The account's name; its number where the password file has none."""
        if uid not in self._names:
            try:
                self._names[uid] = pwd.getpwuid(uid).pw_name
            except (KeyError, TypeError, OverflowError):
                self._names[uid] = "Unknown" if uid is None else str(uid)
        return self._names[uid]

    def guid(self, known):
        """32 hex digits in upper case that name this process among all of this device and every boot of it."""
        told = "%s %s %s %s" % (
            self.flow()["udid"], self._once("boot", machine.boot), known.get("pid"), known.get("start"))  # fmt: skip
        return hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:32].upper()


def account_type(uid):
    """The stand-in for NVM's account type."""
    if uid == 0:
        return ELEVATED_ACCOUNT
    person = not isinstance(uid, int) or (uid >= _FIRST_PERSON and uid != _NOBODY)
    return ORDINARY_ACCOUNT if person else SYSTEM_ACCOUNT


def joined(words):
    """A command line as one text: words, credentials masked, a blank between, those that hold blanks in double quotes.

    Not quoted as a shell would: the search's pattern takes a bare ``reqeusts[x]==1.0`` at the end of the line. A line
    that is too long keeps its beginning and its end.
    """
    text = " ".join(
        ['"%s"' % word if not word or any(c.isspace() for c in word) else word for word in mask_words(words)]
    )
    if len(text) <= ARGUMENTS_LIMIT:
        return text
    half = ARGUMENTS_LIMIT // 2
    return "%s …[%d characters]… %s" % (text[:half], len(text) - 2 * half, text[-half:])


def _uid_of(name):
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _image(known):
    exe = known.get("exe")
    if not isinstance(exe, str) or not exe:
        args = _words(known.get("args"))
        return args[0] if args and args[0] else "Unknown"
    return exe[: -len(" (deleted)")] if exe.endswith(" (deleted)") else exe


def _words(value):
    return [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def _number(value):
    return str(value) if isinstance(value, int) and value >= 0 else "0"


def _asked(known):
    """What psutil says of a process that the gate could not describe (no /proc), while it lives."""
    import psutil

    try:
        process = psutil.Process(known["pid"])
        with process.oneshot():
            return {"exe": process.exe(), "args": process.cmdline(), "uid": process.uids().real, "ppid": process.ppid()}
    except (psutil.Error, KeyError, TypeError, ValueError, OSError):
        return {}
