"""A real HTTPS server on loopback that serves feeds the way their publishers do, and misbehaves on demand."""

import contextlib
import datetime
import email.utils
import hashlib
import http.server
import ipaddress
import ssl
import threading
import time
from collections import Counter

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

STAMP = 1_780_000_000  # the time every file was last modified


def tag_of(data):
    """The strong validator of a file."""
    return f'"{hashlib.sha256(data).hexdigest()[:32]}"'


class Site(http.server.ThreadingHTTPServer):
    """``files``: path -> bytes. ``faults``: path -> callable(handler, data) that answers instead. ``log``: requests."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, context=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.faults, self.log = {}, {}, []
        scheme = "http"
        if context is not None:
            self.socket = context.wrap_socket(self.socket, server_side=True, do_handshake_on_connect=False)
            scheme = "https"
        self.url = f"{scheme}://127.0.0.1:{self.server_port}/"
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that hangs up is what these tests are about."""

    def count(self):
        """path -> number of requests since the last ``log.clear()``."""
        return Counter(path for path, _ in self.log)


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers GET with ETag, Last-Modified, conditions and ranges, as a storage bucket does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0].lstrip("/")
        self.server.log.append((path, dict(self.headers)))
        data = self.server.files.get(path)
        fault = self.server.faults.get(path)
        if fault is not None:
            fault(self, data)
        elif data is None:
            self.answer(404, b"no such file")
        else:
            self.serve(data)

    def serve(self, data):
        etag = tag_of(data)
        headers = {"ETag": etag, "Last-Modified": email.utils.formatdate(STAMP, usegmt=True)}
        if self.headers.get("If-None-Match") == etag:
            self.answer(304, b"", headers)
            return
        span = self.headers.get("Range", "")
        if span.startswith("bytes=") and self.headers.get("If-Range", etag) == etag:
            start = int(span[6:].split("-")[0])
            if start >= len(data):
                self.answer(416, b"", headers)
                return
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            self.answer(206, data[start:], headers)
            return
        self.answer(200, data, headers)

    def answer(self, code, data, headers=None, length=None):
        self.send_response(code)
        for key, value in (headers or {}).items():
            self.send_header(key, value)
        if code != http.HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(data) if length is None else length))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        """Quiet."""


def cut(after):
    """Announce the whole file, send ``after`` bytes of it (of what the range asks for), hang up."""

    def fault(handler, data):
        span = handler.headers.get("Range", "")
        start = int(span[6:].split("-")[0]) if span.startswith("bytes=") else 0
        etag = tag_of(data)
        headers = {"ETag": etag}
        code = 200
        if start:
            code = 206
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
        handler.answer(code, data[start : start + after], headers, length=len(data) - start)
        handler.close_connection = True

    return fault


def trickle(seconds):
    """A byte now and then: no silence is ever long enough for a timeout of the socket."""

    def fault(handler, data):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        with contextlib.suppress(OSError):
            for byte in data:
                handler.wfile.write(bytes([byte]))
                time.sleep(seconds)

    return fault


def status(code, headers=None, body=b"{}"):
    """Another answer than the file."""

    def fault(handler, _):
        handler.answer(code, body, headers)

    return fault


def endless(handler, _):
    """A body without an end, in chunks, so that no length gives it away."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    with contextlib.suppress(OSError):
        while True:
            handler.wfile.write(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")


class Authority:
    """A certificate authority of the tests' own. ``bundle``: its certificate as PEM."""

    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "guard test authority")])
        self.certificate = self._sign(self.name, self.key.public_key(), True)
        self.bundle = self.certificate.public_bytes(serialization.Encoding.PEM)

    def context(self, folder):
        """A server's TLS context with a certificate for 127.0.0.1 and localhost."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
        certificate = self._sign(name, key.public_key(), False)
        pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path = folder / "server.pem"
        path.write_bytes(pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(self, name, public_key, ca):
        now = datetime.datetime.now(datetime.timezone.utc)
        names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("localhost")]
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self.name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        if ca:
            usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
            builder = builder.add_extension(usage, critical=True)
        else:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(self.key, hashes.SHA256())
