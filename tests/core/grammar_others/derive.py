"""Derive guard/core/grammar/other_options.py from the real uv, pipx and pdm.

    python -m tests.core.grammar_others.derive

pipx and pdm are asked for their argparse parsers (describe.py). uv prints what each of its commands takes; the options
it hides stand in the completions it writes for bash, and what an option was called before is found by asking.
"""

import json
import pathlib
import re
import subprocess
import sys

from tests.support.tools import ROOT, clean_environment, venv

HERE = pathlib.Path(__file__).resolve().parent
TABLE = ROOT / "guard" / "core" / "grammar" / "other_options.py"
HEAD = '''"""What the commands of uv, pipx and pdm take. Derived by tests/core/grammar_others/derive.py.

{command: spec}: a spec lists options as poetry_options does (``=`` takes a value, ``=?`` may take one, ``=+`` takes all
that follow), each with its shortcuts and other names; "" is the tool itself.
"""

# ruff: noqa: E501

'''
# Commands of uv that could install something, or run what is installed.
UV = (
    "", "add", "remove", "sync", "lock", "run", "export", "tree", "build", "pip", "pip install", "pip sync",
    "pip compile",
    "tool", "tool install", "tool run", "tool upgrade", "version",
)  # fmt: skip
# What an option is called besides, where that is neither its plural nor its singular.
FORMER = {
    "allow-insecure-host": "trusted-host",
    "no-cache": "no-cache-dir",
    "reinstall": "force-reinstall",
    "compile-bytecode": "compile",
    "no-compile-bytecode": "no-compile",
    "system-certs": "native-tls",
}


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
    """{command: spec} of uv."""
    path = tool("uv")
    completion = run(path, "generate-shell-completion", "bash")
    found = {}
    for command in UV:
        shown = spec(run(path, *(command.split() or ["help"]), *(["--help"] if command else [])))
        known = {word[2:].partition("=")[0].partition(":")[0] for word in shown.split()}
        every = " ".join([shown, *hidden(completion, command, known)])
        found[command] = " ".join(renamed(path, command, word) for word in every.split())
    return found


def hidden(completion, command, known):
    """The options of a command that no help text shows."""
    part = re.search(
        rf"^        {'__'.join(['uv', *command.split()])}\)\n(.*?)^            esac", completion, re.M | re.S
    )[1]
    for option in re.search(r'opts="(.*?)"', part)[1].split():
        if option.startswith("--") and option[2:] not in known:
            yield option + ("=" if re.search(rf"^ +{option}\)$", part, re.M) else "")


def renamed(path, command, word):
    """The word of a spec with what its option is called besides: mostly the singular of a plural."""
    name, mark, letters = re.fullmatch(r"--([\w-]+)([=:]?)(.*)", word).groups()
    likely = [FORMER[name]] if name in FORMER else []
    if mark == "=":
        likely.append(name[:-1] if name.endswith("s") else name + "s")
    others = [other for other in likely if is_called(path, command, other, name if mark == "=" else "")]
    letters = "|".join(filter(None, [letters, *others]))
    return f"--{name}{mark or (':' if letters else '')}{letters}"


def is_called(path, command, other, name):
    """Whether ``--other`` is another name of the option ``name``, which takes a value, or of some flag (name "")."""
    words = [path, *command.split(), "--" + other] + ([] if name else ["--no-such-option"])
    done = subprocess.run(
        words, capture_output=True, text=True, env=clean_environment(UV_OFFLINE="1"), cwd="/", check=False
    )
    if name:
        return re.search(rf"a value is required for '(-\w, )?--{name} ", done.stderr)
    return "unexpected argument '--no-such-option'" in done.stderr


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
