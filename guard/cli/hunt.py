"""``guard hunt``: the published detection over NVM logs, on this machine or on a cluster."""

import csv
import json
import os
import sys
import threading
import time

import click

from guard.analytic import compare, deep, definition, exclusion, inputs, lookup, outcome, seed, sigma, splunk
from guard.analytic.clock import read_modifier
from guard.analytic.lines import SEARCH
from guard.core.errors import BAD_DATA, FINDINGS, CannotJudge, UsageError
from guard.core.home import find
from guard.core.refusal import printable
from guard.nvm.recorder import drain, log_path, users
from guard.nvm.sinks.file import rotated

from .render import echo_json, envelope

_SHOWN = ("firstTime", "src", "package_name", "comment", "process_name", "process_arguments", "dest_hostname")
_WAIT = 30.0  # seconds for a recorder that is at work
_NARROWEST = 80  # columns of the table; where there are fewer, its cells would be empty
_TOLD = 10  # skipped lines that are told one by one on stderr


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--lookup", "lookup_file", metavar="FILE", help="A lookup in the published form [default: guard's list].")
@click.option("--earliest", metavar="TIME", help="From this time on: -70m@m, @d, 2026-07-14T13:00:00Z, 1784017733.")
@click.option("--latest", metavar="TIME", help="Before this time.")
@click.option("--scheduled", is_flag=True, help="The schedule's window: -70m@m to -10m@m.")
@click.option("--now", metavar="TIME", help="What relative times count from [default: the clock].")
@click.option("--exclude", metavar="FILE", help="Your own filter: rows that fit a line of FILE are dropped.")
@click.option("--deep", "is_deep", is_flag=True, help="Read commands by guard's grammar, not the regex; whole names.")
@click.option("--compare", "compared", is_flag=True, help="What the search misses and flags wrongly, by --deep.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True)
@click.option("--master", metavar="URL", help="The cluster, for --engine spark.")
@click.option("--write", "where", metavar="WHERE", help="On Spark: write to *.json, *.parquet, *.orc, table:NAME.")
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "csv", "risk", "notable"]), default="table",
    show_default=True, help="risk: events for Splunk's HEC, one a line.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--print", "printed", type=click.Choice(["duckdb", "spark", "splunk", "sigma"]), help="Print the search and stop."
)
def command(paths, **options):
    """Search NVM logs for installations of listed packages: Splunk's published detection (T1059), unchanged.

    PATH: files, folders, glob patterns, - for standard input; v1 lines, v2 JSON, guard's own events, Splunk's exports
    as CSV or JSON; plain, gzip or zstd. Without PATH: the events guard recorded here. The whole input is searched
    unless a window is given. Exit codes: 0 nothing found, 1 found, 2 a PATH leads to no file, 65 no input could be
    read.

    \b
    guard hunt
    guard hunt --earliest -7d@d --json logs/*.jsonl.gz
    guard hunt --print splunk
    """
    if options["scheduled"]:
        options["earliest"] = options["earliest"] or seed.EARLIEST
        options["latest"] = options["latest"] or seed.LATEST
    exclusions = exclusion.read(options["exclude"]) if options["exclude"] else []
    if options["printed"]:
        click.echo(_printed(options, exclusions))
        return
    _check(options, paths)
    window = _window(options)
    keys = lookup.read_published(options["lookup_file"]) if options["lookup_file"] else lookup.read_list()
    tally = inputs.Tally()
    here = options["engine"] == "duckdb"
    paths = (inputs.expand(paths) if here else list(paths)) if paths else _own()
    with _hunt(options, tally) as hunt:
        if here and sys.stderr.isatty():
            _watched(hunt, paths)
        else:
            hunt.add(paths)
        answer = _answer(hunt, keys, window, exclusions, options)
    _tell(tally)
    found = _show(answer, window, tally, "json" if options["as_json"] else options["form"])
    if paths and tally.unread == len(paths):
        sys.exit(BAD_DATA)
    sys.exit(FINDINGS if found else 0)


def _check(options, paths):
    """Raise UsageError for words that do not go together."""
    spark = options["engine"] == "spark"
    if options["where"] and not spark:
        raise UsageError("--write goes with --engine spark")
    if options["where"] and options["compared"]:
        raise UsageError("--write writes one table: not what --compare has to show")
    if options["compared"] and not options["as_json"] and options["form"] not in ("table", "json"):
        raise UsageError("--compare is shown as a table or with --json")
    if spark and (not paths or inputs.STDIN in paths):
        raise UsageError("--engine spark reads what a cluster can reach: name a path or table:NAME")
    if options["where"]:
        from guard.analytic.spark import form

        form(options["where"])


def _own():
    """The files of events recorded on this machine, all attempts up to now in them."""
    home = find()
    if home.system and os.getuid() != 0:
        raise UsageError("the events of this machine are its administrator's", "run it as root, or name a PATH")
    try:
        drain(home, _WAIT)
    except CannotJudge as error:
        click.echo("guard: %s" % error.message, err=True)
    logs = [log_path(home, uid) for uid in users(home)]
    return [path for log in logs for path in (*rotated(log), log) if os.path.isfile(path)]


def _window(options):
    """(earliest, latest) in seconds since 1970, None where it is open."""
    now = read_modifier(options["now"], time.time()) if options["now"] else time.time()
    window = [read_modifier(options[end], now) if options[end] else None for end in ("earliest", "latest")]
    if None not in window and window[0] >= window[1]:
        raise UsageError("the window is empty: --earliest is not before --latest")
    return window


