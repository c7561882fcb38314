"""``guard check -- pip install …``: judge a command without running it."""

import os
import sys

import click

from guard.cli.render import echo_json, envelope
from guard.core import home as homes
from guard.core.command import Invocation
from guard.core.errors import CLEAN, FINDINGS, USAGE, UsageError
from guard.core.grammar.read import read, tool_of
from guard.core.judge import Judge
from guard.core.lookup import open_list
from guard.core.mask import mask
from guard.core.refusal import colour_wanted, count, text
from guard.core.settings import load
from guard.core.verdict import ALLOW, strongest
from guard.setup.shims import behind

_PROJECT_FILES = ("pyproject.toml", "poetry.lock")


@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, whatever the verdict.")
@click.option(
    "-r", "--requirement", "requirement_files", multiple=True, type=click.Path(), help="Judge a requirement file."
)
@click.option("--files", is_flag=True, help="The words are files: requirement files, pyproject.toml, poetry.lock.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def command(as_json, requirement_files, files, words):
    """Judge a command line without running it.

    \b
    guard check -- pip install -r requirements.txt reqeusts
    guard check --json -- poetry add reqeusts
    guard check -r requirements.txt -r requirements-dev.txt
    guard check --files requirements.txt pyproject.toml

    Exit codes: 0 clean, 1 findings, 2 a line that the tool itself would reject.
    """
    if requirement_files:
        options = [word for path in requirement_files for word in ("-r", path)]
        words = (*(words or ("pip", "install")), *options)
    if not words:
        raise UsageError("no command to check", "guard check -- pip install NAME")
    codes, answers = zip(*(check(one, as_json) for one in (_commands(words) if files else [list(words)])))
    if as_json:  # several folders are several commands; a reader of --files need not know how many
        echo_json(envelope("check-files", checks=answers) if files else answers[0])
    sys.exit(max(codes))


def _commands(files):
    """The commands that would install what ``files`` name, as lists of words: for a hook that is handed file names."""
    missing = next((file for file in files if not os.path.exists(file)), None)
    if missing is not None:  # poetry.lock and pyproject.toml are looked for, so nobody else would miss one
        raise UsageError(f"{missing}: there is no such file")
    projects = {os.path.dirname(file) or "." for file in files if os.path.basename(file) in _PROJECT_FILES}
    found = [["poetry", "-C", folder, "install"] for folder in sorted(projects)]
    options = [word for file in files if os.path.basename(file) not in _PROJECT_FILES for word in ("-r", file)]
    return [["pip", "install", *options], *found] if options else found


def check(words, as_json):
    """Judge ``words`` (tool and arguments), and print unless ``as_json``; returns (exit code, JSON object)."""
    home = homes.find()
    if not tool_of(os.path.basename(words[0])):
        raise UsageError(f"guard does not know the tool {words[0]!r}", "pip, poetry, uv, pipx, pdm, python -m pip")
    path = behind(os.path.basename(words[0]), os.environ.get("PATH", ""))
    invocation = Invocation(os.path.basename(words[0]), words[1:], dict(os.environ), os.getcwd(), path)
    asked = read(invocation)
    settings = load(home, invocation.cwd, invocation.environ)
    for fault in settings.faults:
        click.echo(f"guard: {fault}", err=True)
    names = open_list(home)
    if names.notice:
        click.echo(f"guard: {names.notice}", err=True)
    findings = Judge(home, names, settings).command(asked)
    if asked.rejected and not as_json:
        click.echo(f"guard: {invocation.tool} itself would reject this line: {asked.rejected}", err=True)
    elif not as_json:
        click.echo(text(words, findings, names, home, os.environ, colour_wanted(1, os.environ)), nl=False)
        for finding in findings:
            if finding.verdict == ALLOW:
                by = f"allowed: {finding.allowed_by}" if finding.allowed_by else "allowed by policy"
                click.echo(f"  {finding.name or finding.text} {finding.reason} ({by})")
        if not findings:
            click.echo(f"guard: clean: {count(len(asked.names()), 'name')}, list {names.version}")
    code = USAGE if asked.rejected else FINDINGS if findings else CLEAN
    return code, answer(asked, findings, settings, names)


def answer(asked, findings, settings, names):
    """The JSON object of a judged command."""
    return envelope(
        "check",
        verdict=strongest(findings),
        tool=asked.tool,
        verb=asked.verb,
        installs=asked.installs,
        rejected=asked.rejected or None,
        names=asked.names(),
        findings=[{**finding.plain(), "name": finding.name or None, "imitates": finding.imitates or None,
                   "text": mask(finding.text)} for finding in findings],
        indexes=[mask(index) for index in asked.indexes],
        project=asked.project or None,
        mode=settings["mode"],
        list=names.version,
    )  # fmt: skip
