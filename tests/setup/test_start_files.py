"""Which start files get a block, for which homes and shells."""

import os

import pytest

from guard.core.home import Home
from guard.setup.shells import start_files


@pytest.fixture
def machine(tmp_path):
    """Returns a function: the names of the start files for a home with ``existing`` files and these shells."""
    home, shells = tmp_path / "home", tmp_path / "bin"
    home.mkdir()
    shells.mkdir()

    def names(existing=(), present=(), **environ):
        for name in existing:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).touch()
        for name in present:
            (shells / name).touch(mode=0o755)
        environ = dict({"HOME": str(home), "PATH": str(shells)}, **environ)
        return [os.path.relpath(start.path, home) for start in start_files(Home("/prefix"), environ)]

    return names


def test_a_bare_home_without_shells_gets_a_profile(machine):
    assert machine() == [".profile"]


def test_shells_that_exist_get_theirs(machine):
    found = machine(present=["bash", "zsh", "fish"])
    assert found == [".profile", ".bashrc", ".zshrc", ".config/fish/conf.d/typoguard.fish"]


def test_files_that_exist_count_without_their_shell(machine):
    found = machine(existing=[".bashrc", ".zshrc", ".config/fish/config.fish"])
    assert found == [".profile", ".bashrc", ".zshrc", ".config/fish/conf.d/typoguard.fish"]


def test_a_profile_of_bash_hides_no_other(machine):
    """bash reads the first of the three that exists: making another would hide the user's own."""
    assert machine(existing=[".bash_login"]) == [".bash_login"]
    assert machine(existing=[".bash_profile", ".profile"]) == [".bash_profile", ".bash_login", ".profile"]


def test_zdotdir_and_xdg(machine, tmp_path):
    found = machine(present=["zsh", "fish"], ZDOTDIR=str(tmp_path / "z"), XDG_CONFIG_HOME=str(tmp_path / "x"))
    assert found == [".profile", "../z/.zshrc", "../x/fish/conf.d/typoguard.fish"]


def test_no_home_in_the_environment(tmp_path):
    import pwd

    found = start_files(Home("/prefix"), {"PATH": str(tmp_path)})
    assert found[0].path.startswith(pwd.getpwuid(os.getuid()).pw_dir)
