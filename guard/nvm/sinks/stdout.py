"""Standard output, for CI: events as JSON lines, syslog pairs or annotations; `guard events flush` alone writes it."""

import os
import sys

from ..annotate import annotation
from ..fields import syslog_form
from ..sink import Sink, SinkError, decoded


class StdoutSink(Sink):
    kind = "stdout"

    def __init__(self, name, form="json"):
        super().__init__(name)
        self.form = form

    def send(self, batch):
        shown = [line for line in map(self._line, batch) if line]
        try:
            sys.stdout.buffer.write(b"".join([line + b"\n" for line in shown]))
            sys.stdout.buffer.flush()
        except OSError as error:
            raise SinkError("standard output: %s" % error.strerror) from error

    def _line(self, event):
        if self.form == "json":
            return event
        if self.form == "pairs":
            return syslog_form(decoded(event)).encode("utf-8", "backslashreplace")
        return annotation(decoded(event), os.environ).encode("utf-8", "backslashreplace")
