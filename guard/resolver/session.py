"""One run of a tool as the resolver's patches see it: names are met and judged; what was found is recorded and said."""

import os
import sys
import threading
import time
from copy import copy

from .. import __version__
from ..core import attempt
from ..core.command import Command, Invocation, Target
from ..core.errors import CANNOT_JUDGE, REFUSED, GuardError
from ..core.handoff import start_recorder
from ..core.home import at
from ..core.journal import append
from ..core.judge import Judge
from ..core.lookup import WITHDRAWN, open_list
from ..core.names import normalise
from ..core.refusal import colour_wanted, text
from ..core.settings import load
from ..core.verdict import ALLOW, BLOCK, UNSEEN, WARN, Finding, strongest
from . import note
from .entry import JUDGED, judged


_NOT_ASKED = "No request was made for it, and nothing was installed."
_NOT_INSTALLED = "Nothing was installed."


class Session:
    """What the patches of one process share.

    home       guard.core.home.Home
    tool       ``pip`` or ``poetry``, once it has begun; args: its arguments
    judged     whether the gate, or the tool that started this one, has recorded this command
    code       the exit code that guard asks for, 0 where it asks for none
    blocked    list of Finding: why this process refuses
    kind       the class of the tool's own errors that a refusal is raised as
    """

    def __init__(self, root, note_path="-"):
        self.home = at(root)
        self.tool, self.args = "", []
        self.judged = False
        self._running = False
        self.code = 0
        self.blocked = []
        self.kind = RuntimeError
        self.at_work = 0  # resolvers at work, one within the other
        self.asking = []  # packages whose requirements are being read, innermost last
        self._note = ""
        self._above = []  # what the tools above this one are building
        self._thread = threading.local()
        self._lent = []  # notes of tools started from here that are read at the end
        self._found = []  # every Finding of this run
        self._fresh = []  # those not yet in the journal
        self._spoken = set()  # names that the gate recorded
        self._known = {}  # (name, version) -> Finding or None
        self._parents = {}  # name -> the requirement that pulled it in
        self._judge = None
        self._outcome = _NOT_ASKED
        self._hidden = []  # findings of releases kept from the tool
        self._said = set()
        self._strange = set()  # tools that are not as guard knows them
        self._hear_gate()
        self.hear(note_path)

    def _hear_gate(self):
        pid, _, names = os.environ.pop(JUDGED, "").partition(",")
        if pid == str(os.getpid()):  # else it is some other process's, handed down
            self.judged = True
            self._spoken.update(names.split(","))

    def hear(self, note_path):
        """Read what the tool that started this one says, if one did."""
        if note_path != "-":
            self._note = note_path
            self._above = note.read(note_path)
            self.judged = True

    def run(self, tool, args, main):
        """Call the ``main`` of a tool, with guard's word on its exit code."""
        if self._running:  # a tool that calls its own main again
            return main()
        self._running = True
        self.tool, self.args = tool, list(args)
        try:
            code = main()
        except SystemExit as error:
            error.code = self.finish(error.code)
            raise
        return self.finish(code)

    def lend(self):
        """A note for a tool that is started from here and outlives the call that starts it."""
        self._lent.append(note.write(self.building))
        return self._lent[-1]

    def handed_on(self):
        """The variables for a tool that this very process becomes."""
        return judged(self._found) if self.judged else {}

    @property
    def building(self):
        """The requirements being built, innermost last (list of str); poetry builds in several threads."""
        if not hasattr(self._thread, "building"):
            self._thread.building = list(self._above)
        return self._thread.building

    # --- what pulled a name in ------------------------------------------------------------------------------------

    def pulled(self, name, parent):
        """Remember that the requirement ``parent`` (str) asks for ``name``."""
        self._parents.setdefault(normalise(name), parent)

    def build(self, requirement, function, *args, **kwargs):
        """Call ``function``; every name met meanwhile is needed to build ``requirement`` (str)."""
        self.building.append(requirement)
        try:
            return function(*args, **kwargs)
        finally:
            self.building.pop()

    def _via(self, name):
        chain = [self._parents[name]] if name in self._parents else []
        chain += ["the build of %s" % requirement for requirement in reversed(self.building) if normalise(requirement) != name]
        return ", for ".join(chain)

    # --- judging --------------------------------------------------------------------------------------------------

    def meet(self, name, version="", requirement="", fetched=False):
        """Judge one name on its way to the wire; raises a refusal (``self.kind``) where policy blocks it.

        name: as the tool spells it; version: the release, if it is known; requirement: as it was written; fetched:
        the name was learnt from what was fetched.
        """
        name = normalise(name)
        finding = self._find(Target(name, requirement or name, asked=False))
        if finding is None and version:
            finding = self._find(Target(name, requirement or name, version, asked=False))
        if finding is not None and finding.verdict == BLOCK:
            if fetched:
                self._outcome = _NOT_INSTALLED
            self.refuse([finding])

    def _find(self, target):
        key = target.name, target.version
        if key not in self._known:
            self._known[key] = self._look_up(target)
            self._keep(self._known[key])
        return self._known[key]

    def _look_up(self, target):
        try:
            finding = self.judge().target(target)
        except GuardError as error:
            self.cannot_judge(error.message)
            return None
        except Exception as error:  # the last floor: a bug of ours must not come out of pip as a traceback
            self.cannot_judge(_bug(error))
            return None
        if finding is not None:
            finding.via = self._via(target.name)
        return finding

    def _keep(self, finding):
        if finding is not None and (finding.verdict == BLOCK or finding.name not in self._spoken):
            self._found.append(finding)
            self._fresh.append(finding)

    def bad_releases(self, name):
        """{version as listed: Finding} of a project of which some releases, and only those, are blocked."""
        name = normalise(name)
        try:
            entry = self.judge().names.find(name)
        except GuardError as error:
            self.cannot_judge(error.message)
            return {}
        if entry is None or entry.kind == WITHDRAWN:
            return {}
        found = {version: self._look_up(Target(name, name, version, asked=False)) for version in entry.versions}
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
            self._keep(mild)

    def resolve(self, function, *args, **kwargs):
        """Call ``function``, in which the tool decides what to install: names met meanwhile are judged.

        Where the tool fails for want of the releases that were hidden from it, that is a refusal.
        """
        self.at_work += 1
        try:
            return function(*args, **kwargs)
        except Exception as error:  # whatever the tool calls it; it is raised again unless guard is the cause
            said = normalise(str(error))
            missed = [] if self.code else [finding for finding in self._hidden if finding.name in said]
            if not missed:
                raise
            for finding in missed:
                self._keep(finding)
            self.refuse(missed)
        finally:
            self.at_work -= 1
            self.record()

    def adopt(self, findings):
        """What a tool that this one started found. It has recorded it; here it is said, and refused where it was."""
        blocked = self._take_over(findings)
        if blocked:
            raise self._refusal(blocked)

    def _take_over(self, findings):
        self._found.extend(findings)
        self._say_warnings(findings)
        blocked = [finding for finding in findings if finding.verdict == BLOCK]
        if blocked:
            self.blocked.extend(blocked)
            self.code = REFUSED
        return blocked

    def refuse(self, blocked):
        """Record what was found and raise a refusal."""
        self.record()
        self.blocked.extend(finding for finding in blocked if finding not in self.blocked)
        self.code = REFUSED
        raise self._refusal(blocked)

    def _refusal(self, blocked):
        return self.kind("guard refused %s" % ", ".join(finding.name or finding.text for finding in blocked))

    def judge(self):
        """The Judge of this process. Raises GuardError."""
        if self._judge is None:
            settings = load(self.home, _cwd(), os.environ)
            names = open_list(self.home)
            for line in settings.faults + ([names.notice] if names.notice else []):
                if not self.judged:  # else the gate has said so
                    self._say("guard: %s\n" % line)
            self._judge = Judge(self.home, names, settings)
        return self._judge

    def cannot_judge(self, message):
        """Obey on_error: say so once and go on, or refuse with 78."""
        block = load(self.home, _cwd(), os.environ)["on_error"] == BLOCK
        outcome = "refused, since on_error is block" if block else "this is not checked, since on_error is allow"
        self._say("guard: %s: %s\n" % (message, outcome))
        if block:
            self.code = CANNOT_JUDGE
            raise self.kind("guard cannot judge: %s" % message)

    def ours(self, function, *args, **kwargs):
        """Call a part of a patch that is guard's own. Where the tool is not as guard knows it, that is told, and the
        tool goes on: only a refusal comes out of here. Returns None then."""
        try:
            return function(*args, **kwargs)
        except self.kind:
            if self.code:
                raise
            self.strange(function.__qualname__, "an error of the tool's own")
        except Exception as error:
            self.strange(function.__qualname__, "%s: %s" % (type(error).__name__, error))
        return None

    def strange(self, where, reason):
        """The tool is not as guard knows it: another version than any that guard was made for."""
        self.tool = self.tool or ("poetry" if "poetry.console" in sys.modules else "pip")
        self.args = self.args or sys.argv[1:]
        which = ("%s %s" % (self.tool, getattr(sys.modules.get(self.tool), "__version__", ""))).strip()
        message = "its inside is not as guard knows it (%s: %s)" % (where, reason)
        if which in self._strange:
            return
        self._strange.add(which)
        finding = Finding("", which, ALLOW, UNSEEN, message)
        self._fresh.append(finding)
        self.record()
        self.cannot_judge("%s: %s" % (which, message))

    # --- the journal and the person -------------------------------------------------------------------------------

    def record(self):
        """Write one line on what was found since the last, and say what is to be said of it."""
        fresh, self._fresh = self._fresh, []
        if not fresh:
            return
        if not self._note:
            self._say_warnings(fresh)
        verdict = strongest(fresh)
        try:
            judge = self.judge()
            append(self.home.journal, self._line(fresh, verdict, judge))
            start_recorder(self.home, judge.settings, os.environ)
        except Exception as error:  # the last floor, as above
            message = error.message if isinstance(error, GuardError) else _bug(error)
            if verdict == BLOCK:
                self._say("guard: %s\n" % message)  # refused all the same
            else:
                self.cannot_judge(message)

    def _line(self, fresh, verdict, judge):
        invocation = Invocation(self.tool, self.args, os.environ, _cwd(), os.path.abspath(sys.argv[0]))
        command = _read(invocation, self.tool)
        command.targets = []  # the line of the command itself has them
        mode = judge.settings["mode"]
        return attempt.line(
            invocation, command, fresh, verdict, mode, judge.names, __version__, time.time_ns(), "resolver"
        )

    def _say_warnings(self, findings):
        warned = [finding for finding in findings if finding.verdict == WARN]
        if warned and not self._note:
            self._say(self._text(warned))

    def _text(self, findings):
        words = [*_started(self.tool), *self.args]
        colour = colour_wanted(2, os.environ)
        return text(words, findings, self.judge().names, self.home, os.environ, colour, self._outcome)

    def _say(self, words):
        if words not in self._said:
            self._said.add(words)
            sys.stderr.write(words)
            sys.stderr.flush()

    def finish(self, code):
        """The tool's main is over with ``code``: hand findings up, or say why last of all. Returns the exit code."""
        for path in self._lent:
            self._take_over(note.take(path))
        self.record()
        if self._note:
            note.answer(self._note, self._found)
        elif self.blocked:
            sys.stdout.flush()
            self._say(self._text(self.blocked))
        return self.code or code


def _started(tool):
    """The words by which the tool was started, as a person would type them."""
    name = os.path.basename(sys.argv[0])
    return [name] if name.startswith(tool) else [os.path.basename(sys.executable), "-m", tool]


def _bug(error):
    return "a bug in guard: %s: %s" % (type(error).__name__, error)


def _read(invocation, tool):
    try:
        from ..core.grammar.read import read

        return read(invocation)
    except Exception:  # the line is worth more than its verb
        return Command(tool, installs=True)


def _cwd():
    try:
        return os.getcwd()
    except OSError:
        return "/"
