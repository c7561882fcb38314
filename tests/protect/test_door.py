"""The line itself: what it costs, who may write it, and what becomes of it when guard is gone."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import pytest

from guard.core import home as homes
from guard.core.errors import BadData, UsageError
from guard.resolver import door
from guard.setup import interpreters, protect
from tests.support.tools import ROOT, clean_environment, python


@pytest.fixture
def place(tmp_path):
    """A venv without pip, quick to make."""
    made = tmp_path / "venv"
    subprocess.run([python("3.11"), "-m", "venv", "--without-pip", str(made)], check=True, env=clean_environment())
    return interpreters.ask(str(made))


@pytest.fixture
def home(tmp_path):
    (tmp_path / "prefix").mkdir(mode=0o755)
    return homes.at(str(tmp_path / "prefix"))


def start(place, *words, **more):
    environ = clean_environment(**more)
    return subprocess.run([place.python, *words], capture_output=True, text=True, check=False, env=environ)


def test_it_goes_in_and_comes_out(place, home):
    assert not protect.is_protected(home, place)
    protect.protect(home, place)
    assert protect.is_protected(home, place)
    assert door.remembered(home.state) == [place.site]
    assert "TypoguardDoor" in start(place, "-c", "import sys; print(sys.meta_path[0])").stdout
    assert protect.unprotect(home, place)
    assert [name for name in os.listdir(place.site) if "guard" in name] == []
    assert door.remembered(home.state) == []
    assert not protect.unprotect(home, place)


def test_it_is_one_line_and_reads_nothing_of_guard(place, home):
    protect.protect(home, place)
    with open(f"{place.site}/{door.NAME}.pth") as file:
        assert len(file.read().splitlines()) == 1
    done = start(place, "-X", "importtime", "-c", "pass")
    assert "_typoguard" not in done.stderr
    names = "import sys; print(*[m for m in sys.modules if 'guard' in m])"
    assert start(place, "-c", names).stdout.split() == []


def test_it_costs_less_than_a_millisecond(place, home):
    """Measured where it is spent: compiling and running the line, as site does, in a fresh process each time."""
    protect.protect(home, place)
    code = "import sys, time; a = time.perf_counter(); exec(open(sys.argv[1]).read()); print(time.perf_counter() - a)"
    runs = [start(place, "-I", "-S", "-c", code, f"{place.site}/{door.NAME}.pth").stdout for _ in range(9)]
    assert statistics.median(map(float, runs)) < 0.001


def test_the_twin_of_pep_829(tmp_path, home):
    """A Python from 3.15 ignores the .pth line beside a .start file, and calls what the latter names."""
    site = tmp_path / "site"
    site.mkdir()
    paths = door.put(str(site), home.root, (3, 15))
    names = sorted(os.path.basename(path) for path in paths)
    assert names == ["_typoguard_start.py", "typoguard.pth", "typoguard.start"]
    module, _, function = (site / "typoguard.start").read_text().strip().partition(":")
    code = f"import sys, {module}; {module}.{function}(); print(sys.meta_path[0])"
    environ = {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=True)
    assert "TypoguardDoor" in done.stdout
    assert len(door.take_away(str(site))) == 3
    assert list(site.glob("*")) == []


# --- a guard that is gone ---------------------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path):
    """A copy of guard's tree, and a venv with pip that was protected by it."""
    tree = tmp_path / "tree"
    for name in ("guard", "lookups"):
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    place = tmp_path / "venv"
    subprocess.run([python("3.11"), "-m", "venv", str(place)], check=True, env=clean_environment())
    code = ("import sys; sys.path.insert(0, sys.argv[1]); from guard.core import home; from guard.setup import "
            "protect, interpreters; protect.protect(home.at(sys.argv[2]), interpreters.ask(sys.argv[3]))")  # fmt: skip
    words = [sys.executable, "-c", code, str(tree), str(tmp_path / "prefix"), str(place)]
    (tmp_path / "prefix").mkdir()
    subprocess.run(words, check=True, cwd="/", env=clean_environment(CI="1"))
    return tree, interpreters.ask(str(place))


@pytest.mark.parametrize("lost", ["", "guard/core", "guard/resolver/session.py", "guard/core/judge.py"])
def test_a_guard_that_is_gone_breaks_nothing_and_says_so_when_pip_is_run(copied, lost):
    tree, place = copied
    assert start(place, "-m", "pip", "--version").stderr == ""
    gone = tree / lost
    shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    for code in ("pass", "import venv", "import pip"):
        done = start(place, "-c", code)
        assert (done.returncode, done.stderr) == (0, "")
    done = start(place, "-m", "pip", "--version", CI="1")
    assert done.returncode == 0
    assert done.stdout.startswith("pip ")
    assert done.stderr.startswith("guard: ") and done.stderr.count("\n") == 1
    made = os.path.join(place.prefix, "inner")
    assert start(place, "-m", "venv", "--without-pip", made).returncode == 0


