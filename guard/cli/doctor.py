"""``guard doctor``: what of guard holds on this machine now, tried and not believed, and how to mend what does not."""

import os
import pwd
import sys

import click

from guard import __version__
from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.errors import CLEAN, FINDINGS, CannotJudge
from guard.core.report import COVERAGE_LOST, report
from guard.nvm.health import health
from guard.setup import checkup, interpreters


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(as_json):
    """Try everything that guard stands in front of, with a harmless name that every list holds.

    Shims first on PATH, interpreters that guard was let into, the list's age, settings, events. Each line that does not
    hold names the command that mends it. What held the last time and fell since is an event.

    \b
    guard doctor --json | jq '.checks[] | select(.holds | not)'

    Exit codes: 0 all that was set up holds, 1 something does not.
    """
    home = homes.find()
    pythons = interpreters.everywhere(pwd.getpwuid(os.getuid()).pw_dir, os.environ)
    checks = checkup.examine(home, dict(os.environ), pythons)
    checks += [dict(check="events", subject=home.state, holds=False, detail=fault, mend=None)
               for fault in health(home)["faults"]]  # fmt: skip
    _tell(home, checkup.lost(home, checks))
    if as_json:
        echo_json(envelope("doctor", checks=checks))
    else:
        for check in checks:
            _print(check)
    broken = [check for check in checks if not check["holds"] and check["check"] not in checkup.OPEN]
    sys.exit(FINDINGS if broken else CLEAN)


def _tell(home, fallen):
    for check in fallen:
        try:
            known = {"check": check["check"], "subject": check["subject"], "text": check["detail"]}
            report(home, COVERAGE_LOST, __version__, **known)
        except CannotJudge as error:
            click.echo(f"guard: {error.message}", err=True)


def _print(check):
    mark = click.style("holds", fg="green") if check["holds"] else click.style("FAULT", fg="red")
    if not check["holds"] and check["check"] in checkup.OPEN:
        mark = click.style("open ", fg="yellow")
    click.echo(f"{mark}  {check['check']:<9}  {check['subject']}: {check['detail']}")
    if check["mend"] and not check["holds"]:
        click.echo(f"       {'':<9}  mend: {check['mend']}")
