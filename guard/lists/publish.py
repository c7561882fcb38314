"""Publish a list: a repository of The Update Framework, as files for any static web server.

    REPO/metadata/N.root.json  N.targets.json  N.snapshot.json  timestamp.json
    REPO/targets/SHA256.typosquats.csv

Keys are PEM files (PKCS8, Ed25519) in a folder of the publisher's; a role is signed with those that the root names for
it, so the root's own keys can stay offline. Files appear in the order in which a client that reads meanwhile always
finds a whole publication: the target first, the timestamp last. https://theupdateframework.github.io/specification/
"""

import contextlib
import copy
import datetime
import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from typing import Any

from guard.core.errors import BadData, UsageError

from . import seal
from .sources.table import rows_of

try:
    from cryptography.hazmat.primitives.serialization import (
        BestAvailableEncryption,
        Encoding,
        NoEncryption,
        PrivateFormat,
        load_pem_private_key,
    )
    from securesystemslib.signer import CryptoSigner, SSlibKey
    from tuf.api.exceptions import RepositoryError
    from tuf.api.metadata import Metadata, MetaFile, Root, Signed, Snapshot, TargetFile, Targets, Timestamp
    from tuf.api.serialization.json import JSONSerializer
except ImportError as error:
    raise UsageError("publishing needs python-tuf", hint="sh installer/install.sh --with trust") from error

ROLES = ("root", "targets", "snapshot", "timestamp")
DAYS = {"root": 365, "targets": 90, "snapshot": 14, "timestamp": 7}  # until what is signed today expires
TARGET = "typosquats.csv"
_SERIAL = JSONSerializer(compact=False)


