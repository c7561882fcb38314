"""The write-ahead journal: one line for each attempt, written before the tool runs or is refused.

A line is one JSON object:

    v          1
    id         32 hex digits, random; the events of this attempt derive theirs from it
    time_ns    when the command was judged, nanoseconds since the epoch
    guard      version of guard
    tool, verb, tool_path, tool_version
    args       the words after the tool, credentials masked
    cwd, project
    mode       audit, warn, enforce
    verdict    allow, warn, block
    action     what became of it, where the verdict does not say: "installed"; else missing
    list       version of the list, "" where none could be read
    indexes    index URLs really configured, credentials masked
    names      the clean names the command asks for: [[name, requirement as written, where], …]
    findings   list of findings (guard.core.verdict.Finding.plain)
    process    guard.core.process.describe of the process that becomes the tool
    parent     the same of its parent
    where      "shim" (before anything ran) or "resolver" (inside the tool)
    env        what tells a CI runner or an SSH session apart, where present: {"CI": "1", …}; never a secret

Locking. The recorder takes the journal away by renaming it, then waits for an exclusive lock on what it took. A writer
holds a shared lock while it writes and makes sure, under the lock, that the file is still the journal: so no line is
written to a file that the recorder has read already, and a writer never waits.

A line is one ``write`` to a file opened with O_APPEND, begun and ended by a newline: a line torn by a full disk spoils
itself alone. It is not synced to the disk: a kill of any process loses nothing, and what a power cut takes with it is
the last seconds of a machine that stopped; a sync costs a developer 5 to 50 ms at every install.
"""

import fcntl

from . import kernel as os
from .errors import CannotJudge
from .jsonline import dump

_TRIES = 200  # the recorder has the journal for one moment; some milliseconds long is somebody else's lock


def append(path, line):
    """Append ``line`` (a dict as above) to the journal at ``path``, made (0600, its folder 0700) where it is missing.

    Raises CannotJudge where it cannot be written: an attempt that leaves no trace is for policy to decide.
    """
    data = b"\n" + dump(line).encode("ascii") + b"\n"
    try:
        fd = _open_locked(path)
        try:
            if os.write(fd, data) != len(data):
                raise CannotJudge("the journal %s cannot be written: the disk is full" % path)
        finally:
            os.close(fd)
    except OSError as error:
        raise CannotJudge("the journal %s cannot be written: %s" % (path, error.strerror))


def _open_locked(path):
    """A descriptor of the journal, opened for appending, under a shared lock, surely not yet taken by the recorder."""
    # Under --system the folder is shared: a link in the journal's place must not be followed (O_NOFOLLOW), a pipe not
    # waited for (O_NONBLOCK), a file that another user laid there not written to.
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    for _ in range(_TRIES):
        try:
            fd = os.open(path, flags, 0o600)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path), 0o700)
            continue
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:  # the recorder has just taken this file away
            os.close(fd)
            continue
        try:
            now = os.stat(path)
        except FileNotFoundError:
            now = None
        here = os.fstat(fd)
        if here.st_uid != os.geteuid():
            os.close(fd)
            raise CannotJudge("the journal %s belongs to another user" % path)
        if now is not None and (now.st_dev, now.st_ino) == (here.st_dev, here.st_ino):
            return fd
        os.close(fd)
    raise CannotJudge("the journal %s is locked by a process that is none of guard's" % path)
