"""What every test may ask for. The long run is chosen with ``-m long`` (tests/run.sh long)."""

import fcntl
import json

import pytest

from tests.support import index, installed, packages
from tests.support.tools import venv


def pytest_collection_modifyitems(config, items):
    if config.option.markexpr:
        return
    kept = [item for item in items if not item.get_closest_marker("long")]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("long")])
    items[:] = kept


@pytest.fixture(scope="session")
def installed_once(tmp_path_factory):
    """One installed guard for the whole run, shared by the workers; tests must not change it for good."""
    root = tmp_path_factory.getbasetemp()
    if root.name.startswith("popen-"):  # a worker of pytest-xdist: the folder above is everybody's
        root = root.parent
    prefix = root / "installed" / "prefix"
    prefix.parent.mkdir(exist_ok=True)
    with open(root / "installed.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = root / "installed.json"
        if not done.exists():
            installed.install(prefix)
            done.write_text(json.dumps(str(prefix)))
    return installed.Installed(prefix)


@pytest.fixture
def guarded(installed_once, tmp_path):
    """An installed guard with a state of its own: its ``home`` file points into the test's folder."""
    return installed.fresh(installed_once, tmp_path)


@pytest.fixture
def pip():
    """The folder of a real, recent pip in a venv."""
    return venv("3.11", "pip==25.3") / "bin"


@pytest.fixture
def local_index(tmp_path):
    """An index on loopback with the harmless projects ``goodpkg-alpha`` (needs ``goodpkg-beta``) and ``goodpkg-beta``."""
    folder = tmp_path / "dists"
    folder.mkdir()
    packages.wheel(folder, "goodpkg-alpha", requires=["goodpkg-beta"])
    packages.wheel(folder, "goodpkg-beta")
    packages.wheel(folder, "typoguard-test-blocked")
    with index.serve(folder) as served:
        yield served
