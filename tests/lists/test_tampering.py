"""Attacks on a publication and on the files of an installation: each refused or reported, the old list in force."""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil

import pytest
from tuf.api.metadata import Metadata, MetaFile, TargetFile

from guard.core.home import shipped
from guard.core.lookup import LIST, open_list
from guard.lists import compile as compiler
from guard.lists import seal
from guard.lists.claim import Claim
from guard.lists.publish import make_key
from guard.lists.store import Store

from .conftest import Installation
from .organisation import BASE, Organisation
from .server import Site, endless, status, trickle


@pytest.fixture(scope="module")
def prepared(authority, tmp_path_factory):
    """An organisation that has published twice, and an installation that has taken both."""
    folder = tmp_path_factory.mktemp("prepared")
    site = Site(authority.context(folder))
    corp = Organisation(folder / "corp", site)
    corp.publish()
    corp.first = dict(site.files)
    root = folder / "installation"
    root.mkdir()
    installation = Installation(root, authority.bundle)
    corp.subscribe(installation)
    assert installation.sync().code == 0
    corp.publish(extra="second-case")
    assert installation.sync().added == ["second-case"]
    corp.second = dict(site.files)
    return corp, root


@pytest.fixture
def scene(prepared, tmp_path, authority):
    """A copy of both, to be spoilt."""
    was, root = prepared
    was.site.files, was.site.faults = dict(was.second), {}
    corp = object.__new__(Organisation)
    corp.__dict__.update(was.__dict__, folder=tmp_path / "corp", keys=str(tmp_path / "corp" / "keys"),
                         repository=tmp_path / "corp" / "repository", extra=list(was.extra))  # fmt: skip
    shutil.copytree(was.folder, corp.folder)
    shutil.copytree(root / "state", tmp_path / "installation" / "state")
    installation = Installation(tmp_path / "installation", authority.bundle)
    corp.subscribe(installation)
    with contextlib.suppress(FileNotFoundError):
        os.unlink(installation.home.journal)
    return corp, installation


def signed_anew(corp, path, role, change, **days):
    """Change a role's metadata and sign it with its own key: what an attacker with that key alone could serve."""
    publisher = corp.publisher(**days)
    metadata = Metadata.from_bytes(corp.site.files[path])
    change(metadata.signed)
    metadata.signatures.clear()
    for keyid in publisher._root().roles[role].keyids:
        metadata.sign(publisher.signers[keyid][1], append=True)
    corp.site.files[path] = metadata.to_bytes()
    return metadata


def edit(role):
    """Change what is signed without signing it again."""

    def attack(corp, _):
        corp.publish(extra="third-case")
        path = corp.file(role)
        metadata = json.loads(corp.site.files[path])
        metadata["signed"]["expires"] = "2099-01-01T00:00:00Z"
        corp.site.files[path] = json.dumps(metadata).encode()

    return attack


def another_organisation(corp, installation):
    other = Organisation(corp.folder / "other", corp.site)
    for _ in range(3):
        other.publish()


def unsigned(corp, _):
    path = corp.file("timestamp")
    metadata = json.loads(corp.site.files[path])
    metadata["signatures"] = []
    corp.site.files[path] = json.dumps(metadata).encode()


def roll_back(corp, _):
    corp.site.files = dict(corp.first)


def roll_back_after_local_memory_is_gone(corp, installation):
    shutil.rmtree(Store(installation.home).trust("corp"))
    roll_back(corp, installation)


def expired(role):
    def attack(corp, _):
        corp.publisher(**{role: -1}).refresh() if role in ("timestamp", "snapshot") else corp.publish(**{role: -1})
        corp.serve()

    return attack


def expired_root(corp, _):
    make_key(corp.keys, "root")
    corp.publisher(root=-1).rotate("root", ())
    corp.serve()


def frozen_by_not_modified(corp, installation):
    """Whoever answers 304 for ever keeps a machine on an old list, until what it trusts has expired."""
    corp.publisher(timestamp=-1)._sign_snapshot(corp.publisher()._root(), 3)
    expired_now = (corp.repository / "metadata/timestamp.json").read_bytes()
    trusted = pathlib.Path(Store(installation.home).trust("corp")) / "timestamp.json"
    trusted.write_bytes(expired_now)
    corp.site.faults[corp.file("timestamp")] = lambda handler, _: (
        handler.answer(304, b"") if "If-None-Match" in handler.headers else handler.answer(200, expired_now)
    )


def mix_and_match(corp, _):
    """The snapshot of now with the targets of before, under the name the snapshot gives."""
    corp.publish(extra="third-case")
    corp.site.files[corp.file("targets")] = corp.second[corp.file("targets", 3)]


