"""Every row of the coverage table, with a listed name and with a clean one."""

import collections
import shutil

import pytest

from tests.coverage import table, tools
from tests.coverage.conftest import NAMES
from tests.coverage.row import BEFORE, HIDDEN, NOT, REFUSED, SHIM, Row
from tests.coverage.rows import ROWS


def cases():
    for row in ROWS:
        if row.script:
            yield pytest.param(row, id=row.id, marks=[] if row.quick else pytest.mark.long)


@pytest.fixture(params=cases())
def row(request):
    for program in request.param.needs:
        if not shutil.which(program):
            pytest.skip(f"there is no {program} on this machine")
    return request.param


def test_a_listed_name_meets_the_answer_of_its_row(desk, row):
    done, here = desk.run(row, "bad")
    told = done.stdout + done.stderr
    asked = desk.index.asked_for(NAMES["bad"])
    if row.answer == NOT:
        assert done.returncode == 0, told
        assert asked, told
        return
    assert asked == [], told
    assert desk.installed("bad", here) == []
    assert any(words in told for words in row.says), told
    if row.answer == BEFORE:
        assert desk.index.requests == [], told
    if row.exits in (REFUSED, HIDDEN):
        assert done.returncode == REFUSED if row.exits == REFUSED else done.returncode, told


def test_a_clean_name_gets_through_the_same_way(desk, row):
    done, here = desk.run(row, "good")
    assert done.returncode == 0, done.stdout + done.stderr
    assert desk.installed("good", here), done.stdout + done.stderr


@pytest.mark.long
def test_what_pdm_lets_uv_resolve_is_refused_before_it_is_installed(desk):
    """No row: uv has asked for the name by then, and its lock file tells guard what for."""
    row = Row("pdm with uv", SHIM, tools.PDM_UV, tool=("pdm[locked]", "uv"))
    done, here = desk.run(row, "good")
    assert done.returncode == 0 and desk.installed("good", here), done.stdout + done.stderr
    done, here = desk.run(row, "bad")
    assert done.returncode != 0 and "guard: refused: uv lock" in done.stderr, done.stdout + done.stderr
    assert desk.installed("bad", here) == []


def test_the_page_says_what_the_rows_say():
    assert table.PAGE.read_text(encoding="utf-8") == table.text(), "python -m tests.coverage.table writes it"


def test_the_readme_counts_the_rows():
    readme = (table.PAGE.parents[1] / "README.md").read_text(encoding="utf-8")
    for answer, count in collections.Counter(row.answer for row in ROWS).items():
        assert f"| {count} | {answer}" in readme


@pytest.mark.parametrize("row", [row for row in ROWS if not row.script], ids=lambda row: row.id)
def test_a_row_that_is_proved_elsewhere_names_a_test(row):
    path, _, name = row.proof.partition("::")
    assert f"def {name}(" in (table.PAGE.parents[1] / path).read_text()


def test_no_row_is_told_twice():
    told = [(row.way, row.context) for row in ROWS]
    assert len(told) == len(set(told))
    assert all(row.because for row in ROWS if row.answer == NOT)
    assert SHIM in {row.context for row in ROWS}