def _printed(options, exclusions):
    """The search in the language that was asked for."""
    if options["is_deep"] or options["compared"]:
        raise UsageError("--print gives the published search: the grammar of --deep is no query")
    if options["printed"] == "splunk":
        return splunk.search(options["earliest"], options["latest"], exclusions)
    if options["printed"] == "sigma":
        return sigma.rule(lookup.read_published(options["lookup_file"]) if options["lookup_file"] else None)
    sql = definition.query(True, True, *_window(options), exclusions).rstrip()
    return sql if options["printed"] == "duckdb" else definition.translate(sql, options["printed"])


def _hunt(options, tally):
    wanted = deep.WANTED if options["is_deep"] or options["compared"] else SEARCH
    if options["engine"] == "spark":
        from guard.analytic import spark

        return spark.Hunt(tally, wanted, options["master"])
    from guard.analytic import duck

    return duck.Hunt(tally, wanted)


def _watched(hunt, paths):
    """Add the inputs while a bar on stderr shows how far the scan is."""
    from rich.console import Console
    from rich.progress import Progress

    done = threading.Event()

    def watch():
        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("reading", total=100)
            while not done.wait(0.2):
                percent = hunt.progress()
                bar.update(task, completed=percent or 0, total=None if percent is None else 100)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        hunt.add(paths)
    finally:
        done.set()
        watcher.join()


def _answer(hunt, keys, window, exclusions, options):
    """What to show: ``rows`` and, where the grammar was asked, what it could not read; or the comparison."""
    answer = {}
    hunt.load(keys)
    if window != [None, None]:
        answer["undated"] = hunt.rows(definition.UNDATED)[0]["hits"]
    by_grammar = options["is_deep"] or options["compared"]
    search = definition.query(True, True, *window, exclusions)
    if options["compared"]:
        answer["rows"] = hunt.rows(search)
    if by_grammar:
        hunt.load(deep.whole_names(keys), deep.spread)
        search = definition.query(False, False, *window, exclusions)
    if options["where"]:
        return {"rows": [], "written": hunt.write(search, options["where"]), "where": options["where"]}
    rows = hunt.rows(search)
    if by_grammar:
        for row in rows:
            row.update(zip(deep.COLUMNS, compare.project(row["package_name"])))
        answer["unread"] = hunt.rows(deep.unread_query())
    answer.update(compare.differences(answer["rows"], rows) if options["compared"] else {"rows": rows})
    return answer


def _tell(tally):
    """Say on stderr what was skipped and why."""
    for name, line, reason in tally.examples[:_TOLD]:
        place = printable(name) + (":%d" % line if line else "")
        click.echo("guard: skipped %s: %s" % (place, printable(reason)), err=True)
    if tally.total > _TOLD:
        counts = ", ".join("%d %s" % (n, printable(reason)) for reason, n in sorted(tally.counts.items()))
        click.echo("guard: skipped %d lines in all: %s" % (tally.total, counts), err=True)


def _show(answer, window, tally, form):
    """Print the answer; give the number of findings."""
    rows = answer["rows"]
    parts = [part for part in ("rows", "missed", "wrong") if part in answer]
    if form == "json":
        shown = {part: [outcome.table_row(row) for row in answer[part]] for part in parts}
        skipped = [dict(zip(("file", "line", "reason"), example)) for example in tally.examples]
        rest = {key: value for key, value in answer.items() if key not in shown}
        echo_json(
            envelope(
                "hunt", **shown, **rest, window=dict(zip(("earliest", "latest"), window)),
                skipped={"total": tally.total, "reasons": tally.counts, "lines": skipped},
            )
        )  # fmt: skip
    elif form == "csv":
        columns = list(outcome.cells(rows[0])) if rows else list(seed.COLUMNS)
        writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(map(outcome.cells, rows))
    elif form in ("risk", "notable"):
        make = outcome.risk if form == "risk" else outcome.notable
        for row in rows:
            click.echo(json.dumps(make(row), ensure_ascii=True))
    else:
        _tables(answer, parts)
    return answer.get("written") or sum(len(answer[part]) for part in parts)


def _tables(answer, parts):
    from rich.console import Console
    from rich.table import Column, Table

    console = Console(markup=False, highlight=False, emoji=False)
    console.width = max(console.width, _NARROWEST)
    titles = {"rows": "", "missed": "missed by the search", "wrong": "flagged wrongly by the search"}
    for part in parts:
        if not answer[part]:
            continue
        table = Table(*(Column(name, overflow="fold") for name in _SHOWN), title=titles[part] or None)
        for row in answer[part]:
            cells = outcome.cells(row)
            table.add_row(*("\n".join(map(printable, cells[column].split("\n"))) for column in _SHOWN))
        with console.capture() as shown:
            console.print(table)
        click.echo(shown.get(), nl=False)  # the console answers a reader that went away with an exit code of its own
    summary = ["%d %s" % (len(answer[part]), titles[part] or "found") for part in parts]
    if "written" in answer:
        summary = ["%d rows written to %s" % (answer["written"], answer["where"])]
    if answer.get("undated"):
        summary.append("%d events without a clock are in no window" % answer["undated"])
    if answer.get("unread"):
        summary.append("%d commands point to files that no log shows" % sum(each["hits"] for each in answer["unread"]))
    click.echo("; ".join(summary) + ("; --json and --format csv give every column" if answer["rows"] else ""))
