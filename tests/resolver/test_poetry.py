"""Real poetrys, from 1.1 to the newest, started through the runner."""

import pytest

from guard.resolver.entry import RUNNER
from tests.resolver import trees
from tests.resolver.conftest import BLOCKED, assert_refused
from tests.support import packages
from tests.support.tools import venv

NEWEST = ("3.11", "2.5.1")
FEW = [NEWEST]
EVERY = [("3.8", "1.1.15"), ("3.8", "1.2.2"), ("3.9", "1.3.2"), ("3.10", "1.4.2"), ("3.10", "1.5.1"), ("3.11", "1.6.1"),
         ("3.11", "1.7.1"), ("3.11", "1.8.5"), ("3.12", "2.0.1"), ("3.12", "2.1.4"), ("3.13", "2.2.1"),
         ("3.13", "2.5.1")]  # fmt: skip
VERSIONS = [pytest.param(v, id="-".join(v)) for v in FEW]
VERSIONS += [pytest.param(v, id="-".join(v), marks=pytest.mark.long) for v in EVERY]

PROJECT = """\
[tool.poetry]
name = "project"
version = "0.1"
description = ""
authors = ["A <a@example.org>"]
{mode}
[tool.poetry.dependencies]
python = ">=3.7"
{needs}
[[tool.poetry.source]]
name = "local"
url = "{url}"
{first}
"""


