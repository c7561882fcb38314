"""A sealed table: found by name, damaged in every way a file can be damaged."""

import os
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.core import filter as name_filter
from guard.core.errors import BadData, CannotJudge
from guard.core.names import is_name, normalise
from guard.core.table import Table, filter_path
from guard.lists import seal

MADE = "2026-11-24T00:00:00Z"
names = st.from_regex(r"\A[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\Z").map(normalise)


def written(folder, rows):
    path = str(folder / "list.csv")
    seal.write(path, ["name", "kind"], rows, MADE)
    return path


@pytest.fixture
def thousand(tmp_path):
    rows = [[f"name-{n:05d}", "malicious", "x" * (n % 90)] for n in range(5000)]
    return written(tmp_path, rows)


@given(st.lists(names, unique=True, max_size=60), st.lists(names, max_size=20))
@settings(max_examples=100, deadline=None)
def test_every_name_written_is_found_and_no_other(tmp_path_factory, listed, asked):
    path = written(tmp_path_factory.mktemp("table"), [[name, "k", "v" * len(name)] for name in listed])
    table = seal.verify(path)
    for with_filter in (True, False):
        if not with_filter:
            table.filter = None
        for name in listed:
            assert table.find(name) == [name, "k", "v" * len(name)]
        for name in set(asked) - set(listed):
            assert table.find(name) is None


def test_rows_longer_than_a_read_are_found(tmp_path):
    rows = [[f"n{n}", "e" * random.Random(n).choice([1, 500, 3000, 9000])] for n in range(200)]
    table = Table(written(tmp_path, rows))
    table.filter = None
    assert all(table.find(row[0]) == row for row in rows)
    assert sorted(table) == sorted(rows)


def test_fields_with_commas_and_line_breaks_stay_one_row(tmp_path):
    table = Table(written(tmp_path, [["a", "x,y\nz", "k"]]))
    assert table.find("a") == ["a", "x%2Cy%0Az", "k"]


def test_an_empty_table_knows_nothing(tmp_path):
    assert Table(written(tmp_path, [])).find("anything") is None


def test_a_table_without_its_filter_is_slower_not_wrong(thousand):
    os.unlink(filter_path(thousand, Table(thousand).sha256))
    table = Table(thousand)
    assert table.filter is None
    assert table.find("name-00042")[1] == "malicious"
    assert table.find("name-99999") is None


def test_a_filter_of_another_table_is_not_believed(thousand, tmp_path):
    path = filter_path(thousand, Table(thousand).sha256)
    with open(path, "wb") as file:
        file.write(name_filter.build([b"elsewhere"], "0" * 64))
    assert Table(thousand).filter is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data + b"more,malicious\n",
        lambda data: b"\x7fELF" + os.urandom(4096),
        lambda data: b"name,kind\nreqeusts,typosquat\n",
        lambda data: data.replace(b"#guard-table 1", b"#guard-table 9", 1),
        lambda data: data.replace(b"bytes=", b"bites=", 1),
        lambda data: data.split(b"\n", 1)[0],
    ],
    ids=["empty", "cut", "last byte", "longer", "binary", "foreign", "future", "no size", "header alone"],
)
def test_a_damaged_table_is_one_clear_error(thousand, damage):
    with open(thousand, "rb") as file:
        data = file.read()
    with open(thousand, "wb") as file:
        file.write(damage(data))
    with pytest.raises(CannotJudge) as error:
        Table(thousand)
    assert "\n" not in error.value.message


def test_a_table_cut_while_it_is_read_is_an_error_not_an_absence(thousand):
    table = Table(thousand)
    table.filter = None
    os.truncate(thousand, 4000)
    with pytest.raises(CannotJudge, match="cut while it was read"):
        table.find("name-04999")


def test_the_full_seal_tells_a_changed_byte_and_a_false_count(thousand):
    with open(thousand, "r+b") as file:
        data = file.read()
        file.seek(data.index(b"name-00100"))
        file.write(b"name-0010x")
    with pytest.raises(BadData, match="digest"):
        seal.verify(thousand)


def test_a_missing_table_is_named(tmp_path):
    with pytest.raises(CannotJudge, match=r"nowhere\.csv"):
        Table(str(tmp_path / "nowhere.csv"))


def test_two_rows_of_one_name_are_refused(tmp_path):
    with pytest.raises(BadData, match="two rows"):
        written(tmp_path, [["a", "x"], ["a", "y"]])


@given(st.sets(names, min_size=1, max_size=500))
@settings(max_examples=30, deadline=None)
def test_the_filter_never_denies_a_name_it_was_built_with(tmp_path_factory, listed):
    path = tmp_path_factory.mktemp("filter") / "f"
    path.write_bytes(name_filter.build([name.encode() for name in listed]))
    found = name_filter.open_filter(str(path))
    assert all(name.encode() in found for name in listed)
    assert found.among([name.encode() for name in listed]) == {name.encode() for name in listed}


def test_many_names_at_once_are_told_as_one_by_one(thousand):
    names = {f"name-{n:05d}" for n in range(0, 10_000, 3)}
    table = seal.verify(thousand)
    among = table.among(names)
    assert {name for name in names if table.find(name)} <= among
    assert among == {name for name in names if name.encode() in table.filter}
    assert table.among({"a", "name-00001"}) == {"a", "name-00001"}  # so few are asked one by one


def test_the_filter_lets_few_others_through(tmp_path):
    (tmp_path / "f").write_bytes(name_filter.build([b"listed-%d" % n for n in range(50_000)]))
    found = name_filter.open_filter(str(tmp_path / "f"))
    through = sum(b"other-%d" % n in found for n in range(50_000))
    assert through < 50_000 / 300


@given(st.text(alphabet="aB09-_.", min_size=1, max_size=20))
def test_names_are_normalised_as_pep_503_says(text):
    import re

    assert normalise(text) == re.sub(r"[-_.]+", "-", text).lower()


@given(st.text(max_size=12))
def test_a_name_is_what_pep_508_takes(text):
    import re

    assert is_name(text) == bool(
        re.match(r"\A([A-Z0-9]|[A-Z0-9][A-Z0-9._-]*[A-Z0-9])\Z", text, re.IGNORECASE | re.ASCII)
    )
