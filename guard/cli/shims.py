"""``guard shims``: write the shims again, also for tools that came since guard was installed."""

import os

import click

from guard.cli.render import echo_json, envelope
from guard.core.errors import UsageError
from guard.core.home import MARK, find
from guard.setup import system
from guard.setup.manifest import Manifest
from guard.setup.shims import refresh


@click.command("shims", short_help="Write the shims again, also for new tools.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(as_json):
    """Write the shims again: those that vanished, and those of tools that came since guard was installed.

    \b
    pipx install hatch && guard shims    hatch has its shim now

    Exit codes: 0 written, 2 there is no guard here, or it is root's.
    """
    home = find()
    if not os.path.exists(os.path.join(home.root, MARK)):
        raise UsageError("no guard is installed in %s" % home.root)
    if home.system and os.geteuid() != 0:
        raise UsageError("this guard is the whole machine's", "sudo %s/bin/guard shims" % home.root)
    names = refresh(home, system.BARE_PATH if home.system else os.environ.get("PATH", os.defpath))
    written = [os.path.join(home.shims, name) for name in names]
    if home.system:
        manifest = Manifest(home)
        written += system.link(home, manifest)
        manifest.save()
    if as_json:
        echo_json(envelope("shims", written=written))
    else:
        for path in written:
            click.echo(path)
