"""The rows of the search beside a plain reading of the SPL, on random events; both readers of a log beside each other."""

# ruff: noqa: RUF001
# The letters that look like others are what this is about.

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.analytic import deep, exclusion, inputs, lookup, seed
from guard.analytic.definition import query
from guard.analytic.duck import Hunt
from guard.analytic.fields import BadLine
from guard.analytic.lines import check, read_line

from . import oracle
from .conftest import event, v1


def drawn(number, folder, count=60):
    """(path of a log, its lines, rows of a lookup, an operator's filter), the same for the same number."""
    chance = random.Random(number)
    lines = [oracle.line(chance) for _ in range(count)]
    log, own = folder / ("%d.json" % number), folder / ("%d.filter" % number)
    log.write_text("\n".join(lines), encoding="utf-8")
    own.write_text("\n".join(oracle.conditions(chance)), encoding="utf-8")
    return str(log), lines, [lookup.Row(*row) for row in oracle.lookup(chance)], exclusion.read(own)


def table(rows):
    return [{column: row[column] for column in seed.COLUMNS} for row in rows]


@pytest.mark.parametrize("number", range(30))
def test_duckdb_gives_the_rows_of_the_spl(tmp_path, number):
    log, lines, rows, conditions = drawn(number, tmp_path)
    with Hunt(inputs.Tally()) as hunt:
        hunt.add([log])
        hunt.load(lookup.keys_of(rows))
        assert table(hunt.rows(query(exclusions=conditions))) == oracle.search(lines, rows, conditions)


def test_the_random_logs_have_rows_and_each_odd_thing_in_them(tmp_path):
    found, dropped = [], 0
    for number in range(30):
        _, lines, rows, conditions = drawn(number, tmp_path)
        found += oracle.search(lines, rows)
        dropped += len(oracle.search(lines, rows)) - len(oracle.search(lines, rows, conditions))
    names = {row["package_name"] for row in found}
    assert len(found) > 300 and dropped > 30
    assert names.issuperset(("ZZLİSTED", "zzliſted", "zz_listed", "zz%listed", "ZZOTHERΣ", "zzotherς", "zz\\listed"))
    assert any(row["firstTime"] is None for row in found) and any(len(row["dest_port"]) > 1 for row in found)


def broken(chance):
    """A line that something happened to, as bytes."""
    text = oracle.line(chance)
    line = bytearray(text.encode() if chance.random() < 0.7 else v1(json.loads(text.replace("null", '""'))).encode())
    for _ in range(chance.randrange(0, 3)):
        place = chance.randrange(len(line))
        how = chance.randrange(4)
        if how == 0:
            del line[place:]
        elif how == 1:
            line[place] = chance.choice(b'"\\{}[],:ux0\xff\x00\xc3 ')
        elif how == 2:
            line.insert(place, chance.choice(b'"\\{}[],:ux0\xff\x00\xc3 '))
        else:
            del line[place]
        line = line or bytearray(b"{")
    return bytes(line.replace(b"\n", b""))


@pytest.mark.parametrize("number", range(30))
def test_the_fast_reader_and_the_careful_one_agree(tmp_path, number):
    chance = random.Random(number)
    path = tmp_path / "log"
    path.write_bytes(b"\n".join([json.dumps(event()).encode(), *(broken(chance) for _ in range(60))]) + b"\n")
    fast, careful = inputs.Tally(), inputs.Tally()
    read = list(inputs.events(str(path), careful))
    with Hunt(fast) as hunt:
        hunt.add([str(path)])
        hunt.load([])
        here = hunt._duckdb.execute("SELECT * FROM events").fetchall()
    assert sorted(map(str, here)) == sorted(str((each["_time"], *list(each.values())[:-2], None)) for each in read)
    assert sorted(fast.examples) == sorted(careful.examples)


@given(st.randoms(use_true_random=False))
def test_a_line_is_whole_to_the_quick_look_if_it_is_to_the_careful_one(chance):
    line = broken(chance)
    told = []
    for read in (check, read_line):
        try:
            read(line)
            told.append(None)
        except BadLine as error:
            told.append(str(error))
    # Whether a key comes twice is asked of those lines alone that could match.
    assert told[0] == told[1] or (told[0] is None and "twice" in told[1])


@given(
    st.text(st.sampled_from("pipoetryuvdm installadd-rce'\"\\|&;=.zz01 \t\n/@<>[]~$(){}*%ſİ\0")),
    st.sampled_from(["python3.12", "pip", "pip.exe", "cmd.exe", "bash", "poetry", "uv", "", None]),
)
def test_no_command_line_does_more_than_be_read(arguments, name):
    read = {"package_name": None, "comment": None, "process_path": None}
    for each in deep.spread({**read, "process_arguments": "pip install " + arguments, "process_name": name}):
        assert set(each) >= {"package_name", "unread"}
