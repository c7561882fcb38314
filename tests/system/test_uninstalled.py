"""guard uninstall takes a machine-wide installation off again, whatever users and the administrator did meanwhile."""

import pytest

from tests.system.conftest import ADA, BOB, traces

NAME = "typoguard-test-blocked"


@pytest.fixture
def lived_in(system, own_pip):
    """Users have been refused, have let names through and made environments; root has settings and a pip of his own."""
    system.write("/etc/typoguard/guard.toml", 'mode = "enforce"\n')
    system.run("guard", "allow", NAME, "--reason", "x", "--system")
    system.run("guard", "allow", NAME, "--reason", "x", uid=BOB)
    system.run("pip", "download", "--no-index", NAME, uid=ADA)
    assert system.run("/usr/bin/python3", "-m", "venv", f"/var/tmp/home-{ADA}/env", uid=ADA).returncode == 0
    system.sh("rm /usr/local/bin/pip; printf '#!/bin/sh\\n' >/usr/local/bin/pip; chmod 755 /usr/local/bin/pip")
    return system


def test_nothing_is_left_but_what_is_not_guards(lived_in, before):
    machine = lived_in
    protected = f"find /var/tmp/home-{ADA}/env -name 'typoguard*' -o -name '_typoguard*'"
    assert machine.sh(protected).stdout
    done = machine.run("guard", "uninstall", "--yes")
    assert done.returncode == 0, done.stderr
    assert not machine.sh(protected).stdout
    assert machine.sh("rm /usr/local/bin/pip").returncode == 0  # the administrator's own has stayed
    assert traces(machine) == before


@pytest.mark.long
def test_settings_that_were_there_before_guard_stay(machine, source, before):
    """Some configuration management brought them."""
    machine.sh("mkdir /etc/typoguard")
    machine.write("/etc/typoguard/guard.toml", 'mode = "warn"\n')
    try:
        assert machine.install(*source).returncode == 0
        assert machine.sh("test -e /etc/typoguard/guard.toml.compiled").returncode == 0
        assert machine.run("guard", "uninstall", "--yes").returncode == 0
        assert machine.sh("ls /etc/typoguard; cat /etc/typoguard/guard.toml").stdout == 'guard.toml\nmode = "warn"\n'
    finally:
        machine.sh("rm -r /etc/typoguard")
    assert traces(machine) == before
