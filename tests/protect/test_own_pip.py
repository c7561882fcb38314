"""Guard's lines in pip's own first file: what ``python -S`` meets, which reads no start file."""

import dataclasses
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

from guard.cli.protect import protect_one
from guard.core import home as homes
from guard.resolver import door
from guard.setup import checkup, interpreters, own_pip, protect
from tests.protect.conftest import BLOCKED
from tests.resolver.conftest import Room, assert_refused
from tests.support.tools import ROOT, copy, python, venv

CALLED = "import sys; from pip._internal.cli.main import main; sys.exit(main(sys.argv[1:]))"
INSIDE = "import sys; from pip._internal.commands import create_command as c; sys.exit(c('install').main(sys.argv[2:]))"


@pytest.fixture(scope="module", params=[("3.11", ""), ("3.8", "pip==20.3.4"), ("3.13", "pip==26.3")], ids=" ".join)
def place(room, request):
    """A venv whose own pip was let into, and its twin without."""
    version, pip = request.param
    made = copy(venv(version, *filter(None, [pip])), room.folder / f"venv-{version}")
    interpreter = interpreters.ask(str(made))
    protect.protect(room.home, interpreter)
    before = (made / "lib" / f"python{version}" / "site-packages" / "pip" / "__init__.py").read_bytes()
    assert protect.protect_pip(room.home, interpreter) and not protect.protect_pip(room.home, interpreter)
    yield made
    assert protect.unprotect(room.home, interpreter)
    with open(own_pip.path_in(interpreter.pip), "rb") as file:
        assert file.read() == before
    assert door.remembered(room.home.state) == []


def site(place):
    (found,) = place.glob("lib/*/site-packages")
    return found


@pytest.mark.parametrize("words", [["-m", "pip"], ["-c", CALLED], ["{site}/pip"]], ids=["-m pip", "main", "folder"])
def test_a_python_without_site_refuses_what_is_asked_for_and_what_is_pulled_in(room, place, tmp_path, words):
    words = [place / "bin" / "python", "-S", *(word.format(site=site(place)) for word in words)]
    for name in (BLOCKED, "pulls-in"):
        done = room.run([*words, "install", "--target", tmp_path / "t", name], PYTHONPATH=site(place))
        assert_refused(done, room)
    done = room.run([*words, "install", "--target", tmp_path / "t", "goodpkg-alpha"], PYTHONPATH=site(place))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "t" / "goodpkg_beta.py").exists()


def test_who_calls_a_command_of_pips_without_its_main_is_refused_with_pips_code(room, place, tmp_path):
    words = [place / "bin" / "python", "-S", "-c", INSIDE, "install", "--target", tmp_path / "t", BLOCKED]
    done = room.run(words, PYTHONPATH=site(place))
    assert done.returncode == 1 and "ERROR: guard refused " + BLOCKED in done.stderr, done.stderr
    assert room.index.requests == []


def test_the_folder_of_packages_as_working_directory(room, place):
    done = room.run([place / "bin" / "python", "-S", "-m", "pip", "install", BLOCKED], cwd=site(place))
    assert_refused(done, room)
    assert room.index.requests == []


def test_nothing_of_it_is_seen_in_pip_and_it_is_compiled(room, place):
    told = "import pip, sys; print([n for n in vars(pip) if 'guard' in n or n in ('sys', 'f')], pip.__cached__)"
    done = room.run([place / "bin" / "python", "-S", "-c", told], PYTHONPATH=site(place))
    names, _, compiled = done.stdout.strip().partition("] ")
    assert names == "[", done.stdout
    source = own_pip.path_in(f"{site(place)}/pip")
    assert os.stat(compiled).st_mtime >= os.stat(source).st_mtime


def test_with_guard_gone_pip_runs_and_says_so_in_one_line(room, tmp_path):
    made = copy(venv("3.11"), tmp_path / "venv")
    root = tmp_path / "gone"
    interpreter = interpreters.ask(str(made))
    own_pip.put(homes.at(str(root)), interpreter.pip, interpreter.python)
    path = own_pip.path_in(interpreter.pip)
    with open(path) as file:
        text = file.read().replace(homes.PACKAGE, str(root / "guard"))
    with open(path, "w") as file:
        file.write(text)
    done = room.run([made / "bin" / "python", "-S", "-m", "pip", "--version"], PYTHONPATH=interpreter.site)
    assert done.returncode == 0 and done.stdout.startswith("pip ")
    (line,) = done.stderr.splitlines()
    assert f"remove guard's lines in {path}" in line
    done = room.run([made / "bin" / "python", "-S", "-c", "import pip; print(1)"], PYTHONPATH=interpreter.site)
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.fixture
def apart(room, tmp_path):
    """A room in which no other Python is protected, with guard's command, which other processes start."""
    made = Room(tmp_path, room.index, room.way)
    (made.root / "bin").mkdir()
    (made.root / "venv").symlink_to(sys.prefix)
    command = made.root / "bin" / "guard"
    command.write_text(f'#!/bin/sh\ncd "{ROOT}" && exec "{made.root}/venv/bin/python" -m guard "$@"\n')
    command.chmod(0o755)
    return made


