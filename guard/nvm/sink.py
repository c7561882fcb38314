"""Where events go: the one interface of every sink, and what can go wrong there.

A sink has ``name``, ``kind`` and

    send(batch)   deliver a list of events, each the bytes of a JSON object without its newline; returns when they
                  were taken for good, else raises
    close()       let go of what ``send`` opened

and says how much it takes at once (``lines``, and ``length`` in bytes), which ``events`` it wants (``all`` or
``findings``) and how many bytes may wait for it (``bound``).
"""

import json


class SinkError(Exception):
    """Nothing of the batch may be counted as delivered. ``after``: seconds the receiver asked us to wait, or None."""

    def __init__(self, message, after=None):
        Exception.__init__(self, message)
        self.message = message
        self.after = after


class Refused(SinkError):
    """The receiver will never take this batch as it is; a smaller one, perhaps."""


class Sink:
    kind = ""
    lines = 200
    length = 512 * 1024
    events = "all"
    bound = 64 << 20

    def __init__(self, name):
        self.name = name

    def send(self, batch):
        raise NotImplementedError

    def close(self):
        pass


def is_finding(event):
    """Whether an event (bytes of JSON, as the recorder writes it) is more than the record of a clean command."""
    return b'"guard_event":"attempt"' not in event or b'"guard_kind":' in event


def decoded(event):
    return json.loads(event)
