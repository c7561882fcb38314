"""The import hook: a few modules of pip, poetry, venv and virtualenv get guard's patches as soon as they are executed.

It stands at the head of ``sys.meta_path``, lets every other name pass, and finds its own the way they would have been
found without it. Nothing of the tool is imported before the tool asks for it, and little of guard before that.
"""

import os
import sys
from _thread import get_ident

_IMPORTLIB, _EXTERNAL = sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"]
CLASS = "TypoguardDoor"  # of the finder that a .pth line defines (door.py); it would ask this one again

# Module of the tool -> the module of this room that patches it.
WATCHED = {
    "build.env": "starters",
    "hatch": "starters",
    "nox": "starters",
    "pip._internal.build_env": "inpip",
    "pip._internal.build_env.installer": "inpip",
    "pip._internal.build_env.virtual": "inpip",
    "pip._internal.cli.main": "inpip",
    "pip._internal.cli.main_parser": "inpip",
    "pip._internal.index.package_finder": "inpip",
    "pip._internal.operations.prepare": "inpip",
    "pip._internal.req": "inpip",
    "pip._internal.req.constructors": "inpip",
    "pip._internal.resolution.legacy.resolver": "inpip",
    "pip._internal.resolution.resolvelib.resolver": "inpip",
    "pdm.core": "inpdm",
    "pdm.installers.uv": "starters",
    "pdm.models.candidates": "inpdm",
    "pdm.resolver.providers": "inpdm",
    "pdm.resolver.uv": "starters",
    "pipx.main": "starters",
    "pre_commit.main": "starters",
    "poetry.console.application": "inpoetry",
    "poetry.console.commands.add": "inpoetry",
    "poetry.installation.chef": "inpoetry",
    "poetry.installation.chooser": "inpoetry",
    "poetry.installation.executor": "inpoetry",
    "poetry.installation.installer": "inpoetry",
    "poetry.puzzle.provider": "inpoetry",
    "poetry.repositories.pool": "inpoetry",
    "poetry.repositories.repository_pool": "inpoetry",
    "poetry.utils.env": "inpoetry",
    "poetry.utils.env.base_env": "inpoetry",
    "tox": "starters",
    "unearth.finder": "inpdm",
    "uv": "starters",
    "venv": "born",
    "virtualenv.run.session": "born",
}
_OF_FINDER = ("born", "starters")  # the rooms that patch no pip and no poetry
_CARRIED = "pipenv.patched."  # pipenv carries a pip of its own under this name, and resolves and installs with it
# Tools that start pip in environments of their own (starters.py). They are shimmed where they are found.
STARTERS = ("tox", "nox", "pre-commit", "hatch", "pyproject-build", "pipenv", "pipx", "pip-compile", "pip-sync")


def enter(root, note="-", protected=False):
    """Put the hook in place, once in a process, and return it.

    root: guard's home folder; note: see runner.py; protected: this interpreter itself is, by its .pth line.
    """
    found = next((finder for finder in sys.meta_path if isinstance(finder, Finder)), None)
    if found is None:
        found = Finder(root, note)
        sys.meta_path.insert(0, found)
        if not protected and os.path.basename(sys.argv[0]) in STARTERS:
            found.patch(None, "starters")
    found.protected = found.protected or protected
    return found


class Finder:
    """A finder in the sense of importlib; its ``session`` is what its patches share, made when the first one is."""

    def __init__(self, root, note):
        self.root = root
        self.protected = False
        self.starts = False  # whether this is a tool that starts pip by itself, and patched (starters.py)
        self._note = note
        self._damaged = False
        self._session = None

    @property
    def session(self):
        if self._session is None:
            with _StandardLibraryAlone():
                from .session import Session

            self._session = Session(self.root, self._note)
        return self._session

    def over(self, code=0):
        """What this process did is over, with ``code``. Returns the exit code."""
        return code if self._session is None else self._session.finish(code)

    def find_spec(self, name, path=None, target=None):
        if path is None and get_ident() in _alone:
            return _StandardLibraryAlone.find(name)
        room = WATCHED.get(name[len(_CARRIED) :] if name.startswith(_CARRIED) else name)
        if room is None:
            return None
        spec = self._elsewhere(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Patching(spec.loader, self, room)
        return spec

    def _elsewhere(self, name, path, target):
        for finder in sys.meta_path:
            if finder is self or getattr(finder, "__name__", "") == CLASS or not hasattr(finder, "find_spec"):
                continue
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                return spec
        return None

    def patch(self, module, room):
        """Let ``room`` patch a module that was just executed."""
        try:
            from importlib import import_module

            with _StandardLibraryAlone():
                patch = import_module("." + room, __package__).patch
            self.session.protected = self.protected
        except Exception as error:  # a guard that is half removed must break nothing, whatever is missing
            if room not in _OF_FINDER and not self._damaged:
                self._damaged = True
                sys.stderr.write("guard: it is damaged, nothing is checked here: install it again (%s)\n" % error)
            return
        self.session.ours(patch, self if room in _OF_FINDER else self.session, module)


_alone = {}  # type: dict  # ident of a thread that is in the following -> the folders of the standard library


class _StandardLibraryAlone:
    """While guard's own modules are imported, nothing but the standard library is found: a working directory or a
    PYTHONPATH may hold an ``fcntl.py``, and what it says would be guard's verdict.

    It holds for this thread alone: what others import meanwhile is found as ever, so ``sys.path`` stays as it is.
    """

    def __enter__(self):
        library, native = os.path.dirname(os.__file__), sys.base_exec_prefix + "/"
        self._before = _alone.get(get_ident())
        _alone[get_ident()] = [
            folder
            for folder in sys.path
            if folder == library or (folder.endswith("/lib-dynload") and folder.startswith(native))
        ]

    def __exit__(self, *_):
        if self._before is None:
            del _alone[get_ident()]
        else:
            _alone[get_ident()] = self._before

    @staticmethod
    def find(name):
        """The spec of a module that no package holds, for a thread that is in here. Raises ImportError."""
        for own in (_IMPORTLIB.BuiltinImporter, _IMPORTLIB.FrozenImporter):
            spec = own.find_spec(name)
            if spec is not None:
                return spec
        spec = _EXTERNAL.PathFinder.find_spec(name, _alone[get_ident()])
        if spec is None:
            raise ModuleNotFoundError("No module named %r" % name, name=name)
        return spec


class _Patching:
    """The module's own loader, and then the patch."""

    def __init__(self, loader, finder, room):
        self._loader = loader
        self._finder = finder
        self._room = room

    def __getattr__(self, name):
        return getattr(self._loader, name)

    def create_module(self, spec):
        create = getattr(self._loader, "create_module", None)
        return create(spec) if create is not None else None

    def exec_module(self, module):
        module.__loader__ = module.__spec__.loader = self._loader
        if hasattr(self._loader, "exec_module"):
            self._loader.exec_module(module)
        else:  # zipimporter before Python 3.10
            exec(self._loader.get_code(module.__name__), module.__dict__)  # noqa: S102  # as importlib would
        self._finder.patch(module, self._room)
