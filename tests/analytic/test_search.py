"""The search, line by line: one test (or more) per line of the seed; docs/reference/analytic.md has the table."""

# ruff: noqa: RUF001
# The letters that look like others are what some of this is about.

import csv

import pytest

from guard.analytic import exclusion, lookup, seed
from guard.core.errors import BadData

from .conftest import ROWS, event


def names(rows):
    return [row["package_name"] for row in rows]


def test_one_event_one_row_with_the_columns_in_the_seeds_order(hunt):
    (row,) = hunt(event())
    assert list(row)[: len(seed.COLUMNS)] == list(seed.COLUMNS)
    assert {column: row[column] for column in seed.COLUMNS} == {
        "firstTime": "2026-07-14T08:28:53",
        "lastTime": "2026-07-14T08:28:53",
        "src": "10.1.2.3",
        "dest_hostname": ["files.pythonhosted.org"],
        "dest": "203.0.113.7",
        "dest_port": ["443"],
        "transport": "tcp",
        "package_name": "zzlisted",
        "comment": "Potential typo squatting, variations of listed",
        "package_official_url": "https://index.example/listed/",
        "parent_process_integrity_level": "4096",
        "parent_process_path": "/usr/bin/bash",
        "parent_process_arguments": ["-l"],
        "parent_process_hash": ["CD" * 32],
        "process_integrity_level": "8192",
        "process_path": "/usr/bin/python3.12",
        "process_name": "python3.12",
        "process_arguments": ["-m pip install zzlisted"],
        "process_hash": ["AB" * 32],
        "process_id": "4242",
        "additional_logged_in_users_list": ["HOST\\other"],
        "module_name_list": ["a.so"],
        "module_hash_list": ["EF" * 32],
    }


@pytest.mark.parametrize(
    "host, passes",
    [
        ("files.pythonhosted.org", True), ("FILES.PythonHosted.ORG", True), ("pythonhosted.org", False),
        ("pypi.org", True), ("test.pypi.org", True), ("notpypi.org", True), ("PyPI.org", True), ("pypi.org.", False),
        ("pypi.org.example", False), ("python-poetry.org", True), ("install.python-poetry.org", True),
        ("github.com", False), ("Unknown", False), (None, False),
    ],
)  # fmt: skip
def test_line_2_hosts(hunt, host, passes):
    assert bool(hunt(event(dh=host))) == passes


@pytest.mark.parametrize(
    "arguments, passes",
    [
        ("PIP INSTALL zzlisted", True), ("poetry ADD zzlisted", True), ("pip add zzlisted", False),
        ("poetry install zzlisted", False), ("pip poetry add zzlisted", True), ("pip add install zzlisted", True),
        ("poetry add zzlisted", True), ("-m pip install zzlisted # add", False), (None, False),
    ],
)  # fmt: skip
def test_lines_4_and_6_words(hunt, arguments, passes):
    # `pip add x` has what the regex wants, but the filter asks for a tool with its own word.
    assert bool(hunt(event(parg=arguments))) == passes


def test_line_9_a_carried_name_stays_where_the_regex_misses(hunt):
    rows = hunt(
        event(parg="-m pip install -U one two", package_name="zzlisted", pid="1"),
        event(parg="-m pip install zzother", package_name="zzlisted", pid="2"),
        event(parg="-m pip install -U one two", pid="3"),
    )
    assert [(row["process_id"], row["package_name"]) for row in rows] == [("1", "zzlisted"), ("2", "zzother")]


@pytest.mark.parametrize(
    "key, text, matches",
    [
        ("*zzlisted*", "zzlisted", True), ("*zzlisted*", "my-zzlisted==1.0", True), ("*ZZlisted*", "zZLISTED", True),
        ("zzlisted", "zzlisted", True), ("zzLISTED", "ZZlisted", True), ("zzlisted", "zzlisted==1.0", False),
        ("zz*ted", "zzlisted", True), ("zz*ted", "zzlisted2", False), ("zz_listed", "zzxlisted", False),
        ("*zz_listed*", "zzxlisted", False), ("*zz%*", "zzlisted", False), ("*zz!*", "zz!listed", True),
        ("*", "anything", True), ("*zz?listed*", "zzxlisted", False),
    ],
)  # fmt: skip
def test_line_14_lookup_keys(hunt, key, text, matches):
    rows = hunt(event(parg="-m pip install " + text), rows=[lookup.Row(key, "why", "where")])
    assert bool(rows) == matches


