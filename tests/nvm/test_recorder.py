"""The recorder: every journalled attempt once, whatever dies, fills up, goes away or steps back."""

import fcntl
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import time

import pytest

from guard.core.errors import CannotJudge
from guard.core.home import Home
from guard.core.journal import append
from guard.nvm import recorder
from guard.nvm.files import Lock
from guard.nvm.health import health
from guard.nvm.heartbeat import beat
from guard.nvm.recorder import drain, journal, log_path, waiting
from guard.nvm.sinks import file
from guard.nvm.spool import Spool
from tests.support.tools import ROOT

from .conftest import attempted, line
from .receivers import Collector, until

UID = os.getuid()
ALL_AT_ONCE = 50  # processes


def logged(home):
    """The attempt ids of the log's events, in order; every line must be whole."""
    return [json.loads(one)["guard_attempt_id"] for one in file.lines(log_path(home, UID))]


def once(home, ids):
    """Each of ``ids`` stands in the log exactly once, and nothing else does."""
    found = logged(home)
    assert len(found) == len(set(found)), "delivered twice: %d" % (len(found) - len(set(found)))
    assert set(found) == set(ids), "lost: %d" % len(set(ids) - set(found))


def record(home, **more):
    """The recorder's own process, as the gate starts it."""
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "GUARD_DEBUG": "1", **more}
    words = [sys.executable, "-m", "guard.nvm.record", home.root]
    return subprocess.Popen(
        words, env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def sinks(home, text):
    pathlib.Path(home.settings).write_text(text)


def test_drained_once_and_in_order(home):
    ids = attempted(home, 20)
    assert drain(home)
    assert logged(home) == ids
    assert not waiting(home)
    assert drain(home)
    assert logged(home) == ids


def test_files_are_the_users_alone(home):
    attempted(home)
    drain(home)
    for folder, folders, names in os.walk(home.state):
        for name in folders:
            assert os.stat(os.path.join(folder, name)).st_mode & 0o077 == 0, name
        for name in names:
            assert os.stat(os.path.join(folder, name)).st_mode & 0o077 == 0, name


def test_the_recorders_process_is_quiet_and_leaves_nothing_open(home):
    ids = attempted(home, 3)
    done = record(home)
    assert done.communicate(timeout=30) == (b"", None) and done.returncode == 0
    once(home, ids)


def test_a_caller_that_waits_for_its_pipe_does_not_wait_for_the_recorder(home, tmp_path):
    """``x=$(pip install …)``: the recorder, started with the pipe inherited, lets go of what is above its own three."""
    attempted(home)
    read, write = os.pipe()
    os.set_inheritable(write, True)
    words = [sys.executable, "-m", "guard.nvm.record", home.root]
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    holder = Lock(os.path.join(home.state, recorder.LOCK))
    with subprocess.Popen(
        words, env=environ, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as late:
        os.close(write)
        with open(read, "rb") as pipe:
            assert pipe.read() == b""  # at its end although the recorder lives, or has ended already
        late.wait(30)
    assert holder.take(5)
    holder.release()


def test_another_recorder_at_work_is_left_alone_and_looks_again(home):
    """A line that came while the lock was held started no recorder: who holds it looks again after letting go."""
    first = attempted(home, 2)
    held = Lock(home.state + "/" + recorder.LOCK)
    os.makedirs(home.state, exist_ok=True)
    assert held.take()
    assert drain(home) is False
    late = record(home)
    assert late.wait(30) == 0
    assert logged(home) == []
    held.release()
    drain(home)
    once(home, first)


def test_a_line_written_while_the_recorder_works_is_not_left_behind(home, monkeypatch):
    ids = attempted(home, 1)
    plain = recorder._Journal.drain

    def and_meanwhile(self):
        whole = plain(self)
        if len(ids) < 4:
            ids.extend(attempted(home, 1))
        return whole

    monkeypatch.setattr(recorder._Journal, "drain", and_meanwhile)
    assert drain(home)
    assert len(ids) == 4
    once(home, ids)


def test_a_writer_at_work_is_waited_for_and_a_stopped_one_stops_nobody(home, monkeypatch):
    monkeypatch.setattr(recorder, "WRITER_WAIT", 0.1)
    ids = attempted(home, 1)
    with open(journal(home, UID), "ab") as writer:
        fcntl.flock(writer, fcntl.LOCK_SH)
        assert drain(home)
        assert logged(home) == []
        more = line(["install", "bbb"], names=["bbb"])
        writer.write(json.dumps(more).encode() + b"\n")
    drain(home)
    once(home, [*ids, more["id"]])


def test_a_stranger_that_locks_the_journal_makes_nobody_wait(home):
    attempted(home, 1)
    with open(journal(home, UID), "rb") as stranger:
        fcntl.flock(stranger, fcntl.LOCK_EX)
        start = time.thread_time()
        with pytest.raises(CannotJudge, match="is locked"):
            append(home.journal, line(["install", "aaa"]))
        assert time.thread_time() - start < 0.1


def test_a_pipe_in_the_journals_place_is_not_waited_for(home):
    os.makedirs(os.path.dirname(home.journal))
    os.mkfifo(home.journal)
    with pytest.raises(CannotJudge, match="cannot be written"):
        append(home.journal, line(["install", "aaa"]))


@pytest.mark.skipif(UID != 0, reason="giving a file away needs root")
def test_a_journal_of_another_user_is_not_written_to(home):
    attempted(home, 1)
    os.chown(home.journal, 4001, 0)
    with pytest.raises(CannotJudge, match="belongs to another user"):
        append(home.journal, line(["install", "aaa"]))


def test_damaged_lines_are_counted_and_spoil_no_other(home):
    ids = attempted(home, 1)
    with open(journal(home, UID), "ab") as torn:
        torn.write(b'{"v":1,"id":"half\n\xff\xfe\n[1]\n{"id":"no time"}\n' + b"[" * 100000 + b"\n")
    ids += attempted(home, 1)
    drain(home)
    events = [json.loads(one) for one in file.lines(log_path(home, UID))]
    assert [e["guard_attempt_id"] for e in events if e["guard_event"] == "attempt"] == ids
    assert [e["guard_lines"] for e in events if e["guard_event"] == "damaged"] == ["5"]
    kept = pathlib.Path(Spool(home, UID).path, "damaged")
    assert b'{"v":1,"id":"half' in kept.read_bytes() and kept.stat().st_size < 10000


def test_one_damaged_line_is_told_as_one_line(home):
    attempted(home, 1)
    with open(journal(home, UID), "ab") as torn:
        torn.write(b"half\n")
    drain(home)
    (told,) = [one for one in map(json.loads, file.lines(log_path(home, UID))) if one["guard_event"] == "damaged"]
    assert told["guard_reason"].startswith("1 line of the journal could not be read; see ")


@pytest.mark.parametrize("point", ["rename", "unlink", "link", "write", "fsync", "rmdir"])
def test_a_failure_at_any_step_is_made_good_by_the_next_run(home, monkeypatch, point):
    """Every call of each kind fails once, as a kill between two steps would end it; the next run goes on from there."""
    sinks(home, '[[sink]]\nkind="file"\nname="copy"\npath="%s/copy.jsonl"\n' % home.root)
    ids = []
    for nth in range(12):
        ids += attempted(home, 2)
        with monkeypatch.context() as broken:
            plain, calls = getattr(os, point), []

            def fail(*words, plain=plain, calls=calls, nth=nth, **named):
                calls.append(1)
                if len(calls) == nth + 1:
                    raise OSError(28, "No space left on device")
                return plain(*words, **named)

            broken.setattr(os, point, fail)
            try:
                drain(home)
            except CannotJudge as error:
                assert "No space left" in error.message
    drain(home)
    once(home, ids)
    spool = Spool(home, UID)
    assert recorder._Journal(home, UID, recorder.load(home))._taken() == []
    held = b"".join(pathlib.Path(spool.queue("copy").path, str(n)).read_bytes() for n in spool.queue("copy").waiting())
    assert sorted(json.loads(one)["guard_attempt_id"] for one in held.splitlines()) == sorted(ids)


def _append_many(home, count, pipe):
    """In a child: ``count`` attempts, their ids and the dearest append (CPU ms) to the pipe."""
    ids, dearest = [], 0.0
    for _ in range(count):
        made = line(["install", "aaa"], names=["aaa"])
        start = time.thread_time()
        append(home.journal, made)
        dearest = max(dearest, (time.thread_time() - start) * 1e3)
        ids.append(made["id"])
    os.write(pipe, ("%s %f\n" % (",".join(ids), dearest)).encode())


def _children(home, count, each):
    """Pids of ``count`` processes that append ``each`` attempts, and the read ends of their pipes."""
    children = []
    for _ in range(count):
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                _append_many(home, each, write)
                code = 0
            finally:
                os._exit(code)
        os.close(write)
        children.append((pid, read))
    return children


def _gather(children):
    """(ids of every attempt, the dearest append of all in CPU ms)."""
    ids, dearest = [], 0.0
    for pid, read in children:
        with open(read, "rb") as pipe:
            made, dear = pipe.read().decode().split()
        ids += made.split(",")
        dearest = max(dearest, float(dear))
        assert os.waitpid(pid, 0)[1] == 0
    return ids, dearest


def _concurrent(home, attempts):
    children = _children(home, ALL_AT_ONCE, attempts // ALL_AT_ONCE)
    done = []
    while len(done) < len(children):
        drain(home, 30)
        done = [pid for pid, read in children if _ready(read)]
    ids, dearest = _gather(children)
    drain(home, 30)
    assert len(ids) == attempts
    once(home, ids)
    # It waits for no lock of guard's. What fifty writers on a few cores wait for is a turn, or a writer that the kernel
    # stopped in the middle of its write: bench/recorder.py has both beside a plain write to a shared file.
    assert dearest < 10


def _ready(read):
    import select

    return bool(select.select([read], [], [], 0)[0])


def test_concurrent_attempts_from_fifty_processes(home):
    sinks(home, "[events]\nlog_bytes = 1000000\nlog_files = 200\n")
    _concurrent(home, 1000)


@pytest.mark.long
def test_ten_thousand_concurrent_attempts_from_fifty_processes(home):
    sinks(home, "[events]\nlog_bytes = 4000000\nlog_files = 200\n")
    _concurrent(home, 10000)


def _killed_at_random(home, tmp_path, kills, seed):
    """Recorder and receiver are killed at random moments while attempts go on."""
    chance = random.Random(seed)
    token = tmp_path / "token"
    from .hec_server import TOKEN

    token.write_text(TOKEN)
    collector = Collector(tmp_path / "hec")
    sinks(home, '[events]\nlog_bytes = 300000\nlog_files = 500\n[[sink]]\nkind = "hec"\nurl = "http://127.0.0.1:%d"\n'
                'token_file = "%s"\n[[sink]]\nkind = "file"\npath = "%s/copy.jsonl"\nkeep = 500\nmax_bytes = 300000\n'
          % (collector.port, token, tmp_path))  # fmt: skip
    ids = []
    try:
        for number in range(kills):
            ids += attempted(home, chance.randrange(1, 60))
            run = record(home)
            time.sleep(chance.uniform(0.30, 0.75))
            run.send_signal(signal.SIGKILL)
            run.communicate()
            if number % 3 == 0:
                collector.kill()
                collector.again()
        until(lambda: record(home).wait(60) == 0)
        flush = "from guard.core.home import Home; from guard.nvm.dispatch import dispatch; dispatch(Home(%r), True)"
        words = [sys.executable, "-c", flush % home.root]
        assert subprocess.run(words, env={"PYTHONPATH": str(ROOT)}, check=False, timeout=120).returncode == 0
    finally:
        collector.kill()
    once(home, ids)
    copied = [json.loads(one)["guard_attempt_id"] for one in file.lines(str(tmp_path / "copy.jsonl"))]
    assert sorted(copied) == sorted(ids)
    # A receiver that was killed after it took a batch and before it said so gets it again: under the same event ids.
    taken = {one["event"]["guard_event_id"]: one["event"]["guard_attempt_id"] for one in collector.events()}
    assert sorted(taken.values()) == sorted(ids)


def test_killed_at_a_dozen_random_moments(home, tmp_path):
    _killed_at_random(home, tmp_path, 12, 1)


@pytest.mark.long
def test_killed_at_two_hundred_random_moments(home, tmp_path):
    _killed_at_random(home, tmp_path, 200, 2)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 1 MiB; needs root, as mounting does."""
    place = tmp_path / "disk"
    place.mkdir()
    if shutil.which("mount") is None or os.getuid() != 0:
        pytest.skip("mounting a small file system needs root")
    words = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(place)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("a small file system cannot be mounted here: " + done.stderr.strip())
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_and_nothing_is_lost_when_there_is_room_again(home, small_disk):
    home = Home(home.root, state=str(small_disk / "state"))
    pathlib.Path(home.root, "home").write_text("state=%s\n" % home.state)
    ids = attempted(home, 3)
    ballast = small_disk / "ballast"
    filling = os.open(ballast, os.O_WRONLY | os.O_CREAT)
    with pytest.raises(OSError, match="No space"):
        while True:
            os.write(filling, b"x" * 4096)
    os.close(filling)
    with pytest.raises(CannotJudge, match=r"No space left on device|cannot be recorded"):
        drain(home)
    assert record(home).wait(30) == 1
    start = time.perf_counter()
    with pytest.raises(CannotJudge, match=r"disk is full|No space"):
        for _ in range(100):
            append(home.journal, line(["install", "bbb"], names=["bbb"]))
            # what fitted into the last block counts
            ids.append(json.loads(pathlib.Path(home.journal).read_bytes().splitlines()[-1])["id"])
    assert time.perf_counter() - start < 1
    assert any("full" in fault for fault in health(home)["faults"])
    ballast.unlink()
    drain(home)
    found = [json.loads(one) for one in file.lines(log_path(home, UID))]
    assert sorted(e["guard_attempt_id"] for e in found if e["guard_event"] == "attempt") == sorted(ids)
    assert all("disk" in fault for fault in health(home)["faults"])  # a disk of 1 MiB is always nearly full


def test_a_disk_that_is_read_only_delays_nothing_and_is_said(home, small_disk):
    home = Home(home.root, state=str(small_disk / "state"))
    ids = attempted(home, 2)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    start = time.thread_time()
    for _ in range(100):
        with pytest.raises(CannotJudge, match="Read-only file system"):
            append(home.journal, line(["install", "bbb"], names=["bbb"]))
    assert time.thread_time() - start < 1  # 10 ms for each
    with pytest.raises(CannotJudge, match=r"events cannot be recorded: .*Read-only file system"):
        drain(home)
    assert any("cannot be written" in fault for fault in health(home)["faults"])
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    drain(home)
    once(home, ids)


def test_a_run_that_failed_is_told_until_one_succeeds(home):
    ids = attempted(home, 1)
    spool = pathlib.Path(home.state, "spool")
    spool.write_text("in the way")
    assert record(home, GUARD_DEBUG="").wait(30) == 1
    assert any("the last run of the recorder failed" in fault for fault in health(home)["faults"])
    spool.unlink()
    assert record(home).wait(30) == 0
    assert health(home)["faults"] == []
    once(home, ids)


def test_a_log_that_was_removed_is_said_and_begun_anew(home):
    attempted(home, 2)
    drain(home)
    assert health(home)["faults"] == []
    os.unlink(log_path(home, UID))
    (fault,) = health(home)["faults"]
    assert log_path(home, UID) + " was removed" in fault
    ids = attempted(home, 2)
    drain(home)
    once(home, ids)
    assert health(home)["faults"] == []


def test_a_log_that_is_removed_while_it_is_written_loses_no_other_event(home, monkeypatch):
    """Opened by the recorder, unlinked by somebody before the write: it is written again, to a file with the name."""
    attempted(home, 1)
    drain(home)
    plain, gone = file.write, []

    def and_removed(fd, data):
        if not gone:
            gone.append(os.unlink(log_path(home, UID)))
        plain(fd, data)

    monkeypatch.setattr(file, "write", and_removed)
    ids = attempted(home, 3)
    drain(home)
    assert gone
    once(home, ids)


def test_a_clock_that_steps_back_loses_nothing_and_is_said(home, monkeypatch):
    """A year back, between two attempts: both are recorded, in order, a heartbeat comes all the same."""
    sinks(home, "[heartbeat]\nevery_minutes = 60\n")
    ids = attempted(home, 2)
    beat(home)
    drain(home)
    plain = time.time
    year = 365 * 86400
    monkeypatch.setattr(time, "time", lambda: plain() - year)
    monkeypatch.setattr(time, "time_ns", lambda: int((plain() - year) * 10**9))
    ids += attempted(home, 2)
    assert beat(home)
    drain(home)
    told = [json.loads(one) for one in file.lines(log_path(home, UID))]
    attempts = [one for one in told if one["guard_event"] == "attempt"]
    assert [one["guard_attempt_id"] for one in attempts] == ids
    assert int(attempts[0]["fss"]) - int(attempts[-1]["fss"]) >= year - 60
    assert [one["guard_event"] for one in told].count("heartbeat") == 2
    (fault,) = health(home)["faults"]  # the first attempts are yet to come
    assert "clock of this machine was set back" in fault
    monkeypatch.undo()
    assert health(home)["faults"] == []


def test_a_log_that_is_a_link_is_not_followed(home, tmp_path):
    os.makedirs(os.path.dirname(log_path(home, UID)))
    (tmp_path / "victim").write_text("")
    os.symlink(tmp_path / "victim", log_path(home, UID))
    ids = attempted(home, 1)
    drain(home)
    assert (tmp_path / "victim").read_text() == ""
    assert any("log:" in fault for fault in health(home)["faults"])
    os.unlink(log_path(home, UID))
    drain(home)
    once(home, ids)


def test_a_clock_that_steps_back_loses_nothing_and_stops_no_retry(home, monkeypatch):
    ids = attempted(home, 1)
    drain(home)
    plain = time.time
    monkeypatch.setattr(time, "time", lambda: plain() - 86400 * 400)
    monkeypatch.setattr(time, "time_ns", lambda: int((plain() - 86400 * 400) * 1e9))
    ids += attempted(home, 2)
    drain(home)
    once(home, ids)


def test_rotation_by_size_and_its_bound(home):
    sinks(home, "[events]\nlog_bytes = 20000\nlog_files = 3\n")
    for _ in range(12):
        attempted(home, 3)
        drain(home)
    parts = [log_path(home, UID), *file.rotated(log_path(home, UID))]
    assert len(parts) == 4 and all(os.stat(part).st_size <= 20000 for part in parts)
    assert all(json.loads(one) for one in file.lines(log_path(home, UID)))


def test_old_rotated_files_are_removed(home):
    sinks(home, "[events]\nlog_bytes = 9000\nlog_files = 9\nlog_days = 30\n")
    for _ in range(4):
        attempted(home, 2)
        drain(home)
    oldest = file.rotated(log_path(home, UID))[0]
    os.utime(oldest, (1, time.time() - 31 * 86400))
    attempted(home, 1)
    drain(home)
    assert not os.path.exists(oldest)


def test_a_reader_sees_every_event_once_while_the_log_rotates(home):
    sinks(home, "[events]\nlog_bytes = 9000\nlog_files = 1000\n")
    ids = attempted(home, 1)
    drain(home)
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            for _ in range(60):
                ids += attempted(home, 1)
                drain(home, 5)
            os.write(write, ",".join(ids).encode())
        finally:
            os._exit(0)
    os.close(write)
    while not _ready(read):
        found = logged(home)
        assert len(found) == len(set(found)) and found[:1] == ids[:1]
    os.waitpid(pid, 0)
    assert logged(home) == os.read(read, 1 << 16).decode().split(",")
    os.close(read)


def test_findings_alone_where_the_settings_say_so(home):
    sinks(home, '[events]\nlog = "findings"\n')
    attempted(home, 3)
    attempted(home, 1, words=["install", "."], names=())
    (ids,) = [attempted(home, 1, findings=[("bbb", "bbb")], names=())]
    drain(home)
    once(home, ids)