def make_key(folder: str, role: str, passphrase: bytes = b"") -> str:
    """A new private key as a PEM file ``FOLDER/ROLE-XXXXXXXX.pem``, mode 0600; its path."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = f"{folder}/{role}-{secrets.token_hex(4)}.pem"
    locked = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    private = load_pem_private_key(CryptoSigner.generate_ed25519().private_bytes, None)
    seal.replace(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked), mode=0o600)
    return path


class Publisher:
    """A repository and the keys that are at hand. ``days``: role -> days until what it signs expires."""

    def __init__(self, folder: str, keys: str = "", passphrase: bytes = b"", days: "dict[str, int] | None" = None):
        self.folder = folder
        self.days = {**DAYS, **(days or {})}
        self.signers = dict(_signers(keys, passphrase)) if keys else {}

    def start(self, thresholds: "dict[str, int]") -> str:
        """Begin a repository: its first root, whose path is returned, and no list yet. Keys by their files' names."""
        if os.path.exists(self._path("root", 1)):
            raise BadData(f"{self.folder} is a repository already")
        os.makedirs(self.folder + "/metadata", exist_ok=True)
        os.makedirs(self.folder + "/targets", exist_ok=True)
        root = Root(expires=self._expiry("root"), consistent_snapshot=True)
        for path, signer in self.signers.values():
            role = os.path.basename(path).partition("-")[0]
            if role in ROLES:
                root.add_key(signer.public_key, role)
        for role in ROLES:
            root.roles[role].threshold = thresholds.get(role, 1)
            have = len(root.roles[role].keyids)
            if have < root.roles[role].threshold:
                needs = f"{role} needs {root.roles[role].threshold} keys, {have} are there"
                raise BadData(needs, f"make one: guard publish key {role}")
        with self._locked():
            self._write(root, root)
            self._write(Targets(expires=self._expiry("targets")), root)
            self._sign_snapshot(root, 1)
        return self._path("root", 1)

    def publish(self, list_path: str) -> int:
        """Publish the sealed list at ``list_path``; the version of the publication."""
        with open(list_path, "rb") as file:
            data = file.read()
        rows_of(data, list_path)
        with self._locked():
            root = self._root()
            targets = self._latest("targets")
            target = TargetFile.from_data(TARGET, data, ["sha256"])
            seal.replace(f"{self.folder}/targets/{target.hashes['sha256']}.{TARGET}", data)
            targets.targets = {TARGET: target}
            targets.version += 1
            targets.expires = self._expiry("targets")
            self._write(targets, root)
            self._sign_snapshot(root, targets.version)
        return targets.version

    def refresh(self) -> None:
        """Sign snapshot and timestamp anew, so that nothing expires while the list is the same."""
        with self._locked():
            self._sign_snapshot(self._root(), self._latest("targets").version)

    def rotate(self, role: str, remove: "tuple[str, ...]", threshold: int = 0) -> int:
        """Let the keys named ROLE-*.pem sign for ``role``, and those in ``remove`` (key ids) no longer; root's version.

        A new root is signed by the keys of the old one and by its own. What ``role`` signed is signed anew.
        """
        with self._locked():
            before = self._root()
            root = copy.deepcopy(before)
            for path, signer in self.signers.values():
                if os.path.basename(path).partition("-")[0] == role:
                    root.add_key(signer.public_key, role)
            for keyid in remove:
                if keyid not in root.roles[role].keyids:
                    raise BadData(f"{keyid} is no key of {role}")
                root.revoke_key(keyid, role)
            root.roles[role].threshold = threshold or root.roles[role].threshold
            if len(root.roles[role].keyids) < root.roles[role].threshold:
                raise BadData(f"{role} would have fewer keys than its threshold of {root.roles[role].threshold}")
            root.version += 1
            root.expires = self._expiry("root")
            self._write(root, root, before)
            targets = self._latest("targets")
            if role == "targets":
                targets.version += 1
                self._write(targets, root)
            self._sign_snapshot(root, targets.version)
        return root.version

    def state(self) -> "dict[str, dict[str, object]]":
        """role -> {version, expires (ISO time), keys (ids), threshold} of what is published now."""
        root = self._root()
        return {
            role: {
                "version": self._latest(role).version,
                "expires": self._latest(role).expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "keys": list(root.roles[role].keyids),
                "threshold": root.roles[role].threshold,
            }
            for role in ROLES
        }

    def keys_of(self, role: str) -> "list[str]":
        """The ids of the keys that may sign for ``role``."""
        return list(self._root().roles[role].keyids)

    def _sign_snapshot(self, root: Root, targets_version: int) -> None:
        snapshot: Any = self._latest_or("snapshot", Snapshot())
        snapshot.meta = {"targets.json": MetaFile(targets_version)}
        snapshot.expires = self._expiry("snapshot")
        self._write(snapshot, root)
        timestamp: Any = self._latest_or("timestamp", Timestamp())
        timestamp.snapshot_meta = MetaFile(snapshot.version)
        timestamp.expires = self._expiry("timestamp")
        self._write(timestamp, root)

    def _latest_or(self, role: str, first: Signed) -> Signed:
        """The latest of ``role`` with the next version, or ``first``."""
        if not self._versions(role):
            return first
        signed = self._latest(role)
        signed.version += 1
        return signed

    def _write(self, signed: Signed, *roots: Root) -> None:
        """Sign with every key at hand that any of ``roots`` names for this role; each root's threshold must be met."""
        role = signed.type
        metadata: Metadata = Metadata(signed)
        for root in roots:
            mine = [keyid for keyid in root.roles[role].keyids if keyid in self.signers]
            if len(mine) < root.roles[role].threshold:
                raise BadData(f"{role} needs {root.roles[role].threshold} signatures; keys at hand: {len(mine)}")
            for keyid in mine:
                metadata.sign(self.signers[keyid][1], append=True)
        seal.replace(self._path(role, signed.version), metadata.to_bytes(_SERIAL))

    def _root(self) -> Root:
        return self._latest("root")  # type: ignore[return-value]

    def _latest(self, role: str):
        versions = self._versions(role)
        if not versions:
            raise BadData(f"{self.folder} is not a repository: it has no {role}", hint="begin one: guard publish init")
        try:
            with open(self._path(role, versions[-1]), "rb") as file:
                return Metadata.from_bytes(file.read()).signed
        except (OSError, RepositoryError, ValueError) as error:
            raise BadData(f"{self._path(role, versions[-1])}: {error}") from error

    def _versions(self, role: str) -> "list[int]":
        if role == "timestamp":
            return [0] if os.path.exists(self._path(role, 0)) else []
        try:
            names = os.listdir(self.folder + "/metadata")
        except OSError:
            return []
        found = (re.fullmatch(rf"([0-9]+)\.{role}\.json", name) for name in names)
        return sorted(int(match[1]) for match in found if match)

    def _path(self, role: str, version: int) -> str:
        name = "timestamp.json" if role == "timestamp" else f"{version}.{role}.json"
        return f"{self.folder}/metadata/{name}"

    def _expiry(self, role: str) -> datetime.datetime:
        now = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
        return now + datetime.timedelta(days=self.days[role])

    @contextlib.contextmanager
    def _locked(self) -> "Iterator[None]":
        """Two publishers at once would sign two different versions of one number."""
        fd = os.open(self.folder + "/metadata", os.O_RDONLY)
        try:
            try:
                fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BadData(f"{self.folder} is being published to by somebody else") from None
            yield
        finally:
            os.close(fd)


def _signers(folder: str, passphrase: bytes) -> "Iterator[tuple[str, tuple[str, CryptoSigner]]]":
    """key id -> (path, signer) of the PEM files in ``folder``."""
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".pem"))
    except OSError as error:
        raise BadData(f"{folder}: {error.strerror}") from error
    for name in names:
        path = f"{folder}/{name}"
        try:
            with open(path, "rb") as file:
                private = load_pem_private_key(file.read(), passphrase or None)
            signer = CryptoSigner(private, SSlibKey.from_crypto(private.public_key()))
        except (OSError, ValueError, TypeError) as error:
            raise BadData(f"{path}: not a key that can be read: {error}") from error
        yield signer.public_key.keyid, (path, signer)
