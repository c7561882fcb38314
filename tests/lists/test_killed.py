"""A sync that is killed, or that finds the disk full: the old list or the new one is in force, never a part of one."""

import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import threading
import time

import pytest

from guard.lists.config import PUBLIC
from guard.lists.store import Store
from guard.lists.sync import mark_attempt

from . import feeds

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture
def from_a_file(installation):
    """An installation whose only source is a text file."""
    off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in PUBLIC)
    installation.configure(off + f'[sync.sources.ours]\nformat = "plain"\nurl = "{installation.root}/names.txt"\n')
    (installation.root / "names.txt").write_text("kept\n")
    return installation


def killed(installation, *words):
    done = subprocess.run([sys.executable, "-m", "tests.lists.killed", str(installation.root), *words], cwd=ROOT,
                          capture_output=True, text=True, timeout=900, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_killed_at_every_call_that_changes_the_disk(from_a_file):
    told = killed(from_a_file, "calls")
    assert told["killed"] >= 8 and told["killed"] == told["rounds"] - 1, told
    assert told["faults"] == []


def test_killed_at_random_moments(from_a_file):
    told = killed(from_a_file, "moments", "6")
    assert told["killed"] and told["faults"] == [], told


@pytest.mark.long
def test_killed_at_many_random_moments(from_a_file):
    told = killed(from_a_file, "moments", "200")
    assert told["killed"] > 50 and told["faults"] == [], told


def test_two_processes_sync_at_once(mirror, installation):
    installation.use(mirror)
    installation.run("status")  # makes the environment
    paths = os.pathsep.join([str(ROOT), *sys.path])
    command = [str(installation.root / "venv" / "bin" / "python"), "-m", "guard", "sync", "-q"]
    both = [subprocess.Popen(command, env={**os.environ, "PYTHONPATH": paths}) for _ in range(3)]
    assert [process.wait(60) for process in both] == [0, 0, 0]
    assert mirror.count()["manifest.json"] == 3
    assert installation.entry("invented-1")
    assert installation.sync().notices == []


def test_the_mark_of_an_attempt_survives_the_sweep_of_another_sync(installation):
    """It is left before the lock is held: a file beside it was swept away in 2 of 12 runs of three syncs at once."""
    store = Store(installation.home)
    mark_attempt(store)
    os.utime(store.attempt, (1, 1))
    stop = threading.Event()

    def sweep():
        while not stop.is_set():
            store._sweep()

    sweeper = threading.Thread(target=sweep)
    sweeper.start()
    try:
        for _ in range(300):
            mark_attempt(store)
    finally:
        stop.set()
        sweeper.join()
    assert time.time() - os.stat(store.attempt).st_mtime < 60


@pytest.mark.parametrize("limit", [100, 20_000, 500_000])
def test_a_full_disk(mirror, installation, limit):
    """No file may grow beyond ``limit`` bytes: the disk is full at the source's file, at the list."""
    installation.use(mirror, "datadog", "splunk")
    installation.sync()
    before = installation.list_bytes()
    mirror.files["manifest.json"] = json.dumps({**json.loads(feeds.datadog()), "brand-new": None}).encode()
    # Python itself would leave cut .pyc files behind: it takes a write that was cut short for a whole one.
    done = installation.run("sync", env={"PYTHONDONTWRITEBYTECODE": "1"},
                            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))  # fmt: skip
    assert done.returncode == 65, done
    assert "the disk is full" in done.stderr and "Traceback" not in done.stderr
    assert installation.list_bytes() == before
    done = installation.run("sync")
    assert done.returncode == 0 and installation.entry("brand-new"), done


def test_a_small_file_system(mirror, installation, tmp_path):
    """The same on a real file system of 1 MB, in a mount namespace of its own."""
    if os.getuid() or not shutil.which("unshare"):
        pytest.skip("only root can mount")
    installation.use(mirror)
    installation.run("status")
    state = pathlib.Path(installation.home.state)
    state.mkdir(exist_ok=True)
    paths = os.pathsep.join([str(ROOT), *sys.path])
    script = (
        f"mount -t tmpfs -o size=1m none {state} && {installation.root}/venv/bin/python -m guard sync; "
        f"code=$?; ls {state}/list/typosquats.csv; exit $code"
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], env={**os.environ, "PYTHONPATH": paths},
                          capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    if "mount:" in done.stderr:
        pytest.skip("this machine lets nobody mount")
    assert done.returncode == 65 and "the disk is full" in done.stderr, done
    assert "typosquats.csv\n" not in done.stdout


@pytest.mark.parametrize("mode", ["read-only folder", "a file in its place"])
def test_a_state_that_cannot_be_written(mirror, installation, mode):
    installation.use(mirror, "datadog")
    folder = pathlib.Path(Store(installation.home).folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    if mode == "a file in its place":
        folder.write_text("")
    else:
        if not os.getuid():
            pytest.skip("root writes everywhere")
        folder.mkdir(mode=0o500)
    done = installation.run("sync")
    assert done.returncode == 65 and "cannot be written" in done.stderr and "Traceback" not in done.stderr
