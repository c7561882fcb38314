"""What guard keeps between two syncs, under STATE/list/.

    typosquats.csv            the list in force (sealed), with its filter
    seen.json                 when a name first stood in the list here: {ISO date: "name name …"}
    names.filter              every name an index knows, where that is synced (guard.lookalike.known)
    held.csv                  claims that wait for a person (sealed): name,why,sources,evidence
    built.json                the inputs the list was made from, and what was written, by digest
    sources/NAME.json         what was last taken from a source: its claims, and what to ask with next time
    parts/                    large transfers that broke off
    attempt                   its time is that of the last attempt (guard.core.fresh)
    lock                      held by the sync that runs

Each file appears whole or not at all. A source's file carries the digest of its claims, so that one that was cut,
edited or half restored is not believed: the source is fetched again as if nothing were known of it.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import time
from collections.abc import Collection, Iterator
from typing import Any

from guard.core.errors import BadData, Unreachable
from guard.core.home import Home

from . import seal
from .claim import Claim
from .web import NOTHING_KNOWN, Validators

_VERSIONS, _EVIDENCE = Claim._fields.index("versions"), Claim._fields.index("evidence")
_FORM = 2  # of the files in sources/


class Kept:
    """What was last taken from a source; its claims are parsed when somebody asks, since most syncs need none.

    url, validators  what to ask with next time
    notes            what the format needs to remember
    names            how many names it speaks of
    digest           of the claims
    good             whether there is anything to go on with
    """

    __slots__ = ("_body", "_claims", "digest", "good", "names", "notes", "url", "validators")

    def __init__(self, url="", validators=NOTHING_KNOWN, claims=(), notes=None, good=False):
        self.url = url
        self.validators = validators
        self.notes = notes or {}
        self.names = len({claim.name for claim in claims})
        self.digest = ""
        self.good = good
        self._claims = list(claims)
        self._body = b""

    @property
    def claims(self) -> "list[Claim]":
        if self._body:
            columns = json.loads(self._body)
            for at in (_VERSIONS, _EVIDENCE):
                columns[at] = [tuple(values) for values in columns[at]]
            rows = max(map(len, columns))
            self._claims = list(map(Claim, *(column * rows if len(column) == 1 else column for column in columns)))
            self._body = b""
        return self._claims

    def dump(self) -> bytes:
        """The file of this source: a line of JSON about the claims, then their columns; a value in all rows, once."""
        columns = [column[:1] if column.count(column[0]) == len(column) else column for column in zip(*self.claims)]
        body = json.dumps(columns, separators=(",", ":")).encode() if columns else b""
        self.digest = hashlib.sha256(body).hexdigest()
        head = {"form": _FORM, "digest": self.digest, "url": self.url, "validators": self.validators,
                "notes": self.notes, "names": self.names}  # fmt: skip
        return json.dumps(head, separators=(",", ":")).encode() + b"\n" + body

    @classmethod
    def load(cls, data: bytes, url: str) -> "Kept":
        """From such a file. Raises ValueError, KeyError, TypeError where it is not one, or was altered."""
        head, _, body = data.partition(b"\n")
        known = json.loads(head)
        if known["form"] != _FORM or known["digest"] != hashlib.sha256(body).hexdigest():
            raise ValueError("altered")
        kept = cls(url, good=True)
        if known["url"] == url:  # another address is another feed: what it says must be asked in full
            kept.validators, kept.notes = Validators(*known["validators"]), known["notes"]
        kept.names, kept.digest, kept._body = known["names"], known["digest"], body
        return kept


class Store:
    """The files of one installation's list."""

    def __init__(self, home: Home):
        self.folder = os.path.dirname(home.synced_list)
        self.list = home.synced_list
        self.seen = self.folder + "/seen.json"
        self.held = self.folder + "/held.csv"
        self.built = self.folder + "/built.json"
        self.attempt = self.folder + "/attempt"
        self.names = home.known_names
        self.fresh_names = self.folder + "/.names.filter"  # one that was built and is not in force

    def part(self, source: str, name: str) -> str:
        return f"{self.folder}/parts/{source}.{name}"

    def trust(self, source: str) -> str:
        """The folder with the metadata of a publication that was trusted last."""
        return f"{self.folder}/trust/{source}"

    def path(self, source: str) -> str:
        return f"{self.folder}/sources/{source}.json"

    def make(self) -> None:
        for folder in ("sources", "parts", "trust"):
            os.makedirs(f"{self.folder}/{folder}", mode=0o755, exist_ok=True)

    @contextlib.contextmanager
    def locked(self, patience: float) -> "Iterator[None]":
        """Hold the lock; a sync that was killed has let it go. Raises Unreachable after ``patience`` seconds."""
        fd = os.open(self.folder + "/lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
        try:
            end = time.monotonic() + patience
            while True:
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() >= end:
                        raise Unreachable("another sync of this list is running") from None
                    time.sleep(0.05)
            self._sweep()
            yield
        finally:
            os.close(fd)

    def _sweep(self) -> None:
        """Remove what a killed sync left half written: nobody else writes here while the lock is held."""
        for folder in (self.folder, self.folder + "/sources", self.folder + "/parts"):
            for name in os.listdir(folder):
                if name.startswith("."):
                    with contextlib.suppress(OSError):
                        os.unlink(f"{folder}/{name}")

    def read(self, source: str, url: str) -> Kept:
        """What was last taken from ``source`` at ``url``; an empty Kept where nothing can be believed."""
        try:
            with open(self.path(source), "rb") as file:
                return Kept.load(file.read(), url)
        except (OSError, ValueError, KeyError, TypeError):
            return Kept()

    def write(self, source: str, kept: Kept) -> None:
        seal.replace(self.path(source), kept.dump())

    def read_built(self) -> "dict[str, Any]":
        return _load_object(self.built)

    def first_seen(self) -> "dict[str, str]":
        """name -> ISO date on which it first stood in this installation's synced list."""
        return {name: date for date, names in _load_object(self.seen).items() for name in str(names).split()}

    def note_seen(self, names: "Collection[str]", today: str, earlier: "dict[str, str]") -> None:
        """Remember the day of those names that were not known before (``earlier`` or today); forget those gone."""
        known = self.first_seen() or earlier
        by_date: dict[str, list[str]] = {}
        for name in sorted(names):
            by_date.setdefault(known.get(name, today), []).append(name)
        seal.replace(self.seen, json.dumps({date: " ".join(names) for date, names in by_date.items()}).encode())


def _load_object(path: str) -> "dict[str, Any]":
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
        return found if isinstance(found, dict) else {}
    except (OSError, ValueError):
        return {}


@contextlib.contextmanager
def writing(what: str) -> "Iterator[None]":
    """A full disk, a read-only or foreign folder: one clear line instead of an error of the system's."""
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else error.strerror
        raise BadData(f"{what} cannot be written: {why}") from error
