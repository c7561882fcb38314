"""docs/reference/event.md says what the code says: every key of an event, every key of a sink, every report."""

import json
import os
import re
import time

import pytest

from guard.core import report
from guard.core.verdict import Finding
from guard.nvm import event, heartbeat, settings
from guard.nvm.context import Context
from guard.nvm.deliver import DROPPED
from guard.nvm.fields import LONG
from tests.support.tools import ROOT

from .conftest import line

TEXT = (ROOT / "docs" / "reference" / "event.md").read_text()
NAMED = set(re.findall(r"`(\w+)`", TEXT))


def test_every_key_of_the_flow_record_is_told():
    assert set(LONG) <= NAMED
    assert {name for names in LONG.values() for name in names} <= NAMED


def test_every_key_of_guards_own_is_told_and_no_other(home):
    finding = Finding("aaa", "aaa>=1", "block", "malicious", "why", "r.txt:1", "1.0").plain()
    finding.update(imitates="b", evidence=["c"], sources=["d"], via="e", allowed_by="f")
    told = line(
        ["install", "aaa", "bbb"], names=["bbb"], project="/p", tool_version="1", indexes=["https://i/"], env={"CI": ""}
    )
    told["findings"] = [finding]
    made = event.events(told, Context(home), 0)
    told["args"] = ["install", "bbb"]
    made += event.events(told, Context(home), 0)
    keys = {key for one in made for key, value in one.items() if value and key not in LONG}
    attempts = TEXT.partition("## guard's own keys")[2].partition("## Reports")[0]
    assert keys == set(re.findall(r"`(guard_\w+|package_name)`", attempts))


def test_what_a_heartbeat_says_is_told(home):
    told = dict(heartbeat._told(home), id="0", time_ns=time.time_ns(), what=heartbeat.HEARTBEAT)
    (made,) = event.events(json.loads(json.dumps(told)), Context(home), os.getuid())
    assert {key for key in made if key.startswith("guard_")} <= NAMED


@pytest.mark.parametrize("what", [event.DAMAGED, DROPPED, heartbeat.HEARTBEAT, *(
    value for name, value in vars(report).items() if name.isupper() and isinstance(value, str))])  # fmt: skip
def test_every_report_is_told(what):
    assert what in re.findall(r"`([\w-]+)`", TEXT.partition("## Reports")[2])


def test_every_key_of_the_settings_is_told():
    sinks = TEXT.partition("## Sinks")[2]
    for kind, keys in settings.KINDS.items():
        row = next(row for row in sinks.splitlines() if row.startswith("| `%s`" % kind))
        assert set(keys) <= set(re.findall(r"`(\w+)`", row))
    for table in (settings._EVENTS, settings._HEARTBEAT, settings._COMMON):
        for key in table:
            assert re.search(r"\b%s\b" % key, sinks) or key == "recorder"  # told among the gate's own settings
