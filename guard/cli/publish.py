"""``guard publish``: sign a list for other machines."""

import os

import click

from guard.cli.render import echo_json, envelope
from guard.core import home
from guard.core.errors import UsageError
from guard.core.home import shipped
from guard.core.lookup import LIST

_TO = click.option("--to", "folder", required=True, type=click.Path(file_okay=False), help="Folder of the repository.")
_KEYS = click.option("--keys", required=True, type=click.Path(file_okay=False), help="Folder with the private keys.")
_EXPIRES = click.option("--expires", multiple=True, metavar="ROLE=DAYS", help="Days until what is signed now expires.")
_ROLES = ("root", "targets", "snapshot", "timestamp")


@click.group()
def command():
    """Publish a signed list that other machines sync from, as files for any static web server.

    Keys lie in files; one that has a passphrase is read with GUARD_KEY_PASSPHRASE. Keep the root's keys offline.
    """


@command.command()
@click.argument("role", type=click.Choice(_ROLES))
@_KEYS
def key(role, keys):
    """Make a new private key for ROLE in the folder of keys."""
    from guard.lists import publish  # an extra

    click.echo(publish.make_key(keys, role, _passphrase()))


@command.command()
@_TO
@_KEYS
@_EXPIRES
@click.option("--threshold", multiple=True, metavar="ROLE=COUNT", help="Signatures that ROLE needs (default: 1).")
def init(folder, keys, expires, threshold):
    """Begin a repository; prints the root of trust to pin on every machine."""
    root = _publisher(folder, keys, expires).start(_numbers(threshold))
    click.echo(f"{root}\nPin this file on every machine: sync.sources.NAME.root (docs/how-to/publish.md)")


@command.command("list")
@_TO
@_KEYS
@_EXPIRES
@click.option("--list", "path", type=click.Path(exists=True, dir_okay=False), help="The list (default: in force).")
def list_(folder, keys, expires, path):
    """Publish a list: the one in force on this machine, or a file that `guard lists build` made."""
    here = home.find().synced_list
    path = path or (here if os.path.exists(here) else shipped(LIST))
    version = _publisher(folder, keys, expires).publish(path)
    click.echo(f"{path} is version {version} of {folder}")


@command.command()
@_TO
@click.option("--json", "as_json", is_flag=True, help="One JSON document.")
def show(folder, as_json):
    """Say what is published, until when it holds, and which keys sign it."""
    from guard.lists import publish

    state = publish.Publisher(folder).state()
    if as_json:
        echo_json(envelope("publication", roles=state))
        return
    for role, known in state.items():
        click.echo(f"{role:10} version {known['version']}, until {known['expires']}, {known['threshold']} of the keys")
        for keyid in known["keys"]:
            click.echo(f"  {keyid}")


@command.command()
@_TO
@_KEYS
@_EXPIRES
def refresh(folder, keys, expires):
    """Sign the same list anew before it expires; run it daily."""
    _publisher(folder, keys, expires).refresh()
    click.echo(f"{folder} is signed anew")


@command.command()
@click.argument("role", type=click.Choice(_ROLES))
@_TO
@_KEYS
@_EXPIRES
@click.option("--remove", multiple=True, metavar="KEYID", help="A key that may no longer sign for ROLE.")
@click.option("--threshold", type=click.IntRange(min=1), help="Signatures that ROLE needs from now on.")
def rotate(role, folder, keys, expires, **change):
    """Let the keys named ROLE-*.pem sign for ROLE, and the removed ones no longer."""
    publisher = _publisher(folder, keys, expires)
    version = publisher.rotate(role, change["remove"], change["threshold"] or 0)
    click.echo(f"root version {version}; {role} is signed by {', '.join(publisher.keys_of(role))}")


def _publisher(folder, keys, expires):
    from guard.lists import publish  # an extra

    return publish.Publisher(folder, keys, _passphrase(), _numbers(expires))


def _passphrase():
    return os.environ.get("GUARD_KEY_PASSPHRASE", "").encode()


def _numbers(words):
    """ROLE=NUMBER, several times, as a dict."""
    found = {}
    for word in words:
        role, _, number = word.partition("=")
        if role not in _ROLES or not number.isdigit() or not int(number):
            raise UsageError(f"{word!r}: it is ROLE=NUMBER, where ROLE is {', '.join(_ROLES)}")
        found[role] = int(number)
    return found
