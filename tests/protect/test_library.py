"""Guard's lines in the standard library of a Python: what its virtual environments meet, and what must stay as it was."""

import dataclasses
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from guard.cli.protect import protect_one
from guard.core import home as homes
from guard.core.errors import BadData
from guard.resolver import door
from guard.setup import interpreters, library, protect
from tests.protect.conftest import BLOCKED
from tests.support.tools import clean_environment, whole

SAYS = "import sys, sitecustomize as s; print('TypoguardDoor' in str(sys.meta_path), getattr(s, 'SAID', None))"


@pytest.fixture(scope="module")
def mother(tmp_path_factory):
    """A Python of its own, and an environment of it with pip, older than guard; nobody changes them."""
    folder = tmp_path_factory.mktemp("mother")
    place = whole("3.12", folder / "python")
    words = [str(place / "bin" / "python3"), "-m", "venv", str(folder / "venv")]
    subprocess.run(words, check=True, capture_output=True, env=clean_environment())
    return place


@pytest.fixture
def base(room, mother):
    """The same Python, protected for the length of a test."""
    found = interpreters.ask(str(mother / "bin" / "python3"))
    (lib,) = mother.glob("lib/python3.12")
    held = sorted(os.listdir(lib))
    protect.protect(room.home, found)
    yield found
    protect.unprotect(room.home, found)
    assert sorted(os.listdir(lib)) == held
    assert door.remembered(room.home.state) == []


@pytest.fixture
def elder(mother):
    return mother.parent / "venv"


@pytest.fixture
def customized(mother):
    """A sitecustomize.py that was there first, as Debian has one."""
    path = mother / "lib" / "python3.12" / "sitecustomize.py"
    path.write_bytes(b"SAID = 'mine'")
    yield path
    path.unlink()


def says(place, **more):
    words = [str(place / "bin" / "python"), "-c", SAYS]
    environ = clean_environment(PYTHONDONTWRITEBYTECODE="1", **more)
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environ)
    return done.stdout.strip() + done.stderr


@pytest.mark.parametrize("start", [["bin/pip"], ["bin/python", "-m", "pip"], ["bin/python", "-I", "-m", "pip"]])
def test_an_environment_that_was_there_before_is_guarded(room, base, elder, start):
    words = [elder / start[0], *start[1:], "install", "--target", room.folder / "target"]
    refused = room.run([*words, BLOCKED])
    assert refused.returncode == 77, refused.stderr
    assert room.index.requests == []
    pulled = room.run([*words, "pulls-in"])
    assert pulled.returncode == 77 and room.index.asked_for(BLOCKED) == []
    clean = room.run([*words, "goodpkg-alpha"])
    assert clean.returncode == 0, clean.stderr


def test_making_one_is_not_recorded_and_guard_is_met_once(room, base, tmp_path):
    before = len(room.lines())
    made = tmp_path / "born"
    done = room.run([base.python, "-m", "venv", made])
    assert (done.returncode, done.stderr) == (0, "")
    assert len(room.lines()) == before
    doors = "import sys; print(sum(getattr(f, '__name__', '') == 'TypoguardDoor' for f in sys.meta_path))"
    assert room.run([made / "bin" / "python", "-c", doors]).stdout == "1\n"
    protect.unprotect(room.home, interpreters.ask(str(made)))


def test_what_the_file_said_before_is_said_still_and_comes_back_byte_for_byte(room, customized, elder, request):
    base = request.getfixturevalue("base")
    assert says(elder) == "True mine"
    assert customized.read_bytes().startswith(b"SAID = 'mine'\n")
    assert protect.unprotect(room.home, base)
    assert customized.read_bytes() == b"SAID = 'mine'"
    assert says(elder) == "False mine"
    protect.protect(room.home, base)


def test_the_next_of_its_name_is_found_as_it_was(base, elder):
    (site,) = elder.glob("lib/*/site-packages")
    path = site / "sitecustomize.py"
    try:
        path.write_text("SAID = 'another'\n")
        assert says(elder) == "True another"
        path.write_text("raise ValueError('mine')\n")
        told = says(elder)
        assert "Error in sitecustomize; set PYTHONVERBOSE for traceback:\nValueError: mine" in told
        assert "guard" not in told.partition("Traceback")[0]
    finally:
        path.unlink()
    assert says(elder) == "True None"


def test_one_of_pythonpath_comes_first_as_it_always_did(base, elder, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("SAID = 'first'\n")
    assert says(elder, PYTHONPATH=tmp_path) == "False first"


def test_guards_own_environment_is_left_alone(room, base):
    made = room.root / "venv.2"
    subprocess.run([base.python, "-m", "venv", "--without-pip", str(made)], check=True, env=clean_environment())
    assert not list(made.glob("lib/*/site-packages/typoguard.pth"))
    assert says(made) == "False None"
    shutil.rmtree(made)


def test_guards_own_environment_is_left_alone_by_its_other_path_too(room, base, tmp_path):
    link = tmp_path / "prefix"
    link.symlink_to(room.root)
    protect.protect(homes.at(str(link)), base)
    made = room.root / "venv.3"
    subprocess.run([base.python, "-m", "venv", "--without-pip", str(made)], check=True, env=clean_environment())
    assert not list(made.glob("lib/*/site-packages/typoguard.pth"))
    assert says(made) == says(link / "venv.3") == "False None"
    shutil.rmtree(made)


def test_every_account_can_read_it_whatever_the_umask(room, base):
    path = f"{base.library}/sitecustomize.py"
    protect.unprotect(room.home, base)
    old = os.umask(0o077)
    try:
        protect.protect(room.home, base)
    finally:
        os.umask(old)
    assert os.stat(path).st_mode & 0o777 == 0o644
    compiled = f"{base.library}/__pycache__/sitecustomize.cpython-312.pyc"
    assert os.stat(compiled).st_mode & 0o777 == 0o644


def test_lines_of_an_older_guard_are_renewed(room, base, elder):
    path = f"{base.library}/sitecustomize.py"
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text.replace("import sys\n", "import sys  # older\n"))
    assert not protect.is_complete(room.home, base)
    assert protect.renew(room.home) == [base.library]
    assert protect.is_complete(room.home, base)
    assert says(elder) == "True None"