def test_line_14_the_first_row_that_matches_counts(hunt):
    both = [lookup.Row("*listed*", "wide", "u1"), lookup.Row("zzlisted", "whole", "u2")]
    assert [row["comment"] for row in hunt(event(), rows=both)] == ["wide"]
    assert [row["comment"] for row in hunt(event(), rows=both[::-1])] == ["whole"]


def test_line_16_outputnew_keeps_what_the_event_has(hunt):
    rows = hunt(
        event(comment="said before", pid="1"),
        event(package_official_url="https://before.example/", pid="2"),
        event(parg="-m pip install unlisted", comment="said before", package_official_url="u", pid="3"),
        event(parg="-m pip install unlisted", comment="said before", pid="4"),  # no URL: stats drops it
    )
    told = {row["process_id"]: (row["comment"], row["package_official_url"]) for row in rows}
    assert told == {
        "1": ("said before", ROWS[0].url),
        "2": (ROWS[0].comment, "https://before.example/"),
        "3": ("said before", "u"),
    }


def test_line_18_what_is_not_listed_is_dropped(hunt):
    assert hunt(event(parg="-m pip install unlisted")) == []
    assert hunt(event(), rows=[lookup.Row("*zzlisted*", "", "u")]) == []


def test_lines_20_to_29_counts_times_and_sorted_distinct_values(hunt):
    (row,) = hunt(
        event(fss="1784017800", dp="9443", dh="pypi.org", mnl=None),
        event(fss="1784017700", dp="443", mnl="b.so"),
        event(fss="1784017900", dp="9443", mnl="B.so"),
    )
    assert row["hits"] == 3
    assert (row["firstTime"], row["lastTime"]) == ("2026-07-14T08:28:20", "2026-07-14T08:31:40")
    assert row["dest_port"] == ["443", "9443"]  # as text: 443 before 9443, and 10 before 9
    assert row["module_name_list"] == ["B.so", "b.so"]  # by code point
    assert row["dest_hostname"] == ["files.pythonhosted.org", "pypi.org"]


def test_values_are_sorted_as_text(hunt):
    (row,) = hunt(*(event(dp=port) for port in ("9", "10", "443")))
    assert row["dest_port"] == ["10", "443", "9"]


@pytest.mark.parametrize("key", ["sa", "da", "pppath", "ppil", "ppath", "pn", "pil", "pid", "pr"])
@pytest.mark.parametrize("empty", [None, "", "''"])
def test_line_30_an_event_without_a_by_field_is_dropped(hunt, key, empty):
    assert hunt(event(**{key: empty})) == []


@pytest.mark.parametrize(
    "key, column",
    [
        ("pparg", "parent_process_arguments"), ("pph", "parent_process_hash"), ("ph", "process_hash"),
        ("mnl", "module_name_list"), ("mhl", "module_hash_list"), ("dp", "dest_port"),
        ("aliul", "additional_logged_in_users_list"),
    ],
)  # fmt: skip
def test_an_event_without_another_field_is_kept(hunt, key, column):
    (row,) = hunt(event(**{key: None}))
    assert row[column] == []


@pytest.mark.parametrize("key", ["sa", "da", "pppath", "ppil", "ppath", "pn", "pil", "pid", "parg"])
def test_line_30_events_that_differ_in_a_by_field_are_rows_of_their_own(hunt, key):
    assert len(hunt(event(), event(**{key: {"parg": "pip install zzother"}.get(key, "other")}))) == 2


def test_line_41_the_operators_filter(hunt, tmp_path):
    conditions = tmp_path / "filter"
    conditions.write_text(
        '# build hosts\n\nsrc=10.9.*  package_name=ZZ*\nprocess_path="C:\\Build Agents\\*"\ndest_hostname=pypi.org\n'
        "lastTime=2026-07-14T09*\n"
    )
    kept = hunt(
        event(sa="10.9.1.1"), event(sa="10.8.1.1"), event(ppath="C:\\Build Agents\\py.exe"),
        event(pid="7", dh="pypi.org"), event(pid="7"), event(pid="8", fss="1784019720"),
        exclusions=exclusion.read(conditions),
    )  # fmt: skip
    assert [row["src"] for row in kept] == ["10.8.1.1"]


