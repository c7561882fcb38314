"""It drains the journal into every sink's queue and the log, exactly once, wherever it is killed.

The steps, each of which can be repeated (guard.nvm.spool tells why none delivers twice), under ``STATE/recorder.lock``:

1. rename the journal to ``taken/NAME`` and wait until its last writer has let go (guard.core.journal);
2. write the events of its lines as segments into a folder, and give the folder its name ``ready/SEQ-NAME``;
3. unlink ``taken/NAME``;
4. link each segment into each queue, unlink it in ``ready``;
5. append the queue of the log to the log.

Whoever finds ``ready/SEQ-NAME`` knows that ``taken/NAME`` is done with. Who lets go of the lock looks at the journal
once more: a line that came while it was held has started no recorder.
"""

import contextlib
import errno
import fcntl
import json
import os
import stat
import time

from guard.core.errors import CannotJudge
from guard.core.refusal import count

from .context import Context
from .deliver import deliver, tell_of_drop
from .event import DAMAGED, checked, events
from .fields import long_form
from .files import Lock, folder, lock, remove, replace, size, write
from .settings import LOG, load
from .sinks.file import FileSink
from .spool import Spool, ready_folders

LOCK = "recorder.lock"
WRITER_WAIT = 2.0  # seconds for the last writer of a journal; it holds its lock for one write
SEGMENT = 512 * 1024  # bytes after which a segment is closed
LINE_LIMIT = 16 << 20  # bytes; a longer line is no journal line
_ROUNDS = 1000  # journals taken in one go; under a flood somebody else goes on
_KEPT_LINES, _KEPT_LENGTH = 64, 4096  # of damaged lines: how many, and bytes of each
_STOPPED = 3600  # seconds; a writer that has not let go by then has stopped for good, and its journal is read as it is


def users(home):
    """The uids whose journals this process drains: its own; under ``--system`` root drains everybody's."""
    if not home.system:
        return [os.getuid()]
    if os.getuid() != 0:
        return []
    found: set[int] = set()
    for place in ("journal", "spool"):
        try:
            names = os.listdir("%s/%s" % (home.state, place))
        except OSError:
            continue
        found.update(int(name.partition(".")[0]) for name in names if name.partition(".")[0].isdigit())
    return sorted(found)


def waiting(home):
    """Whether a journal holds anything that was not taken yet."""
    return any(size(journal(home, uid)) for uid in users(home))


def journal(home, uid):
    return "%s/journal/%d.jsonl" % (home.state, uid)


def log_path(home, uid):
    return "%s/events/%d.jsonl" % (home.state, uid)


def drain(home, wait=0.0, settings=None, held=None):
    """Drain every journal of ours. False where another recorder held the lock for ``wait`` seconds.

    ``held``: the recorder's lock, where the caller has taken it already; it is let go of in any case. Raises
    CannotJudge, in one line, where the state directory cannot be used; what was taken stays for the next run.
    """
    own = held or Lock(home.state + "/" + LOCK)
    if not users(home):
        own.release()
        return True
    with _told():
        folder(home.state)
        for _ in range(_ROUNDS):
            if own.fd < 0 and not own.take(wait):
                return False
            try:
                whole = _drain_all(home, settings or load(home))
            finally:
                own.release()
            if not whole or not waiting(home):
                break
    return True


def _drain_all(home, settings):
    """False where a journal had to be left. One user's trouble does not stop the next one's journal."""
    whole, trouble = True, None
    for uid in users(home):
        try:
            whole = _Journal(home, uid, settings).drain() and whole
        except OSError as error:
            trouble = error
    if trouble is not None:
        raise trouble
    return whole


@contextlib.contextmanager
def _told():
    """Trouble with the state directory, in one line."""
    try:
        yield
    except OSError as error:
        named = "%s: " % error.filename if isinstance(error.filename, str) else ""
        raise CannotJudge("events cannot be recorded: %s%s" % (named, error.strerror or error)) from error


