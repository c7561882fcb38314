"""The hook for repositories, with the real pre-commit: installed from a clone, run over files, and in a commit."""

import os
import shutil
import subprocess
import sys

import pytest
import yaml

from guard.setup.install import PARTS
from tests.ci.conftest import NAME
from tests.support.tools import ROOT, clean_environment, venv

VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"
HOOK = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]


class Repository:
    """A repository of somebody's that asks for the hook."""

    def __init__(self, root, source, wheels):
        self.folder = root / "repo"
        self.folder.mkdir()
        tool = venv(VERSION, "pre-commit>=4")
        # The wheels that guard needs come from a folder, so that what pre-commit does here is done offline.
        self.environ = clean_environment(
            HOME=root / "home", PATH=f"{tool}/bin:{os.environ['PATH']}", PRE_COMMIT_HOME=root / "cache",
            PIP_NO_INDEX="1", PIP_FIND_LINKS=wheels, GIT_CONFIG_GLOBAL=os.devnull, GIT_CONFIG_NOSYSTEM="1",
            GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.org", GIT_COMMITTER_NAME="a",
            GIT_COMMITTER_EMAIL="a@example.org",
        )  # fmt: skip
        self.git("init", "-q")
        revision = self.git("-C", str(source), "rev-parse", "HEAD").stdout.strip()
        hook = f"  - repo: {source}\n    rev: {revision}\n    hooks:\n      - id: guard\n"
        self.write(".pre-commit-config.yaml", f"default_language_version:\n  python: python{VERSION}\nrepos:\n{hook}")

    def run(self, *words):
        return subprocess.run(words, cwd=self.folder, env=self.environ, capture_output=True, text=True, timeout=300,
                              check=False, stdin=subprocess.DEVNULL)  # fmt: skip

    def git(self, *words):
        return self.run("git", *words)

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        self.git("add", "-A")


def checkout(folder, environ):
    """guard as it stands in the working tree, as a repository."""
    for part in (*PARTS, ".pre-commit-hooks.yaml"):
        origin = ROOT / part
        if origin.is_dir():
            shutil.copytree(origin, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            folder.mkdir(exist_ok=True)
            shutil.copyfile(origin, folder / part)
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "guard"]):
        subprocess.run(["git", *words], cwd=folder, env=environ, check=True, capture_output=True)


@pytest.fixture(scope="module")
def repository(tmp_path_factory, wheels):
    if not shutil.which("git"):
        pytest.skip("there is no git on this machine")
    root = tmp_path_factory.mktemp("pre-commit")
    environ = clean_environment(GIT_CONFIG_GLOBAL=os.devnull, GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@example.org",
                                GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@example.org")  # fmt: skip
    checkout(root / "guard", environ)
    made = Repository(root, root / "guard", wheels)
    made.write("requirements.txt", "requests\n")
    done = made.run("pre-commit", "run", "--all-files")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    return made


FILES = {
    "requirements.txt": f"requests\n{NAME}\n",
    "requirements-dev.txt": f"{NAME}==1.0\n",
    "requirements/base.in": f"{NAME}\n",
    "app/pyproject.toml": f'[project]\nname = "x"\nversion = "1"\ndependencies = ["{NAME}"]\n',
    "tool/pyproject.toml": f'[tool.poetry.group.dev.dependencies]\n{NAME} = "*"\n',
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_names_a_listed_package_fails(repository, name):
    before = (repository.folder / name).read_text() if (repository.folder / name).exists() else None
    repository.write(name, FILES[name])
    try:
        done = repository.run("pre-commit", "run", "--all-files")
        assert done.returncode == 1 and "Failed" in done.stdout
        assert f"{NAME} is a harmless name" in done.stdout and name.rpartition("/")[2] in done.stdout
    finally:
        (repository.folder / name).unlink()
        if before is not None:
            repository.write(name, before)
        repository.git("add", "-A")


def test_it_keeps_a_commit_from_being_made(repository):
    assert repository.run("pre-commit", "install").returncode == 0
    repository.write("requirements-new.txt", f"{NAME}\n")
    assert repository.git("commit", "-q", "-m", "x").returncode == 1
    (repository.folder / "requirements-new.txt").write_text("requests\n")
    repository.git("add", "-A")
    done = repository.git("commit", "-q", "-m", "x")
    assert done.returncode == 0, done.stderr


def test_other_files_do_not_start_it(repository):
    repository.write("notes.txt", NAME)
    repository.write("pyproject.toml", "[tool.ruff]\nline-length = 120\n")
    done = repository.run("pre-commit", "run", "--files", "notes.txt")
    assert done.returncode == 0 and "Skipped" in done.stdout
    assert repository.run("pre-commit", "run", "--files", "pyproject.toml").returncode == 0
