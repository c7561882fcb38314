"""A shim with fake tools on a PATH of the test's own; the shells, pyenv and pip that it meets are real."""

import pytest

from tests.shims.bench import Bench, shells


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path)
    made.tool("pip")
    return made


@pytest.fixture(params=["dash", "bash", "busybox", "zsh"])
def shell(request, tmp_path):
    """The words that start one shell as ``sh``; each test that asks for it runs under all of them."""
    found = shells(tmp_path / "shells")
    if request.param not in found:
        pytest.skip(f"there is no {request.param} on this machine")
    return found[request.param]
