"""CI jobs in a sandbox: a home, a workspace and a Python of their own, and an index on loopback and nothing else."""

import os
import pathlib
import subprocess
import sys

import pytest

from tests.installer import conftest as installer
from tests.support import index, packages
from tests.support.tools import clean_environment, python

NAME = "typoguard-test-blocked"
wheels = installer.wheels


class Job:
    """A place in which a CI job runs. ``environ``: what the runner gives to every step."""

    def __init__(self, root, index, python_folder, links):
        self.root = root
        self.index = index
        self.workspace = root / "work" / "repo"
        self.temp = root / "temp"
        for folder in (self.workspace, self.temp, root / "home"):
            folder.mkdir(parents=True)
        (self.workspace / "requirements.txt").write_text(f"goodpkg-beta\n{NAME}==1.0\n")
        (self.workspace / "good.txt").write_text("goodpkg-alpha\n")
        self.environ = clean_environment(
            HOME=root / "home", PATH=f"{python_folder}:/usr/bin:/bin", TMPDIR=self.temp, CI="true",
            PIP_INDEX_URL=index.url, GUARD_FIND_LINKS=links, GUARD_PYTHON=f"{python_folder}/python",
            # The interpreters that the installer would find are this machine's, not the sandbox's.
            GUARD_PROTECT="no",
        )  # fmt: skip

    def run(self, words, environ=None, given=None):
        """Run ``words`` in the workspace; text streams captured."""
        return subprocess.run(words, env=self.environ if environ is None else environ, cwd=self.workspace, input=given,
                              capture_output=True, text=True, timeout=300, check=False,
                              stdin=None if given else subprocess.DEVNULL)  # fmt: skip

    def leftovers(self):
        """What is left of guard in the sandbox, as paths."""
        return [str(path) for path in self.root.rglob("*") if "typoguard" in path.name and path.suffix != ".whl"]


@pytest.fixture(scope="module")
def job(tmp_path_factory, wheels):
    root = tmp_path_factory.mktemp("job")
    (root / "dists").mkdir()
    packages.wheel(root / "dists", "goodpkg-alpha", requires=["goodpkg-beta"])
    packages.wheel(root / "dists", "goodpkg-beta")
    packages.wheel(root / "dists", NAME)
    # What a job's own step for setting up Python makes, with the pip that comes with it.
    subprocess.run([python(f"{sys.version_info[0]}.{sys.version_info[1]}"), "-m", "venv", str(root / "py")], check=True)
    with index.serve(root / "dists") as served:
        yield Job(root, served, pathlib.Path(root / "py" / "bin"), wheels)


@pytest.fixture
def ended(guarded, tmp_path):
    """Run end.sh after a begin that left ``guarded``; ``path`` is the PATH of that step."""

    def run(path, **more):
        script = pathlib.Path(__file__).resolve().parents[2] / "installer" / "ci" / "end.sh"
        environ = clean_environment(PATH=path, HOME=tmp_path, GUARD_PREFIX=guarded.prefix, CI="true", **more)
        return subprocess.run(["sh", str(script)], env=environ, cwd=tmp_path, capture_output=True, text=True, timeout=120,
                              check=False, stdin=subprocess.DEVNULL)  # fmt: skip

    return run


def path_of(*folders):
    return os.pathsep.join([*map(str, folders), "/usr/bin", "/bin"])
