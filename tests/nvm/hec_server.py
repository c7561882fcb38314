"""A receiver that follows Splunk's published HTTP Event Collector protocol, in a process of its own to kill.

``python hec_server.py PORT FOLDER [CERTIFICATES]`` (the last: over TLS). It checks the token and the channel, takes
gzip, writes whole events to ``FOLDER/events`` and syncs them before it acknowledges, and logs one line for each request
to ``FOLDER/requests``. ``FOLDER/mood`` says how it behaves: ``ok``, ``busy`` (503), ``throttled`` (429 with
Retry-After), ``silent`` (takes the request and never answers), ``unacknowledged`` (takes events, never acknowledges),
``picky`` (refuses a batch with an event whose package is ``unwanted``), ``small`` (413 for more than ten events).
"""

import gzip
import http.server
import json
import os
import ssl
import sys
import threading
import time

TOKEN = "00000000-1111-2222-3333-444444444444"  # of this test's receiver alone
EVENT, ACK = "/services/collector/event", "/services/collector/ack"
SMALL = 10


class Collector(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.headers.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        path = self.path.partition("?")[0]
        mood = self.server.mood()
        self.server.note("%s %s %s %d" % (mood, path, self.headers.get("Content-Encoding", "-"), len(raw)))
        if mood == "silent":
            time.sleep(3600)
        elif mood == "portal":
            self.answer(200, "<html>Please sign in</html>")
        elif self.headers.get("Authorization") != "Splunk " + TOKEN:
            self.answer(403, {"text": "Invalid token", "code": 4})
        elif mood == "busy":
            self.answer(503, {"text": "Server is busy", "code": 9})
        elif mood == "throttled":
            self.answer(429, {"text": "Too many requests", "code": 9}, {"Retry-After": "7"})
        elif not self.headers.get("X-Splunk-Request-Channel"):
            self.answer(400, {"text": "Data channel is missing", "code": 10})
        elif path == ACK:
            self.acknowledge(json.loads(raw), mood)
        elif path == EVENT:
            self.take(raw, mood)
        else:
            self.answer(404, {"text": "The requested URL was not found on this server.", "code": 404})

    def take(self, raw, mood):
        decoder, text, events = json.JSONDecoder(), raw.decode(), []
        while text.strip():
            try:
                event, end = decoder.raw_decode(text.lstrip())
            except ValueError:
                return self.answer(400, {"text": "Invalid data format", "code": 6, "invalid-event-number": len(events)})
            events.append(event)
            text = text.lstrip()[end:]
        if mood == "small" and len(events) > SMALL:
            return self.answer(413, {"text": "Request entity too large", "code": 27})
        if not events or any("event" not in event for event in events):
            return self.answer(400, {"text": "Event field is required", "code": 12})
        if mood == "picky" and any(e["event"].get("package_name") == "unwanted" for e in events):
            return self.answer(400, {"text": "Event field cannot be blank", "code": 13})
        with self.server.lock:
            self.server.keep(events)
            known = self.server.acks.setdefault(self.headers["X-Splunk-Request-Channel"], [])
            known.append(len(known))
            ack = known[-1]
        return self.answer(200, {"text": "Success", "code": 0, "ackId": ack})

    def acknowledge(self, question, mood):
        known = self.server.acks.get(self.headers["X-Splunk-Request-Channel"], [])
        self.answer(200, {"acks": {str(ack): mood != "unacknowledged" and ack in known for ack in question["acks"]}})

    def answer(self, status, body, headers=()):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *words):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port, folder):
        super().__init__(("127.0.0.1", port), Collector)
        self.folder = folder
        self.acks = {}  # channel -> ids that may be asked for
        self.lock = threading.Lock()

    def mood(self):
        try:
            with open(self.folder + "/mood") as file:
                return file.read().strip()
        except FileNotFoundError:
            return "ok"

    def keep(self, events):
        data = b"".join([json.dumps(event).encode() + b"\n" for event in events])
        fd = os.open(self.folder + "/events", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(fd, data)
            os.fsync(fd)
        finally:
            os.close(fd)

    def note(self, text):
        with open(self.folder + "/requests", "a") as file:
            file.write(text + "\n")


if __name__ == "__main__":
    server = Server(int(sys.argv[1]), sys.argv[2])
    if len(sys.argv) > 3:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(sys.argv[3] + "/server.pem", sys.argv[3] + "/server.key")
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with open(sys.argv[2] + "/port.new", "w") as ready:
        ready.write(str(server.server_address[1]))
    os.rename(sys.argv[2] + "/port.new", sys.argv[2] + "/port")
    server.serve_forever()
