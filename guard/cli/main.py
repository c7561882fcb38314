"""``guard SUBCOMMAND``: a file in this folder is a subcommand; it is imported only when it is asked for."""

import os
import sys

import click

from guard import __version__
from guard.core.errors import OUR_BUG, GuardError

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_NOT_COMMANDS = {"__init__", "main", "render"}


class Subcommands(click.Group):
    """Each module ``guard/cli/NAME.py`` offers a click command called ``command``; ``_`` in a file name is ``-``."""

    def list_commands(self, ctx):
        files = (name[:-3] for name in os.listdir(_FOLDER) if name.endswith(".py"))
        return sorted(name.replace("_", "-") for name in files if name not in _NOT_COMMANDS)

    def get_command(self, ctx, name):
        if name not in self.list_commands(ctx):
            return None
        import importlib

        return importlib.import_module("guard.cli." + name.replace("-", "_")).command


@click.command(
    cls=Subcommands,
    epilog="\b\nStart with  guard status\nand try     guard check -- pip install typoguard-test-blocked",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="guard")
def guard():
    """Stand in front of pip and poetry: a known malicious or typosquatted package is refused before any connection.

    Exit codes: 0 clean, 1 findings, 2 usage, 65 bad data, 69 source unreachable, 70 a bug in guard.
    """


def main():
    """Run one subcommand; whatever goes wrong is one line on stderr and a documented exit code."""
    try:
        guard(prog_name="guard")
    except GuardError as error:
        hint = "\n       %s" % error.hint if error.hint else ""
        click.echo("guard: %s%s" % (error.message, hint), err=True)
        sys.exit(error.code)
    except BrokenPipeError:  # the reader of our output went away: nobody is left to tell
        os._exit(0)
    except Exception as error:  # the last floor: no traceback reaches a user
        if os.environ.get("GUARD_DEBUG"):
            raise
        click.echo(
            "guard: a bug in guard: %s: %s (GUARD_DEBUG=1 shows where)" % (type(error).__name__, error), err=True
        )
        sys.exit(OUR_BUG)
