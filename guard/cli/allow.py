"""``guard allow NAME``: let a name through, with a reason and a last day."""

import datetime
import os
import pwd
import sys

import click

from guard import __version__
from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.allowance import SYSTEM_ALLOW, read
from guard.core.errors import BadData, UsageError
from guard.core.names import is_name, normalise
from guard.core.refusal import printable
from guard.core.report import ALLOW_REMOVED, ALLOWED, report
from guard.core.settings import SYSTEM, USER, load
from guard.lists.seal import replace

DEFAULT_DAYS = 90  # an exception nobody remembers is a hole; this one ends by itself


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--reason", help="Why; it goes into the event.")
@click.option("--until", metavar="DATE", help=f"Its last day, in UTC, YYYY-MM-DD (default: in {DEFAULT_DAYS} days).")
@click.option("--once", is_flag=True, help="For the next command only.")
@click.option("--remove", is_flag=True, help="Take the allowance back.")
@click.option("--list", "show", is_flag=True, help="Show what is let through.")
@click.option("--system", is_flag=True, help="Root's layer: it also counts against what a system file blocks.")
@click.option("--json", "as_json", is_flag=True, help="With --list: one JSON object.")
def command(names, reason, until, once, remove, show, system, as_json):
    """Let a listed name through.

    \b
    guard allow acme-tool --reason 'ours; reported as a false positive'
    guard allow acme-tool --reason 'to look at it in a sandbox' --once
    guard allow --list
    guard allow --remove acme-tool
    """
    home = homes.find()
    folder = SYSTEM_ALLOW if system else home.allow
    if show:
        _show(home, as_json)
        return
    if not names:
        raise UsageError("which name?", "guard allow NAME --reason 'why'")
    for name in names:
        if not is_name(name):
            raise UsageError(f"{name!r} is not the name of a project")
    wanted = [normalise(name) for name in names]
    if remove:
        sys.exit(_remove(folder, wanted))
    reason = printable(" ".join((reason or "").split()))  # no line break, and nothing a terminal would act on
    if not reason:
        raise UsageError("an allowance needs a reason", f"guard allow {' '.join(wanted)} --reason 'why'")
    if folder.startswith(homes.NOWHERE):
        raise BadData(f"{home.state}/users/{os.getuid()} belongs to another user", "the administrator can remove it")
    last_day = _last_day(until)
    layer = SYSTEM if system else USER
    for name in wanted:
        _record(home, ALLOWED, name, reason=reason, until=last_day, once=once, layer=layer)
        _write(folder, name, reason, last_day, once)
        click.echo(f"{name} is let through {'once' if once else f'until {last_day}'}")
    settings = load(home, os.getcwd(), os.environ)
    if not system and not settings["allow.users"]:
        click.echo(
            f"guard: it does not count: {settings.layer('allow.users')[1]} switches users' allowances off", err=True
        )


def _today():
    return datetime.datetime.now(datetime.timezone.utc).date()  # the gate's day


def _last_day(until):
    if until is None:
        return (_today() + datetime.timedelta(days=DEFAULT_DAYS)).isoformat()
    try:
        day = datetime.date.fromisoformat(until)
    except ValueError:
        raise UsageError(f"{until!r} is not a date", "--until 2027-01-31") from None
    if day < _today():
        raise UsageError(f"{until} is over")
    return day.isoformat()


def _write(folder, name, reason, last_day, once):
    lines = {
        "reason": reason,
        "by": _account(),
        "added": _today().isoformat(),
        "until": last_day,
        "once": "yes" if once else "no",
    }
    try:
        if folder == SYSTEM_ALLOW:
            os.umask(0o022)  # every user's gate must be able to read what root lets through
        else:
            os.makedirs(os.path.dirname(folder), mode=0o700, exist_ok=True)
        os.makedirs(folder, mode=0o755, exist_ok=True)
        replace(f"{folder}/{name}", "".join(f"{k}={v}\n" for k, v in lines.items()).encode())
    except OSError as error:
        raise BadData(f"{folder}: {error.strerror}") from error


def _account():
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user, whom no password file names
        return str(os.getuid())


def _remove(folder, names):
    missing = 0
    for name in names:
        try:
            os.unlink(f"{folder}/{name}")
            click.echo(f"{name} is no longer let through")
            _record(homes.find(), ALLOW_REMOVED, name)
        except FileNotFoundError:
            click.echo(f"guard: {name} was not let through by {folder}", err=True)
            missing = 1
    return missing


def entries(home):
    """Every allowance on this machine, root's first, then by name."""
    found = []
    for folder, layer in ((SYSTEM_ALLOW, SYSTEM), (home.allow, USER)):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        found += [
            read(f"{folder}/{name}", name, layer) for name in names if "@" not in name and not name.startswith(".")
        ]
    return [entry for entry in found if entry is not None]


def _show(home, as_json):
    today = _today().isoformat()
    rows = [
        {"name": e.name, "layer": e.layer, "reason": e.reason, "by": e.by, "added": e.added, "until": e.until,
         "once": e.once, "holds": e.holds(today)}
        for e in entries(home)
    ]  # fmt: skip
    if as_json:
        echo_json(envelope("allow", allowances=rows))
        return
    for row in rows:
        over = "" if row["holds"] else " (over)"
        click.echo(f"{row['name']}  until {row['until']}{over}{'  once' if row['once'] else ''}  [{row['layer']}] "
                   f"{row['reason']} ({row['by']}, {row['added']})")  # fmt: skip
    if not rows:
        click.echo("no name is let through")


def _record(home, what, name, **more):
    """An allowance is itself an event; one that cannot be recorded is not given."""
    report(home, what, __version__, name=name, **more)
