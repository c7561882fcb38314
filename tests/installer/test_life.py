"""One installation from its birth to its end: install, type a listed name, upgrade under load, uninstall, no trace."""

import json
import shutil
import subprocess
import sys
import threading

import pytest

from tests.installer.running import installer, this_python, tree
from tests.support.tools import ROOT, clean_environment, offline

NAME = "typoguard-test-blocked"


class Life:
    """A user's home with dotfiles of every awkward kind, and guard in it."""

    def __init__(self, root, wheels):
        self.home = root / "home"
        self.dotfiles = root / "dotfiles"
        self.prefix = self.home / ".local" / "share" / "typoguard"
        self.wheels = wheels
        self.dotfiles.mkdir(parents=True)
        self.home.mkdir()
        (self.dotfiles / "profile").write_bytes(b"# Latin-1: caf\xe9\n")
        (self.home / ".profile").symlink_to("../dotfiles/profile")
        (self.home / ".bashrc").write_bytes(b"alias ll='ls -l' # no newline at the end")
        (self.home / ".bashrc").chmod(0o600)
        (self.home / ".zshrc").write_bytes(b"")
        (self.home / ".bash_profile").symlink_to("../unmounted/bash_profile")
        (self.home / ".config" / "fish").mkdir(parents=True)
        self.venv = root / "venv"
        subprocess.run([this_python(), "-m", "venv", "--without-pip", str(self.venv)], check=True)
        self.before = tree(root)
        self.modules = {str(path.relative_to(ROOT)) for path in (ROOT / "guard").rglob("*.py")}
        self.root = root
        self.first = self.install()

    def install(self, *words):
        # In an empty network namespace, and where no bytecode would be written on the way.
        return installer("--find-links", self.wheels, "--python", this_python(), "--no-protect", *words,
                         home=self.home, prefix_words=offline(), PYTHONDONTWRITEBYTECODE=1)  # fmt: skip

    def pip(self, *words):
        environ = clean_environment(HOME=self.home, GUARD_MODE="enforce")
        environ["PATH"] = f"{self.prefix}/shims:{self.prefix}/venv/bin:/usr/bin:/bin"
        return subprocess.run(["pip", *words], env=environ, capture_output=True, text=True, timeout=60, check=False)

    def guard(self, *words):
        words = [str(self.prefix / "bin" / "guard"), *words]
        return subprocess.run(words, env=clean_environment(HOME=self.home), capture_output=True, text=True, timeout=60,
                              check=False, cwd=self.home, stdin=subprocess.DEVNULL)  # fmt: skip


@pytest.fixture(scope="module")
def life(tmp_path_factory, wheels):
    return Life(tmp_path_factory.mktemp("life"), wheels)


def test_it_ends_by_showing_a_refusal_and_its_event(life):
    assert life.first.returncode == 0, life.first.stdout + life.first.stderr
    assert "refused" in life.first.stderr and NAME in life.first.stderr
    event = [line for line in life.first.stdout.splitlines() if line.startswith("{")][-1]
    assert NAME in event and isinstance(json.loads(event), dict)


def test_every_module_is_there_and_compiled(life):
    """PYTHONDONTWRITEBYTECODE was set, and unchecked: bit 0 set and bit 1 clear in the second word (PEP 552)."""
    site = life.prefix / "venv" / "site"
    modules = list((site / "guard").rglob("*.py"))
    assert life.modules <= {str(module.relative_to(site)) for module in modules}
    for module in modules:
        compiled = module.parent / "__pycache__" / f"{module.stem}.{sys.implementation.cache_tag}.pyc"
        assert compiled.read_bytes()[4:8] == b"\1\0\0\0", compiled


def test_shims_are_written_and_stand_first(life):
    shims = life.prefix / "shims"
    assert {"pip", "pip3", "poetry"} <= {path.name for path in shims.iterdir()}
    assert life.pip("install", "--no-index", NAME).returncode == 77
    assert life.pip("--version").returncode == 0


