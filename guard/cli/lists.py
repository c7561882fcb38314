"""``guard lists``: see, verify, export and build the list."""

import contextlib
import csv
import datetime
import json
import os

import click

from guard.cli.render import echo_json, envelope
from guard.core import home
from guard.core.errors import BadData, CannotJudge
from guard.core.home import shipped
from guard.core.judge import Judge
from guard.core.lookup import LIST, Entry, List, open_list
from guard.core.refusal import count
from guard.core.settings import load
from guard.core.table import Table
from guard.core.verdict import ALLOW, BLOCK, Finding
from guard.lists import compile as compiler
from guard.lists import config, export, known, quality, seal
from guard.lists.sources import facts, table
from guard.lists.sources import names as index
from guard.lists.store import Store

_FILE = click.Path(exists=True, dir_okay=False)


@click.group(invoke_without_command=True)
@click.pass_context
def command(context):
    """See, verify, export and build the list of refused names. Alone: where it comes from and how large it is.

    \b
    guard lists held                  what waits for a person's word
    guard lists export --splunk > typo_squatted_python_packages.csv
    """
    if context.invoked_subcommand is None:
        context.invoke(show)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(as_json=False):
    """Say which list is in force, and what each source gave it last."""
    here = home.find()
    names = _open(here)
    settings, store = config.load(here), Store(here)
    sources = []
    for source in settings.sources:
        kept = store.read(source.name, source.url)
        if kept.good or not source.optional:
            sources.append({"name": source.name, "format": source.format, "url": source.url, "names": kept.names,
                            "taken": kept.good})  # fmt: skip
    fields = {"path": names.path, "version": seal.version(names.path), "made": names.made, "names": names.rows,
              "held": len(known.held(here)), "sources": sources}  # fmt: skip
    if as_json:
        echo_json(envelope("lists", **fields))
        return
    click.echo(
        f"{fields['path']}\n{count(fields['names'], 'name')}, made {fields['made']}, {fields['held']} held for a person"
    )
    for source in sources:
        state = count(source["names"], "name") if source["taken"] else "nothing taken yet"
        click.echo(f"  {source['name']:16} {state:24} {source['url']}")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def held(as_json):
    """Show the claims that wait for a person: they would block a good project whole, and are not in force."""
    here = home.find()
    rows = known.held(here)
    if as_json:
        echo_json(envelope("held", held=rows))
        return
    for row in rows:
        click.echo(f"{row['name']}: {row['why']}; {', '.join(row['sources'])} {' '.join(row['evidence'])}".rstrip())
    if rows:
        folder = here.settings.rpartition("/")[0]
        click.echo(f"To block one all the same: a row name,reason,owner in {folder}/block.csv, then guard sync")


@command.command("export")
@click.option("--splunk", "form", flag_value="splunk", help="The search's lookup: key, comment, page.")
@click.option("--json", "form", flag_value="json", help="One JSON object a line.")
@click.option("--osv", "form", flag_value="osv", help="One OSV record a line.")
@click.option("--constraints", "form", flag_value="constraints", help="What is refused here, for uv and pip -c.")
@click.option("--others", is_flag=True, help="With --splunk: also what is listed as spam, research or hacking tool.")
@click.option("--list", "path", type=_FILE, help="Another list than the one in force.")
def export_(form, others, path):
    """Write the list in force to standard output in another form.

    --constraints goes by this machine's settings and allowances. In UV_CONSTRAINT it keeps what uv resolves by itself
    off the list:

    \b
    guard lists export --constraints > refused.txt
    UV_CONSTRAINT=$PWD/refused.txt uv add NAME
    """
    here = home.find()
    names = _open(here, path)
    entries = (Entry(row) for row in names)
    if form == "splunk":
        click.echo(export.splunk_csv(entries, others), nl=False)
    elif form == "osv":
        for line in export.osv_lines(entries, names.made):
            click.echo(line)
    elif form == "json":
        for entry in entries:
            click.echo(json.dumps(export.plain(entry)))
    elif form == "constraints":
        for line in export.constraints(filter(_refusal(here, names), entries), names.made):
            click.echo(line)
    else:
        raise click.UsageError("say which form: --splunk, --json, --osv or --constraints")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def verify(as_json):
    """Check every byte of the shipped list, the popular names, the synced list and the index's names.

    Exit codes: 0 all are whole, 65 one is not.
    """
    store, whole = Store(home.find()), []
    paths = [shipped(LIST), shipped(compiler.POPULAR)]
    paths += [path for path in (store.list, store.held) if _exists(path)]
    for path in paths:
        try:
            names = seal.verify(path)
        except CannotJudge as error:
            raise BadData(error.message) from error
        whole.append({"path": path, "names": names.rows, "made": names.made})
        names.close()
    whole += _verify_names(store, home.find())
    if as_json:
        echo_json(envelope("verify", whole=whole))
        return
    for one in whole:
        click.echo(
            f"{one['path']}: {count(one['names'], 'name')}, whole" + (f", made {one['made']}" if one["made"] else "")
        )


