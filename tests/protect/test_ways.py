"""Every way to start the pip of a protected environment meets the gate's judgement, and then the resolver's."""

import os
import time

import pytest

from guard.resolver import door
from tests.protect.conftest import BLOCKED
from tests.support.tools import ROOT, venv

PIP = "import sys; sys.argv[0] = 'pip'; "
WAYS = {
    "pip": ["{bin}/pip"],
    "pip3": ["{bin}/pip3"],
    "python -m pip": ["{bin}/python", "-m", "pip"],
    "python -mpip": ["{bin}/python", "-mpip"],
    "python -I -m pip": ["{bin}/python", "-I", "-m", "pip"],
    "python -E -s -m pip": ["{bin}/python", "-E", "-s", "-m", "pip"],
    "python -c import pip": ["{bin}/python", "-c", "import sys, pip; sys.exit(pip.main(sys.argv[1:]))"],
    "python -c runpy": ["{bin}/python", "-c", PIP + "import runpy; runpy.run_module('pip', run_name='__main__')"],
    "python -c subprocess": ["{bin}/python", "-c", "import subprocess, sys; sys.exit(subprocess.call("
                             "[sys.executable, '-m', 'pip', *sys.argv[1:]]))"],
    "pip's folder": ["{bin}/python", "{site}/pip"],
    "another name": ["{folder}/installer"],
    "sh -c": ["sh", "-c", '"$0" "$@"', "{bin}/pip"],
    "bash script": ["bash", "{folder}/script.sh"],
    "env -i": ["env", "-i", "PIP_INDEX_URL={index}", "CI=1", "{bin}/pip"],
    "xargs": ["xargs", "-a", "/dev/null", "{bin}/pip"],
}  # fmt: skip


@pytest.fixture(params=WAYS)
def way(request, room, place):
    (site,) = place.glob("lib/*/site-packages")
    (room.folder / "script.sh").write_text(f'"{place}/bin/pip" "$@"\n')
    link = room.folder / "installer"
    if not link.is_symlink():
        link.symlink_to(place / "bin" / "pip")
    known = {"bin": place / "bin", "site": site, "folder": room.folder, "index": room.index.url}
    return [word.format(**known) if "import" not in word else word for word in WAYS[request.param]]


def test_a_listed_name_is_refused_before_any_connection(room, way):
    before = len(room.lines())
    done = room.run([*way, "install", BLOCKED])
    assert done.returncode == (123 if way[0] == "xargs" else 77), done.stdout + done.stderr
    assert "Nothing was run and nothing was fetched." in done.stderr
    assert room.index.requests == []
    (line,) = room.lines()[before:]
    assert (line["where"], line["verdict"], line["findings"][0]["via"]) == ("resolver", "block", "")


@pytest.mark.parametrize("words", [["pulls-in"]])
@pytest.mark.parametrize("way", ["pip", "python -I -m pip"], indirect=True)
def test_what_a_clean_name_pulls_in_is_refused(room, way, words):
    before = len(room.lines())
    done = room.run([*way, "install", "--target", room.folder / "refused", *words])
    assert done.returncode == 77, done.stderr
    assert "required by pulls-in" in done.stderr
    assert room.index.asked_for(BLOCKED) == []
    attempt, found = room.lines()[before:]  # the command, judged clean, and then what it came to
    assert (attempt["verdict"], attempt["names"][0][0], found["verdict"]) == ("allow", "pulls-in", "block")


@pytest.mark.parametrize("way", ["pip", "python -c import pip"], indirect=True)
def test_a_clean_name_is_installed_and_recorded_once(room, way, tmp_path):
    before = len(room.lines())
    done = room.run([*way, "install", "--target", tmp_path / "target", "goodpkg-alpha"])
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "target" / "goodpkg_beta.py").exists()
    assert "guard:" not in done.stderr
    (line,) = room.lines()[before:]
    assert (line["verdict"], [name for name, _, _ in line["names"]]) == ("allow", ["goodpkg-alpha"])


def test_a_command_that_the_gate_has_judged_is_not_recorded_twice(room, place, tmp_path):
    """The shim's gate becomes this pip, first through the runner, then as a shell would (a version manager's shim)."""
    wrapper = tmp_path / "pip"
    wrapper.write_text(f'#!/bin/sh\nexec "{place}/bin/pip" "$@"\n')
    wrapper.chmod(0o755)
    for tool in (place / "bin" / "pip", wrapper):
        before = len(room.lines())
        gate = [venv("3.11") / "bin" / "python", "-I", "-S", ROOT / "guard" / "gate.py", room.root, tool, "pip"]
        done = room.run([*gate, "install", "--target", tmp_path / tool.parent.name, "goodpkg-alpha"])
        assert done.returncode == 0, done.stderr
        (line,) = room.lines()[before:]
        assert line["where"] == "shim"