# --- whose files these are --------------------------------------------------------------------------------------------


def test_a_folder_on_the_way_that_everybody_may_write(place, tmp_path):
    loose = tmp_path / "loose"
    (loose / "prefix").mkdir(parents=True)
    loose.chmod(0o777)
    with pytest.raises(BadData, match="loose is writable by everybody"):
        protect.protect(homes.at(str(loose / "prefix")), place)
    assert [name for name in os.listdir(place.site) if "guard" in name] == []
    loose.chmod(0o1777)  # as /tmp: nobody can put another folder in the place of ours
    protect.protect(homes.at(str(loose / "prefix")), place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_files_of_somebody_else(place, home, tmp_path):
    os.chown(home.root, 12345, 12345)
    with pytest.raises(BadData, match="belongs to user 12345"):
        protect.protect(home, place)
    os.chown(place.site, 12345, 12345)
    with pytest.raises(BadData):  # the folders above belong to a third account now, or to root: those may
        os.chown(str(tmp_path), 54321, 54321)
        protect.protect(home, place)
    os.chown(str(tmp_path), 0, 0)
    protect.protect(home, place)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_asks_another_accounts_python_as_that_account():
    with tempfile.TemporaryDirectory() as made:  # pytest's own folders let no other account in
        os.chmod(made, 0o755)
        folder = f"{made}/venv/bin"
        os.makedirs(folder)

        def answer(site):
            with open(f"{folder}/python", "w") as file:
                file.write(f"#!/bin/sh\nid -u >{folder}/who\n")
                file.write(f"""echo '["{folder}/python", "{made}/venv", [3, 11], ["{site}"], "/usr/lib/python3.11", true]'\n""")

        answer(folder)
        os.chmod(f"{folder}/python", 0o755)
        for path in (folder, f"{folder}/python"):
            os.chown(path, 12345, 12345)
        assert interpreters.ask(f"{made}/venv").site == os.path.realpath(folder)
        with open(f"{folder}/who") as file:
            assert file.read() == "12345\n"
        answer("/etc")
        with pytest.raises(BadData, match="a folder of another account's: /etc"):
            interpreters.ask(f"{made}/venv")


def test_a_folder_that_a_group_of_several_may_write(place, home, monkeypatch):
    os.chmod(home.root, 0o775)  # that is the point
    monkeypatch.setattr(protect, "_is_private", lambda gid, uid: False)  # no second account need exist here
    with pytest.raises(BadData, match="writable by its group"):
        protect.protect(home, place)


def test_what_cannot_be_protected(home, tmp_path):
    old = interpreters.ask(python("3.6"))
    with pytest.raises(BadData, match=r"it is Python 3\.6; guard can be let into 3\.7 and later"):
        protect.protect(home, old)
    with pytest.raises(UsageError, match="no virtual environment"):
        interpreters.ask(str(tmp_path))
    with pytest.raises(UsageError, match="there is no"):
        interpreters.ask(str(tmp_path / "python"))
    (tmp_path / "liar").write_text("#!/bin/sh\necho no\n")
    (tmp_path / "liar").chmod(0o755)
    with pytest.raises(BadData, match="does not answer as a Python would"):
        interpreters.ask(str(tmp_path / "liar"))


def test_scan_finds_environments_and_follows_no_link(place, tmp_path):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "loop").symlink_to(tmp_path)
    assert interpreters.scan(str(tmp_path)) == [place.prefix]


def test_an_older_guards_line_is_renewed(place, home):
    protect.protect(home, place)
    path = f"{place.site}/{door.NAME}.pth"
    with open(path, "w") as file:
        file.write("import sys; sys.old = True\n")
    assert not protect.is_protected(home, place)
    assert protect.renew(home) == [place.site]
    assert protect.is_protected(home, place)
    assert protect.renew(home) == []


def test_reading_while_writing(place, home):
    """An interpreter may start at any moment: the file is whole or absent."""
    ends = time.monotonic() + 1.5
    while time.monotonic() < ends:
        door.put(place.site, home.root, place.version)
        assert start(place, "-c", "pass").stderr == ""


def test_threads_that_import_at_once_get_each_its_own_module(place, home):
    protect.protect(home, place)
    source = """if True:
        import sys, threading
        door = next(finder for finder in sys.meta_path if finder.__name__ == "TypoguardDoor")
        sys.setswitchinterval(1e-6)
        wrong = []
        def ask(name):
            for _ in range(400):
                spec = door.find_spec(name)
                wrong.extend([] if spec is None or spec.name == name else [name])
        threads = [threading.Thread(target=ask, args=(name,)) for name in ("venv", "virtualenv", "venv", "pip")]
        [thread.start() for thread in threads] + [thread.join() for thread in threads]
        print(len(wrong))
    """
    done = start(place, "-c", source)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr
