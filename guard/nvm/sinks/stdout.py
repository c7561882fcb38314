"""Standard output, for CI: events as JSON lines or syslog pairs. Only ``guard events flush`` writes there."""

import sys

from ..fields import syslog_form
from ..sink import Sink, SinkError, decoded


class StdoutSink(Sink):
    kind = "stdout"

    def __init__(self, name, form="json"):
        super().__init__(name)
        self.form = form

    def send(self, batch):
        shown = batch if self.form == "json" else [syslog_form(decoded(event)).encode() for event in batch]
        try:
            sys.stdout.buffer.write(b"".join([line + b"\n" for line in shown]))
            sys.stdout.buffer.flush()
        except OSError as error:
            raise SinkError("standard output: %s" % error.strerror) from error
