"""One renderer: the versioned JSON envelope, and text made safe for a terminal."""

import json

import click

from guard import __version__

SCHEMA = 1


def envelope(kind, **fields):
    """The JSON object every ``--json`` answer is: ``schema`` (integer), ``guard`` (version), ``kind``, then fields."""
    return dict({"schema": SCHEMA, "guard": __version__, "kind": kind}, **fields)


def echo_json(value):
    """One JSON document on stdout, ASCII only, so that no locale and no byte of a name can spoil it."""
    click.echo(json.dumps(value, ensure_ascii=True))
