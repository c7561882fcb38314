"""It hands the queues of the settings to their sinks, each under its own lock, so that a slow one delays no other."""

from .deliver import deliver, tell_of_drop
from .recorder import users
from .settings import load
from .spool import Spool


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
            done = deliver(queue, sink, force, wait, lambda delivered: tell_of_drop(home, delivered))
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
