"""One run of a tool as the resolver's patches see it: names are met and judged, a refusal is raised or passed up."""

import os
import sys
import threading
from copy import copy

from ..core import apart
from ..core.command import Target
from ..core.errors import CANNOT_JUDGE, REFUSED, CannotJudge, GuardError, Stale
from ..core.fresh import check
from ..core.home import at
from ..core.judge import Judge, use_up_once
from ..core.lookup import WITHDRAWN, open_list
from ..core.names import normalise
from ..core.settings import load
from ..core.verdict import ALLOW, BLOCK, UNSEEN, WARN, Finding
from . import note
from .entry import JUDGED, judged
from .report import NOT_ASKED, NOT_INSTALLED, Report, cwd


class Session:
    """What the patches of one process share.

    home       guard.core.home.Home
    owner      pid of the tool whose command this is: of this process, or of the outermost that started it
    report     what was found (guard.resolver.report)
    judged     whether the gate, or the tool that started this one, has judged and recorded this very command
    protected  whether this interpreter is protected, so that no gate may have stood before it
    running    whether the tool's main has begun
    at_work    how many resolvers are at work, one within the other: only then does a name refuse
    asking     packages whose requirements are being read, innermost last
    blocked    list of Finding: why this process refuses; code: the exit code that guard asks for, 0 for none
    kind       the class of the tool's own errors that a refusal is raised as
    """

    def __init__(self, root, note_path="-"):
        self.home = at(root)
        apart.own = self.home.python
        self.owner = os.getpid()
        self.report = Report(self.home)
        self.judged = self.protected = self.running = False
        self.at_work = 0
        self.asking = []
        self.blocked, self.code = [], 0
        self.kind = RuntimeError
        self._spoken = set()  # names that the gate has recorded
        self._known = {}  # (name, version) -> Finding or None
        self._clean = set()  # names, as the tool spells them, of which there is nothing to say whatever their release
        self._parents = {}  # name -> the requirement that pulled it in
        self._hidden = []  # findings of releases kept from the tool
        self._lent = []  # notes of tools started from here that are read at the end
        self._above = []  # what the tools above this one are building
        self._thread = threading.local()
        self._judge = None
        self._is_strange = self._seeding = False
        pid, _, names = os.environ.pop(JUDGED, "").partition(",")
        if pid == str(os.getpid()):  # else it is some other process's, handed down
            self.judged = True
            self._spoken.update(names.split(","))
        self._alone = False  # a command of its own, which another tool started, and no gate has judged
        if note_path != "-" and os.path.exists(note_path):  # else what left it there is long over
            owner = note.owner(note_path)
            self.judged, self._alone = bool(owner), not owner
            self.report.note = note_path
            self.owner = owner or self.owner
            self._above = note.read(note_path)

    # --- the run --------------------------------------------------------------------------------------------------

    def run(self, tool, args, main):
        """Call the ``main`` of a tool, with guard's word on its exit code."""
        if self.running:  # a tool that calls its own main again
            return main()
        self.running = True
        self._seeding = _seeds(args)
        if self._seeding:
            return main()
        self.report.command = [tool, *args]
        try:
            code = 0 if self._refuses() else main()
        except SystemExit as error:
            error.code = self.finish(error.code)
            raise
        return self.finish(code)

    def _refuses(self):
        """Do what the gate does, where no shim stood before this interpreter. Whether the command is refused."""
        try:
            if (self.protected or self._alone) and not self.judged:
                self.ours(self._judge_command)
        except self.kind:
            pass  # guard cannot judge and policy says block; ``code`` has it
        return bool(self.code)

    def _judge_command(self):
        from ..core.grammar.read import read
        from ..core.refusal import NOTHING_RAN

        command = read(self.report.invocation())
        if not command.installs:
            return
        judge = self.judge()
        if judge.settings.faults and judge.settings["on_error"] == BLOCK:
            raise CannotJudge(judge.settings.faults[0])
        try:
            aged = check(self.home, judge.settings)
        except Stale as error:  # whatever on_error says
            self.report.say("guard: %s\n" % error.message)
            self.code = CANNOT_JUDGE
            return
        if aged:
            self.report.say("guard: %s\n" % aged)
        findings = judge.settled(command)
        self._spoken.update(finding.name for finding in findings)
        self.report.found.extend(findings)
        self.report.warn(findings, judge)
        self.blocked = [finding for finding in findings if finding.verdict == BLOCK]
        self.code = REFUSED if self.blocked else 0
        self.report.outcome = NOTHING_RAN if self.blocked else NOT_ASKED
        try:
            self.report.append(command, findings, judge)
        except GuardError as error:
            if not self.code:
                raise
            self.report.say("guard: %s\n" % error.message)

    def finish(self, code):
        """The tool's main is over with ``code``. Returns the exit code."""
        while self._lent:
            self.take_over(note.take(self._lent.pop(0)))
        self._record()
        if self.blocked or self.report.note:
            self.ours(lambda: self.report.close(self.blocked, self.judge()))
        return self.code or code

    def handed_on(self):
        """The variables for a tool that this very process becomes."""
        return judged(self.report.found) if self.judged else {}

    def lend(self, alone=False):
        """A note for a tool that is started from here and outlives the call that starts it. ``alone``: it is a command
        of its own.
        """
        self._lent.append(note.write(self.building, 0 if alone else self.owner))
        return self._lent[-1]

    def listen(self):
        """Hear what tools with a lent note have found so far; raises a refusal where one was refused."""
        for path in self._lent:
            self.adopt(note.look(path))

    # --- what pulled a name in ------------------------------------------------------------------------------------

    @property
    def building(self):
        """The requirements being built, innermost last (list of str); poetry builds in several threads."""
        if not hasattr(self._thread, "building"):
            self._thread.building = list(self._above)
        return self._thread.building

    def build(self, requirement, function, *args, **kwargs):
        """Call ``function``; every name met meanwhile is needed to build ``requirement`` (str)."""
        self.building.append(requirement)
        try:
            return function(*args, **kwargs)
        finally:
            self.building.pop()

    def pulled(self, name, parent):
        """Remember that the requirement ``parent`` (str, or a function that gives it) asks for ``name``."""
        self._parents.setdefault(normalise(name), parent)

    def _via(self, name):
        chain = [_told(self._parents[name])] if name in self._parents else []
        builds = [built for built in reversed(self.building) if normalise(built) != name]
        return ", for ".join(chain + ["the build of %s" % built for built in builds])

    # --- judging --------------------------------------------------------------------------------------------------

    def meet(self, name, version="", requirement="", fetched=False):
        """Judge one name on its way to the wire; raises a refusal (``self.kind``) where policy blocks it.

        name: as the tool spells it; version: the release, if it is known; requirement: as it was written; fetched:
        the name was learnt from what was fetched. Version and requirement may be functions that give a str: most names
        are on no list, and the tool is slow to tell either.
        """
        if name in self._clean:
            return
        spelled, name = name, normalise(name)
        finding = self._find(name, "", requirement)
        if finding is None:
            if self.judge().names.find(name) is None:
                self._clean.add(spelled)
            elif version:
                finding = self._find(name, _told(version), requirement)
        if finding is not None and finding.verdict == BLOCK:
            if fetched:
                self.report.outcome = NOT_INSTALLED
            self.refuse([finding])

    def _find(self, name, version, requirement):
        key = name, version
        if key not in self._known:
            self._known[key] = finding = self._look_up(Target(name, name, version, asked=False))
            if finding is not None:
                finding.text = _told(requirement) or name
                if finding.verdict == BLOCK or finding.name not in self._spoken:
                    self.report.keep(finding)
        return self._known[key]

    def _look_up(self, target):
        try:
            judge = self.judge()
            finding = judge.target(target)
            if finding is not None and not use_up_once(self.home, [finding], judge.settings, self.owner):
                finding = judge.target(target)  # another command was quicker
        except GuardError as error:
            self.cannot_judge(error.message)
            return None
        if finding is not None:
            finding.via = self._via(target.name)
        return finding

    def let_through(self, names):
        """The list's findings on these normalised names with which this run goes on all the same."""
        found = [finding for (name, _), finding in self._known.items() if name in names and finding is not None]
        return [finding for finding in found if finding.verdict != BLOCK]

    def judge(self):
        """The Judge of this process. Raises GuardError."""
        if self._judge is None:
            settings = load(self.home, cwd(), os.environ)
            names = open_list(self.home)
            for line in settings.faults + ([names.notice] if names.notice else []):
                if not self.judged:  # else the gate has said so
                    self.report.say("guard: %s\n" % line)
            self._judge = Judge(self.home, names, settings)
        return self._judge

    def bad_releases(self, name, offered=()):
        """{version: Finding} of a project of which some releases, and only those, are blocked.

        Releases as they are listed; where the list names a range, those of ``offered`` (an iterable of str) in it.
        """
        if name in self._clean:
            return {}
        name = normalise(name)
        try:
            entry = self.judge().names.find(name)
        except GuardError as error:
            self.cannot_judge(error.message)
            return {}
        if entry is None or entry.kind == WITHDRAWN:
            return {}
        releases = entry.releases(offered)
        found = {version: self._look_up(Target(name, name, version, asked=False)) for version in releases}
        return {version: finding for version, finding in found.items() if finding and finding.verdict == BLOCK}

    def hide(self, findings):
        """Releases are kept from the tool: said and recorded once; the tool goes on without them."""
        for finding in findings:
            if (finding.name, finding.version) in [(known.name, known.version) for known in self._hidden]:
                continue
            self._hidden.append(finding)
            mild = copy(finding)
            mild.verdict = WARN  # what becomes of the command, not of the release
            mild.reason += "; this release is hidden"
            self.report.keep(mild)

    def resolve(self, function, *args, **kwargs):
        """Call ``function``, in which the tool decides what to install: names met meanwhile are judged.

        Where the tool fails for want of the releases that were hidden from it, that is a refusal.
        """
        if self._seeding:
            return function(*args, **kwargs)
        self.at_work += 1
        try:
            return function(*args, **kwargs)
        except Exception as error:  # whatever the tool calls it; it is raised again unless guard is the cause
            said = normalise(str(error))
            missed = [] if self.code else [finding for finding in self._hidden if finding.name in said]
            if not missed:
                raise
            for finding in missed:
                self.report.keep(finding)
            self.refuse(missed)
        finally:
            self.at_work -= 1
            self._record()
            if any(self._known.values()):  # what policy lets through is told again when it is installed
                self.ours(self.report.get_ready)
            if self.blocked and not (self.running or self.at_work):  # pip-tools and pipenv resolve without pip's main
                self.ours(lambda: self.report.close(self.blocked, self.judge()))

    # --- refusing -------------------------------------------------------------------------------------------------

    def refuse(self, blocked):
        """Record what was found and raise a refusal."""
        self._record()
        self.blocked.extend(finding for finding in blocked if finding not in self.blocked)
        self.code = REFUSED
        raise self._refusal(blocked)

    def adopt(self, findings):
        """What a tool that this one started found. It has recorded it; here it is said, and refused where it was."""
        blocked = self.take_over(findings)
        if blocked:
            raise self._refusal(blocked)

    def take_over(self, findings):
        """As ``adopt``, for a tool that goes on: at its end the refusal is said. Returns what is refused."""
        blocked = [finding for finding in findings if finding.verdict == BLOCK]
        if findings:
            self.ours(lambda: self.report.adopt(findings, self.judge()))
        if blocked:
            known = {(finding.name, finding.version) for finding in self.blocked}
            self.blocked.extend(finding for finding in blocked if (finding.name, finding.version) not in known)
            self.code = REFUSED
        return blocked

    def _refusal(self, blocked):
        return self.kind("guard refused %s" % ", ".join(finding.name or finding.text for finding in blocked))

    def _record(self):
        if self.report.fresh:
            self.ours(lambda: self.report.record(self.judge()))

    # --- what cannot be done --------------------------------------------------------------------------------------

    def cannot_judge(self, message):
        """Obey on_error: say so once and go on, or refuse with 78."""
        block = load(self.home, cwd(), os.environ)["on_error"] == BLOCK
        outcome = "refused, since on_error is block" if block else "this is not checked, since on_error is allow"
        self.report.say("guard: %s: %s\n" % (message, outcome))
        if block:
            self.code = self.code or CANNOT_JUDGE
            raise self.kind("guard cannot judge: %s" % message)

    def ours(self, function, *args, **kwargs):
        """Call a part of a patch that is guard's own: only a refusal comes out of it, and what it returns, else None.

        Where guard cannot judge, policy decides. Any other error says that the tool is not as guard knows it.
        """
        try:
            return function(*args, **kwargs)
        except GuardError as error:
            self.cannot_judge(error.message)
        except ImportError as error:  # a guard that is half removed
            self.cannot_judge("guard is damaged, install it again (%s)" % error)
        except self.kind as error:
            if self.code:
                raise
            self.strange(function, error)
        except Exception as error:  # the last floor: no fault of ours comes out of the tool as a traceback
            self.strange(function, error)
        return None

    def strange(self, function, error):
        """The tool is not as guard knows it, as a version of the future may be: said and recorded once."""
        if self._is_strange:
            return
        self._is_strange = True
        if not self.running:
            tool = next((name for name in ("poetry", "pdm") if name in sys.modules), "pip")
            self.report.command = [tool, *sys.argv[1:]]
        tool = self.report.command[0]
        which = ("%s %s" % (tool, getattr(sys.modules.get(tool), "__version__", ""))).strip()
        reason = "not as guard knows it inside (%s: %s: %s)" % (function.__qualname__, type(error).__name__, error)
        self.report.keep(Finding("", which, ALLOW, UNSEEN, reason))
        self._record()
        try:
            self.cannot_judge("%s is %s" % (which, reason))
        except self.kind:
            if self.at_work:
                raise
            self.code = 0
            if self.report.read().installs:  # found out while its modules are loaded: it must not come to installing
                raise SystemExit(CANNOT_JUDGE)


def _told(said):
    return said() if callable(said) else said


def _seeds(args):
    """Whether this is a new environment given its pip from wheels that came with Python or virtualenv.

    ensurepip runs pip from inside a wheel, with no index, for names it bundles; nobody asked for an installation.
    """
    words = list(args)
    if "--find-links" in words:
        at = words.index("--find-links")
        del words[at : at + 2]
    asked = [word for word in words[1:] if not word.startswith("-")]
    inside = os.path.dirname(getattr(sys.modules.get("pip"), "__file__", ""))
    return "--no-index" in words and os.path.dirname(inside).endswith(".whl") and _BUNDLED.issuperset(asked)


_BUNDLED = frozenset(("pip", "setuptools", "wheel"))
