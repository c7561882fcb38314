"""The one place where guard opens a connection: it fetches files by HTTPS or from disk, within limits.

HTTPS only, in every hop of a redirect, unless the host is this machine. Proxy and certificate settings of the
environment hold (HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE), those of the settings come first. An answer that is too
large, too slow, encoded in a way that was not asked for, or cut short is refused, never used in part.
"""

import base64
import contextlib
import hashlib
import ipaddress
import json
import os
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import requests
import urllib3

from guard import __version__
from guard.core.errors import BadData, Unreachable

from . import seal
from .config import Config

CHUNK = 1 << 16  # bytes
_REDIRECTS = 5
_REDIRECT_CODES = (301, 302, 303, 307, 308)

Progress = Callable[[int, "int | None"], None]  # bytes so far, bytes in all where known


class Validators(NamedTuple):
    """What a server said of the version it gave: sent back, it answers "not modified" instead of the file."""

    etag: str = ""
    modified: str = ""


NOTHING_KNOWN = Validators()


class Answer(NamedTuple):
    """``data``: the file, or None where it is the version that was known; ``validators``: of the version it has now."""

    data: "bytes | None"
    validators: Validators


class Missing(Unreachable):
    """The server answers, and says that there is no such file."""


class Web:
    """Fetches for one source, from one thread. ``deadline``: time.monotonic() after which everything is refused."""

    def __init__(self, config: Config, progress: "Progress | None" = None):
        self.config = config
        self.progress = progress or (lambda done, total: None)
        self.deadline = time.monotonic() + config.max_seconds
        self.requests = 0  # made so far
        self.received = 0  # bytes
        self.session = requests.Session()
        self.session.headers = requests.structures.CaseInsensitiveDict(
            {"User-Agent": f"typoguard/{__version__}", "Accept": "*/*", "Accept-Encoding": "identity"}
        )

    def get(self, url: str, known: Validators = NOTHING_KNOWN, limit: int = 0) -> Answer:
        """The file at ``url`` in memory. Raises Unreachable, Missing, BadData."""
        limit = limit or self.config.max_bytes
        path = path_of(url)
        if path:
            return _from_disk(path, known, limit)
        with self._open(url, _conditions(known)) as response:
            if response.status_code == requests.codes.not_modified and known != NOTHING_KNOWN:
                return Answer(None, known)
            _expect(response, url, 200)
            data = bytearray()
            for chunk in self._chunks(response, url, limit):
                data += chunk
            _check_digest(response, hashlib.md5(data, usedforsecurity=False).digest(), url)
            return Answer(bytes(data), _validators(response))

    def download(self, url: str, part: str, known: Validators = NOTHING_KNOWN, accept: str = "") -> Answer:
        """As ``get``, for a large file: what arrives is kept at ``part``, and a transfer that broke off goes on there.

        ``part`` is removed once the file is whole. ``accept``: the wanted forms of it, the best first; the file may
        then come gzipped, and is given as it came.
        """
        path = path_of(url)
        if path:
            return _from_disk(path, known, self.config.max_bytes)
        have, of = _kept(part, url)
        conditions = {"Range": f"bytes={have}-", "If-Range": of} if have else _conditions(known)
        if accept:
            conditions |= {"Accept": accept, "Accept-Encoding": "gzip"}
        with self._open(url, conditions) as response:
            code = response.status_code
            if code == requests.codes.not_modified and not have and known != NOTHING_KNOWN:
                return Answer(None, known)
            if have and code == requests.codes.requested_range_not_satisfiable:
                _forget(part)
            elif have and code == requests.codes.partial_content and _starts_at(response, have):
                return self._finish(response, url, part, have)
            else:
                _expect(response, url, 200)
                return self._finish(response, url, part, 0)
        return self.download(url, part, known, accept)

    def _finish(self, response: requests.Response, url: str, part: str, have: int) -> Answer:
        validators = _validators(response)
        if not have:
            of = validators.etag if validators.etag.startswith('"') else validators.modified  # a weak tag is no promise
            seal.replace(part + ".json", json.dumps({"url": url, "of": of}).encode())
        with open(part, "ab" if have else "wb") as file:
            for chunk in self._chunks(response, url, self.config.max_bytes, have):
                file.write(chunk)
        with open(part, "rb") as file:
            data = file.read()
        _forget(part)
        _check_digest(response, hashlib.md5(data, usedforsecurity=False).digest(), url)
        return Answer(data, validators)

    def _open(self, url: str, headers: "dict[str, str]") -> requests.Response:
        """The response to a GET, its body not yet read, redirects followed as far as they stay safe."""
        for _ in range(_REDIRECTS + 1):
            local = _check_url(url)
            # A request to this machine needs no proxy, whatever the environment says; None takes the entry away.
            through: Any = {"http": None, "https": None} if local else self._proxies()
            timeout = min(self.config.timeout, max(0.1, self._left(url)))
            self.requests += 1
            try:
                response = self.session.get(
                    url, headers=headers, stream=True, timeout=timeout, allow_redirects=False,
                    proxies=through, verify=self.config.ca or None,
                )  # fmt: skip
                if response.status_code not in _REDIRECT_CODES:
                    return response
                response.close()
                url = urljoin(url, response.headers.get("Location", ""))
            except (requests.RequestException, OSError) as error:
                raise Unreachable(f"{shown(url)}: {_plain(error)}") from error
            except ValueError as error:  # of an address, this one or that of a redirect, which is none
                raise BadData(f"{shown(url)}: {_plain(error)}") from error
        raise Unreachable(f"{shown(url)}: more than {_REDIRECTS} redirects")

    def _proxies(self) -> Any:
        return {"http": self.config.proxy, "https": self.config.proxy} if self.config.proxy else None

    def _left(self, url: str) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Unreachable(f"{shown(url)}: not done within {self.config.max_seconds:g} s")
        return left

    def _chunks(self, response: requests.Response, url: str, limit: int, have: int = 0):
        """The body, piece by piece as it arrives. ``limit`` counts the ``have`` bytes that came earlier."""
        encoding = response.headers.get("Content-Encoding", "identity")
        asked = response.request.headers.get("Accept-Encoding", "")
        if encoding.lower() not in ("identity", "", asked):
            raise BadData(f"{shown(url)}: encoded as {encoding[:40]!r}, which was not asked for")
        length = _length(response)
        total = None if length is None else have + length
        if total is not None and total > limit:
            raise BadData(f"{shown(url)}: {total} bytes, more than the limit of {limit}")
        done = have
        while True:
            self._left(url)
            try:
                chunk = response.raw.read1(CHUNK)  # returns what is there: a trickle cannot hide from the deadline
            except (urllib3.exceptions.HTTPError, OSError) as error:
                why = "" if isinstance(error, urllib3.exceptions.ProtocolError) else f": {_plain(error)}"
                raise Unreachable(f"{shown(url)}: broke off after {_of(done, total)}{why}") from error
            if not chunk:
                break
            done += len(chunk)
            self.received += len(chunk)
            if done > limit:
                raise BadData(f"{shown(url)}: more than the limit of {limit} bytes")
            self.progress(done, total)
            yield chunk
        if total is not None and done != total:
            raise Unreachable(f"{shown(url)}: broke off after {_of(done, total)}")

    def close(self) -> None:
        self.session.close()


