"""What can be said of a name that no list holds: internal, like a popular one, unknown to the index.

Likeness is for slips of the hand: it is asked of what a command names itself, arguments first, and of LIKENED names at
the most. A frozen file of a thousand names was typed by nobody, and each of its names was new only once.
"""

from .errors import CannotJudge
from .filter import open_filter
from .home import shipped
from .internal import confusion, is_internal
from .verdict import ALLOW, BLOCK, CONFUSION, LOOKALIKE, UNKNOWN_NAME, Finding

LIKENED = 20  # names of one command: what a person types or keeps by hand, and a millisecond
KNOWN_NAMES = "names-of-an-index"  # what the filter of all names is tied to (guard.lookalike.known)


class Unlisted:
    """Judges unlisted names under one home and one set of settings. ``close()`` when done."""

    __slots__ = ("settings", "_model", "_known", "_left")

    def __init__(self, home, settings):
        self.settings = settings
        self._left = LIKENED
        self._model = _model()
        self._known = open_filter(home.known_names, KNOWN_NAMES)

    def target(self, target, indexes):
        """(Finding, its action) of an unlisted Target, before modes and allowances; (None, ALLOW): nothing to say."""
        patterns = self.settings["names.internal"]
        if patterns and is_internal(target.name, patterns):
            reason = confusion(target.name, patterns, self.settings["names.internal_indexes"], indexes)
            return self._found(target, CONFUSION, reason) if reason else (None, ALLOW)
        likeness = self._likeness(target.name)
        if likeness is not None and likeness.flagged:
            blocks = 0 < self.settings["lookalike.block_score"] <= likeness.score
            reason = "looks like %s (%s)" % (likeness.imitates, likeness.likeness)
            finding, action = self._found(target, LOOKALIKE, reason, BLOCK if blocks else "")
            if finding is not None:
                finding.imitates = likeness.imitates
                return finding, action
        if self._known is not None and target.name.encode() not in self._known:
            return self._found(target, UNKNOWN_NAME, "was not known to the index when its names were last synced")
        return None, ALLOW

    def _likeness(self, name):
        if self._model is None or self._left <= 0:
            return None
        self._left -= 1
        try:
            return self._model.judge(name)
        except CannotJudge:
            return None  # the model was cut while it was read; what it is for, see below

    def _found(self, target, kind, reason, action=""):
        action = action or self.settings["actions." + kind]
        if action == ALLOW:
            return None, ALLOW
        return Finding(target.name, target.text, ALLOW, kind, reason, target.where, target.version), action

    def close(self):
        for opened in (self._model, self._known):
            if opened is not None:
                opened.close()


def _model():
    from .lookalike import FILE, Model

    try:
        return Model.open(shipped(FILE))
    except CannotJudge:
        return None  # the list is what guard stands on; without its model guard knows no likeness, and says nothing
