"""``guard uninstall``: leave no trace of this installation."""

import sys

import click

from guard.core.errors import BAD_DATA, UsageError
from guard.core.home import find
from guard.setup.uninstall import remove


@click.command("uninstall", short_help="Remove guard and everything it wrote.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(yes):
    """Remove this installation of guard: shims, start files, protection, settings, list, journal and events.

    What guard wrote into start files is taken out again; everything else in them stays byte for byte. To keep the
    events, save them first: guard events --json > FILE.
    """
    home = find()
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("there is nobody to ask here", "to remove %s: guard uninstall --yes" % home.root)
        click.confirm("Remove %s with its settings, list and recorded events?" % home.root, abort=True)
    left = remove(home)
    for sentence in left:
        click.echo("guard: left behind: %s" % sentence, err=True)
    if left:
        sys.exit(BAD_DATA)
    click.echo("guard is gone. Shells that are open still have %s on PATH." % home.shims)
