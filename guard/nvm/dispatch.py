"""It hands the queues of the settings to their sinks, each under its own lock, so that a slow one delays no other."""

import hashlib
import time

from guard import __version__
from guard.core.errors import CannotJudge
from guard.core.journal import append

from .deliver import deliver
from .recorder import users
from .settings import load
from .spool import Spool

DROPPED = "dropped"  # events given up at the bound of a spool


def dispatch(home, force=False, stdout=False, wait=0.0, settings=None):
    """Deliver what waits for every sink. Returns {sink's name: events delivered}.

    ``force``: also those whose receiver failed a moment ago; ``stdout``: also to standard output, which only a command
    that was asked to may use.
    """
    settings = settings or load(home)
    sent: dict[str, int] = {}
    for uid in users(home):
        spool = Spool(home, uid)
        for table in settings.sinks:
            if table["kind"] == "stdout" and not stdout:
                continue
            queue = spool.queue(table["name"])
            if not queue.waiting():
                continue
            sink = sink_of(table)
            sink.events = table["events"]
            sink.bound = table["spool_bytes"] or settings.events["spool_bytes"]
            done = deliver(queue, sink, force, wait, lambda delivered: _tell(home, delivered))
            sent[table["name"]] = sent.get(table["name"], 0) + done
    return sent


def sink_of(table):
    """The sink that a table of the settings describes. What only a connection can tell is not asked here."""
    kind, name = table["kind"], table["name"]
    rest = {key: value for key, value in table.items() if key not in ("kind", "name", "events", "spool_bytes")}
    if kind == "file":
        from .sinks.file import FileSink

        return FileSink(name, **rest)
    if kind == "stdout":
        from .sinks.stdout import StdoutSink

        return StdoutSink(name, **rest)
    if kind == "syslog":
        from .sinks.syslog import SyslogSink

        return SyslogSink(name, **rest)
    from .sinks.hec import HecSink

    return HecSink(name, **rest)


def _tell(home, queue):
    """What was given up while the receiver was away is itself an event. The same count gives the same event id."""
    lost = queue.state["dropped"] - queue.state["reported"]
    told = "%s %d %d" % (queue.path, queue.state["reported"], queue.state["dropped"])
    line = {
        "v": 1,
        "id": hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()[:32],
        "time_ns": time.time_ns(),
        "guard": __version__,
        "what": DROPPED,
        "text": "%d event(s) for the sink %s were given up: its spool was full" % (lost, queue.name),
        "sink": queue.name,
        "events": lost,
    }
    try:
        append(home.journal, line)  # under --system root's own: a file of root's in a user's place would shut him out
    except CannotJudge:
        return  # told at the next delivery instead
    queue.state["reported"] = queue.state["dropped"]
    queue.save()
