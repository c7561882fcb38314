"""What the gate does: read one command line, judge it, write the journal line, then become the tool or refuse.

Nothing here opens a socket, resolves a host or imports anything but the ground floor.
"""

import time

from . import __version__
from .core import kernel as os
from .core.command import Invocation
from .core.errors import CANNOT_JUDGE, NO_TOOL, REFUSED, CannotJudge, GuardError, Stale
from .core.fresh import check, is_due
from .core.handoff import become, start_recorder, start_sync
from .core.home import at
from .core.settings import load
from .core.verdict import ALLOW, BLOCK, strongest


def main(argv):
    """``argv``: home, path of the real tool, the word it was called by, its arguments. Does not return."""
    # Nothing is buffered here, so the interpreter's own tidying up, a millisecond of it, has nothing to do.
    os._exit(decide_and_become(argv))


def decide_and_become(argv):
    """The exit code of this process, where it does not become the tool."""
    home = at(argv[0])
    invocation = Invocation(argv[2], argv[3:], os.environ, _cwd(), argv[1])
    settings = load(home, invocation.cwd, os.environ)
    findings = []
    try:
        refused = bool(settings.faults) and _faulty(settings)
        if not refused:
            refused, findings = decide(home, invocation, settings)
    except Stale as error:
        _say("guard: %s\n" % error.message)
        refused = CANNOT_JUDGE
    except GuardError as error:
        refused = _cannot_judge(error.message, settings)
    except Exception as error:  # the last floor: a bug of ours is one line, and policy decides
        if os.environ.get("GUARD_DEBUG"):
            raise
        refused = _cannot_judge("a bug in guard: %s: %s" % (type(error).__name__, error), settings)
    if refused:
        return refused
    if not invocation.path:
        _say("guard: there is no %s behind the shim on PATH\n" % invocation.tool)
        return NO_TOOL
    code, reason = become(*_next(home, invocation, findings))
    _say("guard: %s cannot be run: %s\n" % (invocation.path, reason))
    return code


def decide(home, invocation, settings):
    """Judge one invocation. Returns (exit code of a refusal or 0 where the tool may run, list of Finding)."""
    from .core.grammar.read import read

    command = read(invocation)
    if not command.installs:
        return 0, []
    from .core.judge import Judge
    from .core.lookup import open_list

    names = open_list(home)
    if names.notice:
        _say("guard: %s\n" % names.notice)
    aged = check(home, settings)
    if aged:
        _say("guard: %s\n" % aged)
    findings = Judge(home, names, settings).settled(command)
    verdict = strongest(findings)
    if verdict != ALLOW:
        from .core.refusal import colour_wanted, text

        colour = colour_wanted(2, os.environ)
        _say(text([invocation.tool, *invocation.args], findings, names, home, os.environ, colour))
    try:
        _record(home, invocation, settings, command, findings, verdict, names)
    except CannotJudge as error:
        if verdict != BLOCK and settings["on_error"] == BLOCK:
            raise
        _say("guard: %s: this command is not recorded\n" % error.message)
    return (REFUSED if verdict == BLOCK else 0), findings


def _next(home, invocation, findings):
    """(words, environment) to become: the tool's own interpreter on guard's runner, where that can be done."""
    from .resolver.entry import judged, words

    program = words(home, invocation.path, invocation.args) or [invocation.path, *invocation.args]
    return program, dict(os.environ, **judged(findings))


def _record(home, invocation, settings, command, findings, verdict, names):
    from .core.attempt import line
    from .core.journal import append

    started = start_recorder(home, settings, os.environ)  # it begins in a second, and leaves this process meanwhile
    attempt = line(invocation, command, findings, verdict, settings["mode"], names, __version__, time.time_ns())
    append(home.journal, attempt)
    if not started:
        start_recorder(home, settings, os.environ)
    if is_due(home, settings["list.max_age_days"]):
        start_sync(home, settings, os.environ)


def _faulty(settings):
    for fault in settings.faults:
        _say("guard: %s\n" % fault)
    return CANNOT_JUDGE if settings["on_error"] == BLOCK else 0


def _cannot_judge(message, settings):
    block = settings["on_error"] == BLOCK
    outcome = "refused, since on_error is block" if block else "the tool runs unguarded, since on_error is allow"
    _say("guard: %s: %s\n" % (message, outcome))
    return CANNOT_JUDGE if block else 0


def _cwd():
    try:
        return os.getcwd()
    except OSError:  # the folder was removed under us; the tool will say so itself
        return "/"


def _say(text):
    try:
        os.write(2, text.encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody reads stderr; the exit code still speaks
