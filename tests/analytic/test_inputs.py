"""What a hunt reads, whole and broken: the rest is always read, and no row is wrong."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
import threading

import pytest

from guard.analytic import inputs
from guard.analytic.definition import query
from guard.analytic.duck import Hunt
from guard.analytic.lookup import keys_of
from guard.core.errors import UsageError

from .conftest import ROWS, event, v1

zstandard = pytest.importorskip("zstandard")


def found(rows):
    return sorted(row["process_id"] for row in rows)


def numbered(count, first=1):
    return [event(pid=str(number)) for number in range(first, first + count)]


def body(*events):
    return "".join(json.dumps(each) + "\n" for each in events).encode()


FORMS = {
    "v2": lambda events: body(*events),
    "v1": lambda events: "".join(v1(each) + "\n" for each in events).encode(),
    "mixed": lambda events: b"".join(v1(e).encode() + b"\n" if i % 2 else body(e) for i, e in enumerate(events)),
    "crlf": lambda events: body(*events).replace(b"\n", b"\r\n"),
    "bom": lambda events: b"\xef\xbb\xbf" + body(*events),
    "no last line break": lambda events: body(*events)[:-1],
    "blank lines": lambda events: body(*events).replace(b"\n", b"\n\n  \n"),
    "export, raw": lambda events: body(*({"preview": False, "result": {"_raw": json.dumps(e)}} for e in events)),
    "export, raw v1": lambda events: body(*({"preview": False, "result": {"_raw": v1(e)}} for e in events)),
    "export, fields": lambda events: body(*({"result": e} for e in events), {"preview": False, "lastrow": True}),
    "hec": lambda events: body(*({"time": 1, "event": e} for e in events)),
    "array": lambda events: json.dumps(events).encode(),
    "array, pretty": lambda events: json.dumps(events, indent=2).encode(),
    "results": lambda events: json.dumps({"preview": False, "fields": [{"name": "a"}], "results": events}).encode(),
    "csv, fields": lambda events: as_csv(events),
    "csv, raw": lambda events: as_csv([{"_time": "2026-07-14T08:28:53Z", "_raw": json.dumps(e)} for e in events]),
    "csv, raw v1": lambda events: as_csv([{"_time": "1784017733", "_raw": v1(e), "host": "h"} for e in events]),
}  # fmt: skip
PACKED = {
    "plain": lambda data: data,
    "gzip": gzip.compress,
    "gzip in members": lambda data: gzip.compress(data[:500]) + gzip.compress(data[500:]),
    "zstd": zstandard.compress,
    "zstd in frames": lambda data: zstandard.compress(data[:500]) + zstandard.compress(data[500:]),
}


def as_csv(records):
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(records[0]))
    writer.writeheader()
    writer.writerows(records)
    return out.getvalue().encode()


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_every_packing(hunt, log, form, packed):
    path = log(PACKED[packed](FORMS[form](numbered(7))), name="rotated.1", end=b"")
    assert found(hunt(paths=[path])) == list("1234567")
    extra = {"not an event": 1} if form == "export, fields" else {}  # `lastrow` says nothing of a flow
    assert hunt.tally.counts in ({}, extra)


def test_flows_behind_many_lines_of_others(hunt, log):
    """As in an ordinary syslog; the first 200 lines alone once said what the whole file was."""
    foreign = b"".join(b"Nov 24 03:17:01 host CRON[%d]: session opened\n" % number for number in range(1000))
    path = log(foreign + FORMS["v1"](numbered(3)), end=b"")
    assert found(hunt(paths=[path])) == list("123")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_on_standard_input(form):
    script = (
        "from guard.analytic import duck, definition, inputs, lookup\n"
        "from tests.analytic.conftest import ROWS\n"
        "with duck.Hunt(inputs.Tally()) as hunt:\n"
        "    hunt.add(['-']); hunt.load(lookup.keys_of(ROWS))\n"
        "    print(len(hunt.rows(definition.query())))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], input=gzip.compress(FORMS[form](numbered(5))), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"5"


BROKEN = {
    "half a line at the end": (b'{"dh": "pypi.org", "parg": "pip install zzlis', "not JSON, or cut short"),
    "half a v1 line": (v1(event()).encode()[:-7], "cut short"),
    "invalid UTF-8": (json.dumps(event()).encode().replace(b"zzlisted", b"zz\xfflisted"), "not UTF-8"),
    "invalid UTF-8 elsewhere": (json.dumps(event(dh="x.example")).encode().replace(b"dev", b"\xff\xfe"), "not UTF-8"),
    "a NUL": (json.dumps(event()).encode().replace(b"zzlisted", b"zz\0listed"), "not JSON, or cut short"),
    "a key twice": (json.dumps(event()).encode().replace(b'{"fv"', b'{"dh": "x.example", "fv"'), "the key 'dh' twice"),
    "a lone surrogate": (json.dumps(event(parg="pip install zzlisted\ud800")).encode(), "half a character"),
    "a lone surrogate elsewhere": (
        json.dumps(event(dh="x.example", parg="\ud800")).encode(),
        "half a character",
    ),
    "several values": (json.dumps({**event(), "pid": ["1", "2"]}).encode(), "several values of pid"),
    "words": (b"Jul 14 08:28:53 host CRON[1]: session opened", "not a flow event"),
    "a number": (b"42", "not a flow event"),
    "an array": (b'["pypi.org", "pip install zzlisted"]', "not a flow event"),
    "too deep": (b'{"dh": "pypi.org", "parg": "pip", "x": ' + b"[" * 100000 + b"]" * 100000 + b"}", "nested too deep"),
    "two on one line": (body(event())[:-1] * 2, "not JSON, or cut short"),
    "a raw control character": (json.dumps(event()).encode().replace(b"zzl", b"zz\x01l"), "not JSON, or cut short"),
}  # fmt: skip


@pytest.mark.parametrize("place", [0, 3, 6])
@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_line_is_counted_and_told_and_the_rest_is_read(hunt, log, case, place):
    line, reason = BROKEN[case]
    lines = [json.dumps(each).encode() for each in numbered(6)]
    lines.insert(place, line)
    path = log(*lines, end=b"" if place == 6 else b"\n")
    assert found(hunt(paths=[path])) == list("123456")
    assert hunt.tally.examples == [(path, place + 1, reason)]
    assert hunt.tally.counts == {reason: 1}


def test_all_of_them_at_once_in_every_reader(hunt, log):
    lines = []
    for number, each in enumerate(numbered(len(BROKEN))):
        lines += [json.dumps(each).encode(), list(BROKEN.values())[number][0]]
    path = log(*lines)
    packed = log(gzip.compress(b"\n".join(lines) + b"\n"), name="packed", end=b"")
    rows = hunt(paths=[path, packed])
    assert {row["hits"] for row in rows} == {2} and len(rows) == len(BROKEN)
    told = [[(line, reason) for name, line, reason in hunt.tally.examples if name == each] for each in (path, packed)]
    assert sorted(told[0]) == sorted(told[1]) == [(2 * n + 2, reason) for n, (_, reason) in enumerate(BROKEN.values())]


def test_nulls_and_fields_of_a_megabyte(hunt, log):
    big = "A" * 1_000_000
    path = log(
        {**event(pid="1"), "mnl": None, "aliul": None}, {**event(pid=None), "pid": None},
        event(pid="2", mnl=big), event(pid="3", parg="-m pip install zzlisted" + big), event(pid="4", parg=big),
        {**event(pid="5"), "unknown": big}, v1(event(pid="6", pparg=big)),
    )  # fmt: skip
    rows = hunt(paths=[path])
    assert found(rows) == ["1", "2", "3", "5", "6"] and hunt.tally.total == 0
    assert rows[1]["module_name_list"] == [big]


def test_a_line_too_long_to_hold_is_skipped(hunt, log):
    path = log(event(pid="1"), v1(event(mnl="A" * (inputs.LONGEST + inputs.BLOCK))), v1(event(pid="2")), name="long")
    assert found(hunt(paths=[path])) == ["1", "2"]
    assert hunt.tally.counts == {"longer than 16 MiB": 1}


@pytest.mark.parametrize("cut", [gzip.compress, zstandard.compress])
@pytest.mark.parametrize("form", ["v2", "v1", "csv, fields", "array", "results"])
def test_a_stream_cut_short_is_read_as_far_as_it_goes(hunt, log, cut, form):
    packed = cut(FORMS[form](numbered(5000)))
    path = log(packed[: len(packed) * 3 // 4], name="cut", end=b"")
    whole = log(event(pid="whole"), name="whole")
    rows = hunt(paths=[path, whole])
    assert 100 < len(rows) <= 5000 and rows[-1]["process_id"] == "whole"
    assert any("cut short" in reason for name, _, reason in hunt.tally.examples if name == path)
    assert hunt.tally.total <= 2  # the stream, and the line it was cut in


def test_a_damaged_stream(hunt, log):
    packed = bytearray(gzip.compress(body(*numbered(5000)), 1))
    packed[len(packed) // 2] ^= 255
    path = log(bytes(packed), name="damaged", end=b"")
    hunt(paths=[path, log(event(pid="whole"), name="whole")])
    assert any(
        "gzip is damaged" in reason or "cut" in reason or "UTF-8" in reason for _, _, reason in hunt.tally.examples
    )


OTHER = {
    "a program": b"\x7fELF\x02\x01" + bytes(range(256)) * 40,
    "toml": b"[build-system]\nrequires = []\n",
    "words": b"hello\n" * 999,
    "another table": b"a,b\na,1\n",
    "another object": b'{"hello": "world"}\n',
    "another object in lines": b'{\n  "a": 1\n}\n',
    "gzip of nothing": b"\x1f\x8b\x08\x00garbage",
}


@pytest.mark.parametrize("case", OTHER)
def test_a_file_that_is_no_log_is_told_and_left(hunt, log, case):
    path = log(OTHER[case], name="other", end=b"")
    assert found(hunt(paths=[path, log(event(pid="1"))])) == ["1"]
    assert {name for name, _, _ in hunt.tally.examples} == {path} and hunt.tally.unread == 1


def test_an_empty_file_is_no_error(hunt, log):
    assert hunt(paths=[log(b"", end=b""), log(b"\n\n", name="blank", end=b"")]) == [] and hunt.tally.total == 0


def test_a_broken_record_in_an_export(hunt, log):
    lines = as_csv(numbered(4)).split(b"\r\n")
    lines[2] = lines[2].replace(b"zzlisted", b"zz\xff")
    lines[3] = lines[3][:40]
    path = log(b"\r\n".join(lines), name="export.csv", end=b"")
    assert found(hunt(paths=[path])) == ["1", "4"]
    assert [(line, reason.split(" where")[0]) for _, line, reason in hunt.tally.examples] == [
        (3, "not UTF-8"),
        (4, "5 fields"),
    ]


@pytest.mark.parametrize("field", range(4))
def test_a_quote_left_open_takes_nothing_with_it(hunt, log, field):
    # The next quote would close it, and a row would be made of two records: wrong, and one too few.
    first = dict(pid="9", sa="10.1.1.9", **{key: value for key, value in event().items() if key not in ("pid", "sa")})
    quoted = io.StringIO(newline="")
    writer = csv.writer(quoted, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(first)
    for pid in "1234":
        writer.writerow([pid, *list(first.values())[1:]])
    lines = quoted.getvalue().encode().splitlines()
    lines[2] = b'"'.join(lines[2].split(b'"')[: 2 * field + 2])  # cut inside a field's quotes
    path = log(*lines, name="export.csv")
    assert found(hunt(paths=[path])) == ["1", "3", "4"]
    assert {row["src"] for row in hunt(paths=[path])} == {"10.1.1.9"}
    assert [line for _, line, _ in hunt.tally.examples] == [3]


def test_a_csv_header_that_is_broken_makes_no_record_the_header(hunt, log):
    data = as_csv(numbered(3)).replace(b"fv,", b'"fv"x,', 1)
    assert hunt(paths=[log(data, name="export.csv", end=b"")]) == [] and hunt.tally.total == 1


def test_a_record_with_line_breaks(hunt, log):
    path = log(as_csv([event(pid="1", parg="-m pip install\nzzlisted")]), name="export.csv", end=b"")
    assert found(hunt(paths=[path])) == ["1"]


def test_a_broken_object_in_an_array(hunt, log):
    text = json.dumps(numbered(4), indent=1).encode().replace(b'"pid": "2"', b'"pid": "2')
    assert found(hunt(paths=[log(text, end=b"")])) == ["1", "3", "4"]
    assert [(line, reason) for _, line, reason in hunt.tally.examples] == [(2, "not JSON, or cut short")]


def test_files_folders_and_patterns(tmp_path, monkeypatch):
    for name in ("a.json", "b.json", "deep/c.json", "d.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert inputs.expand(["b.json", "*.json"]) == ["b.json", "a.json"]
    assert inputs.expand(["**/*.json"]) == ["a.json", "b.json", "deep/c.json"]
    assert inputs.expand(["deep"]) == ["deep/c.json"]
    for word in ("nosuch.json", "*.nosuch"):
        with pytest.raises(UsageError, match="no such file"):
            inputs.expand([word])


def test_a_pipe_is_read_once_and_whole(hunt, tmp_path):
    # What bash makes of <(zcat …). It cannot be opened twice to see what it is.
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen(["sh", "-c", 'cat > "$0"', pipe], stdin=subprocess.PIPE) as writer:
        threading.Thread(target=lambda: (writer.stdin.write(body(*numbered(3000))), writer.stdin.close())).start()
        assert len(hunt(paths=[str(pipe)])) == 3000


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "log").write_bytes(b"")
    assert inputs.expand([str(tmp_path)]) == inputs.expand([str(tmp_path / "*")]) == [str(tmp_path / "log")]


def test_a_file_of_v1_lines_alone(hunt, log):
    path = log(*(v1(each) for each in numbered(300)), v1(event(dh="x.example", parg='a "b')), v1(event())[:-9])
    assert len(hunt(paths=[path])) == 300
    assert hunt.tally.examples == [(path, 302, "cut short")]


def test_how_far_the_reading_is(log, tmp_path):
    paths = [
        log(*numbered(50)),
        log(*(v1(each) for each in numbered(50)), name="v1"),
        log(as_csv(numbered(50)), name="c"),
    ]
    with Hunt(inputs.Tally()) as hunt:
        assert hunt.progress() is None
        for path in paths:
            hunt.add([path])
            assert hunt.progress() == 100
            hunt._size = 0
    with Hunt(inputs.Tally()) as hunt:
        seen, take = [], hunt._take
        hunt._take = lambda events: (seen.append(hunt.progress()), take(events))
        hunt.add(paths)
        assert seen == sorted(seen) and len(set(seen)) > 2 and hunt.progress() == 100


def test_names_that_look_like_patterns(hunt, log):
    rows = hunt(paths=[log(event(pid="1"), name="a[1]*.json"), log(event(pid="2"), name="it's.json")])
    assert found(rows) == ["1", "2"]


def test_many_files_one_of_them_unreadable_to_duckdb(hunt, log):
    good = [log(event(pid=str(number)), name="f%d" % number) for number in range(70)]
    cut = log(gzip.compress(body(*numbered(50, 100)))[:-20], name="cut.gz", end=b"")
    rows = hunt(paths=[*good, cut])
    assert len(rows) >= 70 and hunt.tally.counts.get("gzip is cut short") == 1


def test_two_queries_over_one_reading(log):
    with Hunt(inputs.Tally()) as hunt:
        hunt.add([log(*numbered(3))])
        hunt.load(keys_of(ROWS))
        assert len(hunt.rows(query())) == 3
        hunt.load(keys_of(ROWS[1:]))
        assert hunt.rows(query()) == []
