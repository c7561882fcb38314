"""``guard events``: what was recorded; ``guard events flush``: deliver what waits, now."""

import json
import os
import sys
import time

import click

from guard.core import home as homes
from guard.core.errors import BAD_DATA, CLEAN, UNREACHABLE, CannotJudge
from guard.core.refusal import count
from guard.core.report import ALLOW_REMOVED, ALLOWED, COVERAGE_LOST, LIST_CHANGED, LIST_REFUSED
from guard.nvm.dispatch import dispatch
from guard.nvm.heartbeat import beat
from guard.nvm.recorder import drain, log_path, users
from guard.nvm.settings import load
from guard.nvm.sink import is_finding
from guard.nvm.sinks import file
from guard.nvm.spool import Spool

_WHAT = max(map(len, (ALLOWED, ALLOW_REMOVED, LIST_REFUSED, LIST_CHANGED, COVERAGE_LOST)))  # columns of the table
WAIT = 30.0  # seconds for a recorder that is at work


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line: NVM fields, short and long names.")
@click.option("--last", type=click.IntRange(0), metavar="N", help="Only the last N.")
@click.option("--findings", is_flag=True, help="Leave out the records of clean names.")
@click.pass_context
def command(ctx, as_json, last, findings):
    """Show the events of this user, oldest first; the journal is drained first.

    As root of a machine-wide installation: those of every user.

    \b
    guard events --findings --last 5
    guard events --json | tail -n 1
    """
    if ctx.invoked_subcommand:
        return
    home = homes.find()
    _record(home)
    shown = _events(home, findings)
    if last is not None:
        shown = _last(shown, last)
    if as_json:
        _stream(shown)
    else:
        _table(shown)


@command.command()
@click.option("--stdout", "stdout", is_flag=True, help="Also print what this run records, as JSON lines.")
@click.option("--annotate", is_flag=True, help="Also print this run's findings as annotations of the CI runner's log.")
@click.option("--wait", default=WAIT, show_default=True, type=click.FloatRange(0, 600), metavar="SECONDS",
              help="How long to wait for a recorder that is at work.")  # fmt: skip
def flush(stdout, annotate, wait):
    """Drain the journal and deliver everything that waits, to standard output too where a sink says so.

    For the end of a CI job, where nothing survives, and for a timer. Exit codes: 0 all is delivered; what waits stays
    where a receiver could not be reached or another recorder is at work (69), or the state not be written (65).
    """
    home = homes.find()
    settings = load(home)
    for fault in settings.faults:
        click.echo("guard: %s" % fault, err=True)
    if stdout and not any(sink["kind"] == "stdout" for sink in settings.sinks):
        settings.sinks.append({"kind": "stdout", "name": "flush", "form": "json", "events": "all", "spool_bytes": 0})
    if annotate:
        settings.sinks.append(
            {"kind": "stdout", "name": "annotate", "form": "annotations", "events": "findings", "spool_bytes": 0}
        )
    beat(home, settings)
    _record(home, wait, settings)
    sent = dispatch(home, force=True, stdout=True, wait=wait, settings=settings)
    # A receiver that came back may have made an event of its own: of what had been given up meanwhile.
    failed = _record(home, wait, settings)
    for uid in users(home):
        for sink in settings.sinks:
            queue = Spool(home, uid).queue(sink["name"])
            if queue.waiting() and queue.state["failures"]:
                failed = UNREACHABLE
                click.echo(
                    "guard: %s: %s; %d bytes wait" % (sink["name"], queue.state["error"], queue.bytes()), err=True
                )
    for name, number in sent.items():
        click.echo("guard: %s delivered to %s" % (count(number, "event"), name), err=True)
    sys.exit(failed)


def _record(home, wait=WAIT, settings=None):
    """Drain; where that cannot be done, say so and show what there is. Returns the exit code of what was left."""
    left = CLEAN
    try:
        if not drain(home, wait, settings):
            click.echo("guard: another recorder is at work; its events are not shown yet", err=True)
            left = UNREACHABLE
    except CannotJudge as error:
        click.echo("guard: %s" % error.message, err=True)
        left = BAD_DATA
    if home.system and os.getuid() != 0:
        click.echo("guard: the events of this machine are its administrator's; run it as root", err=True)
    return left


def _events(home, findings):
    """The events of every user whose journal is ours, as bytes."""
    for uid in users(home):
        for line in file.lines(log_path(home, uid)):
            if not findings or is_finding(line):
                yield line


def _last(lines, count):
    from collections import deque

    return deque(lines, maxlen=count)


def _stream(lines):
    out = sys.stdout.buffer
    for line in lines:
        out.write(line + b"\n")
    out.flush()


def _table(lines):
    """Time, what happened, to what, why; control characters of names are stripped."""
    shown = 0
    for line in lines:
        try:
            row = _row(json.loads(line))
        except (ValueError, TypeError, AttributeError, OverflowError):
            continue  # a line that somebody else wrote into the log
        shown += 1
        click.echo("  ".join(row).rstrip())
    if not shown:
        click.echo("no events")


def _row(event):
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(int(event.get("fss", "0"))))
    what = event.get("guard_action") or event.get("guard_event", "")
    about = next(
        (event[key] for key in ("package_name", "guard_packages", "guard_name", "guard_sink") if key in event), ""
    )
    why = ": ".join(part for part in (event.get("guard_kind", ""), event.get("guard_reason", "")) if part)
    command_line = " ".join(part for part in (event.get("guard_tool", ""), event.get("guard_verb", "")) if part)
    return [when, "%-*s" % (_WHAT, what), "%-14s" % command_line, _plain(about), _plain(why)]


def _plain(text):
    return "".join(c if c.isprintable() else "?" for c in text)
