"""Where the rows are run: an installed guard, a protected and an unprotected pip, an index with both kinds of names."""

import base64
import os
import shutil
import subprocess
import zipfile

import pytest

from guard.core.lookup import CANARY
from tests.coverage.row import IN_PIP, SHIM
from tests.resolver import trees
from tests.support import index, installed, packages
from tests.support.tools import TOOLS, clean_environment, copy, venv, whole

NAMES = {"good": "goodpkg-beta", "bad": CANARY}
PIP = ("pip==25.3",)
USUAL = "3.11"  # the Python of the venvs
SHIMMED = (
    ("uv",), ("pipx",), ("pdm",), ("tox", "pip==25.3"), ("nox",), ("pre-commit",), ("hatch",), ("build",), ("pipenv",),
    ("pip-tools", "pip==25.3"), ("tox", "tox-uv"), ("nox", "uv"), ("hatch", "uv"), ("build[uv]",),
    ("pre-commit", "pre-commit-uv"), ("pdm[locked]", "uv"),
)  # fmt: skip
WHOLE = "3.12"  # the Python that is copied as a whole

GET_PIP = """\
import base64, os, sys, tempfile
DATA = {!r}
with tempfile.TemporaryDirectory() as folder:
    archive = os.path.join(folder, "pip.zip")
    with open(archive, "wb") as file:
        file.write(base64.b85decode(DATA))
    sys.path.insert(0, archive)
    from pip._internal.cli.main import main
    sys.exit(main(["install", "--upgrade", "--force-reinstall", *sys.argv[1:], "pip"]))
"""


class Desk:
    """One installation and what stands around it, for all rows."""

    def __init__(self, folder, guard, served):
        self.folder, self.guard, self.index = folder, guard, served
        self.copies = {}
        self.elder = folder / "elder"
        self.bare = copy(venv(USUAL, *PIP), folder / "bare")
        self.rounds = 0

    def twin(self, requirements, protected, *options):
        """A copy of the kept venv with those requirements; what rows do to it is not kept."""
        which = requirements, protected, options
        if which not in self.copies:
            self.copies[which] = place = copy(venv(USUAL, *requirements), self.folder / f"venv-{len(self.copies)}")
            if protected:
                self.protect(place, *options)
        return self.copies[which]

    def protect(self, place, *options):
        done = self.guard.guard("protect", *options, str(place))
        assert done.returncode == 0, done.stdout + done.stderr

    def conda(self):
        """A whole Python with its own prefix and a conda-meta folder, protected; and an environment older than that."""
        place = self.folder / "conda"
        if not place.exists():
            whole(WHOLE, place)
            (place / "conda-meta").mkdir()
            words = [str(place / "bin" / "python3"), "-m", "venv", str(self.elder)]
            subprocess.run(words, check=True, capture_output=True, env=clean_environment())
            self.protect(place)
        return place

    def pyz(self):
        """pip in one file, as pip.pyz is built."""
        path = self.folder / "pip.pyz"
        if not path.exists():
            (lib,) = venv(USUAL, *PIP).glob("lib/*/site-packages")
            with zipfile.ZipFile(path, "w") as archive:
                for file in (lib / "pip").rglob("*"):
                    if file.is_file() and "__pycache__" not in file.parts:
                        archive.write(file, file.relative_to(lib))
                archive.writestr("__main__.py", "import runpy\nrunpy.run_module('pip', run_name='__main__')\n")
        return path

    def getpip(self):
        """A get-pip.py as the real one is made: pip's own wheel as text in a script, which puts it on sys.path as a zip."""
        path = self.folder / "get-pip.py"
        if not path.exists():
            path.write_text(GET_PIP.format(base64.b85encode(self.wheel().read_bytes()).decode()))
        return path

    def wheel(self):
        """A wheel of pip's own, as virtualenv brings it."""
        return max(venv(USUAL, "virtualenv").glob("lib/*/site-packages/virtualenv/seed/wheels/embed/pip-2*.whl"))

    def environment(self, row, kind, here):
        # Apart from what the row makes: guard treats an environment in the folder for temporary files differently.
        home, passing = here / "home", here / "tmp"
        for made in (home, passing):
            made.mkdir(exist_ok=True)
        tool = self.twin(row.tool, row.context != SHIM) if row.tool else ""
        shims = [] if row.context != SHIM else [self.guard.prefix / "shims"]
        behind = [self.bare / "bin"] if row.context == SHIM else []
        url, name = self.index.url, NAMES[kind]
        return clean_environment(
            PATH=os.pathsep.join([*map(str, shims), *map(str, behind), "/usr/bin", "/bin"]), HOME=home, CI="1",
            TMPDIR=passing, PIP_INDEX_URL=url, UV_INDEX_URL=url, UV_DEFAULT_INDEX=url, UV_CACHE_DIR=here / "uv",
            UV_NO_CONFIG="1", UV_PYTHON_DOWNLOADS="never", UV_PYTHON=self.bare / "bin" / "python", TERM="dumb",
            POETRY_CACHE_DIR=here / "poetry", POETRY_VIRTUALENVS_IN_PROJECT="true", POETRY_NO_INTERACTION="1",
            PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring", PRE_COMMIT_HOME=here / "pre-commit",
            VIRTUALENV_NO_PERIODIC_UPDATE="1",  # it asks the index for pip, beside what the row does
            # A closed door: whatever a row finds wrong, no name leaves this machine.
            HTTP_PROXY="http://127.0.0.1:9", HTTPS_PROXY="http://127.0.0.1:9", NO_PROXY="127.0.0.1",
            NAME=name, KIND=kind, INDEX=url, FILES=f"http://{self.index.host}/files", DISTS=self.index.folder,
            WHEEL=name.replace("-", "_") + "-1.0-py3-none-any.whl", TOOL=tool, BARE=self.bare,
            VENV=self.twin(PIP, True, *(["--in-pip"] if row.context == IN_PIP else [])), GUARD=self.guard.prefix / "bin" / "guard",
            GUARD_SHIMS=self.guard.prefix / "shims", PYENV=shutil.which("pyenv") or "",
            CONDA=self.conda() if "$CONDA" in row.script + row.prepare or "$ELDER" in row.script else "",
            ELDER=self.elder, PYZ=self.pyz() if "$PYZ" in row.script else "",
            GETPIP=self.getpip() if "$GETPIP" in row.script else "",
            PIPWHEEL=self.wheel() if "$PIPWHEEL" in row.script else "",
        )  # fmt: skip

    def run(self, row, kind):
        """Run ``row`` with the good or the bad name. Returns (CompletedProcess, whether it got here, the folder)."""
        self.rounds += 1
        here = self.folder / f"round-{self.rounds}"
        here.mkdir()
        for wheel in wheels(row.served) if row.served else []:
            shutil.copy(wheel, self.index.folder)
        environ = self.environment(row, kind, here)
        self.forget()
        if row.prepare:
            bare = dict(environ, PATH=f"{self.bare}/bin:/usr/bin:/bin")
            done = start(row.prepare, here, bare)
            assert done.returncode == 0, done.stdout + done.stderr
        self.index.requests.clear()
        return start(row.script, here, environ), here

    def installed(self, kind, here):
        """Where the module or the wheel of that name has come to lie, or a wheel that was built with its help."""
        stem = NAMES[kind].replace("-", "_")
        places = self.places(here)
        found = [p for place in places for p in place.rglob(f"{stem}*") if p.suffix in (".py", ".whl")]
        found += here.rglob(f"builds_with_{kind}*.whl")
        return [path for path in found if "warm" not in path.parts and "dists" not in path.parts]

    def places(self, here):
        whole = [place for place in (self.folder / "conda", self.elder) if place.exists()]
        return [here, self.bare, *self.copies.values(), *whole]

    def forget(self):
        for place in self.places(self.folder / "no-round")[1:]:
            for path in place.glob("lib/*/site-packages/*"):
                if path.name.startswith(("goodpkg_", "typoguard_test", "pulls_in", "links_to", "builds_with")):
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def start(script, here, environ):
    return subprocess.run(["sh", "-eu", "-c", script], cwd=here, env=environ, capture_output=True, text=True,
                          timeout=300, check=False, stdin=subprocess.DEVNULL)  # fmt: skip