def path_of(url: str) -> str:
    """The path of a ``file:`` URL or of an absolute path; "" for what is fetched over the network."""
    if url.startswith("/"):
        return url
    parts = _split(url)
    if parts.scheme != "file":
        return ""
    if parts.netloc not in ("", "localhost"):
        raise BadData(f"{url}: a file URL names no host")
    return unquote(parts.path)


def shown(url: str) -> str:
    """A URL for a person: without credentials, query and control characters."""
    try:
        parts = urlsplit(url)
    except ValueError:  # no address; without what may be a password all the same
        parts = urlsplit("")
        url = url.partition("?")[0].rpartition("@")[2]
    host = parts.netloc.rpartition("@")[2]
    text = f"{parts.scheme}://{host}{parts.path}" if parts.scheme else url
    return "".join(c if c.isprintable() else "?" for c in text)[:300]


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError as error:
        raise BadData(f"{shown(url)}: {error}") from error


def _check_url(url: str) -> bool:
    """Whether ``url`` names this machine. Raises BadData for what is neither HTTPS nor this machine."""
    parts = _split(url)
    try:
        host, _ = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadData(f"{shown(url)}: {error}") from error
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    if parts.scheme == "https" and host:
        return local
    if parts.scheme == "http" and local:
        return True
    raise BadData(f"{shown(url)}: guard fetches over https:// alone (http:// from this machine itself)")


