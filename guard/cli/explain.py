"""``guard explain NAME``: everything guard knows of a name, and what it would do."""

import datetime
import os
import sys

import click

from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.allowance import find as find_allowance
from guard.core.command import Command, Target
from guard.core.errors import CLEAN, FINDINGS, UsageError
from guard.core.judge import Judge
from guard.core.lookup import open_list
from guard.core.names import is_name, normalise
from guard.core.refusal import good_name
from guard.core.settings import load
from guard.lists.config import load as load_sources
from guard.lists.known import known as known_of


@click.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(name, as_json):
    """Say what the list holds on NAME, from which sources, and what policy makes of it.

    NAME may carry a release: guard explain litellm==1.82.7

    Exit codes: 0 nothing against it, 1 a finding.
    """
    bare, _, version = name.partition("==")
    bare, version = bare.strip(), version.lstrip("=").strip()  # === too
    if not is_name(bare):
        raise UsageError(f"{bare!r} is not the name of a project")
    home = homes.find()
    known = explain(home, normalise(bare), version)
    if as_json:
        echo_json(envelope("explain", **known))
    else:
        _print(known)
    sys.exit(FINDINGS if known["verdict"] != "allow" or known["finding"] else CLEAN)


def explain(home, name, version):
    """A dict: name, version, entry (or None), finding (or None), verdict, policy, allowance, popular, list.

    And from guard.lists.known: claims (what each source says), first_seen, held, in_index.
    """
    settings = load(home, os.getcwd(), os.environ)
    names = open_list(home)
    entry = names.find(name)
    asked = Command("pip", "install", installs=True)
    asked.targets = [Target(name, name, version)]
    finding = next(iter(Judge(home, names, settings).command(asked)), None)
    allowance = find_allowance(home, name, settings)
    known = {
        "name": name,
        "version": version or None,
        "list": names.version,
        "entry": None if entry is None else {slot: getattr(entry, slot) for slot in entry.__slots__},
        "finding": None if finding is None else finding.plain(),
        "verdict": "allow" if finding is None else finding.verdict,
        "allowance": None if allowance is None else {slot: getattr(allowance, slot) for slot in allowance.__slots__},
        "popular": good_name(name, names),
    }
    told = known_of(home, load_sources(home), name)
    known.update({key: told[key] for key in ("claims", "first_seen", "held", "in_index")})
    if finding is not None:
        key = "actions." + finding.kind
        layer, where = settings.layer(key)
        known["policy"] = {
            "mode": settings["mode"],
            "action": settings[key],
            "layer": layer or "default",
            "where": where,
        }
    return known


def _print(known):
    entry, finding = known["entry"], known["finding"]
    click.echo(f"{known['name']}{'==' + known['version'] if known['version'] else ''}: {known['verdict']}")
    if entry is None:
        click.echo(f"  not on the list ({known['list']})")
    else:
        click.echo(f"  listed as {entry['kind']}" + (f", imitating {entry['imitates']}" if entry["imitates"] else ""))
        if entry["versions"]:
            click.echo(f"  releases: {', '.join(entry['versions'])} (no other)")
        elif entry["kind"] == "compromised":
            click.echo("  which releases are bad is not known; the project is not blocked whole")
        elif entry["kind"] == "withdrawn":
            click.echo("  its source took the entry back")
        click.echo(f"  sources: {', '.join(entry['sources'])}")
        for item in entry["evidence"]:
            click.echo(f"  evidence: {item}")
        if entry["reason"]:
            click.echo(f"  reason: {entry['reason']}")
    for claim in known["claims"]:
        if claim["from"] != "shipped":  # of that, the lines above say everything
            click.echo(f"  {claim['source']} now: {_claim(claim)}")
    if known["first_seen"]:
        click.echo(f"  on the list here since {known['first_seen']}")
    if known["held"]:
        click.echo(f"  held for a person: {known['held']['why']} ({', '.join(known['held']['sources'])})")
    if finding is not None and entry is None:
        click.echo(f"  {finding['reason']}" + (f" ({finding['imitates']})" if finding["imitates"] else ""))
    if "policy" in known:
        policy = known["policy"]
        click.echo(f"  policy: {policy['action']} in mode {policy['mode']} ({policy['layer']}: {policy['where']})")
    if known["allowance"]:
        until = known["allowance"]["until"] or datetime.date.max.isoformat()
        click.echo(f"  let through until {until}: {known['allowance']['reason']} ({known['allowance']['layer']})")
    if known["in_index"] is not None:
        click.echo(f"  {'among' if known['in_index'] else 'not among'} the index's names at the last sync")
    if known["popular"]:
        click.echo("  among the 15,000 most downloaded projects")


def _claim(claim):
    """What one source says, in one line."""
    words = [claim["kind"]]
    if claim["versions"]:
        words.append(f"releases {', '.join(claim['versions'])}")
    if claim["since"]:
        words.append(f"since {claim['since']}")
    if claim["until"]:
        words.append(f"until {claim['until']}")
    return ", ".join([*words, *claim["evidence"]])