class _Journal:
    """One user's journal, on its way into the queues."""

    def __init__(self, home, uid, settings):
        self.home = home
        self.uid = uid
        self.settings = settings
        self.spool = Spool(home, uid)
        self.context = Context(home, uid if home.system else None)
        self.queues = [LOG, *(sink["name"] for sink in settings.sinks)]

    def drain(self):
        """False where a journal had to be left because a writer holds it."""
        for name in ready_folders(self.spool):
            remove("%s/%s" % (self.spool.taken, name.partition("-")[2]))
            self._distribute(name)
        whole = True
        for name in self._taken():
            whole = self._convert(name, 0.0) and whole
        while whole and (size(journal(self.home, self.uid)) or self._is_strange()):
            name = self._take()
            whole = bool(name) and self._convert(name, WRITER_WAIT)
        self.context.hashes.save()
        self._log()
        return whole

    def _is_strange(self):
        """Whether something that is not this user's lies in his journal's place: even empty it would shut him out."""
        try:
            known = os.lstat(journal(self.home, self.uid))
        except OSError:
            return False
        return known.st_uid != self.uid or not stat.S_ISREG(known.st_mode)

    def _taken(self):
        try:
            return sorted(os.listdir(self.spool.taken))
        except FileNotFoundError:
            return []

    def _take(self):
        """Take the journal away; its new name, or "" where it is gone."""
        name = os.urandom(8).hex()
        try:
            os.rename(journal(self.home, self.uid), "%s/%s" % (folder(self.spool.taken), name))
        except FileNotFoundError:
            return ""
        return name

    def _convert(self, name, wait):
        """Turn a taken journal into events in every queue. False where its last writer holds it still."""
        path = "%s/%s" % (self.spool.taken, name)
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError as error:
            if error.errno not in (errno.ELOOP, errno.EACCES, errno.ENXIO):
                raise
            remove(path)  # a link or a socket that somebody laid in the journal's place: it is not followed
            return True
        try:
            known = os.fstat(fd)
            if not stat.S_ISREG(known.st_mode) or known.st_uid != self.uid:
                _discard(path)  # another user's file under this user's name, or no file at all
                return True
            if not lock(fd, fcntl.LOCK_EX, wait) and time.time() - known.st_mtime < _STOPPED:
                return False
            draft = self.spool.ready + "/draft"
            if os.path.lexists(draft):
                _discard(draft)  # a recorder was killed while it wrote
            folder(draft)
            first = self.spool.last_number() + 1
            _write_segments(_events(fd, self.context, self.uid, self.spool.path + "/damaged"), draft, first)
        finally:
            os.close(fd)
        whole = "%d-%s" % (first, name)
        os.rename(draft, "%s/%s" % (self.spool.ready, whole))
        remove(path)
        self._distribute(whole)
        return True

    def _distribute(self, whole):
        place = "%s/%s" % (self.spool.ready, whole)
        for part in sorted(os.listdir(place), key=int):
            for name in self.queues:
                self.spool.queue(name).offer(int(part), "%s/%s" % (place, part))
            remove("%s/%s" % (place, part))
        os.rmdir(place)

    def _log(self):
        """Append what waits for the log. A log that cannot be written is for ``guard status`` to tell."""
        kept = self.settings.events
        sink = FileSink(LOG, log_path(self.home, self.uid), kept["log_bytes"], kept["log_files"], kept["log_days"])
        sink.events, sink.bound = kept["log"], kept["spool_bytes"]
        deliver(self.spool.queue(LOG), sink, force=True, on_drop=lambda queue: tell_of_drop(self.home, queue))


def _discard(path):
    """Remove whatever lies there; a link is not followed."""
    import shutil

    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        remove(path)


def _write_segments(lines, draft, number):
    segment: list[bytes] = []
    length = 0
    for line in lines:
        if length > SEGMENT:
            _write_segment(draft, number, segment)
            number, segment, length = number + 1, [], 0
        segment.append(line)
        length += len(line)
    if segment:
        _write_segment(draft, number, segment)


def _write_segment(draft, number, lines):
    fd = os.open("%s/%d" % (draft, number), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        write(fd, b"".join(lines))
        os.fsync(fd)  # the journal is removed next; a power cut between the two must not take both
    finally:
        os.close(fd)


def _events(fd, context, uid, kept):
    """The events of every line of a journal, as lines of JSON; damaged lines become one event that counts them.

    ``kept``: the file in which the first of the damaged lines are left for a person to look at.
    """
    damaged: list[bytes] = []
    newest = None
    with open(fd, "rb", closefd=False) as file:
        while True:
            raw = file.readline(LINE_LIMIT)
            if not raw:
                break
            if raw == b"\n":
                continue
            try:
                line = checked(json.loads(raw))
                made = [_encoded(event) for event in events(line, context, uid)]
            except Exception:  # whatever is wrong with one line, it must not stop those behind it, now and ever after
                damaged.append(raw[:_KEPT_LENGTH] if len(damaged) < _KEPT_LINES else b"")
                continue
            newest = line
            yield from made
    if damaged:
        replace(kept, b"\n".join(damaged[:_KEPT_LINES]))
        yield from _damage(len(damaged), newest, os.fstat(fd), (context, uid, kept))


def _damage(number, newest, known, about):
    """A line torn by a full disk, or one that guard did not write: counted, so that its absence can be seen."""
    context, uid, kept = about
    line = {
        "id": "%x-%x" % (known.st_ino, known.st_ctime_ns),  # the same when this file is read again
        "time_ns": newest["time_ns"] if newest else known.st_mtime_ns,
        "what": DAMAGED,
        "text": "%s of the journal could not be read; see %s" % (count(number, "line"), kept),
        "lines": number,
    }
    for event in events(line, context, uid):
        yield _encoded(event)


def _encoded(event):
    return json.dumps(long_form(event), separators=(",", ":")).encode("ascii") + b"\n"
