"""``guard uninstall``: leave no trace of this installation."""

import sys

import click

from guard.cli.render import echo_json, envelope
from guard.core.errors import BAD_DATA, CLEAN, UsageError
from guard.core.home import find
from guard.setup.uninstall import remove


@click.command("uninstall", short_help="Remove guard and everything it wrote.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(yes, as_json):
    """Remove this installation of guard: shims, start files, protection, settings, list, journal and events.

    What guard wrote into start files is taken out again; everything else in them stays byte for byte. To keep the
    events, save them first:

    \b
    guard events --json > attempts.jsonl && guard uninstall --yes

    Exit codes: 0 no trace is left, 1 the answer was no, 2 nobody was there to ask, 65 something could not be removed
    (it is said what).
    """
    home = find()
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("there is nobody to ask here", "to remove %s: guard uninstall --yes" % home.root)
        click.confirm("Remove %s with its settings, list and recorded events?" % home.root, abort=True, err=True)
    left = remove(home)
    if as_json:
        echo_json(envelope("uninstall", removed=home.root, left=left))
        sys.exit(BAD_DATA if left else CLEAN)
    for sentence in left:
        click.echo("guard: left behind: %s" % sentence, err=True)
    if left:
        sys.exit(BAD_DATA)
    click.echo("guard is gone. Shells that are open still have %s on PATH." % home.shims)
