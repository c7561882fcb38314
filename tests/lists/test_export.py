"""The exported lookup, matched as Splunk matches, against every spelling that the search's own pattern can yield."""

import csv
import io
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.version import Version

from guard.analytic.seed import REGEX
from guard.core.lookup import Entry
from guard.core.names import normalise
from guard.lists import export
from guard.lists.compile import popular_names
from guard.lists.quality import SplunkLookup

PATTERN = re.compile(REGEX)
POPULAR = popular_names()


def matcher(*rows):
    return SplunkLookup(key for key, _, _ in export.splunk([Entry(list(row)) for row in rows]))


def extracted(line):
    found = PATTERN.search(line)
    return found["package_name"] if found else None


@pytest.mark.parametrize("name", ["bad-name", "Bad_Name", "BAD.NAME", "bad_name", "bad.name"])
@pytest.mark.parametrize("follows", ["", "==1.0", "===1.0", ">=1", "<2", "~=1.0", "!=3", "[extra]", "[a,b]==1.0",
                                     ";python_version<3", "@https://x.invalid/x.whl", "@^1.2", "=1.0"])  # fmt: skip
@pytest.mark.parametrize("tool", ["-m pip install", "/usr/bin/pip3 install", "poetry add"])
def test_every_spelling_that_the_pattern_yields(name, follows, tool):
    text = extracted(f"{tool} {name}{follows}")
    assert text == name + follows
    assert matcher(["bad-name", "malicious"]).matches(text)


@pytest.mark.parametrize("name", ["bad-names", "bad-name-x", "xbad-name", "bad", "not-bad-name", "badname", "bad-name2"])
def test_no_name_that_only_contains_it(name):
    lookup = matcher(["bad-name", "malicious"])
    for follows in ("", "==1.0", "[x]"):
        assert not lookup.matches(name + follows)


def test_published_substring_keys_flag_what_these_do_not():
    row = ["asynci", "typosquat", "asyncio"]
    assert SplunkLookup(["*asynci*"]).matches("pytest-asyncio")
    assert not matcher(row).matches("pytest-asyncio")
    assert matcher(row).matches("asynci==3.4.3")


def test_releases_alone():
    lookup = matcher(["good-name", "compromised", "", "1.82.7;1.82.8"])
    for text in ("good-name==1.82.7", "good_name===1.82.8", "Good.Name@1.82.7", "good-name[proxy]==1.82.8"):
        assert lookup.matches(text), text
    for text in ("good-name", "good-name==1.82.9", "good-name==1.82.70", "good-name>=1.82.7"):
        assert not lookup.matches(text), text


def test_what_is_never_exported():
    rows = [["spam", "other"], ["back", "withdrawn"], ["unknown-releases", "compromised"]]
    assert list(export.splunk([Entry(row) for row in rows])) == []
    assert {row[0] for row in export.splunk([Entry(rows[0])], others=True)} >= {"spam", "spam=*"}


def test_many_separators_are_spelt_alike_throughout():
    assert sorted(export.spellings("a-b-c-d")) == ["a-b-c-d", "a.b.c.d", "a_b_c_d"]
    assert len(set(export.spellings("a-b-c"))) == 9


NAME = st.from_regex(r"[a-z0-9]([a-z0-9]|[-_.](?=[a-z0-9])){0,12}", fullmatch=True)


@given(NAME, st.sampled_from(sorted(POPULAR)))
def test_a_popular_project_is_hit_only_by_its_own_name(listed, popular):
    hit = matcher([normalise(listed), "malicious"]).matches(popular)
    assert hit == (normalise(listed) == popular)


def test_the_command_line(installation):
    done = installation.run("lists", "export", "--splunk")
    rows = list(csv.reader(io.StringIO(done.stdout)))
    assert tuple(rows[0]) == export.SPLUNK_COLUMNS and len(rows) > 100_000
    assert all(all(row) for row in rows), "the search groups by every column: none may be empty"
    osv = [json.loads(line) for line in installation.run("lists", "export", "--osv").stdout.splitlines()]
    by_name = {record["affected"][0]["package"]["name"]: record for record in osv}
    assert by_name["litellm"]["affected"][0]["versions"] == ["1.82.7", "1.82.8"]
    assert by_name["0-8"]["affected"][0]["ranges"][0]["events"] == [{"introduced": "0"}]
    assert by_name["0-8"]["aliases"] == ["MAL-2025-2925"]
    assert "withdrawn" in by_name["neural-compressor-jax"]
    plain = [json.loads(line) for line in installation.run("lists", "export", "--json").stdout.splitlines()]
    assert len(plain) == len(osv) + 1 and plain[0]["name"] == "0-8"
    assert installation.run("lists", "export").returncode == 2


def test_constraints_that_nothing_refused_fits():
    rows = [["listed", "malicious"], ["some", "compromised", "", "1.0;2.0"], ["late", "compromised", "", ">=3.0"],
            ["early", "compromised", "", "<=3.0;4.0"], ["between", "compromised", "", "1.0;>=2.0 <3.0"],
            ["odd", "malicious", "", "not a version"]]  # fmt: skip
    assert list(export.constraints(map(Entry, rows), "2026-01-01"))[1:] == [
        "listed<0", "some!=1.0,!=2.0", "late<3.0", "early>3.0,!=4.0",
        "between!=1.0", "# between: no constraint can leave out >=2.0 <3.0",
        "# odd: no constraint can leave out not a version",
    ]  # fmt: skip


@given(st.lists(st.from_regex(r"(>=|<|<=)?[0-9]{1,2}(\.[0-9]){0,2}((a|rc|\.dev|\.post)[0-9])?", fullmatch=True), min_size=1))
def test_a_constraint_lets_through_no_release_that_its_entry_covers(versions):
    entry = Entry(["listed", "malicious", "", ";".join(versions)])
    (line,) = list(export.constraints([entry], ""))[1:]
    releases = [Version(text.lstrip("<>=")) for text in versions]
    asked = [*releases, *map(Version, ("0", "5", "1.0.dev1", "99.9"))]
    fitting = Requirement(line).specifier.filter(asked, prereleases=True)
    assert not [release for release in fitting if entry.covers(str(release))]


def test_constraints_hold_what_this_machine_refuses(installation):
    def lines():
        return installation.run("lists", "export", "--constraints").stdout.splitlines()

    assert {"typoguard-test-blocked<0", "0-8<0", "litellm!=1.82.7,!=1.82.8"} <= set(lines())
    assert installation.run("allow", "0-8", "--reason", "mine").returncode == 0
    assert "0-8<0" not in lines() and "typoguard-test-blocked<0" in lines()
    for line in lines():
        assert line.startswith("#") or Requirement(line)


def test_another_list_that_is_none_is_bad_data(installation, tmp_path):
    (tmp_path / "other.csv").write_text("name,kind\n")
    for words in (["export", "--json"], ["quality"]):
        done = installation.run("lists", *words, "--list", str(tmp_path / "other.csv"))
        assert done.returncode == 65 and "is not a list that guard made" in done.stderr, done.stderr


def test_an_exported_osv_record_is_read_back(installation):
    from guard.lists.sources import osv

    for row in (["invented", "malicious", "", "", "x", "MAL-2026-1"], ["good", "compromised", "", "1.0"]):
        entry = Entry(row)
        (claim,) = osv.claims_of(export.osv(entry, "2026-01-01T00:00:00Z"), "again")
        assert (claim.name, list(claim.versions)) == (entry.name, entry.versions)
