"""Runs the installer for real, and looks at what it left."""

import os
import shutil
import subprocess
import sys

from tests.support.tools import ROOT, clean_environment, python

INSTALL = str(ROOT / "installer" / "install.sh")


def programs(folder, *names):
    """A folder for PATH that holds links to these programs of the machine and nothing else."""
    folder.mkdir()
    for name in names:
        (folder / name).symlink_to(shutil.which(name))
    return folder


def installer(*words, home, path="/usr/bin:/bin", prefix_words=(), **more):
    """Run install.sh with a clean environment. ``prefix_words`` go before ``sh``."""
    environ = clean_environment(HOME=home, PATH=path, PYENV_ROOT="/nonexistent", **more)
    command = [*prefix_words, "sh", INSTALL, *map(str, words)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False, cwd=home,
                          stdin=subprocess.DEVNULL)  # fmt: skip


def this_python():
    """The interpreter that runs the tests, as the installer is to be given it."""
    return python(f"{sys.version_info[0]}.{sys.version_info[1]}")


def tree(folder):
    """Everything below ``folder``: {relative path: (kind, mode, content or where a link leads)}."""
    found = {}
    for parent, folders, names in os.walk(folder):
        for name in folders + names:
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            if os.path.islink(path):
                what = ("link", os.readlink(path))
            elif os.path.isdir(path):
                what = ("folder", mode)
            else:
                with open(path, "rb") as content:
                    what = ("file", mode, content.read())
            found[os.path.relpath(path, folder)] = what
    return found
