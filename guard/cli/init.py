"""``guard init SHELL``: print what keeps guard's shims first on PATH in that shell."""

import sys

import click

from guard.core.home import find
from guard.setup.shells import SHELLS, integration


@click.command("init", short_help="Print what keeps guard first on PATH in a shell.")
@click.argument("shell", type=click.Choice([*SHELLS, "powershell"]))
def command(shell):
    """Print what keeps guard's shims first on PATH, also after `activate` and `deactivate`.

    The installer has written it already for the shells it found. Elsewhere, at the end of the shell's start file:

    \b
        bash, zsh    eval "$(guard init bash)"
        fish         guard init fish | source
        powershell   guard init powershell | Out-String | Invoke-Expression
    """
    sys.stdout.buffer.write(integration(shell, find()))
