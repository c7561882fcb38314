"""Splunk's HTTP Event Collector: batches, gzip, indexer acknowledgement.

With acknowledgement a batch counts as delivered when the indexer says so (POST …/ack with the ids it gave); a batch
that was taken but never acknowledged is sent again, under the same event ids. The token stands in a file or in the
environment, goes into one header and nowhere else: no message of ours repeats what was sent or what came back as text.
"""

import gzip
import http.client
import json
import os
import socket
import time
import urllib.parse

from ..sink import Refused, Sink, SinkError, decoded

TIMEOUT = 10.0  # seconds for connecting and for each answer
ACK_TIMEOUT = 30.0  # seconds until a batch that was not acknowledged is given up for now
_POLL = (0.05, 1.0)  # seconds between two questions: the first pause, the longest
_EVENT, _ACK = "/services/collector/event", "/services/collector/ack"
_ANSWER = 1 << 16  # bytes of an answer that are read
_LONGEST_WAIT = 3600.0  # seconds; a receiver that asks for more is asked again then

# Status codes by what they mean for the batch.
_TOO_LARGE = http.client.REQUEST_ENTITY_TOO_LARGE
_BUSY = (http.client.TOO_MANY_REQUESTS, http.client.SERVICE_UNAVAILABLE)
_NO_ACK = 14  # HEC's own code: acknowledgement is switched off for this token
_BAD_EVENTS = (5, 6, 12, 13, 15)  # HEC's own codes for events it will never take


class HecSink(Sink):
    kind = "hec"
    lines = 500
    length = 512 * 1024

    def __init__(self, name, url, **options):
        super().__init__(name)
        self.options = options
        parts = urllib.parse.urlsplit(url)
        self.parts = parts
        self.base = parts.path.rstrip("/")
        if self.base.endswith(_EVENT):
            self.base = self.base[: -len(_EVENT)]
        self.channel = ""
        self.connection = None

    def send(self, batch):
        body = b"\n".join([self._wrapped(event) for event in batch])
        headers = {"Content-Type": "application/json"}
        if self.options.get("gzip", True):
            body, headers["Content-Encoding"] = gzip.compress(body, 6), "gzip"
        status, answer, after = self._post(self.base + _EVENT, body, headers)
        self._judge(status, answer, after)
        if not isinstance(answer.get("code"), int):  # a proxy's or a portal's page is no receipt
            raise SinkError("%s answers %d, but not as an event collector does" % (self.parts.hostname, status))
        if self.options.get("acknowledge", True) and isinstance(answer.get("ackId"), int):
            self._await(answer["ackId"])

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _wrapped(self, event):
        """An event in HEC's envelope; the event itself goes as it is."""
        known = decoded(event)
        head = {
            "time": "%.3f" % (int(known.get("fsms", "0")) / 1000),
            "host": known.get("liuida", ""),
            "source": self.options.get("source", "typoguard"),
            "sourcetype": self.options.get("sourcetype", "cisco:nvm:flowdata"),
        }
        if self.options.get("index"):
            head["index"] = self.options["index"]
        return json.dumps(head, separators=(",", ":")).encode()[:-1] + b',"event":' + event + b"}"

    def _judge(self, status, answer, after):
        code = answer.get("code")
        if status == http.client.OK:
            return
        said = "%s answers %d%s" % (self.parts.hostname, status, " (code %d)" % code if isinstance(code, int) else "")
        if status == _TOO_LARGE or (status == http.client.BAD_REQUEST and code in _BAD_EVENTS):
            raise Refused(said)
        raise SinkError(said, after if status in _BUSY else None)

    def _await(self, ack):
        """Wait until the indexer has acknowledged."""
        end = time.monotonic() + ACK_TIMEOUT
        delay, longest = _POLL
        question = json.dumps({"acks": [ack]}).encode()
        while time.monotonic() < end:
            status, answer, after = self._post(self.base + _ACK, question, {"Content-Type": "application/json"})
            if answer.get("code") == _NO_ACK:
                return
            if status not in _BUSY:
                self._judge(status, answer, after)
                acks = answer.get("acks")
                if isinstance(acks, dict) and acks.get(str(ack)) is True:
                    return
            time.sleep(delay)
            delay = min(longest, delay * 2)
        raise SinkError("%s took a batch and does not acknowledge it" % self.parts.hostname)

    def _post(self, path, body, headers):
        """(status, answer as a dict, seconds it asks us to wait or None) of one request."""
        fixed = {"Authorization": "Splunk " + self._token(), "X-Splunk-Request-Channel": self._channel()}
        try:
            if self.connection is None:
                self.connection = self._connect()
            self.connection.request("POST", path, body, dict(headers, **fixed))
            response = self.connection.getresponse()
            raw = response.read(_ANSWER)
            if response.will_close or response.length:
                self.close()
        except (TimeoutError, socket.timeout) as error:  # two names for one thing from Python 3.10 on
            self.close()
            raise SinkError("%s does not answer" % self.parts.hostname) from error
        except (OSError, http.client.HTTPException) as error:
            self.close()
            reason = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or type(error).__name__
            raise SinkError("%s: %s" % (self.parts.hostname, reason)) from error
        try:
            answer = json.loads(raw)
        except ValueError:
            answer = {}
        return response.status, answer if isinstance(answer, dict) else {}, _seconds(response.getheader("Retry-After"))

    def _connect(self):
        host, port = self.parts.hostname, self.parts.port
        if not host or self.parts.scheme not in ("https", "http"):
            raise SinkError("url takes https://HOST:PORT")
        if self.parts.scheme == "http":
            return http.client.HTTPConnection(host, port or 8088, timeout=TIMEOUT)
        import ssl

        context = ssl.create_default_context(cafile=self.options.get("ca_file") or None)
        return http.client.HTTPSConnection(host, port or 8088, timeout=TIMEOUT, context=context)

    def _channel(self):
        """HEC's channel, which the acknowledgement ids belong to: one for each run."""
        if not self.channel:
            import uuid

            self.channel = str(uuid.uuid4())
        return self.channel

    def _token(self):
        path, variable = self.options.get("token_file"), self.options.get("token_env")
        try:
            if path:
                with open(path, encoding="ascii") as file:
                    token = file.read(4096).strip()
            else:
                token = os.environ.get(variable or "", "").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SinkError("the token in %s cannot be read" % path) from error
        if not token or not token.isascii() or not token.isprintable():
            raise SinkError(
                "there is no token in %s" % (path or ("$" + variable if variable else "token_file or token_env"))
            )
        return token


def _seconds(text):
    """Seconds of a Retry-After header; a date, which HEC never sends, counts as none."""
    return min(float(text), _LONGEST_WAIT) if text and text.strip().isdigit() else None