@pytest.mark.parametrize(("version", "pip"), [("3.11", "25.3"), ("3.13", "26.3")])
def test_a_pip_that_replaces_itself_and_one_of_a_new_environment_have_it_too(apart, tmp_path, version, pip):
    made = copy(venv(version, f"pip=={pip}"), tmp_path / "venv")
    command = str(apart.root / "bin" / "guard")
    done = apart.run([command, "protect", "--in-pip", made])
    assert done.stdout.startswith("protected"), done.stderr
    try:
        (other,) = venv("3.11").glob("lib/*/site-packages")
        wheel = tmp_path / "pip-99.0-py3-none-any.whl"
        _other_pip(other, wheel)
        done = apart.run([made / "bin" / "pip", "install", "--no-index", wheel])
        assert done.returncode == 0 and "guard:" not in done.stderr, done.stdout + done.stderr
        assert "99.0" in apart.run([made / "bin" / "pip", "--version"]).stdout
        born = tmp_path / "born"
        assert apart.run([made / "bin" / "python", "-m", "venv", born]).returncode == 0
        for env in (made, born):
            words = [env / "bin" / "python", "-S", "-m", "pip", "install", "--target", tmp_path / "t", BLOCKED]
            assert_refused(apart.run(words, PYTHONPATH=site(env)), apart)
    finally:
        assert protect.unprotect_all(apart.home) == []
    assert own_pip.block(f"{site(made)}/pip") == ""


@pytest.mark.parametrize("way", ["through a link", "pip --python", "a pip in an archive"])
def test_a_pip_that_another_than_itself_by_its_path_replaces_has_it_too(apart, tmp_path, way):
    made = copy(venv("3.11", "pip==25.3"), tmp_path / "venv")
    done = apart.run([apart.root / "bin" / "guard", "protect", "--in-pip", made])
    assert done.stdout.startswith("protected"), done.stderr
    try:
        (other,) = venv("3.11").glob("lib/*/site-packages")
        wheel = tmp_path / "pip-99.0-py3-none-any.whl"
        _other_pip(other, wheel)
        (tmp_path / "link").symlink_to(tmp_path)
        words = {
            "through a link": [tmp_path / "link" / "venv" / "bin" / "python", "-m", "pip"],
            "pip --python": [venv("3.11", "pip==25.3") / "bin" / "python", "-m", "pip", "--python", made],
            "a pip in an archive": [made / "bin" / "python", wheel / "pip"],
        }[way]
        done = apart.run([*words, "install", "--no-index", "--force-reinstall", wheel])
        assert done.returncode == 0, done.stdout + done.stderr
        assert own_pip.holds(apart.home, f"{site(made)}/pip")
    finally:
        assert protect.unprotect_all(apart.home) == []


def test_a_pip_lets_guard_into_no_other_pip_that_it_replaces(apart, tmp_path):
    one, two = copy(venv("3.11", "pip==25.3"), tmp_path / "one"), copy(venv("3.11"), tmp_path / "two")
    apart.run([apart.root / "bin" / "guard", "protect", "--in-pip", one])
    try:
        (other,) = venv("3.11").glob("lib/*/site-packages")
        wheel = tmp_path / "pip-99.0-py3-none-any.whl"
        _other_pip(other, wheel)
        words = [one / "bin" / "python", "-m", "pip", "--python", two, "install", "--no-index", wheel]
        done = apart.run(words)
        assert done.returncode == 0, done.stdout + done.stderr
        assert own_pip.holds(apart.home, f"{site(one)}/pip")
        assert not own_pip.block(f"{site(two)}/pip") and not (site(two) / "typoguard.pth").exists()
    finally:
        assert protect.unprotect_all(apart.home) == []