def old_snapshot_under_a_new_name(corp, _):
    corp.publisher().refresh()
    corp.serve()
    newest = corp.file("snapshot")
    corp.site.files[newest] = corp.second[corp.file("snapshot", 2)]


def target_edited(corp, _):
    corp.publish(extra="third-case")
    corp.site.files[corp.target()] = corp.site.files[corp.target()].replace(b"third-case", b"thirt-case")


def target_cut(corp, _):
    corp.publish(extra="third-case")
    corp.site.files[corp.target()] = corp.site.files[corp.target()][:-100]


def target_too_long(corp, _):
    corp.publish(extra="third-case")
    corp.site.files[corp.target()] += b"more\n" * 100_000


def target_endless(corp, _):
    corp.publish(extra="third-case")
    corp.site.faults[corp.target()] = endless


def target_missing(corp, _):
    corp.publish(extra="third-case")
    del corp.site.files[corp.target()]


def no_list_in_it(corp, _):
    publish_targets(corp, {})


def list_under_another_name(corp, _):
    publish_targets(corp, {"other.csv": TargetFile.from_data("other.csv", b"x", ["sha256"])})


def publish_targets(corp, targets):
    publisher = corp.publisher()
    root, latest = publisher._root(), publisher._latest("targets")
    latest.targets, latest.version = targets, latest.version + 1
    publisher._write(latest, root)
    publisher._sign_snapshot(root, latest.version)
    corp.serve()


def signed_target(data):
    """A target that is signed as it should be, and is no honest list."""

    def attack(corp, _):
        bad = data() if callable(data) else data
        target = TargetFile.from_data(LIST, bad, ["sha256"])
        (corp.repository / "targets" / f"{target.hashes['sha256']}.{LIST}").write_bytes(bad)
        publish_targets(corp, {LIST: target})

    return attack


def broken_seal():
    with open(shipped(LIST), "rb") as file:
        return file.read()[:-1] + b"\r"


def names_that_are_none(name, evidence=""):
    def build():
        body = f"#name,kind\n{name},malicious,,,feed,{evidence},\n".encode()
        digest = hashlib.sha256(body).hexdigest()
        head = f"#guard-table 1 rows=0000000001 bytes={len(body):012} sha256={digest} made=2026-01-01T00:00:00Z\n"
        return head.encode() + body

    return build


def root_of_an_attacker(corp, _):
    other = Organisation(corp.folder / "attacker", corp.site)
    make_key(other.keys, "root")
    other.publisher().rotate("root", ())
    corp.site.files[f"{BASE}metadata/2.root.json"] = (other.repository / "metadata/2.root.json").read_bytes()
    bump_timestamp(corp)


def root_below_its_threshold(corp, _):
    make_key(corp.keys, "root")
    corp.publisher().rotate("root", ())
    path = corp.repository / "metadata/2.root.json"
    metadata = json.loads(path.read_bytes())
    metadata["signatures"] = metadata["signatures"][:1]
    path.write_text(json.dumps(metadata))
    corp.serve()


def root_that_skips_a_version(corp, _):
    for _ in range(2):
        make_key(corp.keys, "root")
        corp.publisher().rotate("root", ())
    corp.serve()
    corp.site.files[f"{BASE}metadata/2.root.json"] = corp.site.files[f"{BASE}metadata/3.root.json"]


def bump_timestamp(corp):
    corp.publisher().refresh()
    for path in (corp.repository / "metadata").glob("*.json"):
        corp.site.files.setdefault(f"{BASE}metadata/{path.name}", path.read_bytes())
    corp.site.files[corp.file("timestamp")] = (corp.repository / "metadata/timestamp.json").read_bytes()


def signed_by_another_role(role, other):
    def attack(corp, _):
        corp.publish(extra="third-case")
        publisher, path = corp.publisher(), corp.file(role)
        metadata = Metadata.from_bytes(corp.site.files[path])
        metadata.signatures.clear()
        metadata.sign(publisher.signers[publisher.keys_of(other)[0]][1])
        corp.site.files[path] = metadata.to_bytes()

    return attack


def timestamp_that_names_a_snapshot_to_come(corp, _):
    def change(signed):
        signed.version += 1
        signed.snapshot_meta = MetaFile(999)

    signed_anew(corp, corp.file("timestamp"), "timestamp", change)


def timestamp_that_goes_back_on_its_snapshot(corp, _):
    def change(signed):
        signed.version += 5
        signed.snapshot_meta = MetaFile(1)

    signed_anew(corp, corp.file("timestamp"), "timestamp", change)


