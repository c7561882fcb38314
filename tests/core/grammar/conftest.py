"""Real pips for the tests of pip's grammar, installed once from the package index into .work/pips."""

import os
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, settings

from tests.core.grammar.pips import KEPT, Pip, fitting

settings.register_profile(
    "oracle", deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
settings.load_profile("oracle")


def installed(version):
    """The directory that holds this pip; skips the test where it cannot be had or nothing can run it."""
    directory = KEPT / version
    if not (directory / "pip").is_dir():
        environ = {key: value for key, value in os.environ.items() if key != "PIP_FIND_LINKS"}
        environ["PIP_CONFIG_FILE"] = os.devnull
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile",
                   "--disable-pip-version-check",
                   "--target", str(directory), "pip==" + version]  # fmt: skip
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip("pip %s cannot be installed: %s" % (version, done.stderr.strip()[-200:]))
    if not fitting(Pip(directory).version):
        pytest.skip("no interpreter on this machine runs pip " + version)
    return directory


@pytest.fixture(scope="session")
def real_pips():
    """version -> a running oracle of that version."""
    running = {}

    def pip(version):
        if version not in running:
            running[version] = Pip(installed(version)).__enter__()
        return running[version]

    yield pip
    for one in running.values():
        one.__exit__()
