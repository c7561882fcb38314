"""Journal line -> NVM events: complete, true, and seen by the unchanged analytic."""

import hashlib
import json
import os
import pwd
import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.analytic.seed import BY, REGEX
from guard.core import process
from guard.core.mask import STARS
from guard.nvm.context import Context, account_type, joined
from guard.nvm.event import checked, events
from guard.nvm.fields import LONG, long_form, syslog_form
from guard.nvm.integrity import integrity, label

from .conftest import line

NEVER_EMPTY = [name for name in BY if name not in ("package_name", "comment", "package_official_url")]


def made(home, **fields):
    return [long_form(event) for event in events(checked(line(**fields)), Context(home), os.getuid())]


def test_one_event_for_each_finding_and_one_for_all_clean_names(home, script):
    listed = [("reqeusts", "reqeusts"), ("flsk", "flsk")]
    words = ["install", "reqeusts", "flsk", "aaa", "bbb"]
    found = made(home, words=words, findings=listed, names=["aaa", "bbb"], path=script)
    assert [event.get("package_name") for event in found] == ["reqeusts", "flsk", None]
    assert found[2]["guard_packages"] == "aaa,bbb"
    assert {event["guard_action"] for event in found} == {"blocked"}
    assert len({event["guard_event_id"] for event in found}) == 3


@pytest.mark.parametrize("where", ["shim", "resolver"])
def test_no_field_by_which_the_search_groups_is_empty(home, script, where):
    for event in made(home, words=["install", "aaa"], names=["aaa"], path=script, where=where):
        assert all(event[name] for name in NEVER_EMPTY), event
        assert all(isinstance(value, str) for value in event.values())
        for short, names in LONG.items():
            assert {event.get(name) for name in names} <= {event.get(short)}
        assert "comment" not in event and "package_official_url" not in event


@pytest.mark.parametrize(
    "missing", ["process", "parent", "tool_path", "args", "findings", "names", "indexes", "env", "list"]
)
def test_a_line_that_lacks_something_still_makes_whole_events(home, missing):
    told = line(["install", "aaa"], names=["aaa"])
    del told[missing]
    for event in events(checked(told), Context(home), os.getuid()):
        assert all(long_form(event)[name] for name in NEVER_EMPTY)


