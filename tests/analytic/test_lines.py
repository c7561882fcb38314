"""One line of a log -> events: every wire form says the same."""

import json
import pathlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.analytic.fields import BadLine
from guard.analytic.lines import SEARCH, read_line, read_v1

from .conftest import event, v1

REAL = pathlib.Path(__file__).parent / "real"


def one(line):
    (found,) = read_line(line if isinstance(line, bytes) else line.encode())
    return found


LONG = {
    "sa": "src_ip", "da": "dest_ip", "dh": "dest_hostname", "dp": "dest_port", "pr": "protocol_identifier",
    "pid": "process_id", "fss": "flow_start_sec", "pn": "process_name", "ppath": "process_path", "pa": "user",
    "parg": "process_arguments", "ph": "process_hash", "pil": "process_integrity_level", "mnl": "module_name_list",
    "pppath": "parent_process_path", "pparg": "parent_process_arguments", "pph": "parent_process_hash",
    "ppil": "parent_process_integrity_level", "mhl": "module_hash_list", "aliul": "additional_logged_in_users_list",
}  # fmt: skip


def test_every_form_gives_the_same_event():
    short = event(parg='-c "import x" C:\\tmp\\ a')
    expected = one(json.dumps(short))
    long = {LONG.get(key, key): value for key, value in short.items()}
    forms = [
        v1(short),
        json.dumps(long),
        json.dumps({**short, **long}),  # guard's own events carry both
        json.dumps({"preview": False, "result": {"_raw": json.dumps(short), "_time": "2026-07-14T08:28:53.000+00:00"}}),
        json.dumps({"preview": False, "result": {"_raw": v1(short)}}),
        json.dumps({"result": long}),
        json.dumps({"time": 1784017733, "sourcetype": "cisco:nvm:flowdata", "event": short}),
        json.dumps({"event": v1(short)}),
        "\ufeff" + json.dumps(short) + "\r",
    ]
    for form in forms:
        assert one(form) == expected


def test_the_long_name_counts_before_the_short_key():
    assert one(json.dumps(event(process_arguments="long")))["process_arguments"] == "long"
    assert one(json.dumps(event(process_arguments="")))["process_arguments"] == event()["parg"]


@pytest.mark.parametrize("number, name", [("6", "tcp"), ("17", "udp"), (6, "tcp"), ("132", "132"), ("tcp", "tcp")])
def test_transport(number, name):
    assert one(json.dumps(event(pr=number)))["transport"] == name


def test_the_clock_of_an_export_counts_before_the_events():
    found = one(json.dumps({"result": {"_raw": json.dumps(event()), "_time": "2026-01-01T00:00:00.500+01:00"}}))
    assert found["_time"] == 1767222000.5


@pytest.mark.parametrize(
    "value",
    [
        "1784017733",
        "1784017733000",
        1784017733,
        "Tue Jul 14 08:28:53 2026",
        "2026-07-14T08:28:53Z",
        "2026-07-14 10:28:53.000+0200",
    ],
)
def test_clocks_in_every_form(value):
    assert one(json.dumps(event(fss=value)))["_time"] == 1784017733


def test_other_clocks_serve_where_the_first_is_missing_or_broken():
    assert one(json.dumps(event(fss=None, fsms="1784017733500")))["_time"] == 1784017733.5
    assert one(json.dumps(event(fss="?", fst="Tue Jul 14 08:28:53 2026")))["_time"] == 1784017733
    assert one(json.dumps(event(fss=None)))["_time"] is None


@pytest.mark.parametrize(
    "line, reason",
    [
        (b'{"dh": "pypi.org", "parg": "pip inst', "cut short"),
        (b'{"dh": "pypi.org", "parg": "pip \xff"}', "UTF-8"),
        (b'{"dh": "pypi.org", "dh": "pypi.org"}', "'dh' twice"),
        (b'{"dh": "\\ud800"}', "half a character"),
        (b'{"parg": ["a", "b"]}', "several values of parg"),
        (b"[1, 2]", "not a flow event"),
        (b"hello world", "not a flow event"),
        (b'{"hello": "world"}', "not an event"),
        (b"[" * 100000, "not a flow event"),
        (b'{"a":' * 100000, "deep"),
        (v1(event()).encode()[:-5], "cut short"),
        (b' fv="x" sa="1" garbage', "garbled"),
        (b' fv="x" sa="1" sa="2"', "'sa' twice"),
    ],
)
def test_what_is_no_event(line, reason):
    with pytest.raises(BadLine, match=reason):
        read_line(line)


@pytest.mark.parametrize(
    "value, text",
    [
        (None, None),
        ("", None),
        ("''", None),
        (443, "443"),
        (["443"], "443"),
        ([], None),
        ({"a": 1}, None),
        (True, "true"),
    ],
)
def test_values_that_are_not_text(value, text):
    found = one(json.dumps({**event(), "dp": value}))
    assert found["dest_port"] == text


def test_real_events():
    found = one((REAL / "flowdata_v1.log").read_bytes())
    assert found["process_path"] == "C:\\Windows\\system32\\msiexec.exe"
    assert found["process_arguments"].startswith(' /i "https://github.com/') and found["process_arguments"].endswith(
        '.msi"'
    )
    assert found["module_name_list"] is None and found["transport"] == "tcp"
    found = one((REAL / "flowdata_v2.json").read_bytes())
    assert found["process_path"] == "C:\\Windows\\System32\\svchost.exe" and found["_time"] == 1784017733
    assert one((REAL / "sysdata_v1.log").read_bytes())["src"] is None


@pytest.mark.parametrize(
    "value",
    [
        "C:\\dir\\",
        "C:\\dir\\ ",
        'say "hi"',
        '"',
        '\\"',
        'x="1"',
        'a" b="c',
        "--a x=",
        '"quoted" pid="7"',
        "C:\\",
        '\\" x=',
        "''a''",
    ],
)
def test_v1_values_come_back_as_they_were(value):
    assert read_v1(v1({"fv": "1", "parg": value, "pid": "7", "puid": "AB"}))["parg"] == value


@given(
    st.dictionaries(
        st.from_regex(r"\A[a-z]{1,6}\Z"),
        st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), min_size=1),
        min_size=1,
    )
)
def test_v1_round_trip(found):
    found = {"fv": "nvzFlow_v9", **found}
    assert read_v1(v1(found)) == found


@given(st.binary(max_size=200))
def test_no_line_does_more_than_be_refused(line):
    try:
        read_line(line)
    except BadLine:
        pass


@given(
    st.sampled_from(["pypi.org", "PyPI.org", "files.pythonhosted.org"]),
    st.sampled_from(["pip install x", "POETRY add x"]),
)
def test_no_line_that_could_match_is_ruled_out(host, arguments):
    for ascii_only in (True, False):
        assert SEARCH(json.dumps(event(dh=host, parg=arguments + " ä"), ensure_ascii=ascii_only).encode())
    hidden = json.dumps(event(dh=host, parg=arguments)).replace("p", "\\u0070").replace("P", "\\u0050")
    assert SEARCH(hidden.encode())
