"""Where one installation of guard keeps its things; fixed at install time, never taken from HOME or XDG_* at run time.

PREFIX/home          key=value lines, written by the installer (python, state, settings, system)
PREFIX/bin/guard     the command
PREFIX/shims/        pip, pip3, pip3.N, poetry, …
PREFIX/venv/         guard's own virtual environment
SETTINGS             guard.toml of this layer (default PREFIX/etc/guard.toml)
STATE/               default PREFIX/state
  journal/UID.jsonl  the write-ahead journal, one per user, mode 0600
  events/UID.jsonl   the NVM events of that user
  list/              the synced list, and a filter of all names the index knows
  cache/             compiled settings, hashes of binaries
  allow/             names let through, one file each
"""

import sys

from . import kernel as os

MARK = "home"
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SYSTEM_SETTINGS = "/etc/typoguard/guard.toml"  # root's layer, whoever installed guard


class Home:
    """The paths of one installation. Nothing is created here."""

    __slots__ = ("root", "python", "state", "settings", "system")

    def __init__(self, root, python="", state="", settings="", system=False):
        self.root = root
        self.python = python or sys.executable
        self.state = state or root + "/state"
        self.settings = settings or root + "/etc/guard.toml"
        self.system = system

    @property
    def shims(self):
        return self.root + "/shims"

    @property
    def journal(self):
        return "%s/journal/%d.jsonl" % (self.state, os.getuid())

    @property
    def events(self):
        return "%s/events/%d.jsonl" % (self.state, os.getuid())

    @property
    def synced_list(self):
        return self.state + "/list/typosquats.csv"

    @property
    def known_names(self):
        return self.state + "/list/names.filter"

    @property
    def cache(self):
        return self.state + "/cache"

    @property
    def allow(self):
        return self.state + "/allow"


def shipped(name):
    """Absolute path of a data file that guard ships, inside the installed package or beside it in a checkout."""
    inside = PACKAGE + "/lookups/" + name
    return inside if os.path.exists(inside) else os.path.dirname(PACKAGE) + "/lookups/" + name


def at(root):
    """The Home whose ``home`` file lies in ``root``; defaults where the file or a key is missing."""
    known = {}
    try:
        with open(root + "/" + MARK, encoding="utf-8", errors="surrogateescape") as lines:
            for line in lines:
                key, equals, value = line.rstrip("\n").partition("=")
                if equals and not key.startswith("#"):
                    known[key] = value
    except OSError:
        pass
    return Home(
        root, known.get("python", ""), known.get("state", ""), known.get("settings", ""), known.get("system") == "yes"
    )


def find():
    """The Home of the guard that is running: beside its own virtual environment, else this user's default place."""
    beside = os.path.dirname(sys.prefix)
    if os.path.exists(beside + "/" + MARK):
        return at(beside)
    import pwd  # the account's home directory by the password file, since HOME may say anything

    return at(pwd.getpwuid(os.getuid()).pw_dir + "/.local/share/typoguard")