def _other_pip(folder, wheel):
    """A wheel of the pip in ``folder``, under another version."""
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in sorted((folder / "pip").rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                text = file.read_bytes()
                if file == folder / "pip" / "__init__.py":
                    text += b'\n__version__ = "99.0"\n'
                archive.writestr(str(file.relative_to(folder)), text)
        info = "pip-99.0.dist-info"
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: pip\nVersion: 99.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/entry_points.txt", "[console_scripts]\npip = pip._internal.cli.main:main\n")
        archive.writestr(f"{info}/RECORD", "")


def test_a_pip_that_others_share_by_a_link_is_left_alone(room, tmp_path):
    made = copy(venv("3.11"), tmp_path / "venv")
    (tmp_path / "shared").mkdir()
    os.rename(site(made) / "pip", tmp_path / "shared" / "pip")
    (site(made) / "pip").symlink_to(tmp_path / "shared" / "pip")
    interpreter = interpreters.ask(str(made))
    with pytest.raises(protect.BadData, match="is a link to a file that others may share"):
        protect.protect_pip(room.home, interpreter)


def test_where_the_pip_alone_is_left_alone_the_rest_is_said_to_be_protected(room, tmp_path):
    made = copy(venv("3.11"), tmp_path / "venv")
    (tmp_path / "shared").mkdir()
    os.rename(site(made) / "pip", tmp_path / "shared" / "pip")
    (site(made) / "pip").symlink_to(tmp_path / "shared" / "pip")
    try:
        for _ in range(2):
            answer = protect_one(room.home, str(made), in_pip=True)
            assert (answer["outcome"], answer["site"]) == ("pip left alone", str(site(made)))
            assert "is a link to a file that others may share" in answer["reason"]
    finally:
        assert protect.unprotect(room.home, interpreters.ask(str(made)))


def test_a_pip_that_was_removed_since_is_forgotten_with_the_rest(room, tmp_path):
    made = copy(venv("3.11"), tmp_path / "venv")
    interpreter = interpreters.ask(str(made))
    protect.protect(room.home, interpreter)
    protect.protect_pip(room.home, interpreter)
    shutil.rmtree(interpreter.pip)
    assert protect.unprotect(room.home, interpreters.ask(str(made)))
    assert not any(folder.startswith(str(made)) for folder in door.remembered(room.home.personal))


def test_a_pip_that_another_folder_of_the_same_python_hides_is_let_go_too(room, tmp_path):
    made = copy(venv("3.11"), tmp_path / "venv")
    interpreter = interpreters.ask(str(made))
    other = made / "local" / "dist-packages"
    other.mkdir(parents=True)
    protect.protect(room.home, interpreter)
    protect.protect_pip(room.home, interpreter)
    (other / "pip").mkdir()
    (other / "pip" / "__init__.py").touch()
    both = dataclasses.replace(interpreter, pip=f"{other}/pip", own=(str(other), interpreter.site))
    assert protect.unprotect(room.home, both)
    assert own_pip.block(interpreter.pip) == ""
    assert not any(folder.startswith(str(made)) for folder in door.remembered(room.home.personal))


def test_doctor_tells_that_the_lines_are_gone(apart, tmp_path):
    made = copy(venv("3.11"), tmp_path / "venv")
    interpreter = interpreters.ask(str(made))
    protect.protect(apart.home, interpreter)
    protect.protect_pip(apart.home, interpreter)
    environ = apart.environment(PATH="/usr/bin:/bin")
    try:
        subject = f"pip of {made}/bin/python"
        held = {c["subject"]: c for c in checkup.examine(apart.home, environ, [f"{made}/bin/python"])}
        assert held[subject]["holds"] and held["python -S"]["holds"]
        own_pip.take(interpreter.pip)
        found = {c["subject"]: c for c in checkup.examine(apart.home, environ, [f"{made}/bin/python"])}
        assert not found[subject]["holds"]
        assert found[subject]["mend"] == f"guard protect {made}/bin/python --in-pip"
        assert found["python -S"]["mend"] == "guard protect --all --in-pip"
    finally:
        protect.unprotect(apart.home, interpreter)


def test_the_pip_of_another_account_is_none_of_its_own(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder away")
    made = tmp_path / "venv"
    subprocess.run([python("3.11"), "-m", "venv", str(made)], check=True, capture_output=True)
    assert interpreters.ask(str(made)).pip
    os.chown(site(made) / "pip", 12345, 12345)
    assert interpreters.ask(str(made)).pip == ""


def test_the_pip_that_an_environment_sees_of_its_python_is_none_of_its_own(tmp_path):
    words = [python("3.11"), "-m", "venv", "--without-pip", "--system-site-packages", str(tmp_path / "venv")]
    subprocess.run(words, check=True, capture_output=True)
    assert interpreters.ask(str(tmp_path / "venv")).pip == ""
    assert interpreters.ask(python("3.11")).pip