def test_the_process_is_the_tools_interpreter(home, script):
    (event,) = made(home, words=["install", "reqeusts"], findings=[("reqeusts", "reqeusts")], path=script)
    image = os.path.realpath(sys.executable)
    with open(image, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest().upper()
    assert event["process_path"] == image
    assert event["process_name"] == os.path.basename(image)
    assert event["process_arguments"] == script + " install reqeusts"
    assert event["process_hash"] == digest
    assert event["process_id"] == str(os.getpid())
    assert event["user"].endswith("\\" + pwd.getpwuid(os.getuid()).pw_name)


def test_a_tool_that_still_runs_is_what_the_kernel_says(home, script):
    """The gate has become pip meanwhile: same pid and start, other arguments, another image."""
    other = script + "-of-env"
    with open(other, "w") as file:
        file.write("#!/usr/bin/env no-such-python\n")
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as running:
        known = process.describe(running.pid)
        gate = dict(known, exe="/guards/own/python3.9", args=["python3", "-ISc", "gate"])
        (event,) = made(home, words=["install", "aaa"], names=["aaa"], path=other, process=gate)
        running.stdin.close()
    assert event["process_path"] == known["exe"]
    assert event["process_arguments"] == other + " install aaa"
    (late,) = made(home, words=["install", "aaa"], names=["aaa"], path=other, process=gate)
    assert late["process_path"] != known["exe"]


def test_python_m_pip_as_the_resolver_sees_it(home):
    known = dict(process.describe(os.getpid()), args=["python", "-m", "pip", "install", "aaa"])
    told = {"words": ["install", "aaa"], "names": ["aaa"], "path": "/v/pip/__main__.py", "where": "resolver"}
    (event,) = made(home, process=known, **told)
    assert event["process_arguments"] == "-m pip install aaa"
    assert event["process_path"] == known["exe"]


def test_the_parent_is_the_gates_parent(home, script):
    (event,) = made(home, words=["install", "aaa"], names=["aaa"], path=script)
    parent = process.describe(os.getppid())
    assert event["parent_process_id"] == str(os.getppid())
    assert event["parent_process_path"] == parent["exe"]
    assert event["parent_process_name"] == os.path.basename(parent["exe"])
    with open(parent["exe"], "rb") as file:
        assert event["parent_process_hash"] == hashlib.sha256(file.read()).hexdigest().upper()


def test_device_and_process_ids_have_nvms_form_and_are_stable(home, script):
    first, second = (made(home, words=["install", "aaa"], names=["aaa"], path=script)[0] for _ in range(2))
    assert re.fullmatch("[0-9A-F]{40}", first["udid"]) and first["udid"] == second["udid"]
    assert re.fullmatch("[0-9A-F]{32}", first["process_guid"]) and first["process_guid"] == second["process_guid"]
    assert first["guard_event_id"] != second["guard_event_id"]


def test_the_same_line_has_the_same_event_ids_and_another_users_never(home):
    told = line(["install", "aaa"], names=["aaa"], findings=[("bbb", "bbb")])
    ids = [[event["guard_event_id"] for event in events(told, Context(home), uid)] for uid in (1, 1, 2)]
    assert ids[0] == ids[1]
    assert not set(ids[0]) & set(ids[2])


def test_flow_times(home):
    told = line(["install", "aaa"], names=["aaa"], time_ns=1750954134331_000_001)
    event = long_form(events(told, Context(home), 0)[0])
    assert event["flow_start_sec"] == "1750954134"
    assert event["flow_start_msec"] == "1750954134331"
    assert event["flow_start_time"] == time.ctime(1750954134)


def test_credentials_are_masked_though_the_gate_forgot_to(home):
    told = line(["install", "aaa"], names=["aaa"])
    told["args"] = ["install", "--index-url", "https://me:hunter2@index.example/simple", "aaa"]
    told["indexes"] = ["https://me:hunter2@index.example/simple"]
    told["parent"]["args"] = ["sh", "-c", "pip install -i https://me:hunter2@index.example/simple aaa"]
    for form in (long_form, syslog_form):
        for event in events(told, Context(home), 0):
            assert "hunter2" not in str(form(event))
            assert STARS in str(form(event))


def _search(event):
    """Lines 2 to 9 of the search, on one event: the package name it arrives at, or None."""
    arguments = event["process_arguments"].lower()
    words = ("pip" in arguments and "install" in arguments) or ("poetry" in arguments and "add" in arguments)
    if not words or not event["dest_hostname"].endswith("pypi.org"):
        return None
    found = re.search(REGEX, event["process_arguments"])
    return found["package_name"] if found else event.get("package_name")


@pytest.mark.parametrize(
    "words, findings, names",
    [
        (["install", "reqeusts"], ["reqeusts"], []),
        (["install", "-U", "reqeusts", "flsk"], ["reqeusts", "flsk"], []),
        (["install", "-r", "requirements.txt"], ["reqeusts"], ["aaa"]),
        (["install", "aaa"], ["reqeusts"], ["aaa"]),  # pulled in by aaa
        (["install", "Reqeusts[x]==1.0"], ["reqeusts"], []),
        (["install", "aaa", "--no-deps"], [], ["aaa"]),
    ],
)
def test_the_unchanged_search_sees_each_named_package_once(home, script, words, findings, names):
    found = made(home, words=words, findings=[(name, name) for name in findings], names=names, path=script)
    seen = [re.split(r"[\[=]", name.lower())[0] for name in map(_search, found) if name]
    assert [name for name in seen if name not in names] == findings


def test_a_report_names_no_host_of_an_index(home):
    told = {
        "id": "00" * 16,
        "time_ns": time.time_ns(),
        "guard": "0.0",
        "what": "allow",
        "name": "aaa",
        "reason": "ours",
    }
    told.update(process=process.describe(os.getpid()), parent=process.describe(os.getppid()))
    (event,) = [long_form(event) for event in events(checked(told), Context(home), 0)]
    assert (event["guard_event"], event["guard_name"], event["guard_reason"]) == ("allow", "aaa", "ours")
    assert event["dest_hostname"] == "Unknown"
    assert all(event[name] for name in NEVER_EMPTY)


def test_a_look_back_makes_one_event_for_each_find(home):
    told = {"id": "00" * 16, "time_ns": time.time_ns(), "what": "present", "action": "present",
            "findings": [{"name": "aaa", "kind": "malicious"}, {"name": "bbb", "kind": "malicious"}]}  # fmt: skip
    found = events(checked(told), Context(home), 0)
    assert [(e["package_name"], e["guard_action"]) for e in found] == [("aaa", "present"), ("bbb", "present")]


def test_syslog_form_is_one_line_of_pairs(home):
    told = line(["install", 'a"b\nc', "d\\e"], names=["aaa"])
    (event,) = events(told, Context(home), 0)
    text = syslog_form(event)
    assert "\n" not in text and "\r" not in text
    pairs = dict(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', text))
    assert pairs["fv"] == "nvzFlow_v11"
    assert pairs["aliul"] in ("''", event["aliul"])
    assert '\\"b' in pairs["parg"] and "\\x0a" in pairs["parg"]
    assert "process_arguments" not in pairs
    assert syslog_form(long_form(event)) == text  # the spool keeps the long form


def test_levels():
    assert [integrity({"uid": uid, "ppid": ppid}) for uid, ppid in ((1000, 9), (0, 9), (0, 1))] == [
        "8192",
        "12288",
        "16384",
    ]
    assert [account_type(uid) for uid in (0, 33, 1000, 65534)] == ["8194", "1", "2", "1"]


@pytest.mark.parametrize("sid, level", [
    ("010100000000001000100000", "4096"),  # S-1-16-4096, low
    ("010100000000001000200000", "8192"),
    ("010100000000001000210000", "8448"),  # medium plus
    ("010100000000001000300000", "12288"),
    ("010100000000001000400000", "16384"),
    ("010100000000000512000000", ""),  # S-1-5-18, an account
    ("0102000000000010002000", ""),  # cut short
    ("0100000000000010", ""),
    ("", ""),
])  # fmt: skip
def test_a_windows_label_is_the_last_number_of_its_sid(sid, level):
    assert label(bytes.fromhex(sid)) == level


def test_long_arguments_keep_both_ends():
    text = joined(["install", *["x" * 50] * 2000, "reqeusts"])
    assert len(text) < 17000
    assert text.startswith("install ") and text.endswith(" reqeusts")


_LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.floats(allow_nan=False)
_JSON = st.recursive(
    _LEAF,
    lambda deep: st.lists(deep, max_size=3) | st.dictionaries(st.text(max_size=5), deep, max_size=3),
    max_leaves=6,
)
_KEYS = st.sampled_from([*line([]), "what"])


@settings(deadline=None)  # the machine may be busy
@given(st.dictionaries(_KEYS, _JSON, max_size=8))
def test_whatever_a_line_says_its_events_are_whole(tmp_path_factory, told):
    from guard.core.home import Home

    context = Context(Home(str(tmp_path_factory.getbasetemp())), owner=os.getuid())
    told.update(id="00", time_ns=1)
    for event in events(checked(json.loads(json.dumps(told))), context, 0):
        flat = long_form(event)
        assert all(flat[name] for name in NEVER_EMPTY)
        assert all(isinstance(value, str) for value in flat.values())
        assert json.loads(json.dumps(flat)) == flat
        assert "\n" not in syslog_form(event)
