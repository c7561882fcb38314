"""A publication, as its publisher makes it and an endpoint takes it."""

import json
import os
import shutil
import sysconfig

import pytest

from guard.core.errors import BadData
from guard.core.home import shipped
from guard.core.lookup import LIST
from guard.lists.publish import Publisher, make_key

from .conftest import ROOT
from .organisation import Organisation


@pytest.fixture
def corp(site, tmp_path):
    return Organisation(tmp_path / "corp", site)


def test_an_endpoint_takes_it_and_asks_once_when_nothing_changed(corp, installation):
    corp.publish()
    corp.subscribe(installation)
    summary = installation.sync()
    assert summary.code == 0 and installation.entry("corp-only").reason.endswith("by legal: ours alone")
    assert installation.entry("requests").covers(""), "the organisation's own word outranks popularity"
    corp.site.log.clear()
    assert not installation.sync().swapped
    assert corp.site.count() == {"corp/metadata/timestamp.json": 1}


def test_new_list_and_signed_anew(corp, installation):
    corp.publish()
    corp.subscribe(installation)
    installation.sync()
    corp.publish(extra="second-case")
    assert installation.sync().added == ["second-case"]
    corp.publisher().refresh()
    corp.serve()
    corp.site.log.clear()
    summary = installation.sync()
    assert summary.code == 0 and not summary.swapped
    assert not any("targets" in path for path in corp.site.count()), "the same list is not fetched again"


@pytest.mark.parametrize("role", ["timestamp", "snapshot", "targets", "root"])
def test_a_key_is_rotated(corp, installation, role):
    corp.publish()
    corp.subscribe(installation)
    installation.sync()
    old = corp.publisher().keys_of(role)[:1]
    make_key(corp.keys, role)
    publisher = corp.publisher()
    assert publisher.rotate(role, tuple(old)) == 2
    assert old[0] not in publisher.keys_of(role)
    gone = publisher.signers[old[0]][0]
    os.unlink(gone)
    corp.publish(extra="after-the-rotation")
    summary = installation.sync()
    assert summary.added == ["after-the-rotation"], summary.outcomes


def test_thresholds(corp):
    publisher = corp.publisher()
    with open(publisher._path("root", 1), encoding="utf-8") as file:
        root = json.load(file)
    assert root["signed"]["roles"]["root"]["threshold"] == 2 and len(root["signatures"]) == 2
    os.unlink(next(path for path, _ in publisher.signers.values() if "/root-" in path))
    with pytest.raises(BadData, match="root needs 2 signatures"):
        corp.publisher().rotate("timestamp", ())


def test_keys_are_private_and_may_have_a_passphrase(tmp_path):
    path = make_key(str(tmp_path / "keys"), "root", b"secret")
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert b"ENCRYPTED" in open(path, "rb").read()
    with pytest.raises(BadData, match="not a key that can be read"):
        Publisher(str(tmp_path / "repo"), str(tmp_path / "keys"))
    assert len(Publisher(str(tmp_path / "repo"), str(tmp_path / "keys"), b"secret").signers) == 1


def test_what_is_no_list_is_not_published(corp, tmp_path):
    bad = tmp_path / "list.csv"
    data = bytearray(open(shipped(LIST), "rb").read())
    data[5000] ^= 1
    bad.write_bytes(data)
    with pytest.raises(BadData, match="seal does not hold"):
        corp.publisher().publish(str(bad))


def test_without_the_extra_it_is_usage_as_with_every_extra(installation, tmp_path):
    (tmp_path / "tuf.py").write_text("raise ImportError\n")
    paths = os.pathsep.join([str(tmp_path), str(ROOT), sysconfig.get_paths()["purelib"]])
    done = installation.run("publish", "show", "--to", str(tmp_path), env={"PYTHONPATH": paths})
    assert done.returncode == 2 and "--with trust" in done.stderr


def test_the_command_line(installation, tmp_path):
    repo, keys = str(tmp_path / "repo"), str(tmp_path / "keys")
    for role in ("root", "targets", "snapshot", "timestamp"):
        assert installation.run("publish", "key", role, "--keys", keys).returncode == 0
    done = installation.run("publish", "init", "--to", repo, "--keys", keys)
    assert done.returncode == 0 and "1.root.json" in done.stdout, done.stderr
    assert installation.run("publish", "init", "--to", repo, "--keys", keys).returncode == 65
    done = installation.run("publish", "list", "--to", repo, "--keys", keys, "--expires", "timestamp=2")
    assert done.returncode == 0 and "version 2" in done.stdout
    done = installation.run("publish", "refresh", "--to", repo, "--keys", keys, "--json")
    assert json.loads(done.stdout)["folder"] == str(repo)
    told = json.loads(installation.run("publish", "show", "--to", repo, "--json").stdout)["roles"]
    assert (told["targets"]["version"], told["timestamp"]["version"], len(told["root"]["keys"])) == (2, 3, 1)
    assert installation.run("publish", "show", "--to", keys).returncode == 65
    done = installation.run("publish", "refresh", "--to", repo, "--keys", keys, "--expires", "x=2")
    assert done.returncode == 2 and "ROLE=NUMBER" in done.stderr
    shutil.copy(repo + "/metadata/1.root.json", installation.root / "root.json")
    installation.configure(
        "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in ("osv", "datadog", "splunk"))
        + f'[sync.sources.corp]\nformat = "publication"\nurl = "{repo}"\nroot = "{installation.root}/root.json"\n'
    )
    done = installation.run("sync")
    assert done.returncode == 0, done.stderr
    assert "corp: 13425 names" in done.stdout
    assert "file" not in os.listdir(repo)