def answered(fault, role="timestamp"):
    def attack(corp, _):
        corp.publish(extra="third-case")
        corp.site.faults[corp.file(role)] = fault

    return attack


def pinned_root_is_not_one(corp, installation):
    corp.publish(extra="third-case")
    (installation.root / "pinned.json").write_text("{}")


def pinned_root_is_gone(corp, installation):
    (installation.root / "pinned.json").unlink()
    corp.publish(extra="third-case")


def pinned_root_is_anothers(corp, installation):
    other = Organisation(corp.folder / "other", Site())
    shutil.copy(other.root, installation.root / "pinned.json")


PUBLICATION = {
    "wrong keys: a whole publication of somebody else": another_organisation,
    "timestamp edited": edit("timestamp"),
    "snapshot edited": edit("snapshot"),
    "targets edited": edit("targets"),
    "timestamp without a signature": unsigned,
    "rolled back, all of it": roll_back,
    "rolled back, and the local memory of it removed": roll_back_after_local_memory_is_gone,
    "expired timestamp": expired("timestamp"),
    "expired snapshot": expired("snapshot"),
    "expired targets": expired("targets"),
    "expired root": expired_root,
    "frozen: not modified for ever": frozen_by_not_modified,
    "mix and match: old targets in a new snapshot": mix_and_match,
    "mix and match: an old snapshot under a new name": old_snapshot_under_a_new_name,
    "timestamp names a snapshot to come": timestamp_that_names_a_snapshot_to_come,
    "timestamp goes back on its snapshot": timestamp_that_goes_back_on_its_snapshot,
    "list edited, same length": target_edited,
    "list cut": target_cut,
    "list longer than signed": target_too_long,
    "list without an end": target_endless,
    "list missing": target_missing,
    "no list in it": no_list_in_it,
    "list under another name": list_under_another_name,
    "signed, not a list": signed_target(b"<html>"),
    "signed, empty": signed_target(b""),
    "signed, its seal broken": signed_target(broken_seal),
    "signed, a name that is none": signed_target(names_that_are_none("../../etc/passwd")),
    "signed, a name not normalised": signed_target(names_that_are_none("Re_Quests")),
    "signed, escapes for a terminal": signed_target(names_that_are_none("x", "\x1b]0;owned\x07")),
    "a new root of an attacker's": root_of_an_attacker,
    "a new root signed by too few": root_below_its_threshold,
    "a new root that skips a version": root_that_skips_a_version,
    "targets signed with the timestamp's key": signed_by_another_role("targets", "timestamp"),
    "timestamp signed with the snapshot's key": signed_by_another_role("timestamp", "snapshot"),
    "timestamp too large": answered(status(200, body=b" " * 20_000)),
    "snapshot without an end": answered(endless, "snapshot"),
    "timestamp is a page": answered(status(200, body=b"<html>")),
    "timestamp is a deep nest": answered(status(200, body=b"[" * 16_000)),
    "timestamp comes in a trickle": answered(trickle(0.05)),
    "sent to plain http": answered(status(302, {"Location": "http://corp.invalid/timestamp.json"})),
    "targets are not there": answered(status(404), "targets"),
    "pinned root is not one": pinned_root_is_not_one,
    "pinned root is gone": pinned_root_is_gone,
    "pinned root is another's": pinned_root_is_anothers,
}


@pytest.mark.parametrize("name", PUBLICATION)
def test_attack_on_the_publication(scene, name):
    corp, installation = scene
    before = installation.list_bytes()
    PUBLICATION[name](corp, installation)
    text = pathlib.Path(installation.home.settings).read_text()
    installation.configure(text.replace("[sync]", "[sync]\nmax_seconds = 4", 1))
    summary = installation.sync()
    said = [outcome for outcome in summary.outcomes if outcome.source.name == "corp"][0]
    assert said.error is not None and said.error.code in (65, 69), "taken"
    assert "\n" not in said.error.message and said.error.message.isprintable()
    assert installation.list_bytes() == before and not summary.swapped, "the old list is not in force any more"
    lines = [json.loads(line) for line in open(installation.home.journal) if line.strip()]
    assert [line["what"] for line in lines] == ["list-refused"] and lines[0]["source"] == "corp"


@pytest.mark.parametrize("name", ["rolled back, all of it", "list edited, same length", "expired timestamp"])
def test_once_the_attack_is_over_the_next_sync_goes_on(scene, name):
    corp, installation = scene
    PUBLICATION[name](corp, installation)
    assert installation.sync().code != 0
    corp.site.faults = {}
    corp.publish(extra="afterwards")
    summary = installation.sync()
    assert summary.code == 0 and "afterwards" in summary.added


