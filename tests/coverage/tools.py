"""The rows of the tools that start pip, or install, by themselves."""

from guard.core.lookup import CANARY
from tests.coverage.row import HIDDEN, NOT, PROTECTED, REFUSED, RESOLVER, SHIM, SWALLOWED, Row

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
PRE_COMMIT_UV = {"tool": ("pre-commit", "pre-commit-uv"), "exits": HIDDEN, "needs": ("git",),
                 "served": ("pip", "setuptools", "wheel")}  # fmt: skip
PIPENV = """
printf '[[source]]\\nurl = "%s"\\nverify_ssl = false\\nname = "local"\\n[packages]\\n' "$INDEX" >Pipfile
PIPENV_IGNORE_VIRTUALENVS=1 PIPENV_VENV_IN_PROJECT=1 PIPENV_PYPI_MIRROR="$INDEX" "$TOOL/bin/pipenv" install $NAME"""
HATCH = """
printf '[project]\\nname="x"\\nversion="1"\\n[build-system]\\nrequires=["hatchling"]\\nbuild-backend="hatchling.build"\\n' >pyproject.toml
printf '[tool.hatch.envs.default]\\nskip-install=true\\ndependencies=["%s"]\\n' $NAME >>pyproject.toml
"$TOOL/bin/hatch" --data-dir data env create"""
NOX_UV = NOX.replace("import nox\\n", "import nox\\nnox.options.default_venv_backend=\"uv\"\\n")
HATCH_UV = HATCH.replace("skip-install=true", 'skip-install=true\\ninstaller="uv"')
BUILD = """
tar xzf "$DISTS/builds_with_$KIND-1.0.tar.gz"; "$TOOL/bin/pyproject-build" -w builds_with_$KIND-1.0"""
POETRY = """
printf '[tool.poetry]\\nname="x"\\nversion="1"\\ndescription=""\\nauthors=[]\\npackage-mode=false\\n' >pyproject.toml
printf '[tool.poetry.dependencies]\\npython=">=3.7"\\n' >>pyproject.toml
[ -z "${NEEDS-}" ] || echo "$NEEDS = '*'" >>pyproject.toml
printf '[[tool.poetry.source]]\\nname="local"\\nurl="%s"\\npriority="primary"\\n' "$INDEX" >>pyproject.toml
"""
RUN_PIP = 'poetry run pip install --target target $NAME'
PIPX_POETRY = 'PIPX_DEFAULT_PYTHON="$CONDA/bin/python" "$TOOL/bin/pipx" run --spec poetry==2.5.1 poetry'
PIPX_BARE = 'PIPX_DEFAULT_PYTHON="$BARE/bin/python" '
PIPX_SERVED = ("pip", "poetry==2.5.1")
RUN_SHIMMED = "PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; "
UV = 'printf "[project]\\nname=\'x\'\\nversion=\'1\'\\nrequires-python=\'>=3.9\'\\n" >pyproject.toml; '
OUT_OF_SIGHT = "no shim stands before `python`; `guard protect --all` finds that Python by the tool's script on PATH"
UV_CONSTRAINED = '"$GUARD" lists export --constraints >refused.txt; export UV_CONSTRAINT=$PWD/refused.txt; '
UV_SAYS = (CANARY + "<0, which does not allow any versions",)
UV_NEEDS = 'echo "dependencies=[\'pulls-in-$KIND\']" >>pyproject.toml; '
UV_ALONE = "uv's resolver is no Python that could be entered; `guard lists export --constraints` can go along with it"
UV_BY_PATH = "uv is no Python that guard could be let into; by its word it meets the shim"
UV_PROJECT = "they read no `UV_CONSTRAINT`; `uv lock`, then `guard check -- uv sync`, judges what it chose"
PDM = """
printf '[project]\\nname="x"\\nversion="1"\\nrequires-python=">=3.9"\\ndependencies=[]\\n' >pyproject.toml
printf '[tool.pdm]\\ndistribution=false\\n[[tool.pdm.source]]\\nname="pypi"\\nurl="%s"\\n' "$INDEX" >>pyproject.toml
export PDM_CHECK_UPDATE=0 PDM_PYTHON="$BARE/bin/python"
"""
PDM_UV = PDM + RUN_SHIMMED + "pdm config --local use_uv true; pdm add pulls-in-$KIND"
PDM_TOOL = ("pdm[locked]",)  # with what came after its lock, pdm 2.26 fails


