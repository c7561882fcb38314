"""``guard unprotect``: take guard out of interpreters and virtual environments again."""

import sys

import click

from guard.cli.protect import chosen
from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.errors import BAD_DATA, CLEAN, FINDINGS
from guard.setup import interpreters, library, protect


@click.command()
@click.argument("targets", nargs=-1, metavar="[PYTHON | VENV]...")
@click.option("--all", "everywhere", is_flag=True, help="Everything that was ever protected, also what was born so.")
@click.option("--scan", "folders", multiple=True, metavar="DIR", help="Every virtual environment below DIR.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(targets, everywhere, folders, as_json):
    """Take guard out of a Python that was protected. Without a target: the active virtual environment.

    An environment of a protected Python meets guard by the lines of that Python; it is said where they stand.

    \b
    guard unprotect .venv
    guard unprotect --scan ~/src

    Exit codes: 0 it is out, 1 its Python lets guard in still, 2 there is no such Python, 65 a file could not be
    removed.
    """
    home = homes.find()
    left = protect.unprotect_all(home) if everywhere else []
    done = []
    for target in chosen(targets, False, folders) if targets or folders or not everywhere else ():
        interpreter = interpreters.ask(target)
        done.append((interpreter, "unprotected" if protect.unprotect(home, interpreter) else "was not protected"))
    answers = [_answer(interpreter, outcome) for interpreter, outcome in done]
    if as_json:
        echo_json(envelope("unprotect", interpreters=answers, left=left))
    else:
        for site in left:
            click.echo(f"guard: {site} could not be changed", err=True)
        for answer in answers:
            reason = f": {answer['reason']}" if answer["reason"] else ""
            click.echo(f"{answer['outcome']:<17} {answer['python']}{reason}")
        if not answers and not everywhere:
            click.echo("guard: there is nothing to unprotect")
    lent = any(answer["reason"] for answer in answers)
    sys.exit(BAD_DATA if left else FINDINGS if lent else CLEAN)


def _answer(interpreter, outcome):
    """{python, site, outcome, reason}, when all targets are done: the Python of an environment may be one of them."""
    lent = library.block(interpreter.library)
    reason = f"guard is let in still, by the lines in {library.path_in(interpreter.library)}" if lent else None
    return {"python": interpreter.python, "site": interpreter.site, "outcome": outcome, "reason": reason}
