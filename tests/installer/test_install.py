"""What the installer makes of other machines: other places, other Pythons, and what is missing there."""

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

from tests.installer.conftest import EXTRA
from tests.installer.running import installer, programs, this_python, tree
from tests.support.tools import ROOT, clean_environment, offline, python


@pytest.mark.long
def test_from_guards_own_wheel_into_a_folder_that_exists(tmp_path, wheels):
    """No setuptools in the directory, so nothing can be built; the folder keeps existing when guard leaves it."""
    copy = tmp_path / "source"
    copy.mkdir()
    for part in ("pyproject.toml", "README.md", "LICENSE", "guard", "shims", "lookups"):
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, copy / part)
        elif (ROOT / part).exists():
            shutil.copy(ROOT / part, copy / part)
    links = tmp_path / "wheels"
    shutil.copytree(wheels, links, ignore=shutil.ignore_patterns("setuptools-*", "wheel-*", "made"))
    words = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "-f", str(wheels), "-w", str(links)]
    subprocess.run([*words, str(copy)], check=True, env=clean_environment(), cwd=tmp_path)
    home, prefix = tmp_path / "home", tmp_path / "a place of its own"
    home.mkdir()
    prefix.mkdir()
    done = installer("--find-links", links, "--prefix", prefix, "--python", this_python(), "--no-rc", "--no-protect",
                     home=home, prefix_words=offline())  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert tree(home) == {}  # --no-rc
    gone = subprocess.run([str(prefix / "bin" / "guard"), "uninstall", "--yes"], env=clean_environment(HOME=home),
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert gone.returncode == 0, gone.stderr
    assert tree(prefix) == {}


def test_a_directory_without_the_wheels_is_said_and_leaves_nothing(tmp_path):
    home, links = tmp_path / "home", tmp_path / "links"
    home.mkdir()
    links.mkdir()
    done = installer("--find-links", links, "--python", this_python(), home=home)
    assert done.returncode == 69
    assert "needs typoguard's own wheel, or setuptools' to build it with" in done.stderr
    assert "Traceback" not in done.stderr
    assert tree(home) == {}


def test_an_extra_stays_through_an_upgrade(tmp_path, wheels):
    def installed(*words):
        done = installer("--find-links", wheels, "--python", this_python(), "--prefix", tmp_path / "guard", "--no-rc",
                         "--no-protect", *words, home=tmp_path, prefix_words=offline())  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        words = [tmp_path / "guard" / "bin" / "guard", "publish", "key", "timestamp", "--keys", tempfile.mkdtemp(dir=tmp_path)]
        return subprocess.run(words, env=clean_environment(HOME=tmp_path), capture_output=True, check=False).returncode == 0

    assert installed("--with", EXTRA)
    assert installed()
    assert not installed("--with", "none")


@pytest.fixture
def home(tmp_path):
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--bogus"], "unrecognized arguments: --bogus"),
        (["--prefix", "/a:b"], "cannot have a colon"),
        (["--prefix", "a\nb"], "a line break"),
        (["--find-links", "nowhere"], "--find-links wants a directory: nowhere"),
        (["--with", "trust,hnut"], "there is no extra 'hnut'"),
        (["--prefix", "/usr"], "/usr is not empty and holds no guard"),
    ],
)
def test_wrong_words_are_2_and_one_sentence(home, words, said):
    done = installer("--python", this_python(), *words, home=home)
    assert done.returncode == 2
    assert said in done.stderr and "Traceback" not in done.stderr
    assert tree(home) == {}


def test_a_place_that_cannot_be_written(home, tmp_path):
    (tmp_path / "file").touch()
    done = installer("--python", this_python(), "--prefix", tmp_path / "file" / "guard", home=home)
    assert done.returncode == 69
    assert done.stderr.startswith("install.sh: ") and done.stderr.count("\n") == 1


class TestFindingAPython:
    """PATH holds sh and what the test puts there: the installer needs no other program."""

    def refusal(self, tmp_path, home, *words):
        done = installer(*words, home=home, path=str(tmp_path / "path"))
        assert done.returncode == 69 and not done.stdout
        return done.stderr

    def test_none(self, tmp_path, home):
        programs(tmp_path / "path", "sh")
        assert "there is none on PATH" in self.refusal(tmp_path, home)

    def test_too_old(self, tmp_path, home):
        old = python("3.8")
        path = programs(tmp_path / "path", "sh")
        (path / "python3").symlink_to(old)
        said = self.refusal(tmp_path, home)
        assert f"guard needs Python 3.9 or later, and {path}/python3 is older" in said

    def test_without_ensurepip_as_debian_has_it(self, tmp_path, home):
        path = programs(tmp_path / "path", "sh")
        lacking = path / "python3"
        hide = "import sys; sys.modules['ensurepip'] = None; exec(sys.argv.pop(1))"
        lacking.write_text(f'#!/bin/sh\nexec {this_python()} -I -c "{hide}" "$3"\n')
        lacking.chmod(0o755)
        said = self.refusal(tmp_path, home)
        assert "lacks venv or ensurepip" in said and "apt install python3-venv" in said

    def test_named_but_not_there(self, tmp_path, home):
        programs(tmp_path / "path", "sh")
        assert "/nonexistent/python is no finished Python" in self.refusal(
            tmp_path, home, "--python=/nonexistent/python"
        )

    def test_broken(self, tmp_path, home):
        path = programs(tmp_path / "path", "sh")
        (path / "python3").write_text("#!/bin/sh\necho pyenv: command not found >&2\nexit 127\n")
        (path / "python3").chmod(0o755)
        assert f"{path}/python3 is no finished Python" in self.refusal(tmp_path, home)

    def taken(self, path, home):
        """Return the path of the Python that install.sh hands over to."""
        traced = subprocess.run(
            ["sh", "-x", str(ROOT / "installer" / "install.sh"), "--bogus"],
            env=clean_environment(PATH=path, HOME=home, PYENV_ROOT="/nonexistent"),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert traced.returncode == 2, traced.stderr
        return [line for line in traced.stderr.splitlines() if "exec /" in line][-1].split("exec ")[1].split(" ")[0]

    def test_of_several_the_quickest_is_taken(self, tmp_path, home):
        """Each Python says that it lies at a script of its own, which all but one of them are slow to go through."""
        path = programs(tmp_path / "path", "sh")
        for number, wait in ((1, 0.05), (2, 0), (3, 0.05)):
            there = path / f"python3.1{number}"
            script = f"import sys, time; sys._base_executable = {str(there)!r}; time.sleep({wait}); exec(sys.argv.pop(1))"
            there.write_text(
                f'#!/bin/sh\nfor word do shift; case $word in -c) set -- "$@" -c "{script}" ;; *) set -- "$@" "$word" ;; '
                f'esac; done\nexec {this_python()} "$@"\n'
            )
            there.chmod(0o755)
        assert self.taken(path, home) == str(path / "python3.12")

    def test_one_found_twice_is_one(self, tmp_path, home):
        path = programs(tmp_path / "path", "sh")
        (path / "python3").symlink_to(this_python())
        (path / "python3.12").symlink_to(this_python())
        assert os.path.samefile(self.taken(path, home), this_python())
