"""A directory of wheels that is fetched once for the whole machine, so that every installation here is offline."""

import fcntl
import subprocess
import sys

import pytest

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    import tomli as tomllib

from tests.support.tools import ROOT

EXTRA = "trust"  # the smallest
WHEELS = ROOT / ".work" / "wheels"


def dependencies():
    """What guard needs to run, with one of its extras, and to be built, as pip's requirements."""
    with open(ROOT / "pyproject.toml", "rb") as text:
        project = tomllib.load(text)
    extra = project["project"]["optional-dependencies"][EXTRA]
    return [*project["build-system"]["requires"], "wheel", *project["project"]["dependencies"], *extra]


@pytest.fixture(scope="session")
def wheels():
    """A folder with a wheel of everything guard needs, for the Python that runs the tests; not guard's own."""
    folder = WHEELS / f"py{sys.version_info[0]}{sys.version_info[1]}"
    folder.mkdir(parents=True, exist_ok=True)
    with open(f"{folder}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = "\n".join(dependencies())
        if not (folder / "made").exists() or (folder / "made").read_text() != wanted:
            words = [sys.executable, "-m", "pip", "wheel", "-q", "-w", str(folder), *dependencies()]
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode:
                pytest.skip(f"the wheels that guard needs cannot be had here: {done.stderr.strip()[-300:]}")
            (folder / "made").write_text(wanted)
    return folder
