"""What can be said of a name that no list holds: internal, like a popular one, unknown to the index.

Likeness is for slips of the hand: it is asked of what a command names itself, arguments first, until LIKENED names
were not popular or ASKED were asked. A frozen file of a thousand names was typed by nobody, and each of its names was
new only once.
"""

from .errors import CannotJudge
from .filter import open_filter
from .home import shipped
from .verdict import ALLOW, BLOCK, CONFUSION, LOOKALIKE, UNKNOWN_NAME, Finding

LIKENED = 20  # names of one command that are not popular: what a person types or keeps by hand, and a millisecond
ASKED = 100  # names of one command; a popular one is told in some microseconds
KNOWN_NAMES = "names-of-an-index"  # what the filter of all names is tied to (guard.lookalike.known)
QUIET, QUIET_TIE = "lookalike.quiet", "quiet-names"  # names at which the model is silent (guard.lookalike.quiet)
_NOTHING = None, ALLOW


class Unlisted:
    """Judges unlisted names under one home and one set of settings. ``close()`` when done."""

    __slots__ = ("settings", "_internal", "_quiet", "_projects", "_model", "_known", "_asked")

    def __init__(self, home, settings):
        self.settings = settings
        self._internal = settings["names.internal"]
        self._asked = 0
        # Who refuses look-alikes wants each name judged; the filter is wrong once in some hundreds of times.
        self._quiet = None if settings["lookalike.block_score"] else open_filter(shipped(QUIET), QUIET_TIE)
        self._projects = self._model = None  # opened for the first name that is not quiet
        self._known = open_filter(home.known_names, KNOWN_NAMES)

    def target(self, target, indexes):
        """(Finding, its action) of an unlisted Target, before modes and allowances; (None, ALLOW): nothing to say."""
        name = target.name
        if self._internal:
            from .internal import confusion, is_internal

            if is_internal(name, self._internal):
                asked = [target.index] if target.index else indexes
                reason = confusion(name, self._internal, self.settings["names.internal_indexes"], asked)
                return self._found(target, CONFUSION, reason) if reason else _NOTHING
        if self._asked < ASKED:
            likeness = self._likeness(name)
            if likeness is not None and likeness.flagged:
                finding, action = self._lookalike(target, likeness)
                if finding is not None:
                    return finding, action
        if self._known is not None and name.encode() not in self._known:
            return self._found(target, UNKNOWN_NAME, "was not known to the index when its names were last synced")
        return _NOTHING

    def _likeness(self, name):
        self._asked += 1
        try:
            if self._is_quiet(name):
                return None
            if self._model is None:
                if self._projects is None:
                    from .projects import FILE, Projects  # most commands ask for names that are quiet

                    self._projects = Projects.open(shipped(FILE))
                if self._quiet is None and self._projects.popular(name):  # else the filter has told so
                    return None
                from .lookalike import Model

                self._model = Model(self._projects.path, self._projects.fd, self._projects.head)
            return self._model.judge(name) if self._model.judged < LIKENED else None
        except CannotJudge:
            return None  # the list is what guard stands on; without its model guard knows no likeness, and says nothing

    def _is_quiet(self, name):
        try:
            return self._quiet is not None and name.encode() in self._quiet
        except CannotJudge:
            return False  # it was cut while it was read; the model knows

    def _lookalike(self, target, likeness):
        blocks = 0 < self.settings["lookalike.block_score"] <= likeness.score
        reason = "looks like %s (%s)" % (likeness.imitates, likeness.likeness)
        finding, action = self._found(target, LOOKALIKE, reason, BLOCK if blocks else "")
        if finding is not None:
            finding.imitates = likeness.imitates
        return finding, action

    def _found(self, target, kind, reason, action=""):
        action = action or self.settings["actions." + kind]
        if action == ALLOW:
            return _NOTHING
        return Finding(target.name, target.text, ALLOW, kind, reason, target.where, target.version), action

    def close(self):
        for opened in (self._quiet, self._projects, self._known):
            if opened is not None:
                opened.close()
