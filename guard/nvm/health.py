"""What is wrong with the recording of events: for ``guard status`` and ``guard doctor``."""

import datetime
import json
import os
import shutil
import time

from guard.core.refusal import count

from .files import read, size
from .record import TROUBLE
from .recorder import journal, log_path, users
from .settings import LOG, load
from .sinks.file import end_of, rotated
from .spool import Spool, ready_folders

_COUNTS = ("waiting_bytes", "delivered", "dropped", "rejected")
_LOST = {"dropped": "given up at the bound of its spool", "rejected": "refused by the receiver"}
LITTLE = 16 << 20  # bytes free; below it the journal will soon not be written
_SLOW_CLOCK = 60  # seconds that a clock may be set back without a word
_LOG_END = 65536  # bytes of the log, some 25 events, in which the future is looked for


def health(home):
    """A dict: ``log`` (path), ``log_bytes``, ``log_files``, ``journal_bytes`` (not yet taken), ``sinks``, ``faults``.

    ``sinks``: {name: {waiting_bytes, delivered, dropped, rejected, error, error_at, delivered_at}}, the log among them;
    ``faults``: list of sentences, empty where all is well.
    """
    settings = load(home)
    known = {"log": "", "log_bytes": 0, "log_files": 0, "journal_bytes": 0, "sinks": {}, "faults": settings.faults}
    if home.system and os.getuid() != 0:
        known["log"] = "kept by the administrator of this machine"
        return known
    for uid in users(home) or [os.getuid()]:
        _user(home, uid, settings, known)
    _state(home, known)
    trouble = read("%s/%s" % (home.state, TROUBLE))
    if trouble:
        known["faults"].append("the last run of the recorder failed: %s" % trouble.decode("utf-8", "replace"))
    return known


def sentences(known):
    """What ``health`` found that is no fault, as lines for a person."""
    said = ["log %s (%s, %d KiB)" % (known["log"], count(known["log_files"], "file"), known["log_bytes"] >> 10)]
    if known["journal_bytes"]:
        said.append("%d bytes of the journal are not recorded yet (guard events flush)" % known["journal_bytes"])
    for name, sink in known["sinks"].items():
        when = ", the last at %s" % sink["delivered_at"] if sink["delivered_at"] else ""
        waiting = "; %d bytes wait" % sink["waiting_bytes"] if sink["waiting_bytes"] else ""
        lost = "".join("; %d %s" % (sink[key], words) for key, words in _LOST.items() if sink[key])
        said.append("%s: %s delivered%s%s%s" % (name, count(sink["delivered"], "event"), when, waiting, lost))
    return said


def _user(home, uid, settings, known):
    spool = Spool(home, uid)
    path = log_path(home, uid)
    known["log"] = known["log"] or path
    parts = [part for part in [path, *rotated(path)] if os.path.exists(part)]
    known["log_files"] += len(parts)
    known["log_bytes"] += sum(map(size, parts))
    known["journal_bytes"] += size(journal(home, uid))
    configured = {LOG} | {sink["name"] for sink in settings.sinks}
    try:
        known["journal_bytes"] += _left(spool)
        queues = spool.queues()
    except OSError as error:
        known["faults"].append("%s: %s" % (spool.path, error.strerror))
        return
    for queue in queues:
        if queue.name not in configured and not queue.waiting():
            continue
        state = queue.state
        sink = known["sinks"].setdefault(queue.name, dict.fromkeys(_COUNTS, 0))
        sink["waiting_bytes"] += queue.bytes()
        for key in ("delivered", "dropped", "rejected"):
            sink[key] += state[key]
        for key in ("error_at", "delivered_at"):
            sink[key] = _date(state[key])
        sink["error"] = state["error"] or None
        known["faults"] += _faults(queue, sink, queue.name in configured)
        if queue.name == LOG and not parts and state["delivered"] and settings.events["log"] == "all":
            said = "log: %s was removed, and what stood in it is gone; the next event begins a new one"
            known["faults"].append(said % path)
    known["faults"] += _clock(queues, path)


def _faults(queue, sink, configured):
    name, said = queue.name, []
    if not configured and sink["waiting_bytes"]:
        said.append("%s: no settings name it any more; what waits for it is in %s" % (name, queue.path))
    elif sink["error"] and queue.state["failures"]:
        said.append("%s: %s (%s; %d bytes wait)" % (name, sink["error"], sink["error_at"], sink["waiting_bytes"]))
    # Once the receiver is back, an event tells it what was given up, and the counts of `sentences` remain.
    given_up = queue.state["dropped"] - queue.state["reported"]
    if given_up:
        said.append("%s: %s given up because its spool was full" % (name, count(given_up, "event")))
    if sink["rejected"] and sink["error"]:
        said.append("%s: %s refused by the receiver" % (name, count(sink["rejected"], "event")))
    return said


def _clock(queues, path):
    """A clock that was set back: by its own word something happened that is yet to come."""
    known = [max(queue.state["delivered_at"], queue.state["error_at"]) for queue in queues]
    newest = max([*known, *_times(path)], default=0)
    if newest <= time.time() + _SLOW_CLOCK:
        return []
    return ["the clock of this machine was set back: an event was recorded or delivered at %s" % _date(newest)]


def _times(path):
    """When the last events of a log happened, epoch seconds."""
    for line in end_of(path, _LOG_END).split(b"\n"):
        try:
            yield int(json.loads(line)["fss"])
        except (ValueError, KeyError, TypeError):
            continue  # cut, or somebody else's


def _left(spool):
    """Bytes that a recorder took and did not finish."""
    left = 0
    for place in [spool.taken, *("%s/%s" % (spool.ready, name) for name in ready_folders(spool))]:
        try:
            left += sum(size("%s/%s" % (place, name)) for name in os.listdir(place))
        except OSError:
            continue
    return left


def _state(home, known):
    """Whether the state directory can be written, and has room."""
    place = home.state
    while not os.path.exists(place):
        place = os.path.dirname(place)
    if not os.access(place, os.W_OK | os.X_OK):
        known["faults"].append("%s cannot be written: no event is recorded" % place)
        return
    for folder in ("journal", "spool", "events"):
        inner = "%s/%s" % (home.state, folder)
        if os.path.exists(inner) and not os.access(inner, os.W_OK | os.X_OK):
            known["faults"].append("%s cannot be written: no event is recorded" % inner)
    free = shutil.disk_usage(place).free
    if free < LITTLE:
        known["faults"].append("the disk under %s is full: %d KiB are free" % (home.state, free >> 10))


def _date(seconds):
    if not seconds:
        return None
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).isoformat(timespec="seconds")
