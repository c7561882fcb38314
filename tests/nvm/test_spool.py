"""The spool and the settings of sinks: bounded, oldest first, and a slip of the pen loses nothing."""

import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

from guard.nvm.deliver import deliver, pause
from guard.nvm.dispatch import dispatch
from guard.nvm.health import health, sentences
from guard.nvm.recorder import drain, log_path
from guard.nvm.settings import load
from guard.nvm.sink import Sink, SinkError
from guard.nvm.sinks import file
from guard.nvm.spool import Spool
from tests.support.tools import ROOT

from .conftest import attempted

UID = os.getuid()


class Receiver(Sink):
    """One that is away or there, in this process."""

    def __init__(self, there=True, lines=7):
        super().__init__("away")
        self.there = there
        self.got = []
        self.lines = lines

    def send(self, batch):
        if not self.there:
            raise SinkError("away")
        self.got += batch


@pytest.fixture
def away(home):
    """The queue of a sink whose receiver is away."""
    text = '[[sink]]\nkind="syslog"\nname="away"\ntransport="tcp"\nport=1\nspool_bytes=40000\n'
    pathlib.Path(home.settings).write_text(text)
    return Spool(home, UID).queue("away")


def ids(events):
    return [json.loads(event)["guard_attempt_id"] for event in events]


def test_oldest_first(home, away):
    made = []
    for _ in range(5):
        made += attempted(home, 3)
        drain(home)
    receiver = Receiver(lines=2)
    assert deliver(away, receiver) == 15
    assert ids(receiver.got) == made


def test_what_is_dropped_at_the_bound_is_the_oldest_and_is_counted_and_told(home, away):
    made = []
    for _ in range(30):
        made += attempted(home, 2)
        drain(home)
        dispatch(home, force=True)
    away.reload()
    lost = away.state["dropped"]
    assert away.bytes() <= 40000 and 0 < lost < 60
    assert away.state["failures"] == 30
    receiver = Receiver()
    told = []
    deliver(away, receiver, force=True, on_drop=told.append)
    assert ids(receiver.got) == made[lost:]
    assert told == [away]


def test_the_drop_becomes_an_event_once(home, away, monkeypatch):
    for _ in range(30):
        attempted(home, 2)
        drain(home)
        dispatch(home, force=True)
    away.reload()
    lost = away.state["dropped"]
    from guard.nvm import dispatch as module

    monkeypatch.setattr(module, "sink_of", lambda table: Receiver())
    for _ in range(3):
        dispatch(home, force=True)
        drain(home)
    found = [json.loads(line) for line in file.lines(log_path(home, UID))]
    (told,) = [event for event in found if event["guard_event"] == "dropped"]
    assert told["guard_events"] == str(lost) and told["guard_sink"] == "away"


def test_a_failed_delivery_is_tried_again_after_a_growing_pause(home, away):
    attempted(home, 1)
    drain(home)
    receiver = Receiver(there=False)
    pauses = []
    for _ in range(12):
        deliver(away, receiver, force=True)
        pauses.append(away.state["next_try"] - away.state["error_at"])
    assert pauses[0] <= 2 and pauses[5] > pauses[0] and max(pauses) <= 302
    receiver.there = True
    assert deliver(away, receiver) == 0  # too early
    assert deliver(away, receiver, force=True) == 1
    assert all(pause(n) <= 300 for n in range(10000))


def test_a_clock_that_stepped_back_makes_no_pause_longer(home, away):
    attempted(home, 1)
    drain(home)
    deliver(away, Receiver(there=False))
    away.state["next_try"] = int(time.time()) + 86400 * 365
    away.save()
    assert deliver(away, Receiver()) == 1


def test_a_state_that_was_torn_delivers_again_rather_than_loses(home, away):
    attempted(home, 3)
    drain(home)
    pathlib.Path(away.path, "state").write_text('{"done": 1, "off')
    receiver = Receiver()
    assert deliver(away, receiver) == 3


def test_a_sink_that_is_slow_does_not_hold_the_log(home, away):
    attempted(home, 1)
    drain(home)
    assert away.lock.take()
    made = attempted(home, 1)
    drain(home)
    assert dispatch(home, force=True) == {"away": 0}
    assert ids(file.lines(log_path(home, UID)))[-1:] == made
    away.lock.release()