def wheels(requirements):
    """The wheels of those tools and of what they need, fetched once from the index this machine is set up for."""
    folder = TOOLS / "-".join(["wheels", *requirements])
    if not folder.exists():
        fetched = TOOLS / f"{folder.name}.{os.getpid()}"
        for version in (USUAL, WHOLE):
            words = [str(venv(version, *PIP) / "bin" / "pip"), "download", "-q", "-d", str(fetched), *requirements]
            done = subprocess.run(words, check=False, capture_output=True, text=True)
            if done.returncode:
                shutil.rmtree(fetched, ignore_errors=True)
                pytest.skip(f"{' '.join(requirements)} cannot be fetched here: {done.stderr.strip()[-300:]}")
        fetched.rename(folder)
    return sorted(folder.glob("*.whl"))


def distributions(folder, host):
    """Put in ``folder`` both names, and what leads to each of them: by name, by link, by a build, by a file."""
    for kind, name in NAMES.items():
        made = command(packages.wheel(folder, name))
        link = f"{name} @ http://{host}/files/{made.name}"
        command(packages.wheel(folder, f"pulls-in-{kind}", requires=[name]))
        packages.wheel(folder, f"links-to-{kind}", requires=[link])
        trees.sdist(folder, f"builds-with-{kind}", requires=[name], build_requires=[name])
        trees.sdist(folder, f"builds-with-{kind}-and-pip", build_requires=["pip"], runs=["-m", "pip", "install", "-t", "t", name])
        (folder / f"{kind}.txt").write_text(name + "\n")
        (folder / f"{kind}-link.txt").write_text(link + "\n")


def command(wheel):
    """Let a wheel bring a command, since pipx installs nothing else."""
    info = "-".join(wheel.name.split("-")[:2]) + ".dist-info"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\nrun-{wheel.stem} = os:getcwd\n")
    return wheel


@pytest.fixture(scope="module")
def desk(installed_once, tmp_path_factory):
    folder = tmp_path_factory.mktemp("coverage")
    dists = folder / "dists"
    dists.mkdir()
    with index.serve(dists) as served:
        distributions(dists, served.host)
        (folder / "guard").mkdir()
        guard = installed.fresh(installed_once, folder / "guard")
        made = Desk(folder, guard, served)
        done = guard.run([str(guard.prefix / "bin" / "guard"), "shims"], made.bare / "bin",
                         *(venv(USUAL, *tool) / "bin" for tool in SHIMMED))  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield made