def test_a_python_that_an_older_guard_protected_gets_them_too(room, base):
    library.take(base.library)
    assert protect.is_protected(room.home, base) and not protect.is_complete(room.home, base)
    protect.protect(room.home, base)
    assert protect.is_complete(room.home, base)


def test_what_another_guard_took_over_is_that_ones(room, base, tmp_path):
    other = homes.at(str(tmp_path))
    protect.protect(other, base)
    assert protect.is_complete(other, base) and not protect.is_guarded(room.home, base)
    assert protect.renew(room.home) == []
    assert protect.unprotect_all(room.home) == []  # as its removal does
    assert protect.is_complete(other, base)
    assert door.remembered(room.home.state) == []
    assert protect.unprotect_all(other) == []
    assert not protect.is_guarded(other, base)


def test_lines_that_somebody_copied_are_all_taken_out(room, base):
    path = pathlib.Path(base.library, "sitecustomize.py")
    path.write_bytes(path.read_bytes() * 2)
    assert library.take(base.library) and not path.exists()


def test_lines_that_were_given_crlf_are_taken_out_with_the_file(room, base):
    path = pathlib.Path(base.library, "sitecustomize.py")
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\n", b"\r\n"))
    assert library.take(base.library) and not path.exists()
    path.write_bytes(text)


def test_lines_that_cannot_be_taken_out_are_not_said_to_be_gone(room, base):
    path = pathlib.Path(base.library, "sitecustomize.py")
    text = path.read_bytes()
    path.write_bytes(text.replace(b"\n", b"\r"))
    with pytest.raises(BadData, match="not as it was written"):
        protect.unprotect(room.home, base)
    path.write_bytes(text)


def test_a_block_that_lost_its_end_is_nobodys_to_mend(room, base):
    path = f"{base.library}/sitecustomize.py"
    with open(path) as file:
        text = file.read()
    with open(path, "w") as file:
        file.write(text.replace("# <<< typoguard <<<\n", ""))
    protect.unprotect(room.home, dataclasses.replace(base, is_base=False))  # its .pth line alone
    assert "lost its last line" in protect_one(room.home, base.python)["reason"]
    assert protect.is_protected(room.home, base)  # which is what can be had
    with open(path) as file:
        assert "<<<" not in file.read()
    with open(path, "w") as file:
        file.write(text)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_follows_no_link_that_another_account_laid():
    """Neither when the lines are written nor when they are taken out: the other may lay it in between."""
    home = homes.at("/nowhere")
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders let no other account in
        os.chmod(made, 0o755)
        folder, precious = pathlib.Path(made, "lib"), pathlib.Path(made, "precious")
        folder.mkdir()
        os.chown(folder, 12345, 12345)
        link = folder / "sitecustomize.py"
        library.put(home, str(folder))
        assert library.holds(home, str(folder)) and link.stat().st_uid == 12345
        precious.write_bytes(link.read_bytes())
        link.unlink()
        link.symlink_to(precious)
        for step in (lambda: library.put(homes.at("/elsewhere"), str(folder)), lambda: library.take(str(folder))):
            with pytest.raises(OSError, match="Permission denied"):
                step()
            assert (os.geteuid(), os.getegid()) == (0, 0)
        assert library.holds(home, str(folder))
        link.unlink()
        library.put(home, str(folder))
        assert library.take(str(folder)) and not link.exists()


@pytest.mark.parametrize("there", ["a package", "a pipe", "a dangling link"])
def test_where_no_file_could_stand_the_line_is_all(room, mother, there):
    found = interpreters.ask(str(mother / "bin" / "python3"))
    path = f"{found.library}/sitecustomize.py"
    if there == "a package":
        path = path[: -len(".py")]
        os.mkdir(path)
    elif there == "a pipe":
        os.mkfifo(path)
    else:
        os.symlink("/nowhere/at/all", path)
    try:
        for outcome in ("protected", "already protected"):
            answer = protect_one(room.home, found.python)
            assert answer["outcome"] == outcome
            assert answer["reason"].startswith("its environments one by one (guard protect --scan DIR), since ")
        assert protect.is_protected(room.home, found) and protect.is_complete(room.home, found)
        assert protect.library_obstacle(room.home, found)
        assert not library.holds(room.home, found.library)
        assert protect.unprotect(room.home, found)
    finally:
        os.rmdir(path) if there == "a package" else os.unlink(path)


def test_a_guard_that_is_gone_is_said_when_pip_is_run(room, base, elder):
    line = door.line(room.home.root, f"guard's lines in {base.library}/sitecustomize.py")
    path = f"{base.library}/sitecustomize.py"
    with open(path) as file:
        text = file.read()
    assert line in text
    package = repr(door._package(room.home.root))
    with open(path, "w") as file:
        file.write(text.replace(package, "'/nowhere/guard'"))
    quiet = room.run([elder / "bin" / "python", "-c", "import venv, pip"])
    assert (quiet.returncode, quiet.stderr) == (0, "")
    done = room.run([elder / "bin" / "python", "-m", "pip", "--version"])
    assert done.returncode == 0
    assert done.stderr.count("\n") == 1 and f"or remove guard's lines in {path}" in done.stderr
    with open(path, "w") as file:
        file.write(text)
