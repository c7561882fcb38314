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
  protected          the site-packages folders that guard was let into

A machine-wide installation (``system``) is root's: SETTINGS is the system's file, and every user has cache, allow,
protected and a guard.toml of his own in ``STATE/users/UID``. ``journal`` and ``users`` are folders in which anybody may
make a file and touch only his own (mode 1733).
"""

import sys

from . import kernel as os

MARK = "home"
PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SYSTEM_SETTINGS = "/etc/typoguard/guard.toml"  # root's layer, whoever installed guard
NOWHERE = os.devnull + "/typoguard"  # nothing can be read there, and nothing written


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
    def personal(self):
        """What this user alone can write: the state, or under ``system`` his folder in it.

        NOWHERE if another user laid that folder: what stands in it would be a stranger's word on what is let through.
        """
        if not self.system:
            return self.state
        folder = "%s/users/%d" % (self.state, os.getuid())
        try:
            found = os.lstat(folder)
        except OSError:
            return folder  # it is made by what is first written there
        return folder if os.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() else NOWHERE

    @property
    def user_settings(self):
        """The settings of this user's layer."""
        return self.personal + "/guard.toml" if self.system else self.settings

    @property
    def cache(self):
        return self.personal + "/cache"

    @property
    def allow(self):
        return self.personal + "/allow"


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
