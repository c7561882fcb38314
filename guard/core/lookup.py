"""What the list says of a name. The synced list if it stands, else the one that was shipped.

Columns: name,kind,imitates,versions,sources,evidence,reason; several values in one field are joined with ``;``.
"""

from . import kernel as os
from .errors import CannotJudge
from .home import shipped
from .table import Table

COLUMNS = ("name", "kind", "imitates", "versions", "sources", "evidence", "reason")
LIST = "typosquats.csv"
CANARY = "typoguard-test-blocked"  # harmless, always listed, so that anyone can see guard work

# The kinds of an entry.
MALICIOUS = "malicious"
TYPOSQUAT = "typosquat"
COMPROMISED = "compromised"  # a good project with some bad releases
OTHER = "other"  # listed as spam, research, hacking tool
WITHDRAWN = "withdrawn"  # its source took it back; kept so that `guard explain` can say so


def is_range(version):
    """Whether an item of an entry's versions is a range (guard.core.ranges), not a release."""
    return version.startswith(("<", ">"))


class Entry:
    """A row of the list. ``versions``, ``sources``, ``evidence``: lists of str; no versions means every version.

    A version may be a range: ``>=1.0 <2.0`` (guard.core.ranges).
    """

    __slots__ = ("name", "kind", "imitates", "versions", "sources", "evidence", "reason")

    def __init__(self, fields):
        fields = [f.replace("%2C", ",") if "%2C" in f else f for f in fields]
        fields += [""] * (len(COLUMNS) - len(fields))
        self.name, self.kind, self.imitates = fields[:3]
        self.versions = fields[3].split(";") if fields[3] else []
        self.sources = fields[4].split(";") if fields[4] else []
        self.evidence = fields[5].split(";") if fields[5] else []
        self.reason = fields[6]

    @property
    def is_void(self):
        """Whether it covers no release at all: it was withdrawn, or is a compromised project whose bad releases nobody
        named, which is never blocked whole.
        """
        return self.kind == WITHDRAWN or (self.kind == COMPROMISED and not self.versions)

    def covers(self, version):
        """Whether this entry speaks of the release ``version`` (as written; "" where the release is not known)."""
        if self.is_void:
            return False
        return not self.versions or (bool(version) and self._names(version))

    def _names(self, version):
        plain = plain_version(version)
        if plain in [plain_version(v) for v in self.versions]:
            return True
        spans = [v for v in self.versions if is_range(v)]
        if not spans:
            return False
        from .ranges import holds  # one entry in a thousand has a range

        return any(holds(span, version) for span in spans)

    def releases(self, offered=()):
        """The releases it covers by name, and those of ``offered`` (an iterable of str) that lie in a range of it."""
        named = [v for v in self.versions if not is_range(v)]
        if len(named) < len(self.versions):
            named += [version for version in offered if version not in named and self.covers(version)]
        return named


def plain_version(version):
    """A version in the one form in which PEP 440 compares it, for the spellings people pin: ``V1.0.0`` is ``1``."""
    version = version.strip().lower().lstrip("v").replace("-", ".").replace("_", ".")
    while version.endswith(".0"):
        version = version[:-2]
    return version


class List:
    """The list in force. ``notice``: one line where it is not the synced one that ought to be there, else ""."""

    __slots__ = ("table", "notice")

    def __init__(self, table, notice=""):
        self.table = table
        self.notice = notice

    @property
    def version(self):
        """What names this list in events: its date and the start of its digest."""
        return "%s-%s" % (self.table.made[:10], self.table.sha256[:12])

    def find(self, name):
        """The Entry of a normalised name, or None."""
        row = self.table.find(name)
        return None if row is None else Entry(row)

    def among(self, names):
        """Those of ``names`` (set of str, normalised) that may be listed; asked first where names are many."""
        return self.table.among(names)

    def close(self):
        self.table.close()


def open_list(home):
    """The List of an installation. Raises CannotJudge where neither the synced nor the shipped one can be read."""
    notice = ""
    if os.path.exists(home.synced_list):
        try:
            return List(_checked(home.synced_list))
        except CannotJudge as error:
            notice = "%s; the shipped list serves instead" % error.message
    return List(_checked(shipped(LIST)), notice)


def _checked(path):
    """The table in ``path``. It must know the name that is always listed: zeroed pages have the right size too."""
    table = Table(path)
    try:
        if table.find(CANARY) is None:
            raise CannotJudge("%s is damaged: it does not know %s" % (path, CANARY))
    except CannotJudge:
        table.close()
        raise
    return table
