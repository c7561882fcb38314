"""The import hook: a few modules of pip, poetry, venv and virtualenv get guard's patches as soon as they are executed.

It stands at the head of ``sys.meta_path``, lets every other name pass, and finds its own the way they would have been
found without it. Nothing of the tool is imported before the tool asks for it.
"""

import sys

from .session import Session

# Module of the tool -> the module of this room that patches it.
WATCHED = {
    "pip._internal.cli.main": "inpip",
    "pip._internal.cli.main_parser": "inpip",
    "pip._internal.index.package_finder": "inpip",
    "pip._internal.operations.prepare": "inpip",
    "pip._internal.req.constructors": "inpip",
    "pip._internal.build_env": "inpip",
    "pip._internal.build_env.installer": "inpip",
    "pip._internal.resolution.resolvelib.resolver": "inpip",
    "pip._internal.resolution.legacy.resolver": "inpip",
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
}


def enter(root, note="-", born=False):
    """Put the hook in place, once in a process. ``root``: guard's home folder; ``note``: see runner.py.

    ``born``: environments made by this interpreter are protected too (it is protected itself).
    """
    for found in sys.meta_path:
        if isinstance(found, Finder):
            found.session.take_note(note)
            return found
    finder = Finder(Session(root, note))
    sys.meta_path.insert(0, finder)
    return finder


class Finder:
    """A finder in the sense of importlib; ``session`` is what its patches share."""

    def __init__(self, session):
        self.session = session

    def find_spec(self, name, path=None, target=None):
        if name not in WATCHED:
            return None
        spec = self._elsewhere(name, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = _Patching(spec.loader, self.session, WATCHED[name])
        return spec

    def _elsewhere(self, name, path, target):
        for finder in sys.meta_path:
            find = None if finder is self else getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None else None
            if spec is not None:
                return spec
        return None


class _Patching:
    """The module's own loader, and then the patch."""

    def __init__(self, loader, session, room):
        self._loader = loader
        self._session = session
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
            exec(self._loader.get_code(module.__name__), module.__dict__)
        self._patch(module)

    def _patch(self, module):
        from importlib import import_module

        self._session.ours(import_module("." + self._room, __package__).patch, self._session, module)
