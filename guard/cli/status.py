"""``guard status``: whether guard stands on this machine, and what it would do."""

import datetime
import os

import click

from guard import __version__
from guard.cli.allow import entries
from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.errors import CannotJudge
from guard.core.lookup import open_list
from guard.core.refusal import count
from guard.core.settings import KEYS, load
from guard.nvm.health import health, sentences
from guard.setup import shims


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(as_json):
    """Say the mode and who set it, the list's age and size, whether the shims are first on PATH, and what is wrong.

    \b
    guard status
    guard status --json | jq .mode
    """
    known = status(homes.find(), dict(os.environ))
    if as_json:
        echo_json(envelope("status", **known))
    else:
        _print(known)


def status(home, environ):
    """A dict of everything ``guard status`` shows."""
    settings = load(home, os.getcwd(), environ)
    return {
        "home": home.root,
        "mode": _set(settings, "mode"),
        "on_error": _set(settings, "on_error"),
        "actions": {key.split(".", 1)[1]: _set(settings, key) for key in KEYS if key.startswith("actions.")},
        "faults": settings.faults,
        "list": _list(home),
        "shims": [_shim(home, name, environ.get("PATH", "")) for name in shims.present(home)],
        "allowances": len(entries(home)),
        "events": _events(home),
    }


def _set(settings, key):
    layer, where = settings.layer(key)
    return {"value": settings[key], "layer": layer or "default", "where": where}


def _list(home):
    try:
        names = open_list(home)
    except CannotJudge as error:
        return {"path": None, "version": None, "names": 0, "age_days": None, "notice": error.message}
    made = datetime.datetime.fromisoformat(names.table.made.replace("Z", "+00:00"))
    age = datetime.datetime.now(datetime.timezone.utc) - made
    return {
        "path": names.table.path,
        "version": names.version,
        "names": names.table.rows,
        "age_days": age.days,
        "notice": names.notice or None,
    }


def _shim(home, name, path):
    """{name, active, why, behind}: active if the shell would start it for ``name``."""
    first = next((f for f in path.split(os.pathsep) if os.access(os.path.join(f or ".", name), os.X_OK)), None)
    real = shims.behind(name, path)
    if first is None:
        why = f"{home.shims} is not on PATH"
    elif shims.is_shim(os.path.join(first or ".", name)):
        why = "" if real else f"there is no {name} behind it"
    else:
        why = f"{os.path.join(first, name)} comes first on PATH"
    return {"name": name, "active": not why, "why": why or None, "behind": real or None}


def _events(home):
    """What became of the events, and what is wrong with their delivery."""
    return health(home)


def _print(known):
    click.echo(f"guard {__version__} in {known['home']}")
    for key in ("mode", "on_error"):
        click.echo(f"  {key:<9} {known[key]['value']}  ({known[key]['layer']}: {known[key]['where']})")
    actions = ", ".join(f"{kind} {action['value']}" for kind, action in known["actions"].items())
    click.echo(f"  actions   {actions}")
    for fault in known["faults"]:
        click.echo(click.style("  fault     ", fg="red") + fault)
    names = known["list"]
    click.echo(f"  list      {names['names']} names, {names['version']}, {names['age_days']} days old")
    if names["notice"]:
        click.echo(click.style("  fault     ", fg="red") + names["notice"])
    for shim in known["shims"]:
        state = f"active, in front of {shim['behind']}" if shim["active"] else f"not active: {shim['why']}"
        click.echo(f"  shim      {shim['name']:<9} {state}")
    if not known["shims"]:
        click.echo("  shim      none: run installer/install.sh")
    click.echo(f"  allowed   {count(known['allowances'], 'name')} let through (guard allow --list)")
    for said in sentences(known["events"]):
        click.echo(f"  events    {said}")
    for fault in known["events"]["faults"]:
        click.echo(click.style("  fault     ", fg="red") + fault)