def test_what_the_gate_has_judged_is_looked_up_all_the_same(room, place):
    for judged in ("GUARD_JUDGED", "TYPOGUARD_BEHIND"):
        script = f'{judged}="$$,{BLOCKED}" exec "$0" "$@"'
        done = room.run(["sh", "-c", script, place / "bin" / "pip", "install", BLOCKED])
        assert done.returncode == 77, done.stdout
        assert room.index.requests == []


def test_a_hostile_folder_and_variables_change_no_verdict(room, place, tmp_path):
    for name in ("guard", "_typoguard", "sitecustomize", "usercustomize", "typoguard"):
        (tmp_path / f"{name}.py").write_text("import sys\nif 'site' not in __name__: raise SystemExit(0)\n")
    hostile = {"PYTHONPATH": tmp_path, "HOME": tmp_path, "XDG_CONFIG_HOME": tmp_path, "XDG_DATA_HOME": tmp_path,
               "GUARD_HOME": tmp_path, "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
    done = room.run([place / "bin" / "python", "-m", "pip", "install", BLOCKED], cwd=tmp_path, **hostile)
    assert done.returncode == 77, done.stdout + done.stderr
    assert room.index.requests == []


LIBRARY = ("errno", "fcntl", "marshal", "posix", "pwd", "time")  # what the room uses, and pip itself does not miss


@pytest.mark.parametrize("script", ["import pip; sys.exit(pip.main(sys.argv[1:]))",
                                    "import runpy; sys.argv[0] = 'pip'; runpy.run_module('pip', run_name='__main__')"])  # fmt: skip
@pytest.mark.parametrize("lie", ["", "raise SystemExit(0)"])
def test_what_lies_about_under_the_standard_librarys_names(room, place, tmp_path, script, lie):
    """A module without what it should have would make the room fail, and policy lets through what cannot be judged."""
    for name in LIBRARY:
        (tmp_path / f"{name}.py").write_text(lie + "\n")
    words = [place / "bin" / "python", "-c", "import sys; " + script, "install", BLOCKED]
    for more in ({"cwd": tmp_path}, {"PYTHONPATH": tmp_path}):
        done = room.run(words, **more)
        assert done.returncode == 77, done.stdout + done.stderr
        assert "Nothing was run" in done.stderr and "not as guard knows it" not in done.stderr
        assert room.index.requests == []


def test_a_note_that_is_long_gone_silences_nobody(room, place):
    """An environment made in the folder for temporary files is given one; TMPDIR may say that anything lies there."""
    (site,) = place.glob("lib/*/site-packages")
    door.put(str(site), room.home.root, (3, 11), "/nowhere/guard-note")
    try:
        done = room.run([place / "bin" / "pip", "install", BLOCKED])
        assert done.returncode == 77 and "Nothing was run" in done.stderr
    finally:
        door.put(str(site), room.home.root, (3, 11))


def test_commands_that_install_nothing_are_not_recorded(room, place):
    before = len(room.lines())
    for words in (["--version"], ["list"], ["check"], ["freeze"], ["help", "install"]):
        done = room.run([place / "bin" / "pip", *words])
        assert (done.returncode, done.stderr) == (0, ""), words
    assert len(room.lines()) == before


def test_settings_that_do_not_parse_are_refused_where_policy_says_so(room, place):
    room.settings("mode = \n")
    try:
        words = [place / "bin" / "pip", "install", "--target", room.folder / "faulty", "goodpkg-alpha"]
        done = room.run(words, GUARD_ON_ERROR="block")
        assert done.returncode == 78, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        assert room.index.requests == []
        assert room.run(words).returncode == 0
    finally:
        room.settings("")


@pytest.mark.parametrize("action,code,said", [
    ("block", 78, "guard: the list was last synced 40 days ago (guard sync): refused, since list.stale is block"),
    ("warn", 0, "guard: the list was last synced 40 days ago (guard sync)"),
    ("allow", 0, ""),
])  # fmt: skip
def test_a_stale_list_is_told_or_not_judged_by(room, place, tmp_path, action, code, said):
    room.settings(f'on_error = "allow"\n[list]\nstale = "{action}"\nstale_age_days = 30\n')
    room.listed()
    then = time.time() - 40.5 * 86400
    os.utime(room.home.synced_list, (then, then))
    try:
        done = room.run([place / "bin" / "pip", "install", "--target", tmp_path / "target", "goodpkg-alpha"])
        told = [line for line in done.stderr.splitlines() if line.startswith("guard:")]
        assert (done.returncode, told) == (code, [said] if said else []), done.stderr
        assert bool(room.index.requests) == (code == 0)
    finally:
        room.settings("")
        os.unlink(room.home.synced_list)
