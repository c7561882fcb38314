"""The recipe for Dockerfiles: its RUN is run as Docker would, with the mounts it asks for and an image's bare PATH."""

import re

import pytest

from tests.ci.conftest import NAME
from tests.support import index, packages
from tests.support.tools import ROOT
from tests.system import conftest as systems

RECIPE = (ROOT / "installer" / "ci" / "Dockerfile").read_text()
machine, source = systems.machine, systems.source


def run_instruction():
    """({target: source of its mount}, script) of the one RUN, lines joined as Docker joins them."""
    (run,) = re.findall(r"^RUN (.*)$", RECIPE.replace("\\\n", " "), re.MULTILINE)
    mounts = re.findall(r"--mount=(\S+)", run)
    told = [dict(pair.split("=", 1) for pair in mount.split(",")) for mount in mounts]
    assert all(mount["type"] == "bind" for mount in told)
    return {mount["target"]: mount.get("source", ".") for mount in told}, re.sub(r"--mount=\S+", "", run).strip()


@pytest.fixture(scope="module")
def image(machine, source):
    """The machine as an image with a pip in /usr/local: guard's checkout and a file of requirements are mounted."""
    python = source[1]
    machine.sh(f"mount -t tmpfs none /mnt && mkdir /mnt/guard && touch /mnt/requirements.txt && {python} -m venv /usr/local/py &&"
               f"mount --bind {ROOT} /mnt/guard && mount -o remount,bind,ro /mnt/guard")  # fmt: skip
    return machine


def build(machine, source, served, requirements):
    mounts, script = run_instruction()
    assert mounts == {"/mnt/guard": ".", "/mnt/requirements.txt": "requirements.txt"}
    machine.write("/mnt/requirements.txt", requirements)
    return machine.run("/bin/sh", "-c", script, path=f"/usr/local/py/bin:{systems.BARE_PATH}", GUARD_FIND_LINKS=str(source[3]),
                       GUARD_PYTHON=source[1], PIP_INDEX_URL=served.url)  # fmt: skip


def test_packages_are_installed_behind_guard_and_nothing_of_it_stays(image, source, tmp_path):
    packages.wheel(tmp_path, "goodpkg-alpha", requires=["goodpkg-beta"])
    packages.wheel(tmp_path, "goodpkg-beta", requires=[NAME])
    packages.wheel(tmp_path, NAME)
    before = systems.traces(image)
    with index.serve(tmp_path) as served:
        refused = build(image, source, served, "goodpkg-alpha\n")
        assert refused.returncode == 77, refused.stderr
        assert f"guard: blocked: {NAME} is a harmless name" in refused.stdout
        assert served.asked_for("goodpkg-beta") and not served.asked_for(NAME)
    assert image.sh("cat /opt/guard-events.jsonl && rm /opt/guard-events.jsonl").stdout.count(f'"package_name":"{NAME}"') == 2
    assert systems.traces(image) == before
