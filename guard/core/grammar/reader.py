"""What the parts of one command are read with, and where what they say goes."""

from .. import kernel as os
from ..command import Target, Unseen
from ..names import normalise
from .requirement import MODERN, NEWEST, Malformed, parse

OLDEST = (0,)
EVERY = (1 << 64) - 1  # every release of pip_options.py, and those to come
DEFAULT_INDEX = "https://pypi.org/simple"  # what pip asks where nothing else is configured


class Reader:
    """Hands the readers of arguments, files and projects to one another, and collects what they find in ``command``.

    command       the Command that is being filled
    cwd           directory that relative paths start from, absolute
    environ       the tool's environment
    mask          the versions of pip that this could be, as bits of pip_options.py, and the oldest and the newest of
    oldest        them as tuples; where they differ, a line is read as any of them would. Other tools than pip (uv,
    newest        poetry, …) leave all three as they are.
    future        whether the version is newer than all that guard was taught: what it does not understand is then
                  unseen, not rejected
    dependencies  whether a local project's own dependencies would be installed (``--no-deps``)
    """

    __slots__ = ("command", "cwd", "environ", "mask", "oldest", "newest", "future", "dependencies", "skip", "seen")

    def __init__(self, command, cwd, environ):
        self.command = command
        self.cwd = cwd
        self.environ = environ
        self.mask = EVERY
        self.oldest = OLDEST
        self.newest = NEWEST
        self.future = False
        self.dependencies = True
        self.skip = None  # a compiled regular expression: lines of requirement files to leave out (pip before 20.1)
        self.seen = set()  # requirement files and projects that were read: pip reads them again, a name is a name once

    def path(self, name):
        """``name`` as an absolute path, by the working directory of the command."""
        return os.path.normpath(os.path.join(self.cwd, name))

    def found(self, requirement, text, where="", asked=True, link=""):
        """One more target."""
        self.command.targets.append(
            Target(normalise(requirement.name), text, requirement.version, where, asked, link or requirement.url)
        )

    def unseen(self, text, reason, where=""):
        """One more part that cannot be known offline."""
        self.command.unseen.append(Unseen(text, reason, where))

    def reject(self, text, reason, where=""):
        """The tool would stop here. The first reason stays, as the tool would not come to the second."""
        if self.future:
            self.unseen(text, reason, where)
        elif not self.command.rejected:
            self.command.rejected = "%s%s: %s" % ("%s: " % where if where else "", text, reason)

    def indexes(self, values):
        """Keep the index URLs that options, or a line of settings in a requirement file, name; as pip adds them up."""
        indexes = self.command.indexes
        if values.get("no_index"):
            indexes[:] = []
        elif values.get("index_url"):
            indexes[:] = values["index_url"]
        extra = values.get("extra_index_urls", [])
        if extra and not values.get("no_index"):
            indexes.extend(extra if indexes else [DEFAULT_INDEX] + extra)

    def requirement(self, text):
        """The Requirement that ``text`` is to any version this could be; raises Malformed."""
        try:
            return parse(text, self.newest)
        except Malformed:
            if self.oldest >= MODERN or self.newest == self.oldest:
                raise
            return parse(text, self.oldest)
