"""``guard shims``: write the shims again, also for tools that came since guard was installed."""

import os

import click

from guard.core.errors import UsageError
from guard.core.home import MARK, find
from guard.setup import system
from guard.setup.manifest import Manifest
from guard.setup.shims import refresh


@click.command("shims", short_help="Write the shims again, also for new tools.")
def command():
    """Write the shims again: those that vanished, and those of tools that came since guard was installed."""
    home = find()
    if not os.path.exists(os.path.join(home.root, MARK)):
        raise UsageError("no guard is installed in %s" % home.root)
    if home.system and os.geteuid() != 0:
        raise UsageError("this guard is the whole machine's", "sudo %s/bin/guard shims" % home.root)
    for name in refresh(home, system.BARE_PATH if home.system else os.environ.get("PATH", os.defpath)):
        click.echo(os.path.join(home.shims, name))
    if home.system:
        manifest = Manifest(home)
        for path in system.link(home, manifest):
            click.echo(path)
        manifest.save()
