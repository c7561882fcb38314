"""``guard protect``: let guard into interpreters and virtual environments, where no shim stands before pip."""

import os
import pwd
import sys

import click

from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.errors import CLEAN, FINDINGS, GuardError, UsageError
from guard.setup import interpreters, protect

LEFT = "left alone"
PIP_LEFT = "pip left alone"  # all but the lines in its pip


@click.command()
@click.argument("targets", nargs=-1, metavar="[PYTHON | VENV]...")
@click.option("--all", "everywhere", is_flag=True, help="Every interpreter and tool environment that can be found.")
@click.option("--scan", "folders", multiple=True, metavar="DIR", help="Every virtual environment below DIR.")
@click.option("--in-pip", is_flag=True, help="Lines in its pip's first file too, for `python -S`.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(targets, everywhere, folders, in_pip, as_json):
    """Let guard into a Python: pip and poetry in it are judged however they are started.

    One line in its site-packages does it; environments made by that Python are born with it. A few lines in the
    sitecustomize.py of its standard library hold for all its environments, also for those that are there already.
    `python -S` reads neither: with --in-pip its pip's own first file gets some too.
    Without a target: the active virtual environment.

    \b
    guard protect .venv
    guard protect /usr/bin/python3.11
    guard protect --scan ~/src
    guard protect --all --in-pip

    Exit codes: 0 done, 1 something was left alone (it is said why), 2 there is no such Python.
    """
    home = homes.find()
    answers = [protect_one(home, target, in_pip) for target in chosen(targets, everywhere, folders)]
    if everywhere:  # also what was born protected, where an older guard left its line
        answers += [_answer(site, site, "renewed", None) for site in protect.renew(home)]
    if as_json:
        echo_json(envelope("protect", interpreters=answers))
    else:
        for answer in answers:
            reason = f": {answer['reason']}" if answer["reason"] else ""
            click.echo(f"{answer['outcome']:<17} {answer['python']}{reason}")
        if not answers:
            click.echo("guard: there is nothing to protect")
    # What is left alone under --all is the ordinary case: other people's Pythons, too old ones.
    left = not everywhere and any(answer["outcome"] in (LEFT, PIP_LEFT) for answer in answers)
    sys.exit(FINDINGS if left else CLEAN)


def chosen(targets, everywhere, folders):
    """The targets that the words of ``guard protect`` and ``guard unprotect`` stand for (list of str)."""
    found = list(targets)
    if everywhere:
        found += interpreters.everywhere(pwd.getpwuid(os.getuid()).pw_dir, os.environ)
    for folder in folders:
        if not os.path.isdir(folder):
            raise UsageError(f"{folder} is no folder")
        found += interpreters.scan(folder)
    if found or everywhere or folders:
        return list(dict.fromkeys(found))
    if os.environ.get("VIRTUAL_ENV"):
        return [os.environ["VIRTUAL_ENV"]]
    raise UsageError("name a Python or a virtual environment", "or --all, for every one that can be found")


def protect_one(home, target, in_pip=False):
    """{python, site, outcome, reason}; outcome: protected, already protected, LEFT. in_pip: its pip, else PIP_LEFT."""
    try:
        interpreter = interpreters.ask(target)
        if protect.is_own(home, interpreter):
            return _answer(interpreter.python, interpreter.site, LEFT, "it is guard's own")
        if protect.is_complete(home, interpreter):
            outcome, unlent = "already protected", protect.unlent(home, interpreter)
        else:
            outcome, unlent = "protected", protect.protect(home, interpreter)
        reason = f"its environments one by one (guard protect --scan DIR), since {unlent}" if unlent else ""
        if in_pip and not interpreter.pip:
            reason = reason or "it has no pip"
        elif in_pip:
            outcome, reason = _with_pip(home, interpreter, outcome, reason)
        return _answer(interpreter.python, interpreter.site, outcome, reason)
    except UsageError:
        raise
    except GuardError as error:
        return _answer(target, "", LEFT, error.message)


def _with_pip(home, interpreter, outcome, reason):
    """The outcome and its reason once guard was let into the pip as well."""
    try:
        return ("protected" if protect.protect_pip(home, interpreter) else outcome), reason
    except GuardError as error:
        return PIP_LEFT, error.message


def _answer(python, site, outcome, reason):
    return {"python": python, "site": site or None, "outcome": outcome, "reason": reason or None}
