"""``guard audit``: what is installed here already, against the list as it is now."""

import os
import shutil
import sys

import click

from guard.cli.render import echo_json, envelope
from guard.core import home
from guard.core.errors import CLEAN, FINDINGS, BadData, CannotJudge, UsageError
from guard.core.refusal import count, printable
from guard.core.verdict import ALLOW
from guard.lists import environments
from guard.lists.audit import Audit, past


@click.command()
@click.argument("target", required=False)
@click.option("--all", "everywhere", is_flag=True, help="Every environment found on this machine.")
@click.option("--no-journal", is_flag=True, help="Leave out what past commands asked for.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def command(target, everywhere, no_journal, as_json):
    """Check what is installed in TARGET (a virtual environment or an interpreter) and what was installed in the past.

    Without TARGET: the active virtual environment, else the python3 on PATH. Nothing of what is found is run.

    \b
    guard audit .venv
    guard audit --all --json

    Exit codes: 0 nothing found, 1 findings.
    """
    if target and everywhere:
        raise UsageError("TARGET and --all exclude each other")
    here = home.find()
    folders = environments.everywhere(projects(here)) if everywhere else environments.folders_of(target or _active())
    try:
        audit = Audit(here)
    except CannotJudge as error:
        raise BadData(error.message) from error
    audit.look(folders)
    if not no_journal:
        audit.look_back()
    audit.tell()
    found = [finding for finding in audit.present + audit.past if finding.verdict != ALLOW]
    if as_json:
        fields = {"folders": folders, "distributions": audit.distributions, "list": audit.names.version}
        present, past_ = [f.plain() for f in audit.present], [f.plain() for f in audit.past]
        echo_json(envelope("audit", **fields, present=present, past=past_))
    else:
        for line in lines_of(audit):
            click.echo(line)
        where = f"{count(audit.distributions, 'distribution')} in {count(audit.folders, 'folder')}"
        click.echo(f"{where}, {count(len(found), 'finding')}")
    sys.exit(FINDINGS if found else CLEAN)


def lines_of(audit):
    """The findings of a look back as lines for a person."""
    for finding in audit.present:
        yield printable(f"installed: {finding.text}: {finding.reason} [{finding.verdict}] {finding.where}")
    for finding in audit.past:
        yield printable(f"asked for: {finding.text}: {finding.reason} [{finding.verdict}] {finding.where}")


def projects(here):
    """Virtual environments beside the projects in which guard has seen commands."""
    folders = sorted({asked.where for asked in past(here) if asked.where})
    return tuple(f"{folder}/{name}" for folder in folders for name in (".venv", "venv", "env"))


def _active():
    target = os.environ.get("VIRTUAL_ENV") or shutil.which("python3")
    if not target:
        raise UsageError("no virtual environment is active and no python3 is on PATH: say which to check")
    return target
