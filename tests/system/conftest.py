"""A machine of the tests' own: root's, in a private mount namespace, with copies on write of /etc, /opt, /usr, /var, /root.

Whatever is done to it, the real machine is left as it was.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

from tests.installer.conftest import dependencies
from tests.support.tools import ROOT

BARE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ADA, BOB = 61001, 61002  # two people whom no password file knows, as in a container
COPIED = ("/etc", "/opt", "/usr", "/var", "/root")
INSTALL = str(ROOT / "installer" / "install.sh")

_MOUNTS = """
set -e
mount --make-rprivate /
mount -t tmpfs none "$0"
for folder do
	copy=$0/$(echo "$folder" | tr / _)
	mkdir "$copy" "$copy.work"
	chmod --reference="$folder" "$copy"
	chown --reference="$folder" "$copy"
	mount -t overlay overlay -o "lowerdir=$folder,upperdir=$copy,workdir=$copy.work" "$folder"
done
echo ready
exec sleep 3600
"""


class Machine:
    """Runs commands in it, as root or as another user. Every index setting leads to loopback or nowhere."""

    def __init__(self, pid):
        self.pid = pid

    def run(self, *words, uid=0, path=BARE_PATH, cwd="/", given=None, **environ):
        """Run ``words``; text streams captured. The environment is bare but for PATH, HOME and ``environ``."""
        bare = {"PATH": path, "HOME": f"/var/tmp/home-{uid}", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_CONFIG_FILE": os.devnull, **environ}
        become = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups"] if uid else []
        enter = ["nsenter", f"--target={self.pid}", "--mount", "sh", "-c", 'cd "$0" && exec "$@"', cwd]
        settings = [f"{key}={value}" for key, value in bare.items()]
        return subprocess.run([*enter, *become, "env", "-i", *settings, *words], capture_output=True, text=True,
                              timeout=300, check=False, input=given, stdin=None if given else subprocess.DEVNULL)  # fmt: skip

    def sh(self, script, **more):
        return self.run("sh", "-c", script, **more)

    def write(self, path, text):
        done = self.run("tee", path, given=text)
        assert done.returncode == 0, done.stderr

    def install(self, *words, **more):
        return self.run("sh", INSTALL, "--system", *map(str, words), **more)


def _python():
    """The distribution's own Python, and its version; a skip where it could not run guard."""
    python = shutil.which("python3", path="/usr/bin:/usr/local/bin:/bin")
    ask = "import ensurepip, sys, venv; print('%d.%d' % sys.version_info[:2]); assert sys.version_info >= (3, 9)"
    done = python and subprocess.run([python, "-I", "-c", ask], capture_output=True, text=True, check=False)
    if not done or done.returncode:
        pytest.skip("the system has no Python 3.9 or later with venv")
    return python, done.stdout.strip()


def _wheels(version):
    """A folder with everything that guard needs on a Python of this version, fetched once."""
    folder = ROOT / ".work" / "wheels" / f"system-py{version}"
    if not (folder / "made").exists():
        folder.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", "pip", "download", "-q", "-d", str(folder), "--only-binary", ":all:",
                 "--python-version", version, *dependencies()]  # fmt: skip
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"the wheels that guard needs cannot be had here: {done.stderr.strip()[-300:]}")
        (folder / "made").touch()
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory):
    """A machine without guard, with two homes of two users."""
    if os.getuid() != 0:
        pytest.skip("needs root, as a machine-wide installation does")
    if not all(map(shutil.which, ("unshare", "nsenter", "setpriv"))):
        pytest.skip("needs unshare, nsenter and setpriv (util-linux)")
    place = tmp_path_factory.mktemp("machine")
    with subprocess.Popen(["unshare", "--mount", "sh", "-c", _MOUNTS, str(place), *COPIED],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as holder:  # fmt: skip
        try:
            if holder.stdout.readline() != "ready\n":
                pytest.skip(f"no private mounts can be made here: {holder.stderr.read().strip()}")
            made = Machine(holder.pid)
            for uid in (0, ADA, BOB):
                assert made.run("install", "-d", "-m", "700", "-o", str(uid), f"/var/tmp/home-{uid}").returncode == 0
            yield made
        finally:
            holder.kill()


@pytest.fixture(scope="module")
def source(machine):
    """The words that make install.sh offline there."""
    python, version = _python()
    return ["--python", python, "--find-links", _wheels(version)]


@pytest.fixture(scope="module")
def before(machine):
    return traces(machine)


@pytest.fixture(scope="module")
def installed(machine, source, before):
    """What install.sh said; guard stands on the machine, and no interpreter but the distribution's is protected."""
    done = machine.install(*source)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(autouse=True)
def undisturbed(request):
    """Each test leaves root's settings, everybody's allowances and the journals as it found them."""
    yield
    if {"installed", "system"} & set(request.fixturenames):
        machine = request.getfixturevalue("machine")
        machine.sh("rm -rf /etc/typoguard/* /var/lib/typoguard/users/61* /var/lib/typoguard/journal/61*")


@pytest.fixture
def system(machine, installed):
    """The machine with guard on it."""
    return machine


@pytest.fixture(scope="module")
def own_pip(machine):
    """The path of the distribution's pip, a Python script."""
    pip = pathlib.Path("/usr/bin/pip")
    if not pip.is_file() or not re.match(rb"#!/usr/bin/python3", pip.read_bytes()):
        pytest.skip("the distribution has no pip of its own here")
    return str(pip)


def traces(machine):
    """Everything that could be left behind, as lines: names, kinds, modes, owners, and what stands in /etc."""
    script = """
    find /etc /usr/local/bin /usr/local/sbin ! -type d -printf '%p %y %m %u %l %s\\n'
    find /etc /opt /var/lib /var/spool /usr/local/bin /usr/local/sbin -maxdepth 1 -printf '%p %y %m %u\\n'
    find /etc -type d -printf '%p %m\\n'
    find /opt /usr /var /root -name 'typoguard*' -o -name '_typoguard*' -o -name 'sitecustomize*'
    find /etc -type f -exec cksum {} +
    """
    done = machine.sh(script)
    assert done.stdout, done.stderr
    return sorted(done.stdout.splitlines())
