"""The syslog sink, to a real rsyslog on loopback: UDP, TCP, TLS, the local socket."""

import json
import os
import re

import pytest

from guard.nvm.context import Context
from guard.nvm.event import events
from guard.nvm.fields import long_form
from guard.nvm.sink import Refused, SinkError
from guard.nvm.sinks.syslog import SyslogSink, message

from .conftest import line
from .receivers import Rsyslog, certificates, free_port, until


def batch(home, count=3, **fields):
    context = Context(home)
    told = fields or {"findings": [("reqeusts", "reqeusts")]}
    made = [events(line(["install", "reqeusts"], **told), context, os.getuid())[0] for _ in range(count)]
    return [json.dumps(long_form(event)).encode() for event in made]


@pytest.fixture
def rsyslog(tmp_path, request):
    folder = tmp_path / "rsyslog"
    folder.mkdir()
    found = Rsyslog(folder, certificates(tmp_path / "certificates") if getattr(request, "param", "") == "tls" else None)
    yield found
    found.kill()


def options(rsyslog, transport, tmp_path):
    if transport == "local":
        return {"path": rsyslog.local}
    port = rsyslog.udp if transport == "udp" else rsyslog.tcp
    return {"host": "127.0.0.1", "port": port, "ca_file": str(tmp_path / "certificates" / "ca.pem")}


@pytest.mark.parametrize("transport, rsyslog", [(t, t) for t in ("udp", "tcp", "tls", "local")], indirect=["rsyslog"])
@pytest.mark.parametrize("form", ["json", "pairs"])
def test_every_event_arrives_with_its_header(home, rsyslog, transport, form, tmp_path):
    sent = batch(home, 100)
    sink = SyslogSink("s", transport=transport, form=form, **options(rsyslog, transport, tmp_path))
    for start in range(0, 100, sink.lines):
        sink.send(sent[start : start + sink.lines])
    got = until(lambda: len(rsyslog.messages()) >= 100 and rsyslog.messages())
    assert len(got) == 100
    for (head, body), event in zip(got, map(json.loads, sent)):
        assert head[0] == str(8 + 4)  # facility user, severity warning: it was blocked
        assert head[1].startswith("20") and head[3:] == ["guard", event["pid"], "nvm"]
        if form == "json":
            assert json.loads(body) == event
        else:
            assert re.search('guard_event_id="([0-9a-f]{32})"', body)[1] == event["guard_event_id"]
            assert 'parg="/nowhere/bin/pip install reqeusts"' in body


@pytest.mark.parametrize("rsyslog", ["tls"], indirect=True)
def test_a_certificate_by_an_unknown_ca_is_refused(home, rsyslog):
    sink = SyslogSink("s", transport="tls", host="127.0.0.1", port=rsyslog.tcp)
    with pytest.raises(SinkError, match=r"certificate verify failed|CERTIFICATE_VERIFY_FAILED"):
        sink.send(batch(home))
    assert rsyslog.messages() == []


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls", "local"])
def test_nobody_there_is_said(home, transport, tmp_path):
    sink = SyslogSink("s", transport=transport, host="127.0.0.1", port=free_port(), path=str(tmp_path / "none"))
    with pytest.raises(SinkError, match=r"refused|No such file"):
        sink.send(batch(home))


def test_a_receiver_that_does_not_read_has_not_got_it(home, monkeypatch):
    import socket

    from guard.nvm.sinks import syslog

    monkeypatch.setattr(syslog, "TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        sink = SyslogSink("s", transport="tcp", host="127.0.0.1", port=deaf.getsockname()[1])
        with pytest.raises(SinkError, match=r"does not answer|timed out"):
            sink.send(batch(home))


def test_a_message_is_cut_to_the_limit_and_stays_whole(home):
    (event,) = batch(home, 1, names=["a" * 60] * 1 + ["b%d" % n for n in range(3000)])
    cut = message(json.loads(event), {"max_bytes": 4000})
    assert len(cut) <= 4000
    shown = json.loads(cut.partition(b" - ")[2])
    assert shown["guard_event_id"] == json.loads(event)["guard_event_id"]
    with pytest.raises(Refused):
        message(json.loads(event), {"max_bytes": 100})