@pytest.mark.parametrize(
    "text, said",
    [
        ('[[sink]]\nkind = "carrier-pigeon"\n', "kind takes file, syslog, hec, stdout"),
        ('[[sink]]\nkind = "hec"\n', "url is missing"),
        ('[[sink]]\nkind = "file"\npath = "/x"\nfrom = "y"\n', "guard knows no key from"),
        ('[[sink]]\nkind = "syslog"\nport = "514"\n', "port takes a number, 0 or more"),
        ('[[sink]]\nkind = "syslog"\ntransport = "smoke"\n', "transport takes udp, tcp, tls, local"),
        ('[[sink]]\nkind = "stdout"\n[[sink]]\nkind = "stdout"\n', "there is a sink stdout already"),
        ('[[sink]]\nkind = "stdout"\nname = "../x"\n', "cannot be used"),
        ('[[sink]]\nkind = "stdout"\nname = "log"\n', "cannot be used"),
        ('[[sink]]\nkind = "file"\npath = "x.jsonl"\n', "path begins with /"),
        ('[[sink]]\nkind = "syslog"\nport = 65536\n', "port takes a number up to 65535"),
        ('[[sink]]\nkind = "syslog"\nfacility = 24\n', "facility takes a number up to 23"),
        ('[[sink]]\nkind = "syslog"\nhost = "a..b"\n', "host is the name of none"),
        ('[[sink]]\nkind = "hec"\nurl = "https://h:port"\n', "url takes an address"),
        ('[[sink]]\nkind = "hec"\nurl = "https://[h"\n', "url takes an address"),
        ('[[sink]]\nkind = "hec"\nurl = "splunk.example:8088"\n', "url takes an address"),
        ("sink = 3\n", "kind takes"),
        ("events = 3\n", "[events] is not a table"),
        ('[events]\nlog = "some"\n', "log takes all, findings"),
        ("[events\n", "line 1"),
        ("[events]\nlog = ", "line 2, the last one"),
    ],
)
def test_what_is_wrong_in_the_settings_is_said(home, text, said):
    pathlib.Path(home.settings).write_text(text)
    (fault,) = load(home).faults
    assert said in fault and home.settings in fault


def test_the_last_good_sinks_stay_in_force(home):
    pathlib.Path(home.settings).write_text('[[sink]]\nkind = "stdout"\n')
    assert [sink["kind"] for sink in load(home).sinks] == ["stdout"]
    pathlib.Path(home.settings).write_text("[[sink\n")
    broken = load(home)
    assert [sink["kind"] for sink in broken.sinks] == ["stdout"] and broken.faults
    pathlib.Path(home.settings).unlink()
    assert load(home).sinks == []


def test_settings_that_did_not_change_are_not_parsed_again(home):
    pathlib.Path(home.settings).write_text('[[sink]]\nkind = "stdout"\n')
    script = "import sys; from guard.core.home import Home; from guard.nvm.settings import load\n" \
             "print([s['kind'] for s in load(Home(%r)).sinks], 'tomllib' in sys.modules or 'tomli' in sys.modules)"  # fmt: skip
    words = [sys.executable, "-c", script % home.root]
    seen = [subprocess.run(words, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}).stdout
            for _ in range(2)]  # fmt: skip
    assert seen == ["['stdout'] True\n", "['stdout'] False\n"]
    pathlib.Path(home.settings).write_text('[[sink]]\nkind = "hec"\nurl = "https://x"\n')
    assert [sink["kind"] for sink in load(home).sinks] == ["hec"]


def test_what_the_log_itself_gave_up_is_told(home):
    """The log cannot be written for so long that its spool is full."""
    pathlib.Path(home.settings).write_text("[events]\nspool_bytes = 20000\n")
    os.makedirs(log_path(home, UID))  # a folder in its place
    for _ in range(20):
        attempted(home, 2)
        drain(home)
    lost = Spool(home, UID).queue("log").state["dropped"]
    assert 0 < lost < 40
    assert any("log: %d events given up" % lost in fault for fault in health(home)["faults"])
    os.rmdir(log_path(home, UID))
    drain(home)
    (told,) = [one for one in map(json.loads, file.lines(log_path(home, UID))) if one["guard_event"] == "dropped"]
    assert (told["guard_sink"], told["guard_events"]) == ("log", str(lost))
    assert health(home)["faults"] == []
    assert any("%d given up" % lost in said for said in sentences(health(home)))


def test_the_systems_sinks_stand_beside_the_users(home, tmp_path, monkeypatch):
    from guard.nvm import settings

    system = tmp_path / "system.toml"
    system.write_text('[events]\nlog = "findings"\n[[sink]]\nkind = "stdout"\nname = "theirs"\n')
    monkeypatch.setattr(settings, "SYSTEM_SETTINGS", str(system))
    pathlib.Path(home.settings).write_text(
        '[events]\nlog = "all"\n[[sink]]\nkind="stdout"\nname="ours"\n[[sink]]\nkind="stdout"\nname="theirs"\n'
    )
    found = load(home)
    assert [sink["name"] for sink in found.sinks] == ["theirs", "ours"]
    assert found.events["log"] == "findings"
    assert len(found.faults) == 1


@pytest.mark.parametrize("keep", [0, 1, 3])
def test_fewer_rotated_files_are_kept_where_the_settings_say_fewer(tmp_path, keep):
    path = tmp_path / "log.jsonl"
    dated = tmp_path / "log.jsonl.20261124"
    dated.write_text("somebody's own\n")
    for kept in (5, keep):
        sink = file.FileSink("copy", str(path), max_bytes=1, keep=kept)
        for number in range(8):
            sink.send([b'{"a": %d}' % number])
        sink.close()
        assert [os.path.exists(f"{path}.{number}") for number in range(1, 7)] == [n <= kept for n in range(1, 7)]
    assert dated.exists()
