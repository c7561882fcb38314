"""Verdicts and findings: the words in which guard says what it thinks of a command."""

ALLOW = "allow"
WARN = "warn"
BLOCK = "block"
STRENGTH = {ALLOW: 0, WARN: 1, BLOCK: 2}

# Modes: what a verdict comes to.
AUDIT = "audit"
ENFORCE = "enforce"

# Kinds of finding: those of a list entry (guard.core.lookup) and these.
UNSEEN = "unseen"
LOOKALIKE = "lookalike"
UNKNOWN_NAME = "unknown-name"
CONFUSION = "confusion"


class Finding:
    """One thing in a command that policy has a word on.

    name      normalised, or "" for what could not be read
    text      as it was written
    verdict   allow, warn, block: after policy and mode
    kind      malicious, typosquat, compromised, other, unseen, lookalike, unknown-name, confusion
    reason    one clause for a person
    imitates  the project it imitates, or ""
    evidence  list of str: advisory ids, pages
    sources   list of str: which lists
    where     "" for the command line, else file:line
    version   the pinned release, or ""
    via       the requirement that pulled it in, or "" where it was asked for directly
    allowed_by  the allow entry that let it through, or ""
    """

    __slots__ = ("name", "text", "verdict", "kind", "reason", "imitates", "evidence", "sources", "where", "version",
                 "via", "allowed_by")  # fmt: skip

    def __init__(self, name, text, verdict, kind, reason, where="", version=""):
        self.name = name
        self.text = text
        self.verdict = verdict
        self.kind = kind
        self.reason = reason
        self.where = where
        self.version = version
        self.imitates = ""
        self.evidence = []
        self.sources = []
        self.via = ""
        self.allowed_by = ""

    def plain(self):
        """This finding as a dict, for the journal and for ``--json``."""
        return {slot: getattr(self, slot) for slot in self.__slots__}


def strongest(findings):
    """The verdict of a whole command."""
    return max([f.verdict for f in findings] or [ALLOW], key=STRENGTH.__getitem__)


def capped(action, mode):
    """What an action comes to in a mode: ``audit`` only records, ``warn`` refuses nothing."""
    if mode == AUDIT:
        return ALLOW
    return WARN if mode == WARN and action == BLOCK else action
