"""Environments made by a protected interpreter are protected when they are born: venv's and virtualenv's.

An interpreter that guard entered through the runner is not protected, and what it makes is not, with one exception: an
environment in the folder for temporary files, in which poetry builds, belongs to this very run. Its line names a note,
so that what is refused in there is heard up here.
"""

import glob
import os
import sys
import tempfile

from . import again, door
from .wrap import wrap


def patch(finder, module):
    """Patch ``venv`` or ``virtualenv.run.session``. Raises AttributeError where it is not as guard knows it."""
    (_venv if module.__name__ == "venv" else _virtualenv)(finder, module)


def _venv(finder, module):
    def make(inner):
        def create(self, env_dir, *args, **kwargs):
            inner(self, env_dir, *args, **kwargs)
            protect(finder, os.fspath(env_dir), sys.version_info[:2])

        return create

    wrap(module.EnvBuilder, "create", make)


def _virtualenv(finder, module):
    def make(inner):
        def run(self, *args, **kwargs):
            inner(self, *args, **kwargs)
            info = self.creator.interpreter.version_info
            protect(finder, str(self.creator.dest), (info.major, info.minor))

        return run

    wrap(module.Session, "run", make)


def protect(finder, folder, version):
    """Protect the environment in ``folder``; one that cannot be stays as it is, since guard must break no tool."""
    folder, passing = os.path.abspath(folder), _is_temporary(folder)
    is_own = os.path.realpath(folder).startswith(os.path.realpath(finder.root) + "/venv")
    if version < (3, 7) or not (finder.protected or passing) or is_own:
        return  # the last is guard's own: a guard that cannot judge must not stand in the way of its mending
    note = finder.session.lend() if passing and finder.session.running else "-"
    try:
        for site in glob.glob(glob.escape(folder) + "/lib/*/site-packages"):
            door.put(site, finder.root, version, note)
            if not passing:
                door.remember(finder.session.home.personal, site)
        if not passing:
            again.born(finder.session.home, folder)
    except OSError:
        pass  # a read-only or a full disk, a state folder of root's


def _is_temporary(folder):
    return os.path.realpath(folder).startswith(os.path.realpath(tempfile.gettempdir()) + os.sep)
