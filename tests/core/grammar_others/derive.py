"""Derive guard/core/grammar/other_options.py from the real uv, pipx and pdm.

    python -m tests.core.grammar_others.derive

pipx and pdm are asked for their argparse parsers (describe.py); uv prints what each of its commands takes.
"""

import json
import pathlib
import subprocess
import sys

from tests.support.tools import ROOT, clean_environment, venv

HERE = pathlib.Path(__file__).resolve().parent
TABLE = ROOT / "guard" / "core" / "grammar" / "other_options.py"
HEAD = '''"""What the commands of uv, pipx and pdm take. Derived by tests/core/grammar_others/derive.py.

{command: spec}: a spec lists options as poetry_options does (``=`` takes a value, ``=?`` may take one, ``=+`` takes all
that follow), each with its shortcuts; "" is the tool itself.
"""

# ruff: noqa: E501

'''
# Commands of uv that could install something, or run what is installed.
UV = (
    "", "add", "remove", "sync", "lock", "run", "export", "tree", "build", "pip", "pip install", "pip sync",
    "pip compile",
    "tool", "tool install", "tool run", "tool upgrade",
)  # fmt: skip


def tool(name):
    """Path of the tool's script; skips the test where it cannot be had."""
    return venv("3.11", name) / "bin" / name


def run(*words):
    done = subprocess.run(
        words, check=True, capture_output=True, text=True, env=clean_environment(COLUMNS="400"), cwd="/"
    )
    return done.stdout


def argparsed(name):
    """{command: spec} of pipx or pdm."""
    return json.loads(run(tool(name).parent / "python", "-I", HERE / "describe.py", name))


def uv():
    """{command: spec} of uv, and its subcommands' names under ``commands``."""
    return {
        command: spec(run(tool("uv"), *(command.split() or ["help"]), *(["--help"] if command else [])))
        for command in UV
    }


def spec(text):
    """The options in a help text of clap's: ``  -r, --requirements <REQUIREMENTS>``."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if not words or not line.startswith("  ") or not words[0].startswith("-") or len(line) - len(line.lstrip()) > 6:
            continue
        short = words.pop(0).strip(",")[1:] if not words[0].startswith("--") else ""
        if not words or not words[0].startswith("--"):
            continue
        name = words[0].rstrip(".,")[2:].partition("[")[0].partition("=")[0]
        takes = "<" in "".join(words[:2]) and not words[0].endswith("...")
        found.append("--" + name + ("=" if takes else ":" if short else "") + short)
    return " ".join(found)


def written():
    parts = [HEAD]
    for name, specs in (("UV", uv()), ("PIPX", argparsed("pipx")), ("PDM", argparsed("pdm"))):
        parts.append(name + " = {\n")
        parts += ["    %s: %s,\n" % (json.dumps(command), json.dumps(taken)) for command, taken in specs.items()]
        parts.append("}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


if __name__ == "__main__":
    TABLE.write_text(written())
    sys.stdout.write("%s\n" % TABLE)