def test_start_files(life):
    assert (life.home / ".profile").is_symlink()
    assert (life.dotfiles / "profile").read_bytes().startswith(b"# Latin-1: caf\xe9\n")
    for name in (".profile", ".bashrc"):
        assert (life.home / name).read_bytes().count(b"# >>> typoguard >>>") == 1
    assert (life.home / ".bashrc").stat().st_mode & 0o777 == 0o600
    assert (life.home / ".config/fish/conf.d/typoguard.fish").exists()


def test_a_start_file_that_cannot_be_written_is_told_with_its_line(life):
    assert f"start file {life.home}/.bash_profile is left alone" in life.first.stderr
    assert f"[ ! -r {life.prefix}/init/init.sh ] || . {life.prefix}/init/init.sh" in life.first.stderr


def test_guard_init_prints_what_the_installer_wrote(life):
    for shell in ("bash", "zsh", "fish"):
        assert life.guard("init", shell).stdout == (life.prefix / "init" / f"init.{shell}").read_text()
    assert str(life.prefix / "shims") in life.guard("init", "powershell").stdout
    assert life.guard("init", "csh").returncode == 2


def test_guard_shims_brings_back_what_vanished(life):
    shim = life.prefix / "shims" / "pip3"
    text = shim.read_bytes()
    shim.unlink()
    done = life.guard("shims")
    assert done.returncode == 0 and str(shim) in done.stdout.splitlines()
    assert shim.read_bytes() == text and shim.stat().st_mode & 0o777 == 0o755
    assert str(shim) in json.loads(life.guard("shims", "--json").stdout)["written"]


@pytest.mark.parametrize("shell", ["bash -ic", "bash -lc", "bash -lic", "dash -lc", "zsh -ic", "fish -c", "fish -ic"])
def test_a_new_shell_finds_the_shims_first(life, shell):
    """Also for scripts that are started from it, which know no function of the shell's."""
    name, option = shell.split()
    if not shutil.which(name):
        pytest.skip(f"there is no {name} on this machine")
    environ = clean_environment(HOME=life.home, PATH="/usr/bin:/bin", XDG_DATA_HOME=life.root.parent / "fish")
    words = [name, option, "sh -c 'command -v pip'"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip().splitlines()[-1:] == [f"{life.prefix}/shims/pip"], done.stderr


def test_an_environment_that_is_protected(life):
    """The end of this file shows that uninstalling takes guard out of it again."""
    done = life.guard("protect", str(life.venv))
    assert done.returncode == 0, done.stdout + done.stderr
    assert list(life.venv.rglob("typoguard.pth"))


def test_upgrade_in_place_while_pip_is_typed(life):
    """Every command that runs meanwhile meets the old guard or the new one: it is refused, never broken."""
    start_files = {name: (life.home / name).read_bytes() for name in (".profile", ".bashrc", ".zshrc")}
    codes, done = [], threading.Event()

    def type_on():
        while not done.is_set():
            codes.append(life.pip("install", "--no-index", NAME).returncode)
            done.wait(0.05)

    typist = threading.Thread(target=type_on)
    typist.start()
    try:
        second = life.install()
    finally:
        done.set()
        typist.join()
    assert second.returncode == 0, second.stdout + second.stderr
    assert len(codes) > 3 and set(codes) == {77}
    assert (life.prefix / "venv").resolve().name == "venv.2"
    assert f"{life.prefix}/venv.2/" in (life.prefix / "shims" / "pip").read_text()
    assert {name: (life.home / name).read_bytes() for name in start_files} == start_files


def test_uninstall_asks_first(life):
    done = life.guard("uninstall")
    assert done.returncode == 2 and "--yes" in done.stderr
    assert (life.prefix / "home").exists()


def test_uninstall_leaves_no_trace(life):
    assert life.pip("install", "--no-index", NAME).returncode == 77  # a recorder is at work now
    done = life.guard("uninstall", "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["left"] == []
    assert tree(life.root) == life.before