def _conditions(known: Validators) -> "dict[str, str]":
    headers = {}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.modified:
        headers["If-Modified-Since"] = known.modified
    return headers


def _validators(response: requests.Response) -> Validators:
    return Validators(response.headers.get("ETag", "")[:1000], response.headers.get("Last-Modified", "")[:100])


def _expect(response: requests.Response, url: str, code: int) -> None:
    if response.status_code in (404, 410):
        raise Missing(f"{shown(url)}: no such file ({response.status_code})")
    if response.status_code != code:
        raise Unreachable(f"{shown(url)}: answered {response.status_code}")


def _length(response: requests.Response) -> "int | None":
    """The bytes that are announced; None where none are, or in a number that is none."""
    try:
        length = int(response.headers.get("Content-Length", ""))
    except ValueError:
        return None
    return length if length >= 0 else None


def _starts_at(response: requests.Response, have: int) -> bool:
    return response.headers.get("Content-Range", "").replace(" ", "").startswith(f"bytes{have}-")


def _check_digest(response: requests.Response, md5: bytes, url: str) -> None:
    """Google's storage, where OSV lives, names the digest of the whole object; a proxy that cut it is found out."""
    for word in response.headers.get("x-goog-hash", "").split(","):
        kind, _, value = word.strip().partition("=")
        if kind == "md5" and value != base64.b64encode(md5).decode():
            raise BadData(f"{shown(url)}: not the bytes its own server promises")


def _of(done: int, total: "int | None") -> str:
    return f"{done} bytes" if total is None else f"{done} of {total} bytes"


def _kept(part: str, url: str) -> "tuple[int, str]":
    """(bytes already here, the version they are of), (0, "") where there is nothing that could be gone on with."""
    try:
        with open(part + ".json", encoding="utf-8") as file:
            note = json.load(file)
        size = os.path.getsize(part)
        return (size, str(note["of"])) if note["url"] == url and note["of"] and size else (0, "")
    except (OSError, ValueError, KeyError, TypeError):
        return 0, ""


def _forget(part: str) -> None:
    for path in (part, part + ".json"):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _from_disk(path: str, known: Validators, limit: int) -> Answer:
    try:
        with open(path, "rb") as file:
            data = file.read(limit + 1)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise Missing(f"{path}: no such file") from error
    except OSError as error:
        raise Unreachable(f"{path}: {error.strerror}") from error
    if len(data) > limit:
        raise BadData(f"{path}: more than the limit of {limit} bytes")
    tag = hashlib.sha256(data).hexdigest()
    return Answer(None if tag == known.etag else data, Validators(tag))


def _plain(error: BaseException) -> str:
    """The innermost cause in one line: requests wraps an error five times."""
    who = "the proxy: " if isinstance(error, requests.exceptions.ProxyError) else ""
    seen = set()
    while id(error) not in seen:
        seen.add(id(error))
        within = (getattr(error, "reason", None), *error.args, error.__cause__)
        error = next((inner for inner in within if isinstance(inner, BaseException)), error)
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return who + " ".join(str(text).split())[:200]