def _verify_names(store, here):
    """The filter of an index's names against what the last sync noted of it."""
    for source in config.load(here).sources:
        kept = store.read(source.name, source.url) if source.format == config.NAMES else None
        if kept is not None and kept.good:
            if not index.is_whole(store, kept):
                raise BadData(f"{store.names}: not the filter that the last sync made", "guard sync makes it anew")
            return [{"path": store.names, "names": kept.names, "made": ""}]
    return []


@command.command("quality")
@click.option("--ordinary", type=_FILE, help="A sample of ordinary names, one a line, that should not be hit.")
@click.option("--list", "path", type=_FILE, help="Another list than the one in force.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def quality_(ordinary, path, as_json):
    """Measure whom the list would hit that it should not: popular projects, ordinary names, through Splunk too."""
    names = _open(home.find(), path)
    sample = []
    if ordinary:
        with _text(ordinary), open(ordinary, encoding="utf-8") as lines:
            sample = lines.read().split()
    popular = compiler.popular_names()
    figures = quality.measure((Entry(row) for row in names), popular, sample)
    if as_json:
        echo_json(envelope("quality", made=names.made, ordinary_sample=len(sample), **figures))
        return
    for line in lines_of(figures, names.made, len(popular), len(sample)):
        click.echo(line)


def lines_of(figures, made, popular, ordinary):
    """The figures of ``guard.lists.quality`` as lines for a person."""
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(figures["by_kind"].items()))
    sources = ", ".join(f"{source} {count}" for source, count in sorted(figures["by_source"].items()))
    splunk = figures["splunk"]
    return [
        f"list of {made}: {figures['entries']} entries ({kinds})",
        f"  by source: {sources}",
        f"  of the {popular} most downloaded projects: {len(figures['popular_whole'])} blocked whole, "
        f"{len(figures['popular_releases'])} for some releases",
        f"  of {ordinary} ordinary names: {len(figures['ordinary_whole'])} listed",
        f"  exported for Splunk: {splunk['rows']} keys, matching {len(splunk['popular'])} of those popular and "
        f"{len(splunk['ordinary'])} of those ordinary names",
    ]


@command.command()
@click.option(
    "--from", "source", required=True, type=_FILE, help="A table of facts (.tsv) or a list that guard made (.csv)."
)
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False), help="Where the sealed list goes.")
@click.option("--popular", type=_FILE, help="Sealed popular names (default: ours).")
@click.option("--made", help="Date in the seal, ISO 8601 UTC (default: now).")
def build(source, target, popular, made):
    """Compile a table of facts into the sealed list; the same input gives the same bytes."""
    names = compiler.popular_names(popular)
    claims = facts.read(source, names) if source.endswith(".tsv") else table.read(source)
    with _text(source):
        merged = compiler.write_list(target, claims, names, _made(made))
    click.echo(f"{target}: {count(len(merged.rows), 'name')}, {len(merged.held)} held for a person")


@command.command("build-popular")
@click.option("--from", "source", required=True, type=_FILE, help="A tab-separated table: rank, name, downloads.")
@click.option("--to", "target", required=True, type=click.Path(dir_okay=False), help="Where the sealed table goes.")
@click.option("--made", help="Date in the seal, ISO 8601 UTC (default: now).")
def build_popular(source, target, made):
    """Compile a table of downloads into the sealed popular names."""
    with _text(source):
        names = compiler.write_popular(target, source, _made(made))
    click.echo(f"{target}: {count(names, 'name')}")


@contextlib.contextmanager
def _text(path):
    """While the file at ``path`` is read: what is no text there is the file's fault."""
    try:
        yield
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadData(f"{path}: not the text that is wanted here: {error}") from error


def _open(here, path=None):
    """The table of the list in force, or of the one at ``path``."""
    try:
        return Table(path) if path else open_list(here).table
    except CannotJudge as error:
        raise BadData(error.message) from error


def _refusal(here, names):
    """A function that says of an Entry whether the settings and allowances of this machine refuse what it covers."""
    settings = load(here, os.getcwd(), os.environ)
    if settings.faults:
        raise BadData(settings.faults[0])
    judge = Judge(here, List(names), settings)

    def refused(entry):
        if entry.is_void:
            return False
        finding = Finding(entry.name, entry.name, ALLOW, entry.kind, entry.reason)
        judge.decide(finding, settings["actions." + entry.kind])
        return finding.verdict == BLOCK

    return refused


def _exists(path):
    try:
        open(path, "rb").close()
    except FileNotFoundError:
        return False
    return True


def _made(given):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        datetime.datetime.strptime(given or now, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        raise click.UsageError(f"{given!r} is not a time like {now}") from None
    return given or now
