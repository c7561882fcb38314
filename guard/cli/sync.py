"""``guard sync``: bring the list up to date."""

import os
import sys

import click

from guard.cli.audit import lines_of, projects
from guard.cli.render import echo_json, envelope
from guard.core import home
from guard.core.errors import CLEAN, FINDINGS, GuardError, UsageError
from guard.core.refusal import count
from guard.lists import config as settings
from guard.lists import environments, progress
from guard.lists.ask import Outcome, Wish
from guard.lists.audit import Audit
from guard.lists.store import Store
from guard.lists.sync import Summary, mark_attempt, sync

_SHOWN = 20  # names


@click.command()
@click.option("--check", is_flag=True, help="Say what would change, and change nothing. Exit code 1 if anything would.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.option("--quiet", "-q", is_flag=True, help="Say nothing but what went wrong.")
@click.option("--source", "only", multiple=True, metavar="NAME", help="Ask this source alone (may be repeated).")
@click.option(
    "--accept-shrink",
    "accept",
    multiple=True,
    metavar="NAME",
    help="Take this source's news although it lost more names than sync.shrink lets it.",
)
@click.option(
    "--wait",
    "patience",
    type=click.FloatRange(min=0),
    default=60,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait for another sync.",
)
@click.option("--background", is_flag=True, hidden=True, help="Started by guard itself: silent, and only if sync.auto.")
def command(check, as_json, quiet, background, **wishes):
    """Bring the list up to date from its sources. Whatever goes wrong, the old list stays in force.

    \b
    guard sync --check
    guard sync --source osv --json

    Exit codes: 0 done, 65 a source gave what it should not (or lost too many names, or has old news alone), 69 a source
    does not answer.
    """
    here = home.find()
    config = settings.load(here)
    if background:
        _background(here, config)
        return
    wish = Wish(check=check, **wishes)
    unknown = set(wish.only + wish.accept) - {source.name for source in config.sources}
    if unknown:
        raise UsageError(
            f"no source is called {', '.join(sorted(unknown))}",
            f"there are {', '.join(source.name for source in config.sources)}",
        )
    with progress.Silent() if as_json or quiet else progress.on(sys.stderr) as shown:
        summary = sync(here, config, wish, shown)
    present = [] if check else _look_back(here, summary)
    if as_json:
        echo_json(_document(summary, check))
    else:
        _tell(summary, check, quiet)
    for line in present:
        click.echo(f"guard: {line}", err=True)
    changes = summary.added or summary.removed or summary.changed
    sys.exit(summary.code or (FINDINGS if check and changes else CLEAN))


def _background(here, config):
    os.nice(10)
    try:
        if not config.auto:
            mark_attempt(Store(here))  # or every command would start us again
            return
        summary = sync(here, config, Wish(patience=0))
    except GuardError as error:  # nobody reads this; the event and `guard status` tell
        sys.exit(error.code)
    _look_back(here, summary)
    sys.exit(summary.code)


def _look_back(here, summary: Summary) -> "list[str]":
    """Whether what is new on the list is on this machine already: lines to print. Events say it too."""
    names = set(summary.added + summary.changed)
    if not summary.swapped or not names:
        return []
    audit = Audit(here)
    audit.look(environments.everywhere(projects(here)), names)
    audit.look_back(names)
    audit.tell()
    return list(lines_of(audit))


def _tell(summary: Summary, check: bool, quiet: bool) -> None:
    for outcome in summary.outcomes:
        if outcome.wrong:
            rest = "; what it said before stays in force" if outcome.error else ""
            click.echo(f"guard: {outcome.wrong.message}{rest}", err=True)
            if outcome.wrong.hint:
                click.echo(f"       {outcome.wrong.hint}", err=True)
    for notice in summary.notices:
        click.echo(f"guard: {notice}", err=True)
    if quiet:
        return
    for outcome in summary.outcomes:
        if not outcome.error and not outcome.source.optional:
            click.echo(_line(outcome))
    for remark in summary.remarks:
        click.echo(remark)
    _tell_changes(summary, check)


def _tell_changes(summary: Summary, check: bool) -> None:
    for sign, names in (("+", summary.added), ("-", summary.removed), ("~", summary.changed)):
        for name in names[:_SHOWN]:
            click.echo(f"  {sign} {name}")
        if len(names) > _SHOWN:
            click.echo(f"  {sign} … and {len(names) - _SHOWN} more")
    would = "would be " if check else ""
    counts = f"{len(summary.added)} added, {len(summary.removed)} removed, {len(summary.changed)} changed"
    if summary.added or summary.removed or summary.changed:
        click.echo(f"{count(summary.names, 'name')} {would}in force: {counts}")
    else:
        click.echo(
            f"The list is up to date: {count(summary.names, 'name')}" if summary.names else "The shipped list serves"
        )
    if summary.held:
        click.echo(f"{summary.held} held for a person: guard lists held")


def _line(outcome: Outcome) -> str:
    if not outcome.changed:
        return f"{outcome.source.name}: {count(outcome.names, 'name')}, nothing new"
    return f"{outcome.source.name}: {count(outcome.names, 'name')}, {outcome.added} new, {outcome.removed} gone"


def _document(summary: Summary, check: bool):
    sources = [
        {
            "name": outcome.source.name,
            "format": outcome.source.format,
            "changed": outcome.changed,
            "names": outcome.names,
            "added": outcome.added,
            "removed": outcome.removed,
            "requests": outcome.requests,
            "bytes": outcome.received,
            "error": outcome.error.message if outcome.error else None,
            "frozen": outcome.frozen.message if outcome.frozen else None,
        }
        for outcome in summary.outcomes
    ]
    fields = ("added", "removed", "changed", "held", "names", "swapped", "notices", "remarks")
    return envelope("sync", check=check, sources=sources, **{field: getattr(summary, field) for field in fields})
