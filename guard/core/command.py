"""The values that flow through guard: Invocation -> Command -> Verdict.

Plain classes with slots: ``dataclasses`` costs 14 ms to import, more than the interpreter itself.
"""


class Invocation:
    """One start of a tool, as it was typed.

    tool     the word the tool goes by: ``pip``, ``pip3``, ``pip3.11``, ``poetry``, ``uv``, ``uvx``, ``pipx``, ``pdm``,
             ``python3``, ``py``; never a path
    args     everything after that word, byte for byte (surrogateescape for what is not UTF-8)
    environ  the tool's environment (a mapping of str to str)
    cwd      absolute working directory
    path     absolute path of the real tool, or "" where it is not known (``guard check`` on another machine)
    """

    __slots__ = ("tool", "args", "environ", "cwd", "path")

    def __init__(self, tool, args, environ, cwd, path=""):
        self.tool = tool
        self.args = list(args)
        self.environ = environ
        self.cwd = cwd
        self.path = path


class Target:
    """One project that a command would install.

    name     normalised (PEP 503)
    text     the requirement as it was written (``Reqeusts[x]==1.0``), credentials not yet masked
    version  the single release it is pinned to, as written (``==1.0``, a lock file), else ""
    where    where it was written: "" for the command line, else ``requirements.txt:3``, ``poetry.lock``, …
    asked    the command itself asks for it (arguments, requirement files, a lock it is driven by); False for what
             else the tool would resolve on the way (a project's own dependencies behind ``poetry add x``)
    link     the URL or path it would come from, else ""
    index    the URL of the one index that is asked for it, "" where all of the command's are
    """

    __slots__ = ("name", "text", "version", "where", "asked", "link", "index")

    def __init__(self, name, text, version="", where="", asked=True, link="", index=""):
        self.name = name
        self.text = text
        self.version = version
        self.where = where
        self.asked = asked
        self.link = link
        self.index = index

    def __repr__(self):
        return "Target(%r, %r, version=%r, where=%r, asked=%r, link=%r)" % (
            self.name, self.text, self.version, self.where, self.asked, self.link)  # fmt: skip


class Unseen:
    """A part of a command that cannot be known offline: a remote requirement file, a pipe, an option of a future pip.

    text    what was written; reason: why guard cannot read it, one clause; where: as in Target
    """

    __slots__ = ("text", "reason", "where")

    def __init__(self, text, reason, where=""):
        self.text = text
        self.reason = reason
        self.where = where

    def __repr__(self):
        return "Unseen(%r, %r, %r)" % (self.text, self.reason, self.where)


NO_INDEX = "--no-index"


class Command:
    """What a command line asks for.

    tool      ``pip``, ``poetry``, ``uv``, ``pipx`` or ``pdm`` (``python -m pip`` is pip)
    verb      ``install``, ``add``, …; "" where there is none
    installs  whether it could install, download or resolve anything; False: hand it over at once
    targets   list of Target in the order of the command, duplicates left in
    unseen    list of Unseen
    rejected  the sentence with which the tool itself would reject this line, else ""
    indexes   URLs the command is configured to ask for any name, indexes and remote pages of links, the main index
              first; empty: the tool's default; NO_INDEX in the first place: no index, only what follows
    version   the tool's version where it is known, else ""
    project   absolute directory of the project it works on (poetry, pdm, uv), else ""
    """

    __slots__ = ("tool", "verb", "installs", "targets", "unseen", "rejected", "indexes", "version", "project")

    def __init__(self, tool, verb="", installs=False):
        self.tool = tool
        self.verb = verb
        self.installs = installs
        self.targets = []
        self.unseen = []
        self.rejected = ""
        self.indexes = []
        self.version = ""
        self.project = ""

    def names(self):
        """The normalised names the command itself asks for, in order, without duplicates."""
        return list(dict.fromkeys(t.name for t in self.targets if t.asked))
