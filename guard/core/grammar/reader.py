"""What the parts of one command are read with, and where what they say goes."""

from .. import kernel as os
from ..command import NO_INDEX, Target, Unseen
from ..names import normalise
from .requirement import MODERN, NEWEST, Malformed, parse

OLDEST = (0,)
ENDINGS = ("zip", "whl", "gz", "tgz", "tar", "bz2", "tbz", "xz", "txz", "tlz", "lz", "lzma")  # of archives
_STICKY = (22, 3)  # before it, an index that a requirement file names counted in spite of ``--no-index``
_LAST_LETTERS = frozenset("pPlLzZrR2aA")
_OTHERS = ("uv", "pipx", "pdm")
TRUE = ("1", "true", "yes", "on")  # how uv's and pdm's variables say yes, in lower case
DEFAULT_INDEX = "https://pypi.org/simple"  # what pip asks where nothing else is configured


class Refused(ValueError):
    """Every version would refuse the line; the message is the first reason."""


class Reading:
    """What a line means to some versions.

    mask      the versions, as bits
    values    {where it is kept: list of values, in order} for the options of the table that name a place
    words     the positional arguments
    unknown   options that only a future version could have: (option, the word after it that may be its value, or "")
    stopped   whether ``--help`` was met, which prints help and ends
    """

    __slots__ = ("mask", "values", "words", "unknown", "stopped", "place", "cluster", "at")

    def __init__(self, mask=0):
        self.mask = mask
        self.values = {}  # type: dict
        self.words = []
        self.unknown = []
        self.stopped = False
        self.place = 0
        self.cluster = ""
        self.at = 0

    def divided(self, mask):
        """A copy for some of the versions, from here on."""
        other = Reading(mask)
        other.values = {key: list(values) for key, values in self.values.items()}
        other.words = list(self.words)
        other.unknown = list(self.unknown)
        other.place = self.place
        other.cluster = self.cluster
        other.at = self.at
        return other


class Reader:
    """Hands the readers of arguments, files and projects to one another, and collects what they find in ``command``.

    command       the Command that is being filled
    cwd           directory that relative paths start from, absolute
    environ       the tool's environment
    versions      the versions of pip that this could be, as (major, minor), none where any could be; the oldest and
    oldest        the newest of them, which differ where a line is read as any of several would. Other tools than pip
    newest        (uv, poetry, …) leave all three as they are.
    dependencies  whether a local project's own dependencies would be installed (``--no-deps``)
    asked         the indexes of ``command``
    links         remote pages of links (``--find-links``), which stand behind them
    """

    __slots__ = ("command", "cwd", "environ", "versions", "oldest", "newest", "_mask", "dependencies", "asked", "links",
                 "skip", "seen")  # fmt: skip

    def __init__(self, command, cwd, environ):
        self.command = command
        self.cwd = cwd
        self.environ = environ
        self.versions = ()  # type: tuple
        self.oldest = OLDEST
        self.newest = NEWEST
        self._mask = 0
        self.dependencies = True
        self.asked = []
        self.links = []
        self.skip = None  # a compiled regular expression: lines of requirement files to leave out (pip before 20.1)
        self.seen = set()  # requirement files and projects that were read: pip reads them again, a name is a name once

    @property
    def mask(self):
        """The versions as bits of pip_options.py."""
        if not self._mask:
            from .pip_options import FUTURE, VERSIONS

            for version in self.versions:
                places = [place for place, known in enumerate(VERSIONS) if known <= version]
                self._mask |= FUTURE if version > VERSIONS[-1] else 1 << (places[-1] if places else 0)
            self._mask = self._mask or (1 << len(VERSIONS)) - 1 | FUTURE
        return self._mask

    @property
    def future(self):
        """Whether pip is newer than all that guard was taught: what guard does not understand is then no mistake."""
        from .pip_options import FUTURE

        return self.mask == FUTURE

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
        """The tool would stop here. The first reason stays, as the tool would not come to the second.

        What guard cannot read of a tool whose own parser it was not proved against is unseen.
        """
        if self.command.tool in _OTHERS or self.future:
            self.unseen(text, reason, where)
        elif not self.command.rejected:
            self.command.rejected = "%s%s: %s" % ("%s: " % where if where else "", text[:200], reason)

    def argument(self, text, where="", constraint=False):
        """Read one positional argument, or one line of a requirement file without its options."""
        name, _, marker = text.partition(";")
        name = name.strip()
        last = name[-1:]
        # A requirement by its looks alone is no path, no URL, has no extras at its end, and is not called like a file.
        if (
            "/" in text
            or ":" in text
            or name[:1] == "."
            or last == "]"
            or (last in _LAST_LETTERS and name.lower().endswith(ENDINGS))
        ):
            from . import argument

            return argument.read(self, text, where, constraint)
        marker = marker.strip()
        if marker and not self.marker(marker):
            return self.reject(text, "%r is no environment marker" % marker, where)
        return self.plain(name, text, where, constraint)

    def marker(self, text):
        """Whether ``text`` is an environment marker to any version this could be."""
        from . import marker

        return marker.valid(text, self.newest) or marker.valid(text, self.oldest)

    def plain(self, name, text, where, constraint):
        """Read a requirement that is no path and no URL; ``text``: the whole of what was written."""
        try:
            wanted = self.requirement(name)
        except Malformed as error:
            return self.reject(text, str(error), where)
        if wanted.url:
            from . import argument

            return argument.direct(self, wanted, text, where, constraint)
        if constraint:
            return None  # a constraint installs nothing, unless it is a link
        return self.found(wanted, text, where)

    def indexes(self, values):
        """Keep the URLs that options, or a line of settings in a requirement file, name; as pip adds them up.

        A page of links answers beside the indexes, or without them; a folder of this machine is nobody else's answer.
        """
        indexes = self.asked
        if values.get("no_index"):
            indexes = [NO_INDEX]
        elif NO_INDEX not in indexes or (self.versions and self.oldest < _STICKY):
            if any(values.get("index_url", ())):
                indexes = list(values["index_url"])
            extra = values.get("extra_index_urls", [])
            indexes = indexes + (extra if indexes or not extra else [DEFAULT_INDEX, *extra])
        self.links += [url for url in values.get("find_links", ()) if remote(url) and url not in self.links]
        self.asked = indexes
        self.command.indexes[:] = indexes + self.links if indexes or not self.links else [DEFAULT_INDEX, *self.links]

    def requirement(self, text):
        """The Requirement that ``text`` is to any version this could be; raises Malformed."""
        try:
            return parse(text, self.newest)
        except Malformed:
            if self.oldest >= MODERN or self.newest == self.oldest:
                raise
            return parse(text, self.oldest)


def remote(url):
    """Whether another machine answers at ``url``."""
    return url[:8].lower().startswith(("http://", "https://"))


def home_of(environ):
    """The user's home directory as the tools look for it: HOME, and where that is not set, the password file's word."""
    if environ.get("HOME"):
        return environ["HOME"]
    import pwd  # built in, and rarely asked

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a container's user, whom no password file names
        return "/"