def poetry(way, context, script, **more):
    """A row of the newest poetry: behind the shim by its name, in its own protected venv by its path."""
    start = "poetry" if context == SHIM else '"$TOOL/bin/poetry"'
    path = 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; ' if context == SHIM else ""
    more = {"tool": ("poetry==2.5.1",), **more}
    return Row(way, context, path + script.replace("poetry ", start + " ", 1), **more)


def constrained(way, context, script):
    """A row of uv with guard's list among its constraints: uv refuses by itself, in its own words."""
    return Row(way, context, UV + UV_CONSTRAINED + RUN_SHIMMED * (context == SHIM) + script, RESOLVER, tool=("uv",),
               exits=HIDDEN, says=UV_SAYS)  # fmt: skip


def starts_pip(way, script, tool, **more):
    """A tool that starts pip by itself: where its Python is protected, by its path; and behind its shim."""
    name = way.strip("`").partition("`")[0]
    through = RUN_SHIMMED + script.replace(f'"$TOOL/bin/{name}"', name)
    return [
        Row(way, PROTECTED, script, tool=tool, **{"exits": HIDDEN, **more}),
        Row(way, SHIM, through, tool=tool, **{"exits": HIDDEN, **more}),
    ]


def starts_uv(way, script, tool):
    """A tool that brings a uv along and installs with it: behind its shim, and by its path."""
    name = tool[0] if tool[0] != "build[uv]" else "pyproject-build"
    through = RUN_SHIMMED + script.replace(f'"$TOOL/bin/{name}"', name)
    return [Row(way, PROTECTED, script, tool=tool, exits=HIDDEN), Row(way, SHIM, through, tool=tool, exits=HIDDEN)]


def by_its_python(way, script, tool, **more):
    """A way that no shim stands before: where its Python is protected, and where it is not."""
    return [
        Row(way, PROTECTED, script, tool=tool, **more),
        Row(way, SHIM, script, NOT, OUT_OF_SIGHT, tool=tool),
    ]


