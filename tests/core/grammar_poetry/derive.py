"""Derive guard/core/grammar/poetry_options.py from the real poetries: python -m tests.core.grammar_poetry.derive

Each version is asked for its own definitions (describe.py); a command's spec is written where it differs from the
version before.
"""

import json
import subprocess
import sys

from tests.core.grammar_poetry import poetries
from tests.support.tools import ROOT

TABLE = ROOT / "guard" / "core" / "grammar" / "poetry_options.py"
HEAD = '''"""What each command of poetry takes, by version. Derived by tests/core/grammar_poetry/derive.py.

{command: (((1, 1), spec), …)}: the spec holds from that version on, None where the command is gone; "" is the
application itself. A spec lists arguments (``!`` required, ``+`` and ``*`` many) and options (``=`` takes a value,
``=?`` may take one), each with its shortcuts: ``name!+ --dev:D --extras=E``.
"""

# ruff: noqa: E501

NEWEST = %r  # the newest version this was derived from

COMMANDS = {
'''


def described(version):
    """{command: spec} of one installed version."""
    words = [poetries.python(version), "-I", poetries.HERE / "describe.py"]
    done = subprocess.run(words, check=True, capture_output=True, text=True, cwd="/", env=poetries.environment())
    return json.loads(done.stdout)


def table(specs):
    """{command: [(version, spec or None)]} from {version: {command: spec}}, oldest version first."""
    commands = {}
    for version, found in specs.items():
        for name in {**commands, **found}:
            history = commands.setdefault(name, [])
            spec = found.get(name)
            if (history[-1][1] if history else None) != spec:
                history.append((version, spec))
    return commands


def written(specs):
    """The text of the table's module."""
    lines = [HEAD % (max(specs),)]
    for name, history in sorted(table(specs).items()):
        lines.append("    %s: (\n" % json.dumps(name))
        for version, spec in history:
            lines.append("        (%r, %s),\n" % (version, "None" if spec is None else json.dumps(spec)))
        lines.append("    ),\n")
    return "".join([*lines, "}\n"])


def main():
    specs = {poetries.number(version): described(version) for version in poetries.EVERY}
    TABLE.write_text(written(specs))
    sys.stdout.write("%s: %d versions\n" % (TABLE, len(specs)))


if __name__ == "__main__":
    main()
