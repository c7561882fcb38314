"""A machine-wide installation: root collects each user's journal and trusts the file's owner, not what stands in it."""

import json
import os
import pathlib
import socket

import pytest

from guard.core.home import Home
from guard.nvm import image
from guard.nvm.context import Context
from guard.nvm.image import Hashes
from guard.nvm.recorder import drain, log_path, users
from guard.nvm.sinks import file

from .conftest import line

pytestmark = pytest.mark.skipif(os.getuid() != 0, reason="needs root, as a collector is")
ADA, BOB = 4001, 4002


@pytest.fixture
def machine(home):
    return Home(home.root, system=True)


def journalled(machine, uid, owner=None, **more):
    """One line in ``uid``'s journal, a file of ``owner``'s."""
    path = pathlib.Path(machine.state, "journal", "%d.jsonl" % uid)
    path.parent.mkdir(parents=True, exist_ok=True)
    told = line(["install", "aaa"], names=["aaa"], **more)
    with open(path, "a") as journal:
        journal.write("\n" + json.dumps(told) + "\n")
    os.chown(path, uid if owner is None else owner, 0)
    return told


def recorded(machine, uid):
    return [json.loads(one) for one in file.lines(log_path(machine, uid))]


def test_each_users_events_stand_apart_and_belong_to_root(machine):
    told = {uid: journalled(machine, uid) for uid in (ADA, BOB)}
    assert users(machine) == [ADA, BOB]
    assert drain(machine)
    for uid in (ADA, BOB):
        (event,) = recorded(machine, uid)
        assert event["guard_attempt_id"] == told[uid]["id"]
        known = os.stat(log_path(machine, uid))
        assert (known.st_uid, known.st_mode & 0o777) == (0, 0o600)


def test_the_account_is_the_files_owner_whatever_the_line_says(machine):
    journalled(machine, ADA, process={"pid": 5, "uid": 0, "exe": "/usr/bin/env"}, parent={"pid": 1, "uid": 0})
    drain(machine)
    (event,) = recorded(machine, ADA)
    assert event["user"].endswith("\\%d" % ADA) and event["parent_process_user"].endswith("\\%d" % ADA)
    assert event["process_integrity_level"] == event["parent_process_integrity_level"] == "8192"
    assert event["logged_in_user_principal"]


def test_no_user_can_make_anothers_event_ids(machine):
    told = journalled(machine, ADA)
    journalled(machine, BOB, id=told["id"])
    drain(machine)
    assert recorded(machine, ADA)[0]["guard_event_id"] != recorded(machine, BOB)[0]["guard_event_id"]


def test_a_journal_of_another_owner_is_not_believed(machine):
    journalled(machine, ADA, owner=BOB)
    drain(machine)
    assert recorded(machine, ADA) == recorded(machine, BOB) == []
    assert not os.path.exists("%s/journal/%d.jsonl" % (machine.state, ADA))


@pytest.mark.parametrize("kind", ["link", "pipe", "socket", "folder"])
def test_what_is_no_file_is_neither_followed_nor_waited_for(machine, tmp_path, kind):
    good = journalled(machine, BOB)
    path = "%s/journal/%d.jsonl" % (machine.state, ADA)
    secret = tmp_path / "secret"
    secret.write_text("root's own")
    if kind == "link":
        os.symlink(secret, path)
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        os.mkdir(path)
        pathlib.Path(path, "inner").write_text("x")
    else:
        bound = socket.socket(socket.AF_UNIX)
        bound.bind(path)
    drain(machine)
    assert secret.read_text() == "root's own"
    assert recorded(machine, ADA) == []
    assert [event["guard_attempt_id"] for event in recorded(machine, BOB)] == [good["id"]]


def test_only_what_the_user_may_read_is_hashed(machine, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("root's own")
    secret.chmod(0o600)
    hashes = Hashes(machine.cache, owner=ADA)
    assert hashes.of(str(secret)) == ""
    secret.chmod(0o644)
    assert len(hashes.of(str(secret))) == 64
    secret.chmod(0o600)
    os.chown(secret, ADA, 0)
    assert len(hashes.of(str(secret))) == 64


def test_a_pipe_or_a_device_as_a_program_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pip")
    for path in (str(tmp_path / "pip"), "/dev/zero", str(tmp_path)):
        assert image.shebang(path) == []
        assert Hashes(str(tmp_path)).of(path) == ""


def test_a_user_collects_nothing(machine):
    journalled(machine, ADA)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.setuid(ADA)
            os.write(write, repr((users(machine), drain(machine))).encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(read, 100) == b"([], True)"
    assert Context(machine, owner=ADA).alive({"pid": os.getpid(), "start": 1}) == {}
