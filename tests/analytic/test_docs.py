"""The table "each line of the seed → where it lives → its test" says nothing that is not so."""

import pathlib
import re

from guard.analytic import definition, seed
from tests.support.tools import ROOT

from .test_print import SEED

TEXT = (ROOT / "docs" / "reference" / "analytic.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in TEXT.partition("| line |")[2].splitlines()[2:]]
ROWS = ROWS[: next(number for number, row in enumerate(ROWS) if len(row) < 4)]


def test_each_line_of_the_seed_is_in_the_table():
    told = set()
    for row in ROWS:
        for first, last in re.findall(r"(\d+)(?:\u2013(\d+))?", row[0]):
            told.update(range(int(first), int(last or first) + 1))
    lines = dict(re.findall(r"^(\d+)(.*)$", SEED, re.M))
    assert told >= {int(number) for number, text in lines.items() if text.strip(" ()")}


def test_each_test_of_the_table_exists():
    here = pathlib.Path(__file__).parent
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+)(…?))?`", " ".join(row[3] for row in ROWS))
    assert len(named) > 20
    for file, name, open_ended in named:
        text = (here / file).read_text()
        assert not name or "def %s%s" % (name, "" if open_ended else "(") in text, (file, name)


def test_each_place_of_the_table_exists():
    for place in re.findall(r"`(guard/[\w/]+(?:\.py)?)/?`", " ".join(row[2] for row in ROWS)):
        assert (ROOT / place).exists(), place
    for name in re.findall(r"`seed\.(\w+)`", TEXT):
        assert hasattr(seed, name), name
    for name in re.findall(r"`definition\.(\w+)`", TEXT):
        assert hasattr(definition, name), name
    for name in re.findall(r"CTEs? `(\w+)`", TEXT):
        assert ("%s AS (" % name) in definition.query(), name


def test_the_columns_are_as_many_as_is_said():
    assert "has %d columns" % len(seed.COLUMNS) in TEXT
