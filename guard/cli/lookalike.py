"""``guard lookalike NAME…``: whom does a name imitate?"""

import sys

import click

from guard.cli.render import echo_json, envelope
from guard.core.errors import CLEAN, FINDINGS, UsageError
from guard.core.home import shipped
from guard.core.lookalike import Model
from guard.core.names import is_name, normalise
from guard.core.projects import FILE


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
@click.argument("names", nargs=-1, metavar="NAME… | -")
def command(as_json, names):
    """Say which popular project a name most likely imitates, by its likeness alone, listed or not.

    \b
    guard lookalike reqeusts python-dateutils
    grep -v '^#' names.txt | guard lookalike --json -

    A score of 20 is reached by one ordinary name in 100, of 30 by one in 1,000.

    Exit codes: 0 no name flagged, 1 some name flagged, 2 usage.
    """
    if not names:
        raise UsageError("no name to judge", "guard lookalike NAME… or guard lookalike - < names")
    asked = list(_from_input() if names == ("-",) else names)
    for name in asked:
        if not is_name(name):
            raise UsageError(f"{name!r} is not a project's name")
    model = Model.open(shipped(FILE))
    try:
        found = [(normalise(name), model.judge(normalise(name))) for name in asked]
    finally:
        model.close()
    if as_json:
        echo_json(envelope("lookalike", names=[_plain(name, likeness) for name, likeness in found]))
    else:
        for name, likeness in found:
            click.echo(_line(name, likeness))
    sys.exit(FINDINGS if any(likeness and likeness.flagged for _, likeness in found) else CLEAN)


def _from_input():
    """The names on standard input, one a line; what no decoder takes is kept, and then is no name."""
    for line in sys.stdin.buffer:
        name = line.decode("utf-8", "backslashreplace").lstrip("\ufeff").strip()  # an editor's mark begins a file
        if name:
            yield name


def _plain(name, likeness):
    """The answer for one name; ``imitates`` is null where it is like no project, or is popular itself."""
    if likeness is None:
        return {"name": name, "imitates": None, "likeness": "", "score": 0.0, "flagged": False}
    return {
        "name": name,
        "imitates": likeness.imitates,
        "likeness": likeness.likeness,
        "score": likeness.score,
        "flagged": likeness.flagged,
    }


def _line(name, likeness):
    if likeness is None:
        return f"{name}: like no popular project, or popular itself"
    verdict = "looks like" if likeness.flagged else "a little like"
    return f"{name}: {verdict} {likeness.imitates} ({likeness.likeness}, score {likeness.score:.1f})"
