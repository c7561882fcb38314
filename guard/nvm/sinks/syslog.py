"""Syslog by RFC 5424: over UDP (RFC 5426), TCP with octet counting (RFC 6587), TLS (RFC 5425), or the local socket.

The message is the event as JSON (v2) or as pairs (v1). UDP and the local socket promise nothing; over TCP and TLS a
batch counts as delivered when the receiver, told that nothing more comes, has closed the connection in its turn: it has
then read what was sent. ``confirm = false`` is for a receiver that never does.
"""

import datetime
import json
import socket
import time

from ..fields import syslog_form
from ..sink import Refused, Sink, SinkError, decoded

TIMEOUT = 5.0  # seconds for connecting and for each step after
_SEVERITY = {"blocked": 4, "installed": 4, "warned": 5}  # warning, notice; anything else is informational
_INFORMATIONAL = 6
_PORTS = {"udp": 514, "tcp": 601, "tls": 6514}  # RFC 5426, RFC 3195 (the registered TCP port), RFC 5425
_PACE = 0.002  # seconds between datagrams: nobody tells the sender that a receiver's buffer is full
_SHORTEST = 200  # characters; a value is not cut below
_APP = "guard"
_MSGID = "nvm"


class SyslogSink(Sink):
    kind = "syslog"

    def __init__(self, name, **options):
        super().__init__(name)
        self.options = options
        self.transport = options.get("transport", "udp")
        self.lines = 50 if self.transport in ("udp", "local") else 200

    def send(self, batch):
        messages = [message(decoded(event), self.options) for event in batch]
        try:
            {"udp": self._udp, "local": self._local, "tcp": self._stream, "tls": self._stream}[self.transport](messages)
        except (TimeoutError, socket.timeout) as error:  # two names for one thing from Python 3.10 on
            raise SinkError("%s does not answer" % self._where()) from error
        except OSError as error:
            raise SinkError("%s: %s" % (self._where(), error.strerror or error)) from error

    def _where(self):
        if self.transport == "local":
            return self.options.get("path", "/dev/log")
        return "%s %s:%d" % (self.transport, *self._address())

    def _address(self):
        return self.options.get("host") or "127.0.0.1", self.options.get("port") or _PORTS[self.transport]

    def _udp(self, messages):
        host, port = self._address()
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.settimeout(TIMEOUT)
            sender.connect(address)  # so that "port unreachable" comes back to us
            for one in messages:
                sender.send(one)
                time.sleep(_PACE)
            _raise_pending(sender)

    def _local(self, messages):
        path = self.options.get("path", "/dev/log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.settimeout(TIMEOUT)
            sender.connect(path)
            for one in messages:
                sender.send(one)

    def _stream(self, messages):
        data = b"".join([b"%d %s" % (len(one), one) for one in messages])
        with socket.create_connection(self._address(), TIMEOUT) as plain:
            plain.settimeout(TIMEOUT)
            if self.transport == "tcp":
                plain.sendall(data)
                if self.options.get("confirm", True):
                    plain.shutdown(socket.SHUT_WR)
                    _until_closed(plain)
            else:
                self._tls(plain, data)

    def _tls(self, plain, data):
        import ssl

        context = ssl.create_default_context(cafile=self.options.get("ca_file") or None)
        if self.options.get("cert_file"):
            context.load_cert_chain(self.options["cert_file"], self.options.get("key_file") or None)
        name = self.options.get("server_name") or self._address()[0]
        with context.wrap_socket(plain, server_hostname=name) as sender:
            sender.sendall(data)
            if self.options.get("confirm", True):
                try:
                    sender.unwrap().close()  # says that nothing more comes, and waits for the same from there
                except ssl.SSLEOFError:
                    pass  # closed without a word of farewell, as rsyslog does: closed all the same
                except OSError as error:
                    if error.errno:  # 0 is the same end of file, as older Pythons tell it
                        raise


def message(event, options):
    """One RFC 5424 message (bytes) of an event, at most ``max_bytes`` long: the longest values are cut if need be."""
    limit = options.get("max_bytes", 8000)
    while True:
        body = syslog_form(event) if options.get("form") == "pairs" else json.dumps(event, separators=(",", ":"))
        whole = (_header(event, options) + body).encode("utf-8", "backslashreplace")
        if len(whole) <= limit:
            return whole
        key = max(event, key=lambda name: len(event[name]))
        if len(event[key]) <= _SHORTEST:
            raise Refused("an event is longer than max_bytes = %d" % limit)
        event[key] = event[key][: max(_SHORTEST // 2, len(event[key]) // 2)] + "…"


def _header(event, options):
    severity = _SEVERITY.get(event.get("guard_action", ""), _INFORMATIONAL)
    seconds = int(event.get("fsms", "0")) / 1000
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return "<%d>1 %s %s %s %s %s - " % (
        options.get("facility", 1) * 8 + severity,
        when.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (when.microsecond // 1000),
        _word(socket.gethostname()),
        _APP,
        _word(event.get("pid", "-")),
        _MSGID,
    )


def _word(text):
    """A header field: printable ASCII without blanks, ``-`` for none."""
    return "".join([c for c in text if "!" <= c <= "~"])[:128] or "-"


def _raise_pending(sender):
    """An ICMP answer to the last datagrams, where one comes within a moment."""
    time.sleep(0.02)
    code = sender.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if code:
        raise OSError(code, "connection refused")


def _until_closed(connection):
    while connection.recv(4096):
        pass  # syslog has no answers; whatever comes is not for us
