"""What the list names, policy let pass, and the tool has installed now: a line of its own in the journal.

The lines before it tell what was asked for. That it came to be installed only the tool knows, and at its end.
"""

from ..core.errors import GuardError
from ..core.names import normalise

INSTALLED = "installed"


def tell(session, names):
    """Write one line on those of ``names`` (as the tool spells them) that the list names.

    The tool whose command it is tells: what a nested one has installed for it, it asked for itself, or threw away again
    with an environment for a build.
    """
    if session.report.note and session.judged:
        return
    findings = session.let_through([normalise(name) for name in names])
    if not findings:
        return
    try:
        session.report.append(session.report.read(), findings, session.judge(), INSTALLED)
    except GuardError as error:  # it is installed, and nothing is left to refuse
        session.report.say("guard: %s\n" % error.message)
