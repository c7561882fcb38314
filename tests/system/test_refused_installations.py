"""install.sh --system where a machine-wide guard could not be root's alone: one line, and nothing is left."""

import pytest

from tests.system.conftest import ADA, traces


def test_it_wants_root(machine, before):
    done = machine.install(uid=ADA)
    assert done.returncode in (2, 69) and "Traceback" not in done.stderr
    assert traces(machine) == before


def test_a_prefix_that_others_can_write(machine, source, before):
    machine.sh(f"mkdir /opt/loose && chown {ADA} /opt/loose")
    try:
        done = machine.install("--prefix", "/opt/loose/guard", *source)
        assert done.returncode == 2 and f"/opt/loose belongs to user {ADA}" in done.stderr, done.stderr
    finally:
        machine.sh("rmdir /opt/loose")
    assert traces(machine) == before


@pytest.mark.parametrize("script", ["chmod 700 /opt/py", f"chown {ADA} /opt/py", "chmod 777 /opt/py"])
def test_a_python_that_not_every_user_can_run_or_that_others_can_change(machine, source, before, script):
    python = source[1]
    machine.sh(f"mkdir /opt/py && cp $(readlink -f {python}) /opt/py/python3 && {script}")
    try:
        done = machine.install("--python", "/opt/py/python3")
        assert done.returncode == 69 and "/opt/py/python3 is not so" in done.stderr, done.stderr
    finally:
        machine.sh("rm -r /opt/py")
    assert traces(machine) == before


@pytest.mark.long
def test_a_failed_installation_leaves_nothing(machine, source, before, tmp_path):
    done = machine.install("--python", source[1], "--find-links", "/var/empty-wheels", path="/usr/bin:/bin")
    assert done.returncode == 2 and "--find-links" in done.stderr
    machine.sh("mkdir /var/empty-wheels")
    try:
        done = machine.install("--python", source[1], "--find-links", "/var/empty-wheels")
        assert done.returncode == 69, done.stderr
    finally:
        machine.sh("rmdir /var/empty-wheels")
    assert traces(machine) == before
