"""A project of uv or pdm: the pyproject.toml above the working directory, and the lock beside or above it."""

from .. import kernel as os
from ..errors import BadData, CannotJudge
from ..names import normalise
from . import pyproject
from .requirement import Requirement


class Project:
    """Hands what a project declares and what its lock holds to ``reader``; ``start`` is where the search begins."""

    __slots__ = ("reader", "start", "lock", "root", "_tables")

    def __init__(self, reader, start, lock):
        self.reader = reader
        self.start = os.path.normpath(start)
        self.lock = lock
        self.root = _above(self.start, "pyproject.toml")
        self.reader.command.project = self.root
        self._tables = None

    @property
    def tables(self):
        if self._tables is None:
            path = self.root + "/pyproject.toml"
            self._tables = pyproject.tables(self.reader, path, "pyproject.toml") if self.root else {}
        return self._tables

    def declared(self, asked, leave=()):
        """Dependencies, optional ones, groups, the tools' own development dependencies, build requirements."""
        self._declared(self.tables, asked, leave)
        self.build(False)
        for directory in self._members():
            where = os.path.relpath(directory, self.root) + "/pyproject.toml"
            tables = pyproject.tables(self.reader, directory + "/pyproject.toml", where)
            self._declared(tables, asked, leave, where)
            pyproject.Declared(self.reader, tables, False, where).build()

    def _members(self):
        """The directories of the projects that are resolved together with this one."""
        if self.lock != "uv.lock" or not self.root:
            return []
        from . import uv_tables

        return uv_tables.members(self.reader, self.root)

    def _declared(self, tables, asked, leave, where="pyproject.toml"):
        found = pyproject.Declared(self.reader, tables, asked, where, leave)
        found.project()
        found.groups()
        found.lines(pyproject.table(tables, "tool", "uv").get("dev-dependencies"))
        for group in pyproject.table(tables, "tool", "pdm", "dev-dependencies").values():
            found.lines(group)

    def build(self, asked):
        pyproject.Declared(self.reader, self.tables, asked).build()
        more = pyproject.Declared(self.reader, self.tables, False)
        for needed in pyproject.table(self.tables, "tool", "uv", "extra-build-dependencies").values():
            more.lines(needed)

    def driven(self, leave=(), asked=True):
        """A lock-driven command: the lock's packages, without a lock the declared ones; ``leave`` is being removed."""
        leave = {normalise(name) for name in leave}
        locked = self.locked(asked, leave)
        self.declared(asked and not locked, leave)

    def locked(self, asked, leave=()):
        """What the lock holds; whether there is one."""
        from . import other_lock

        above = _above(self.root, self.lock) if self.root else ""
        if not above:
            return False
        try:
            packages = other_lock.read(pyproject.contents(above + "/" + self.lock))
        except (OSError, BadData, CannotJudge) as error:
            self.reader.unseen(self.lock, pyproject.reason(error), self.lock)
            return False
        for name, version, link in packages:
            if normalise(name) not in leave:
                text = "%s==%s" % (name, version) if version else name
                self.reader.found(Requirement(name, (), version), text, self.lock, asked, link)
        return True


def _above(start, name):
    """The directory ``start`` or the nearest above it that holds ``name``; "" for none."""
    while True:
        if os.path.exists(start.rstrip("/") + "/" + name):
            return start
        if start in ("/", "", "."):
            return ""
        start = os.path.dirname(start)
