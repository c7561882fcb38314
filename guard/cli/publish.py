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
_JSON = click.option("--json", "as_json", is_flag=True, help="One JSON document.")
_ROLES = ("root", "targets", "snapshot", "timestamp")


@click.group()
def command():
    """Publish a signed list that other machines sync from, as files for any static web server.

    Keys lie in files; one that has a passphrase is read with GUARD_KEY_PASSPHRASE. Keep the root's keys offline.

    \b
    for role in root targets snapshot timestamp; do guard publish key $role --keys keys; done
    guard publish init --to www --keys keys
    guard publish list --to www --keys keys
    """


@command.command()
@click.argument("role", type=click.Choice(_ROLES))
@_KEYS
@_JSON
def key(role, keys, as_json):
    """Make a new private key for ROLE in the folder of keys."""
    from guard.lists import publish  # an extra

    made = publish.make_key(keys, role, _passphrase())
    _say(as_json, made, role=role, path=made)


@command.command()
@_TO
@_KEYS
@_EXPIRES
@click.option("--threshold", multiple=True, metavar="ROLE=COUNT", help="Signatures that ROLE needs (default: 1).")
@_JSON
def init(folder, keys, expires, threshold, as_json):
    """Begin a repository; prints the root of trust to pin on every machine."""
    root = _publisher(folder, keys, expires).start(_numbers(threshold))
    hint = "Pin this file on every machine: sync.sources.NAME.root (docs/how-to/publish.md)"
    _say(as_json, f"{root}\n{hint}", folder=folder, root=str(root))


@command.command("list")
@_TO
@_KEYS
@_EXPIRES
@click.option("--list", "path", type=click.Path(exists=True, dir_okay=False), help="The list (default: in force).")
@_JSON
def list_(folder, keys, expires, path, as_json):
    """Publish a list: the one in force on this machine, or a file that `guard lists build` made."""
    here = home.find().synced_list
    path = path or (here if os.path.exists(here) else shipped(LIST))
    version = _publisher(folder, keys, expires).publish(path)
    _say(as_json, f"{path} is version {version} of {folder}", folder=folder, list=path, version=version)


@command.command()
@_TO
@_JSON
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
@_JSON
def refresh(folder, keys, expires, as_json):
    """Sign the same list anew before it expires; run it daily."""
    _publisher(folder, keys, expires).refresh()
    _say(as_json, f"{folder} is signed anew", folder=folder)


@command.command()
@click.argument("role", type=click.Choice(_ROLES))
@_TO
@_KEYS
@_EXPIRES
@click.option("--remove", multiple=True, metavar="KEYID", help="A key that may no longer sign for ROLE.")
@click.option("--threshold", type=click.IntRange(min=1), help="Signatures that ROLE needs from now on.")
@_JSON
def rotate(role, folder, keys, expires, as_json, **change):
    """Let the keys named ROLE-*.pem sign for ROLE, and the removed ones no longer."""
    publisher = _publisher(folder, keys, expires)
    version = publisher.rotate(role, change["remove"], change["threshold"] or 0)
    signers = publisher.keys_of(role)
    _say(as_json, f"root version {version}; {role} is signed by {', '.join(signers)}",
         folder=folder, root_version=version, role=role, keys=list(signers))  # fmt: skip


def _say(as_json, sentence, **fields):
    """What was done, for a person or as the envelope with these fields."""
    if as_json:
        echo_json(envelope("publish", **fields))
    else:
        click.echo(sentence)


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
