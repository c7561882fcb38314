"""What the room has found in one run, on its way to the journal, to the person, and to the tool above."""

import os
import sys
import time

from .. import __version__
from ..core.command import Command, Invocation
from ..core.errors import GuardError
from ..core.verdict import BLOCK, WARN, strongest
from . import note

NOT_ASKED = "No request was made for it, and nothing was installed."
NOT_INSTALLED = "Nothing was installed."


class Report:
    """Findings of one run of a tool; ``found`` has all of them, also those of the tools started from here.

    note     path of the note to the tool above, "" for the outermost
    command  the words of the tool: [name, *arguments]; the name alone where its main was not run
    fresh    the findings that are not yet in the journal

    What writes and speaks is imported when there is something to write or to say: most installations find nothing.
    """

    def __init__(self, home):
        self.home = home
        self.note = ""
        self.command = ["pip"]
        self.found = []
        self.outcome = NOT_ASKED
        self.fresh = []
        self._said = set()

    def keep(self, finding):
        """Take a finding in; ``record`` writes it down."""
        self.found.append(finding)
        self.fresh.append(finding)

    def record(self, judge):
        """Write one line on what was found since the last, and say what is to be said of it. Raises GuardError.

        A refusal stands whether or not it can be written down, so that trouble is only said.
        """
        fresh, self.fresh = self.fresh, []
        if not fresh:
            return
        if not self.note:
            self.warn(fresh, judge)
        try:
            self.append(self.read(), fresh, judge)
        except GuardError as error:
            if strongest(fresh) != BLOCK:
                raise
            self.say("guard: %s\n" % error.message)

    def get_ready(self):
        """Import now what ``append`` will: from 26.3, pip lets nothing be imported once it installs."""
        from ..core import attempt, handoff, journal  # noqa: F401  # to have them imported is all

        self.read()  # what that imports is up to the command

    def append(self, command, findings, judge, action=""):
        """Write the journal's line of a Command. ``action``: what became of it, where the verdict does not say.

        Raises GuardError.
        """
        from ..core import attempt
        from ..core.handoff import reap, start_recorder
        from ..core.journal import append

        mode, names, verdict = judge.settings["mode"], judge.names, strongest(findings)
        now = time.time_ns()
        line = attempt.line(self.invocation(), command, findings, verdict, mode, names, __version__, now, "resolver")
        if action:
            line["action"] = action
        append(self.home.journal, line)
        start_recorder(self.home, judge.settings, os.environ)
        reap()

    def invocation(self):
        """The Invocation of the tool that this process is."""
        return Invocation(self.command[0], self.command[1:], os.environ, cwd(), os.path.abspath(sys.argv[0]))

    def read(self):
        """The Command of this process without its targets, which the line of the command itself has."""
        from ..core.grammar.read import read

        try:
            command = read(self.invocation())
        except GuardError:  # the line is worth more than its verb
            return Command(self.command[0], installs=True)
        command.targets = []
        return command

    def adopt(self, findings, judge):
        """Take over what a tool that this one started has found and recorded."""
        self.found.extend(findings)
        if not self.note:
            self.warn(findings, judge)

    def warn(self, findings, judge):
        warned = [finding for finding in findings if finding.verdict == WARN]
        if warned:
            self.say(self._text(warned, judge))

    def close(self, blocked, judge):
        """The run is over: hand the findings up, or say last of all why it was refused (``blocked``)."""
        if self.note:
            note.answer(self.note, self.found)
        elif blocked:
            sys.stdout.flush()
            self.say(self._text(blocked, judge))

    def _text(self, findings, judge):
        from ..core.refusal import colour_wanted, text

        words = [*_started(self.command[0]), *self.command[1:]] if self.command[1:] else []
        colour = colour_wanted(2, os.environ)
        return text(words, findings, judge.names, self.home, os.environ, colour, self.outcome)

    def say(self, words):
        """Say something on stderr, once."""
        if words not in self._said:
            self._said.add(words)
            sys.stderr.write(words)
            sys.stderr.flush()


def _started(tool):
    """The words by which the tool was started, as a person would type them."""
    name = os.path.basename(sys.argv[0])
    return [name] if name.startswith(tool) else [os.path.basename(sys.executable), "-m", tool]


def cwd():
    try:
        return os.getcwd()
    except OSError:  # removed under us
        return "/"