ROWS = [
    *starts_pip("tox", TOX, ("tox", "pip==25.3")),
    *starts_pip("nox", NOX, ("nox",)),
    *starts_pip("pre-commit", PRE_COMMIT, ("pre-commit",), needs=("git",), served=("setuptools", "wheel")),
    *starts_pip("hatch", HATCH, ("hatch",)),
    *starts_pip("`pyproject-build` of build", BUILD, ("build",)),
    *starts_uv("tox with tox-uv", TOX, ("tox", "tox-uv")),
    *starts_uv("nox with uv", NOX_UV, ("nox", "uv")),
    Row("pre-commit with pre-commit-uv", PROTECTED, PRE_COMMIT, RESOLVER, **PRE_COMMIT_UV),
    Row("pre-commit with pre-commit-uv", SHIM, RUN_SHIMMED + PRE_COMMIT.replace('"$TOOL/bin/pre-commit"', "pre-commit"),
        **PRE_COMMIT_UV),
    *starts_uv("hatch with uv", HATCH_UV, ("hatch", "uv")),
    *starts_uv("`pyproject-build --installer uv`", BUILD.replace("pyproject-build\"", "pyproject-build\" --installer uv"),
               ("build[uv]",)),
    *starts_pip("pipenv", PIPENV, ("pipenv",)),
    *starts_pip("`pip-compile` of pip-tools", """
                echo $NAME >r.in; "$TOOL/bin/pip-compile" -q -o r.txt r.in; "$TOOL/bin/pip" download -d out -r r.txt""",
                ("pip-tools", "pip==25.3"), exits=REFUSED),
    *starts_pip("`pip-sync` of pip-tools", 'echo "$NAME==1.0" >r.txt; "$TOOL/bin/pip-sync" r.txt',
                ("pip-tools", "pip==25.3")),
    *by_its_python("`python -m build`", BUILD.replace("bin/pyproject-build", "bin/python\" -m \"build"), ("build",),
                   exits=HIDDEN),
    *by_its_python("IPython's and Jupyter's `%pip`", '"$TOOL/bin/ipython" -c "%pip install $NAME"', ("ipython",),
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
    poetry("`poetry install` from a lock file", PROTECTED, "poetry install",
           prepare="NEEDS=pulls-in-$KIND" + POETRY + 'GUARD_MODE=audit "$TOOL/bin/poetry" lock'),
    Row("`python -m poetry add`", PROTECTED, POETRY + '"$TOOL/bin/python" -m poetry add $NAME', tool=("poetry==2.5.1",)),
    poetry("`poetry run pip`", SHIM, POETRY + RUN_PIP),
    Row("`uv pip install`", SHIM, 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv pip install --target target $NAME', tool=("uv",),
        quick=True),
    Row("`uv add`", SHIM, UV + 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv add $NAME', tool=("uv",)),
    Row("`uv sync` from a lock file", SHIM, 'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv sync --frozen', tool=("uv",),
        prepare=UV + '"$TOOL/bin/uv" add --no-sync pulls-in-$KIND'),
    Row("what uv resolves by itself", SHIM,
        'PATH=$GUARD_SHIMS:$TOOL/bin:$PATH; uv pip install --target target pulls-in-$KIND', NOT, UV_ALONE, tool=("uv",)),
    constrained("what uv resolves by itself, with `UV_CONSTRAINT`", SHIM, "uv pip install --target target pulls-in-$KIND"),
    constrained("`uv add` of a name that pulls it in, with `UV_CONSTRAINT`", SHIM, "uv add pulls-in-$KIND"),
    constrained("uv by absolute path, with `UV_CONSTRAINT`", PROTECTED,
                '"$TOOL/bin/uv" pip install --target target pulls-in-$KIND'),
    Row("what `uv sync` and `uv run` resolve, where there is no lock", SHIM,
        UV + UV_NEEDS + RUN_SHIMMED + "uv sync", NOT, UV_PROJECT, tool=("uv",)),
    *by_its_python("`python -m uv pip install`", '"$TOOL/bin/python" -m uv pip install --target target $NAME', ("uv",),
                   quick=True),
    Row("uv by absolute path", PROTECTED, '"$TOOL/bin/uv" pip install --target target $NAME', NOT, UV_BY_PATH,
        tool=("uv",)),
    Row("`pdm add`", SHIM, PDM + RUN_SHIMMED + "pdm add $NAME", tool=PDM_TOOL),
    Row("`pdm sync` from a lock file", SHIM, "export PDM_CHECK_UPDATE=0; " + RUN_SHIMMED + "pdm sync", tool=PDM_TOOL,
        prepare=PDM + '"$TOOL/bin/pdm" add --no-sync pulls-in-$KIND'),
    Row("`pdm add` of a name that pulls it in", SHIM, PDM + RUN_SHIMMED + "pdm add pulls-in-$KIND", RESOLVER,
        tool=PDM_TOOL),
    Row("`pdm add` in its own venv, by absolute path", PROTECTED, PDM + '"$TOOL/bin/pdm" add $NAME', tool=PDM_TOOL),
    Row("`pdm add` of a name that leads to it by a link", PROTECTED, PDM + '"$TOOL/bin/pdm" add links-to-$KIND', RESOLVER,
        tool=PDM_TOOL),
    Row("an environment that uv made (`uv venv --seed`) of a protected Python", PROTECTED, "made/bin/pip install $NAME",
        prepare='UV_PYTHON="$CONDA/bin/python3" UV_INDEX_URL="$INDEX" "$TOOL/bin/uv" venv -q --seed made',
        tool=("uv",), served=("pip", "setuptools", "wheel")),
    Row("`pipx run poetry`", SHIM, POETRY + RUN_SHIMMED + "pipx run --spec poetry==2.5.1 poetry add $NAME",
        tool=("pipx",), served=PIPX_SERVED),
    Row("`pipx install` of a name that pulls it in", SHIM, RUN_SHIMMED + PIPX_BARE + "pipx install pulls-in-$KIND", RESOLVER,
        tool=("pipx",), served=PIPX_SERVED, exits=HIDDEN),
    Row("`pipx install` by absolute path, where its Python is protected", PROTECTED, '"$TOOL/bin/pipx" install $NAME',
        RESOLVER, tool=("pipx",), served=PIPX_SERVED, exits=HIDDEN),
    Row("`pipx run poetry`, where the Python that pipx makes environments with is protected", PROTECTED,
        POETRY + PIPX_POETRY + " add $NAME", tool=("pipx",), served=PIPX_SERVED, prepare=PIPX_POETRY + " --version"),
]  # fmt: skip
