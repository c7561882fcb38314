"""The shipped list: whole, rebuilt byte for byte, and measured against real projects. The figures are printed."""

import re

import pytest

from guard.cli.lists import lines_of
from guard.core.home import shipped
from guard.core.lookup import CANARY, COMPROMISED, LIST, WITHDRAWN, Entry
from guard.core.table import Table
from guard.lists import compile as compiler
from guard.lists import export, quality, seal
from guard.lists.sources import table

from .conftest import ROOT
from .feeds import DATA


@pytest.fixture(scope="module")
def entries():
    names = Table(shipped(LIST))
    yield [Entry(row) for row in names]
    names.close()


@pytest.mark.parametrize("name", [LIST, compiler.POPULAR])
def test_its_seal_and_its_filter_hold(name):
    seal.verify(shipped(name)).close()


def test_the_reference_shows_its_first_lines():
    text = (ROOT / "docs" / "reference" / "list-format.md").read_text()
    with open(shipped(LIST), encoding="utf-8") as file:
        head, columns, first = (file.readline() for _ in range(3))
    digest = re.search("sha256=([0-9a-f]+)", head)[1]
    assert head.replace(digest, digest[:8] + "…") + columns + first in text


def test_it_compiles_from_itself_byte_for_byte(tmp_path):
    made = Table(shipped(LIST)).made
    compiler.write_list(str(tmp_path / LIST), table.read(shipped(LIST)), compiler.popular_names(), made)
    for path in tmp_path.iterdir():
        with open(shipped(path.name), "rb") as ours:
            assert path.read_bytes() == ours.read(), path.name


def test_quality(entries, capsys):
    popular = compiler.popular_names()
    ordinary = (DATA / "ordinary.txt").read_text().split()
    figures = quality.measure(entries, popular, ordinary)
    with capsys.disabled():
        print()
        for line in lines_of(figures, Table(shipped(LIST)).made, len(popular), len(ordinary)):
            print(line)
    assert len(popular) == 15_000 and len(ordinary) == 10_000
    assert figures["popular_whole"] == []
    assert figures["ordinary_whole"] == []
    assert figures["splunk"]["popular"] == []
    assert figures["splunk"]["ordinary"] == []
    assert figures["entries"] > 13_000 and figures["by_source"]["ossf"] > 11_000


def test_the_measure_finds_what_it_should(entries):
    """The published lookup's substring keys do hit popular projects: the figure above is not zero by construction."""
    published = [line.split(",")[0] for line in (DATA / "splunk_typo_squatted_python_packages.csv").read_text().split("\n")]
    matcher = quality.SplunkLookup(key for key in published[1:] if key)
    popular = compiler.popular_names()
    assert matcher.matches("playwright")
    assert sum(matcher.matches(name) for name in popular) == 33
    planted = Entry(["requests", "malicious"])
    assert quality.measure([*entries, planted], popular)["popular_whole"] == ["requests"]


def test_what_must_never_be_blocked_whole(entries):
    by_name = {entry.name: entry for entry in entries}
    assert by_name["litellm"].versions == ["1.82.7", "1.82.8"]
    for entry in entries:
        if entry.kind in (COMPROMISED, WITHDRAWN):
            assert not entry.covers(""), entry.name
    assert by_name[CANARY].covers("")
    assert by_name["reqeusts"].imitates == "requests"


def test_only_the_harmless_test_name_is_ours(entries):
    assert [entry.name for entry in entries if "guard" in entry.sources] == [CANARY]


def test_exported_keys_begin_with_a_whole_name(entries):
    keys = [row[0] for row in export.splunk(entries, others=True)]
    assert len(keys) == len(set(keys))
    for key in keys:
        star = key.find("*")
        assert star != 0
        assert star < 0 or key[star - 1] in "=<>~![;@", key