def test_line_41_a_row_without_a_clock_fits_no_condition_on_its_times(hunt, tmp_path):
    (tmp_path / "filter").write_text("firstTime=2030*\n")
    assert len(hunt(event(fss="?"), exclusions=exclusion.read(tmp_path / "filter"))) == 1


@pytest.mark.parametrize(
    "key, text, matches",
    [
        ("*zzİ*", "zzi", False), ("zzi", "zzİ", False), ("*zzİx*", "ZZİX", True), ("zzoσ", "zzoς", True),
        ("zzoς", "ZZOΣ", True), ("*zzΣo*", "zzςo", True), ("*zzs*", "zzſ", False), ("*zzk*", "zz\u212a", True),
    ],
)  # fmt: skip
def test_line_14_letters_that_languages_lower_differently(hunt, key, text, matches):
    assert bool(hunt(event(parg="pip install " + text), rows=[lookup.Row(key, "why", "where")])) == matches


@pytest.mark.parametrize("line", ["nosuch=1", "src", "src=", 'src="open', "=x"])
def test_a_filter_that_cannot_be_read_is_told_with_its_line(tmp_path, line):
    (tmp_path / "filter").write_text("src=10.*\n%s\n" % line)
    with pytest.raises(BadData, match="filter:2: "):
        exclusion.read(tmp_path / "filter")


def test_the_window_is_closed_below_and_open_above(hunt):
    events = [event(fss=str(second), pid=str(second)) for second in (99, 100, 199, 200)]
    assert [row["process_id"] for row in hunt(*events, earliest=100, latest=200)] == ["100", "199"]
    assert len(hunt(*events)) == 4


def test_an_event_without_a_clock_is_kept_but_in_no_window(hunt):
    assert [row["firstTime"] for row in hunt(event(fss=None))] == [None]
    assert hunt(event(fss="soon"), earliest=0) == []


def test_the_published_lookup_is_read(tmp_path, hunt):
    path = tmp_path / "lookup.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([seed.LOOKUP_KEY, "comment", "imitates"])
        writer.writerows([("*zzother*", "a, b", "other"), ("*zzlisted*", 'say "no"', "listed")])
    rows = hunt(event(), keys=lookup.read_published(path))
    assert [(row["comment"], row["package_official_url"]) for row in rows] == [('say "no"', "listed")]


@pytest.mark.parametrize(
    "content", [b"", b"name,why\n", b"typosquatted_package_name,comment,u\n*x*,why\n", b"\xff\xfe", b"a,b,c\n,,\n"]
)
def test_what_is_no_lookup_is_told(tmp_path, content):
    (tmp_path / "lookup.csv").write_bytes(content)
    with pytest.raises(BadData):
        lookup.read_published(tmp_path / "lookup.csv")


def test_the_shipped_list_by_whole_names_in_any_spelling(hunt):
    keys = lookup.read_list()
    told = lambda text: names(hunt(event(parg="-m pip install " + text), keys=keys))  # noqa: E731
    for text in (
        "typoguard-test-blocked",
        "Typoguard_Test.Blocked[x]==1.0",
        "typoguard--test-blocked>=1",
        "TYPOGUARD-TEST-BLOCKED",
    ):
        assert told(text) == [text]
    for text in ("my-typoguard-test-blocked", "typoguard-test-blocked2", "playwright", "pytest-asyncio"):
        assert told(text) == []


def test_a_compromised_project_counts_in_its_bad_releases_alone(hunt):
    keys = [lookup.Key(0, lookup.RELEASE, "zzgood==1.82.7", "Compromised release", "none")]
    told = lambda text: names(hunt(event(parg="-m pip install " + text), keys=keys))  # noqa: E731
    for text in ("zzgood==1.82.7", "ZZGood==1.82.7", "zzgood===1.82.7", "zzgood[x]==v1.82.7", "zzgood==1.82.7.0"):
        assert told(text) == [text]
    for text in ("zzgood", "zzgood==1.82.8", "zzgood>=1.82.7", "zzgood==11.82.7", "zzgood==1.82.70"):
        assert told(text) == []
