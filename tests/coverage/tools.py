"""The rows of the tools that start pip, or install, by themselves."""

from tests.coverage.row import HIDDEN, NOT, PROTECTED, RESOLVER, SHIM, SWALLOWED, Row

TOX = """
printf '[tox]\\nskipsdist=true\\n[testenv]\\nskip_install=true\\ndeps=%s\\ncommands=\\n' $NAME >tox.ini
"$TOOL/bin/tox" -e py"""
NOX = """
printf 'import nox\\n@nox.session\\ndef go(session):\\n    session.install("%s")\\n' $NAME >noxfile.py
"$TOOL/bin/nox" """
PRE_COMMIT = """
printf 'repos:\\n- repo: local\\n  hooks:\\n  - {id: x, name: x, entry: "true", language: python, ' >.pre-commit-config.yaml
printf 'additional_dependencies: [%s]}\\n' $NAME >>.pre-commit-config.yaml
git init -q .; "$TOOL/bin/pre-commit" install-hooks"""
PIPENV = """
printf '[[source]]\\nurl = "%s"\\nverify_ssl = false\\nname = "local"\\n[packages]\\n' "$INDEX" >Pipfile
PIPENV_IGNORE_VIRTUALENVS=1 PIPENV_VENV_IN_PROJECT=1 PIPENV_PYPI_MIRROR="$INDEX" "$TOOL/bin/pipenv" install $NAME"""
HATCH = """
printf '[project]\\nname="x"\\nversion="1"\\n[build-system]\\nrequires=["hatchling"]\\nbuild-backend="hatchling.build"\\n' >pyproject.toml
printf '[tool.hatch.envs.default]\\nskip-install=true\\ndependencies=["%s"]\\n' $NAME >>pyproject.toml
"$TOOL/bin/hatch" --data-dir data env create"""
BUILD = """
tar xzf "$DISTS/builds_with_$KIND-1.0.tar.gz"; "$TOOL/bin/python" -m build -w builds_with_$KIND-1.0"""
POETRY = """
printf '[tool.poetry]\\nname="x"\\nversion="1"\\ndescription=""\\nauthors=[]\\npackage-mode=false\\n' >pyproject.toml
printf '[tool.poetry.dependencies]\\npython=">=3.7"\\n' >>pyproject.toml
[ -z "${NEEDS-}" ] || echo "$NEEDS = '*'" >>pyproject.toml
printf '[[tool.poetry.source]]\\nname="local"\\nurl="%s"\\npriority="primary"\\n' "$INDEX" >>pyproject.toml
"""
RUN_PIP = 'poetry run pip install --target target $NAME'
UV = 'printf "[project]\\nname=\'x\'\\nversion=\'1\'\\nrequires-python=\'>=3.9\'\\n" >pyproject.toml; '
UV_ALONE = "uv's resolver is no Python that could be entered; the shim judges its words and files"


def poetry(way, context, script, **more):
    """A row of the newest poetry: behind the shim by its name, in its own protected venv by its path."""
    start = "poetry" if context == SHIM else '"$TOOL/bin/poetry"'
    path = 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; ' if context == SHIM else ""
    more = {"tool": ("poetry==2.5.1",), **more}
    return Row(way, context, path + script.replace("poetry ", start + " ", 1), **more)


ROWS = [
    Row("tox", PROTECTED, TOX, tool=("tox", "pip==25.3"), exits=HIDDEN),
    Row("nox", PROTECTED, NOX, tool=("nox",), exits=HIDDEN),
    Row("pre-commit", PROTECTED, PRE_COMMIT, tool=("pre-commit",), exits=HIDDEN, needs=("git",)),
    Row("pipenv", PROTECTED, PIPENV, tool=("pipenv",), exits=HIDDEN),
    Row("`pip-compile` of pip-tools", PROTECTED, 'echo $NAME >r.in; "$TOOL/bin/pip-compile" -q -o r.txt r.in',
        tool=("pip-tools", "pip==25.3"), exits=HIDDEN),
    Row("`pip-sync` of pip-tools", PROTECTED, 'echo "$NAME==1.0" >r.txt; "$TOOL/bin/pip-sync" r.txt',
        tool=("pip-tools", "pip==25.3"), exits=HIDDEN),
    Row("hatch", PROTECTED, HATCH, tool=("hatch",), exits=HIDDEN),
    Row("`python -m build`", PROTECTED, BUILD, tool=("build",), exits=HIDDEN),
    Row("IPython's and Jupyter's `%pip`", PROTECTED, '"$TOOL/bin/ipython" -c "%pip install $NAME"', tool=("ipython",),
        exits=SWALLOWED),
    Row("IPython's and Jupyter's `!pip`", PROTECTED, 'PATH=$TOOL/bin:$PATH "$TOOL/bin/ipython" -c "!pip install $NAME"',
        tool=("ipython",), exits=SWALLOWED),
    Row("IPython's and Jupyter's `!pip`", SHIM, '"$TOOL/bin/ipython" -c "!pip install $NAME"', tool=("ipython",),
        exits=SWALLOWED),
    poetry("`poetry add`", SHIM, POETRY + "poetry add $NAME"),
    poetry("`poetry add` in poetry's own venv, by absolute path", PROTECTED, POETRY + "poetry add $NAME"),
    poetry("`poetry add` of a name that pulls it in", SHIM, POETRY + "poetry add pulls-in-$KIND", answer=RESOLVER),
    poetry("`poetry add` of a name that pulls it in", PROTECTED, POETRY + "poetry add pulls-in-$KIND", answer=RESOLVER),
    poetry("`poetry install` from a lock file", SHIM, "poetry install",
           prepare="NEEDS=pulls-in-$KIND" + POETRY + '"$TOOL/bin/poetry" lock'),
    poetry("`poetry run pip`", SHIM, POETRY + RUN_PIP),
    Row("`uv pip install`", SHIM, 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv pip install --target target $NAME', tool=("uv",),
        quick=True),
    Row("`uv add`", SHIM, UV + 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv add $NAME', tool=("uv",)),
    Row("`uv sync` from a lock file", SHIM, 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv sync --frozen', tool=("uv",),
        prepare=UV + '"$TOOL/bin/uv" add --no-sync pulls-in-$KIND'),
    Row("what uv resolves by itself", SHIM,
        'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv pip install --target target pulls-in-$KIND', NOT, UV_ALONE, tool=("uv",)),
    Row("uv by absolute path", PROTECTED, '"$TOOL/bin/uv" pip install --target target $NAME', NOT, UV_ALONE,
        tool=("uv",)),
    Row("`pipx run poetry`", PROTECTED, "", NOT, "no test proves it yet; pipx's venvs are born protected where its Python is"),
]  # fmt: skip
