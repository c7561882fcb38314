"""Make the model anew: ``python -m guard.lookalike letters --names FILE``, ``… fit``, ``… quiet --names FILE``.

``fit`` needs nothing but what lies in lookups/; the others need the names of an index, one a line, gzipped or not.
"""

import sys

import click

from guard.core.errors import BadData, GuardError
from guard.core.home import shipped
from guard.core.lookup import LIST
from guard.core.projects import FILE
from guard.core.table import Table
from guard.core.unlisted import QUIET

from . import letters as following
from .compile import build
from .known import names_of
from .projects import LETTERS, ordinary, pairs
from .quiet import build as quieted


@click.group()
def cli() -> None:
    """Fit the judge of look-alikes and compile it for the gate."""


@cli.command()
@click.option("--names", "source", required=True, type=click.Path(exists=True, dir_okay=False), help="All names.")
@click.option("--to", "target", default=None, help="Default: the shipped table.")
@click.option("--about", required=True, help="What stands in the table's head after the count: the date of the names.")
def letters(source: str, target: "str | None", about: str) -> None:
    """Count how letters follow one another in ordinary names: those judged in trials and the listed are left out."""
    out = {row[0] for row in Table(shipped(LIST))} | set(ordinary()) | {pair.name for pair in pairs()}
    names = sorted(names_of(source) - out)
    if not names:
        raise BadData(f"{source}: no name to count")
    head = f"counted from {len(names)} names of the index, ordinary.txt and every listed name left out, {about}"
    following.write(following.count(names), target or shipped(LETTERS), head)
    click.echo(f"{len(names)} names counted")


@cli.command()
@click.option("--to", "target", default=None, help="Default: the shipped model.")
@click.option("--made", required=True, help="Date of the facts, ISO 8601 UTC.")
def fit(target: "str | None", made: str) -> None:
    """Fit the weights and write the model; takes a quarter of a minute."""
    build(target or shipped(FILE), made)


@cli.command()
@click.option("--names", "source", required=True, type=click.Path(exists=True, dir_okay=False), help="All names.")
@click.option("--to", "target", default=None, help="Default: the shipped filter.")
def quiet(source: str, target: "str | None") -> None:
    """Judge all names and write the filter of those at which the model is silent; takes a minute, after each fit."""
    silent, flagged = quieted(source, target or shipped(QUIET))
    click.echo(f"{silent} names are quiet, {flagged} are flagged")


try:
    cli(prog_name="python -m guard.lookalike")
except GuardError as error:
    click.echo(f"guard: {error.message}", err=True)
    sys.exit(error.code)
