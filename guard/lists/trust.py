"""Trust in a publication: The Update Framework's client (python-tuf) over guard's own fetching, from a pinned root.

What it refuses is what https://theupdateframework.github.io/specification/ names: a wrong or missing signature, too few
of them, metadata that has expired (a frozen repository), older than what was seen (rolled back), not of one moment
(mix and match), longer than announced, a target whose length or digest is another. The old list then stays in force.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from typing import Any

from guard.core.errors import BadData, GuardError, Unreachable

from .config import Source
from .store import Kept, Store
from .web import Missing, Web, shown

try:
    from tuf.api.exceptions import DownloadError, DownloadHTTPError, RepositoryError
    from tuf.api.metadata import Metadata
    from tuf.ngclient import FetcherInterface, Updater, UpdaterConfig
except ImportError as error:  # an extra: most machines sync from public feeds alone
    raise BadData("a signed publication needs python-tuf", hint="sh installer/install.sh --with trust") from error

TARGET = "typosquats.csv"
_METADATA = "metadata/"
_TARGETS = "targets/"
_LIMITS: "dict[str, Any]" = {
    "root_max_length": 512_000, "timestamp_max_length": 16_384, "snapshot_max_length": 2_000_000,
    "targets_max_length": 2_000_000, "max_root_rotations": 256, "max_delegations": 0,
}  # fmt: skip


class Fetcher(FetcherInterface):
    """Fetches for python-tuf by guard's rules. ``ready``: url -> bytes that were fetched a moment ago."""

    def __init__(self, web: Web, ready: "dict[str, bytes]"):
        self.web = web
        self.ready = ready
        self.trouble: GuardError | None = None  # what guard itself refused, since python-tuf wraps it away

    def _fetch(self, url: str) -> "Iterator[bytes]":
        return iter([self._get(url, self.web.config.max_bytes)])

    def download_bytes(self, url: str, max_length: int) -> bytes:
        return self._get(url, max_length)

    def download_file(self, url: str, max_length: int):
        return _Opened(self._get(url, max_length))

    def _get(self, url: str, limit: int) -> bytes:
        if url in self.ready:
            return self.ready.pop(url)
        try:
            return self.web.get(url, limit=limit).data or b""
        except Missing as error:
            raise DownloadHTTPError(str(error.message), 404) from error
        except GuardError as error:
            self.trouble = error
            raise DownloadError(error.message) from error


class _Opened(io.BytesIO):
    """A file that a ``with`` statement may hold, as python-tuf wants it."""


def refresh(source: Source, kept: Kept, web: Web, store: Store) -> "tuple[bytes, Kept] | None":
    """(the trusted target, a Kept without its claims), or None where nothing changed and nothing has expired."""
    base = source.url.rstrip("/") + "/" + _METADATA
    folder = store.trust(source.name)
    os.makedirs(folder, exist_ok=True)
    answer = web.get(base + "timestamp.json", kept.validators, limit=_LIMITS["timestamp_max_length"])
    pinned = _pinned(source)
    if answer.data is None:
        if kept.notes.get("root") == _fingerprint(pinned) and not _expired(folder):
            return None
        answer = web.get(base + "timestamp.json", limit=_LIMITS["timestamp_max_length"])
    fetcher = Fetcher(web, {base + "timestamp.json": answer.data or b""})
    try:
        data, version = _update(source, folder, pinned, fetcher)
    except (RepositoryError, DownloadError) as error:
        raise _refusal(source, error, fetcher) from error
    _check_version(source, kept, version)
    notes = {"root": _fingerprint(pinned), "version": version}
    return data, Kept(source.url, answer.validators, notes=notes, good=True)


def _update(source: Source, folder: str, pinned: bytes, fetcher: Fetcher) -> "tuple[bytes, int]":
    """(the target, the version of the metadata that names it)."""
    base = source.url.rstrip("/") + "/"
    updater = Updater(
        folder, base + _METADATA, folder, base + _TARGETS, fetcher, UpdaterConfig(**_LIMITS), bootstrap=pinned
    )
    updater.refresh()
    target = updater.get_targetinfo(TARGET)
    if target is None:
        raise BadData(f"{shown(source.url)}: it publishes no {TARGET}")
    if target.length > fetcher.web.config.max_bytes:
        raise BadData(f"{shown(source.url)}: {TARGET} has {target.length} bytes, more than the limit")
    path = updater.find_cached_target(target) or updater.download_target(target)
    with open(path, "rb") as file:
        data = file.read()
    return data, _signed(folder, "targets").version


def _check_version(source: Source, kept: Kept, version: int) -> None:
    """A second memory beside python-tuf's own, so that removing its folder does not open the way back."""
    if version < kept.notes.get("version", 0):
        raise BadData(f"{shown(source.url)}: refused: rolled back to version {version} from {kept.notes['version']}")


def _pinned(source: Source) -> bytes:
    try:
        with open(source.root, "rb") as file:
            return file.read()
    except OSError as error:
        raise BadData(f"{source.name}: its root of trust {source.root} cannot be read: {error.strerror}") from error


def _fingerprint(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _expired(folder: str) -> bool:
    """Whether any of the trusted metadata has expired, or cannot be read: then everything is asked for again."""
    try:
        return any(_signed(folder, role).is_expired() for role in ("root", "timestamp", "snapshot", "targets"))
    except (OSError, RepositoryError):
        return True


def _signed(folder: str, role: str):
    with open(f"{folder}/{role}.json", "rb") as file:
        return Metadata.from_bytes(file.read()).signed


def _refusal(source: Source, error: Exception, fetcher: Fetcher) -> GuardError:
    if fetcher.trouble is not None:
        return fetcher.trouble
    text = " ".join(str(error).split())[:200] or type(error).__name__
    if isinstance(error, DownloadError):
        return Unreachable(f"{shown(source.url)}: not a whole publication: {text}")
    return BadData(f"{shown(source.url)}: refused: {type(error).__name__}: {text}")