class Poetry:
    """One version of poetry, and the project it works on."""

    def __init__(self, room, python, version):
        self.room = room
        self.version = tuple(int(part) for part in version.split("."))
        # What the builders of old poetrys fetch from the default index is of no interest here, and slow.
        pins = [f"poetry=={version}", *(["virtualenv<20.22", "setuptools<70"] if self.version < (1, 3) else [])]
        self.place = venv(python, *pins)
        self.project = room.folder / "project"
        self.project.mkdir()

    def needs(self, *names):
        # The one source: no name of these tests is to be asked of any other index.
        first = 'priority = "primary"' if self.version >= (2,) else 'priority = "default"'
        first = "default = true" if self.version < (1, 5) else first
        mode = "package-mode = false" if self.version >= (1, 8) else ""
        needs = "\n".join(f'{name} = "*"' for name in names)
        text = PROJECT.format(mode=mode, needs=needs, url=self.room.index.url, first=first)
        (self.project / "pyproject.toml").write_text(text)
        return text

    def run(self, *words, bare=False):
        through = [] if bare else [RUNNER, self.room.root, "-"]
        start = [self.place / "bin" / "python", *through, self.place / "bin" / "poetry"]
        base = self.room.folder
        return self.room.run([*start, *words], cwd=self.project, HOME=base / "home", POETRY_CACHE_DIR=base / "cache",
                             POETRY_VIRTUALENVS_IN_PROJECT="true", POETRY_NO_INTERACTION="1", PATH="/usr/bin:/bin",
                             PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring")  # fmt: skip

    def install(self, **more):
        return self.run("install", *(["--no-root"] if self.version < (1, 8) else []), **more)

    def installed(self):
        found = self.project.glob(".venv/lib/*/site-packages/*.dist-info")
        return {path.name.split("-")[0] for path in found} - {"pip", "setuptools", "wheel"}


@pytest.fixture(params=VERSIONS)
def poetry(request, room):
    return Poetry(room, *request.param)


@pytest.fixture
def newest(room):
    return Poetry(room, *NEWEST)


def test_what_a_clean_name_pulls_in_is_refused_and_the_project_restored(room, dists, poetry):
    packages.wheel(dists, "pulls-in", requires=["goodpkg-beta", BLOCKED])
    before = poetry.needs("goodpkg-beta")
    told = assert_refused(poetry.run("add", "pulls-in"), room)
    assert "required by pulls-in==1.0" in told
    assert (poetry.project / "pyproject.toml").read_text() == before
    assert poetry.installed() == set()
    (line,) = room.lines()
    assert (line["tool"], line["verb"], line["findings"][0]["via"]) == ("poetry", "add", "pulls-in==1.0")


def test_a_dependency_given_as_a_link(room, dists, poetry):
    link = f"http://{room.index.host}/files/{BLOCKED.replace('-', '_')}-1.0-py3-none-any.whl"
    packages.wheel(dists, "links-to", requires=[f"{BLOCKED} @ {link}"])
    poetry.needs("links-to")
    told = assert_refused(poetry.run("lock"), room)
    assert "required by links-to==1.0" in told


def test_an_installation_from_a_lock_file(room, dists, poetry):
    packages.wheel(dists, "pulls-in", requires=["goodpkg-beta", BLOCKED])
    poetry.needs("pulls-in")
    locked = poetry.run("lock", bare=True)
    assert locked.returncode == 0, locked.stdout + locked.stderr
    assert_refused(poetry.install(), room)
    assert poetry.installed() == set()


def test_clean_names_are_added_and_installed(room, poetry):
    poetry.needs()
    done = poetry.run("add", "goodpkg-alpha")
    assert done.returncode == 0, done.stdout + done.stderr
    assert poetry.installed() == {"goodpkg_alpha", "goodpkg_beta"}
    assert "guard" not in done.stderr
    assert room.lines() == []


def test_what_was_warned_of_and_is_installed_is_told_once(room, dists, poetry):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    room.settings('mode = "warn"\n')
    poetry.needs("pulls-in")
    dry = poetry.run("install", "--dry-run")
    assert dry.returncode == 0, dry.stdout + dry.stderr
    assert "installed" not in [line.get("action") for line in room.lines()]
    done = poetry.install()
    assert done.returncode == 0, done.stdout + done.stderr
    assert poetry.installed() == {"pulls_in", "typoguard_test_blocked"}
    (told,) = [line for line in room.lines() if line.get("action") == "installed"]
    assert [f["name"] for f in told["findings"]] == [BLOCKED]
    assert (told["tool"], told["verb"], told["verdict"]) == ("poetry", "install", "warn")


def test_a_build_requirement(room, dists, poetry):
    trees.sdist(dists, "builds-with", build_requires=[BLOCKED])
    poetry.needs("builds-with")
    done = poetry.install()
    assert done.returncode == 77, done.stdout + done.stderr
    assert BLOCKED in done.stderr[done.stderr.index("guard: refused:") :]
    assert room.index.asked_for(BLOCKED) == []
    assert "builds_with" not in poetry.installed()


@pytest.mark.parametrize("listed", ["1.1", ">=1.1.dev1 <2"])
def test_bad_releases_are_hidden(room, dists, newest, listed):
    for version in ("1.0", "1.1"):
        packages.wheel(dists, "goodpkg-gamma", version)
    room.listed({"name": "goodpkg-gamma", "kind": "compromised", "versions": listed, "sources": "tests"})
    newest.needs("goodpkg-gamma")
    done = newest.run("lock")
    assert done.returncode == 0, done.stderr
    assert 'version = "1.0"' in (newest.project / "poetry.lock").read_text()
    assert "this release is hidden" in done.stderr


def test_a_locked_bad_release_is_refused(room, dists, newest):
    packages.wheel(dists, "goodpkg-gamma", "1.1")
    newest.needs("goodpkg-gamma")
    assert newest.run("lock", bare=True).returncode == 0
    room.listed({"name": "goodpkg-gamma", "kind": "compromised", "versions": "1.1", "sources": "tests"})
    assert_refused(newest.install(), room, "goodpkg-gamma")


def test_looking_is_not_installing(room, dists, newest):
    newest.needs("goodpkg-beta")
    assert newest.run("lock").returncode == 0
    room.listed({"name": "goodpkg-beta", "kind": "malicious", "sources": "tests"})
    for words in (["show", "--latest"], ["check"]):
        done = newest.run(*words)
        assert done.returncode != 77, done.stderr
    assert room.lines() == []


def test_poetry_run_pip(room, dists, newest):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    newest.needs()
    done = newest.run("run", "pip", "install", "--target", room.folder / "target", "pulls-in")
    told = assert_refused(done, room)
    assert "required by pulls-in" in told
