"""``guard lists``: build, inspect and export the list."""

import datetime

import click

from guard.lists import compile as compiler
from guard.lists.sources import facts, table


@click.group()
def command():
    """Build, inspect and export the list of refused names."""


@command.command()
@click.option("--from", "source", required=True, type=click.Path(exists=True, dir_okay=False),
              help="A table of facts (.tsv) or a list that guard made (.csv).")
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False), help="Where the sealed list goes.")
@click.option("--popular", type=click.Path(exists=True, dir_okay=False), help="Sealed popular names (default: ours).")
@click.option("--made", help="Date in the seal, ISO 8601 UTC (default: now).")
def build(source, target, popular, made):
    """Compile a table of facts into the sealed list; the same input gives the same bytes."""
    names = compiler.popular_names(popular)
    claims = facts.read(source, names) if source.endswith(".tsv") else table.read(source)
    merged = compiler.write_list(target, claims, names, made or _now())
    click.echo(f"{target}: {len(merged.rows)} names, {len(merged.held)} held for a person")


@command.command("build-popular")
@click.option("--from", "source", required=True, type=click.Path(exists=True, dir_okay=False),
              help="A tab-separated table: rank, name, downloads.")
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False), help="Where the sealed table goes.")
@click.option("--made", help="Date in the seal, ISO 8601 UTC (default: now).")
def build_popular(source, target, made):
    """Compile a table of downloads into the sealed popular names."""
    click.echo(f"{target}: {compiler.write_popular(target, source, made or _now())} names")


def _now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
