"""The HEC sink, to a server in a process of its own that follows Splunk's published protocol."""

import json
import os
import pathlib
import re

import pytest

from guard.nvm.deliver import deliver
from guard.nvm.recorder import drain
from guard.nvm.sink import SinkError
from guard.nvm.sinks import hec
from guard.nvm.sinks.hec import HecSink
from guard.nvm.spool import Spool

from .conftest import attempted
from .hec_server import ACK, EVENT, TOKEN
from .receivers import Collector, certificates, free_port


@pytest.fixture
def collector(tmp_path):
    found = Collector(tmp_path / "hec")
    yield found
    found.kill()


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.write_text(TOKEN + "\n")
    return str(path)


def sink(collector, token, **options):
    return HecSink("hec", "http://127.0.0.1:%d" % collector.port, token_file=token, **options)


@pytest.fixture
def queue(home):
    """A queue of 30 recorded attempts."""
    pathlib.Path(home.settings).write_text('[[sink]]\nkind="hec"\nurl="http://127.0.0.1:9"\n')
    attempted(home, 30)
    assert drain(home)
    return Spool(home, os.getuid()).queue("hec")


def test_envelope_gzip_and_acknowledgement(queue, collector, token):
    assert deliver(queue, sink(collector, token, index="endpoint", source="guard")) == 30
    got = collector.events()
    assert len({one["event"]["guard_event_id"] for one in got}) == len(got) == 30
    for one in got:
        assert one["index"] == "endpoint" and one["sourcetype"] == "cisco:nvm:flowdata"
        assert float(one["time"]) == int(one["event"]["fsms"]) / 1000
        assert one["host"] == one["event"]["liuida"]
    assert [line.split()[1:3] for line in collector.requests()] == [[EVENT, "gzip"], [ACK, "-"]]
    assert not queue.waiting()


@pytest.mark.parametrize(
    "behaviour", [("busy", "503", 1), ("throttled", "429", 7), ("silent", "does not answer|timed out", 1),
                  ("portal", "not as an event collector does", 1)]
)
def test_a_receiver_that_does_not_take_it_is_left_alone_a_while(queue, collector, token, behaviour, monkeypatch):
    mood, said, wait = behaviour
    monkeypatch.setattr(hec, "TIMEOUT", 0.5)
    collector.mood(mood)
    assert deliver(queue, sink(collector, token)) == 0
    state = queue.state
    assert re.search(said, state["error"]) and state["failures"] == 1
    assert wait <= state["next_try"] - state["error_at"] <= wait + 2
    asked = len(collector.requests())
    deliver(queue, sink(collector, token))
    assert len(collector.requests()) == asked  # too early: nobody is asked
    collector.mood("ok")
    assert deliver(queue, sink(collector, token), force=True) == 30
    assert queue.state["error"] == "" and len(collector.events()) == 30


def test_what_was_never_acknowledged_is_sent_again_under_the_same_ids(queue, collector, token, monkeypatch):
    monkeypatch.setattr(hec, "ACK_TIMEOUT", 0.3)
    collector.mood("unacknowledged")
    assert deliver(queue, sink(collector, token)) == 0
    assert "does not acknowledge" in queue.state["error"]
    collector.mood("ok")
    assert deliver(queue, sink(collector, token), force=True) == 30
    ids = [one["event"]["guard_event_id"] for one in collector.events()]
    assert len(ids) == 60 and len(set(ids)) == 30


def test_without_acknowledgement_the_answer_counts(queue, collector, token):
    collector.mood("unacknowledged")
    assert deliver(queue, sink(collector, token, acknowledge=False, gzip=False)) == 30
    assert {line.split()[1] for line in collector.requests()} == {EVENT}


def test_one_event_the_receiver_never_takes_stops_no_other(home, queue, collector, token):
    attempted(home, 1, names=(), findings=[("unwanted", "unwanted")])
    attempted(home, 5)
    drain(home)
    collector.mood("picky")
    assert deliver(queue, sink(collector, token)) == 35
    assert queue.state["rejected"] == 1 and not queue.waiting()
    assert len({one["event"]["guard_event_id"] for one in collector.events()}) == len(collector.events()) == 35


def test_a_batch_that_is_too_large_is_halved(queue, collector, token):
    collector.mood("small")
    assert deliver(queue, sink(collector, token)) == 30
    assert len(collector.events()) == 30 and queue.state["rejected"] == 0


def test_nobody_there(queue, token):
    gone = HecSink("hec", "http://127.0.0.1:%d" % free_port(), token_file=token)
    assert deliver(queue, gone) == 0
    assert "refused" in queue.state["error"].lower()


def test_over_tls_with_a_ca_of_ones_own(queue, token, tmp_path):
    collector = Collector(tmp_path / "hec", certificates(tmp_path / "certificates"))
    try:
        url = "https://127.0.0.1:%d" % collector.port
        assert deliver(queue, HecSink("hec", url, token_file=token)) == 0
        assert "certificate" in queue.state["error"]
        trusted = HecSink("hec", url, token_file=token, ca_file=str(tmp_path / "certificates" / "ca.pem"))
        assert deliver(queue, trusted, force=True) == 30
        assert len(collector.events()) == 30
    finally:
        collector.kill()


@pytest.mark.parametrize("content", ["", "two\nlines", "gäb", None])
def test_a_token_that_is_none_is_said_without_it(queue, collector, tmp_path, content):
    path = tmp_path / "bad-token"
    if content is not None:
        path.write_text(content)
    assert deliver(queue, sink(collector, str(path))) == 0
    assert "token" in queue.state["error"] and "two" not in queue.state["error"]


def test_the_token_of_the_environment_and_its_absence_elsewhere(home, queue, collector, monkeypatch):
    monkeypatch.setenv("GUARD_TEST_HEC", TOKEN)
    there = HecSink("hec", "http://127.0.0.1:%d/" % collector.port, token_env="GUARD_TEST_HEC")
    collector.mood("busy")
    deliver(queue, there)
    collector.mood("ok")
    assert deliver(queue, there, force=True) == 30
    for folder, _, names in os.walk(home.root):
        for name in names:
            with open(folder + "/" + name, "rb") as file:
                assert TOKEN.encode() not in file.read()


def test_a_wrong_token_is_told_by_its_status_alone(queue, collector, tmp_path):
    (tmp_path / "wrong").write_text("aaaa-bbbb")
    assert deliver(queue, sink(collector, str(tmp_path / "wrong"))) == 0
    assert queue.state["error"] == "127.0.0.1 answers 403 (code 4)"


def test_a_url_that_is_none():
    with pytest.raises(SinkError):
        HecSink("hec", "splunk.example:8088", token_file="/dev/null").send([json.dumps({}).encode()])