def spoil(change):
    """Change the bytes of the list in force."""

    def attack(installation):
        path = pathlib.Path(installation.home.synced_list)
        path.write_bytes(change(path.read_bytes()))

    return attack


def resealed_without_a_name(installation):
    """The attacker knows the format: everything is right, but one name is gone."""
    keep = [line.split(b",")[0].decode() for line in installation.list_bytes().split(b"\n")[2:-1]]
    claims = [Claim(name, "x", "malicious") for name in keep if name != "corp-only"]
    compiler.write_list(installation.home.synced_list, claims, (), "2026-06-01T00:00:00Z")


def filter_that_denies(installation):
    (path,) = pathlib.Path(installation.home.synced_list).parent.glob(LIST + ".*.filter")
    data = path.read_bytes()
    path.write_bytes(data[:128] + b"\0" * (len(data) - 128))


def link_to_elsewhere(installation):
    elsewhere = installation.root / "elsewhere.csv"
    shutil.copy(shipped(LIST), elsewhere)
    os.unlink(installation.home.synced_list)
    os.symlink(elsewhere, installation.home.synced_list)


def shipped_list_in_its_place(installation):
    shutil.copy(shipped(LIST), installation.home.synced_list)


def held_edited(installation):
    path = pathlib.Path(Store(installation.home).held)
    path.write_bytes(path.read_bytes().replace(b"sha256=", b"sha257="))


LOCAL = {
    "emptied": spoil(lambda data: b""),
    "cut": spoil(lambda data: data[: len(data) // 2]),
    "cut within its seal": spoil(lambda data: data[:40]),
    "zeroed": spoil(lambda data: b"\0" * len(data)),
    "one letter of a name changed": spoil(lambda data: data.replace(b"\ncorp-only,", b"\ncorp-onlx,")),
    "one kind changed": spoil(lambda data: data.replace(b"corp-only,malicious", b"corp-only,withdrawn")),
    "rows appended": spoil(lambda data: data + b"zzz,malicious,,,x,,\n"),
    "another file": spoil(lambda data: os.urandom(len(data))),
    "an older list": shipped_list_in_its_place,
    "sealed anew without a name": resealed_without_a_name,
    "its filter denies every name": filter_that_denies,
    "a link to elsewhere": link_to_elsewhere,
    "removed": lambda installation: os.unlink(installation.home.synced_list),
    "what is held, edited": held_edited,
}


@pytest.mark.parametrize("name", LOCAL)
def test_local_file_is_made_anew_and_reported(scene, name):
    _, installation = scene
    LOCAL[name](installation)
    summary = installation.sync()
    assert summary.swapped and summary.notices, "the next sync finds it out although nothing is new"
    assert installation.entry("corp-only").covers("")
    seal.verify(installation.home.synced_list).close()
    assert not os.path.islink(installation.home.synced_list)
    lines = [json.loads(line) for line in open(installation.home.journal) if line.strip()]
    assert ("list-refused", "altered") in [(line["what"], line.get("action")) for line in lines]
    assert installation.sync().notices == []


@pytest.mark.parametrize("name", ["emptied", "cut", "cut within its seal", "zeroed", "another file", "rows appended"])
def test_the_gate_falls_back_to_the_shipped_list_and_says_so(scene, name):
    _, installation = scene
    LOCAL[name](installation)
    names = open_list(installation.home)
    assert names.table.path == shipped(LIST) and "shipped list serves" in names.notice
    assert names.find("reqeusts").covers("")
    names.close()


@pytest.mark.parametrize(
    "path", ["sources/corp.json", "built.json", "trust/corp/timestamp.json", "trust/corp/typosquats.csv", "seen.json"]
)
@pytest.mark.parametrize("how", ["removed", "emptied", "cut", "garbled"])
def test_what_guard_remembers_is_not_believed_blindly(scene, path, how):
    _, installation = scene
    file = pathlib.Path(Store(installation.home).folder) / path
    data = file.read_bytes()
    changed = {"emptied": b"", "cut": data[: len(data) // 2], "garbled": data[::-1]}
    file.unlink() if how == "removed" else file.write_bytes(changed[how])
    summary = installation.sync()
    assert summary.code == 0, summary.outcomes
    assert installation.entry("corp-only").covers("") and installation.entry("second-case").covers("")


def test_verify_finds_a_filter_that_denies(scene):
    _, installation = scene
    assert installation.run("lists", "verify").returncode == 0
    filter_that_denies(installation)
    done = installation.run("lists", "verify")
    assert done.returncode == 65 and "not the filter" in done.stderr


def test_there_are_at_least_25_attacks():
    assert len(PUBLICATION) + len(LOCAL) >= 25
