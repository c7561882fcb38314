"""``guard unprotect``: take guard out of interpreters and virtual environments again."""

import sys

import click

from guard.cli.protect import chosen
from guard.core import home as homes
from guard.core.errors import BAD_DATA, CLEAN
from guard.setup import interpreters, protect


@click.command()
@click.argument("targets", nargs=-1, metavar="[PYTHON | VENV]...")
@click.option("--all", "everywhere", is_flag=True, help="Everything that was ever protected, also what was born so.")
@click.option("--scan", "folders", multiple=True, metavar="DIR", help="Every virtual environment below DIR.")
def command(targets, everywhere, folders):
    """Take guard out of a Python that was protected. Without a target: the active virtual environment.

    \b
    guard unprotect .venv
    guard unprotect --scan ~/src

    Exit codes: 0 it is out, 2 there is no such Python, 65 a file could not be removed.
    """
    home = homes.find()
    if everywhere:
        left = protect.unprotect_all(home)
        for site in left:
            click.echo(f"guard: {site} could not be changed", err=True)
        if not targets and not folders:
            sys.exit(BAD_DATA if left else CLEAN)
    for target in chosen(targets, False, folders):
        interpreter = interpreters.ask(target)
        was = protect.unprotect(home, interpreter)
        click.echo(f"{'unprotected' if was else 'was not protected':<17} {interpreter.python}")
