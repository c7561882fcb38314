"""A package index on loopback (PEP 503), over a folder of distributions, that remembers every request."""

import contextlib
import html
import http.server
import threading
import urllib.parse


def project_of(filename):
    """The PEP 503 name of the project a distribution file belongs to."""
    stem = filename.split("-")[0] if filename.endswith(".whl") else filename.rpartition("-")[0]
    return stem.lower().replace("_", "-").replace(".", "-")


class Index:
    """``url`` is what ``--index-url`` takes; ``requests`` lists the paths that were asked for, in order."""

    def __init__(self, folder, server):
        self.folder = folder
        self.requests = []
        self.url = f"http://127.0.0.1:{server.server_port}/simple/"
        self.host = f"127.0.0.1:{server.server_port}"

    def asked_for(self, name):
        """The requests whose path speaks of ``name`` in any of its spellings."""
        wanted = name.lower().replace("_", "-")
        return [path for path in self.requests if wanted in path.lower().replace("_", "-")]

    def page(self, path):
        """(status, content type, body) of a GET."""
        path = urllib.parse.unquote(path.partition("?")[0])
        files = sorted(p.name for p in self.folder.iterdir() if p.suffix in (".whl", ".gz"))
        if path.startswith("/files/"):
            file = self.folder / path[len("/files/") :]
            return (200, "application/octet-stream", file.read_bytes()) if file.is_file() else (404, "text/plain", b"")
        if path == "/simple/":
            links = [f'<a href="/simple/{name}/">{name}</a>' for name in sorted({project_of(f) for f in files})]
        else:
            name = path[len("/simple/") :].strip("/").lower()
            links = [f'<a href="/files/{html.escape(f)}">{html.escape(f)}</a>' for f in files if project_of(f) == name]
            if not links:
                return 404, "text/plain", b""
        return 200, "text/html", ("<!DOCTYPE html><html><body>" + "\n".join(links) + "</body></html>").encode()


@contextlib.contextmanager
def serve(folder):
    """The Index of the distributions in ``folder`` (a Path), for the length of a ``with`` block."""

    class Answer(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            index.requests.append(self.path)
            status, kind, body = index.page(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # uv asks so for the size of a wheel

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    index = Index(folder, server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        server.shutdown()
        server.server_close()
