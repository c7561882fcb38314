"""It delivers one queue to one sink: oldest first, batch by batch, backing off when the receiver fails."""

import hashlib
import os
import time

from guard import __version__
from guard.core.errors import CannotJudge
from guard.core.journal import append
from guard.core.refusal import count

from .files import folder
from .sink import Refused, SinkError, is_finding

PATIENCE = 60.0  # seconds that one run spends on one sink
LONGEST_PAUSE = 300.0  # seconds between two tries
DROPPED = "dropped"  # the report of events given up at the bound of a spool


def deliver(queue, sink, force=False, wait=0.0, on_drop=None):
    """Deliver what waits. ``force``: try although it is too early. Returns the number of events delivered; what went
    wrong stands in the queue's state.

    ``on_drop(queue)`` is called when a receiver came back after events had been given up.
    """
    folder(queue.path)
    sent = 0
    while queue.lock.take(wait):
        try:
            queue.reload()
            more, done = _deliver(queue, sink, force)
            sent += done
            queue.shrink(sink.bound)
            if done and on_drop and queue.state["dropped"] > queue.state["reported"]:
                on_drop(queue)
        finally:
            queue.lock.release()
            sink.close()
        # What was offered while the lock was held had nobody to deliver it.
        if not more or not queue.waiting():
            break
    return sent


def _deliver(queue, sink, force):
    """(whether it ended because nothing was left, events delivered)."""
    if not force and _too_early(queue.state, time.time()):
        return False, 0
    end = time.monotonic() + PATIENCE
    sent = 0
    lines = sink.lines
    while time.monotonic() < end:
        batch = queue.batch(lines, sink.length)
        if not batch:
            return True, sent
        wanted = [event for event in batch if sink.events == "all" or is_finding(event)]
        try:
            if wanted:
                sink.send(wanted)
        except Refused as error:
            if len(batch) == 1:
                queue.reject(batch[0], int(time.time()), error.message)
            lines = max(1, len(batch) // 2)
            continue
        except SinkError as error:
            queue.fail(error.message, int(time.time()), error.after or pause(queue.state["failures"]))
            return False, sent
        queue.advance(batch, int(time.time()))
        lines = sink.lines
        sent += len(wanted)
    return False, sent


def _too_early(state, now):
    """A pause longer than any is a clock that stepped back."""
    return 0 < state["next_try"] - now <= LONGEST_PAUSE * 2


def pause(failures):
    """Seconds until the next try: doubling, with jitter, so that a thousand machines do not come back at once."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures, 12)) * (0.5 + int.from_bytes(os.urandom(2), "big") / 131072)


def tell_of_drop(home, queue):
    """What was given up while the receiver was away is itself an event. The same count gives the same event id."""
    lost = queue.state["dropped"] - queue.state["reported"]
    told = "%s %d %d" % (queue.path, queue.state["reported"], queue.state["dropped"])
    line = {
        "v": 1,
        "id": hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32],
        "time_ns": time.time_ns(),
        "guard": __version__,
        "what": DROPPED,
        "text": "%s for the sink %s given up: its spool was full" % (count(lost, "event"), queue.name),
        "sink": queue.name,
        "events": lost,
    }
    try:
        append(home.journal, line)  # under --system root's own: a file of root's in a user's place would shut him out
    except CannotJudge:
        return  # told at the next delivery instead
    queue.state["reported"] = queue.state["dropped"]
    queue.save()
