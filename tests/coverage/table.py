"""docs/coverage.md, written from the rows: ``python -m tests.coverage.table``."""

import pathlib

from tests.coverage.row import NOT
from tests.coverage.rows import ROWS

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "coverage.md"
HEAD = """\
# What guard covers

Every row is one way to start an install, run with the real tools against an index on loopback that logs its requests
(`tests/coverage`; all of them with `sh tests/run.sh long tests/coverage`). Where it says *refused before any
connection*, a listed name is refused and the log holds no request at all; *refused at the resolver*, none for that name.
The same way with a clean name installs it. *Not covered* is proved too: there the name is asked for. A row of the whole
machine names its own test. `python -m tests.coverage.table` writes this page from those rows.

The installer does both: it puts shims first on PATH, and protects the interpreters that it finds (`guard protect --all`),
so the rows of both contexts hold. Where interpreters were left alone (`--no-protect`), the first context is all there is;
where a tool is started by its path, the second. `guard doctor` tells which ways are open on this machine, and the command
that closes each.

"""
TAIL = """
"Protected" is what `guard protect` did, or the Python that made the environment. Behind the shim, pip and poetry start
through guard's runner, so that what they resolve meets the list as well; and tox, nox, pre-commit, hatch,
pyproject-build, pipenv, pipx and pip-tools start the pips that they need through it, and a uv through the gate.

## Beyond the table

| | |
| --- | --- |
| a build that starts `python -m pip` by itself under `--no-build-isolation`, behind the shim alone | not covered; a protected environment covers it |
| what pdm lets uv resolve (`use_uv`) | uv asks the index for it; it is refused before it is installed |
| Python before 3.7, pip before 20.3 | the shim judges the command line; the resolver is not entered |
| Windows | not covered: guard's ground floor needs POSIX |
| code that runs as the user | a guardrail, not a jail; `guard doctor` tells what is gone |
"""


def text():
    """The page."""
    lines = ["| way | context | answer |", "| --- | --- | --- |"]
    lines += [f"| {row.way} | {row.context} | {row.cell}{_told(row)} |" for row in sorted(ROWS, key=_order)]
    return HEAD + "\n".join(lines) + "\n" + TAIL


def _told(row):
    return "" if row.script else f" (`{row.proof}`)"


def _order(row):
    return row.answer == NOT  # what is not covered stands together, at the end


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
