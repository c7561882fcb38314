"""``guard SUBCOMMAND``: a file in this folder is a subcommand; it is imported only when it is asked for."""

import contextlib
import errno
import io
import os
import signal
import sys

import click

from guard import __version__
from guard.cli.render import echo_json, envelope
from guard.core.errors import BAD_DATA, CANNOT_JUDGE, FINDINGS, OUR_BUG, GuardError

_FOLDER = os.path.dirname(os.path.abspath(__file__))
_STREAMS = {"events", "export"}  # one object a line, or a document of another form: an error is no part of it
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
    _open_streams()
    out = sys.stdout
    try:
        try:
            # Not standalone: click's own way out knows no code but 1, which is findings here.
            code = guard(prog_name="guard", standalone_mode=False)
        except SystemExit as done:
            code = done.code
        if sys.stdout is not out:  # click's way to say that nobody reads on
            _die(signal.SIGPIPE)
        # Here and not at the interpreter's end, which answers a full disk with a traceback and a code of its own.
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = _answer(error.exit_code, error.format_message())
    except click.Abort as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            _die(signal.SIGINT)
        code = _fail(FINDINGS, "nothing was done")
    except KeyboardInterrupt:
        _die(signal.SIGINT)
    except GuardError as error:
        code = _fail(BAD_DATA if error.code == CANNOT_JUDGE else error.code, error.message, error.hint)
    except BrokenPipeError:
        _die(signal.SIGPIPE)
    except OSError as error:
        if os.environ.get("GUARD_DEBUG"):
            raise
        code = _fail(BAD_DATA, _fault(error))
    except Exception as error:  # the last floor: no traceback reaches a user
        if os.environ.get("GUARD_DEBUG"):
            raise
        code = _fail(OUR_BUG, f"a bug in guard: {type(error).__name__}: {error} (GUARD_DEBUG=1 shows where)")
    sys.exit(code)


def _fail(code, message, hint=""):
    try:
        click.echo(f"guard: {message}" + (f"\n       {hint}" if hint else ""), err=True)
    except OSError:
        pass  # nobody can be told; the code says it
    return _answer(code, message, hint)


def _answer(code, message, hint=""):
    """Where a machine asked for one JSON object, it gets one. Returns ``code``."""
    words = sys.argv[1:]
    asked = words[: words.index("--")] if "--" in words else words
    if "--json" in asked and not _STREAMS & set(asked[:2]):
        with contextlib.suppress(OSError):  # the code says it
            echo_json(envelope("error", code=code, message=message, hint=hint or None))
            sys.stdout.flush()
    return code


def _open_streams():
    """Standard streams that take all that guard may write, also where the caller closed them."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            # In the order of their numbers, so that no file opened later gets one of these.
            stream = open(os.devnull, mode, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  # stays open
            setattr(sys, name, stream)
    if isinstance(sys.stdout, io.TextIOWrapper):  # a locale without … and file names that are no text
        sys.stdout.reconfigure(errors="backslashreplace")


def _fault(error):
    """What the system refused, in one line."""
    try:
        sys.stdout.flush()
    except OSError:  # what is left goes nowhere, or the interpreter would try once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.filename:
        return f"{os.fsdecode(error.filename)}: {error.strerror}"
    full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return ("cannot write: " if full else "") + (error.strerror or str(error))


def _die(number):
    """End as a program does that leaves the signal alone: a loop or ``make`` around it then ends too."""
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
