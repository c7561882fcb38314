"""Each format on its real wire form, and on what is not it."""

import json

import pytest

from guard.core.errors import BadData
from guard.core.lookup import COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN, Entry
from guard.lists import config, export
from guard.lists.config import SYSTEMS, Source
from guard.lists.sources import allow, block, datadog, facts, osv, plain, splunk

from . import feeds
from .conftest import ROOT


def test_the_reference_names_every_format_and_key():
    text = (ROOT / "docs" / "reference" / "sources.md").read_text()
    assert not [key for key in (*config.FORMATS, *config._SCALARS, *config._SOURCE_KEYS) if f"`{key}`" not in text]


def source(form, **more):
    return Source("test", form, f"https://feeds.invalid/{form}", label=form, **more)


def by_name(claims):
    return {claim.name: claim for claim in claims}


def osv_claim(**record):
    (claim,) = osv.claims_of(feeds.record(1, "invented", **record), "ossf")
    return claim


def test_datadog_whole_manifest():
    claims = by_name(datadog.parse(feeds.datadog(), source("datadog")))
    assert len(claims) == 1685
    assert claims["roblox-com"].kind == MALICIOUS, "its key is Roblox.-com"
    assert claims["ultralytics"].kind == COMPROMISED
    assert claims["ultralytics"].versions == ("8.3.41", "8.3.42", "8.3.45", "8.3.46")
    assert claims["num2words"].versions == ("0.5.15", "0.5.16")


def test_splunk_whole_lookup():
    claims = list(splunk.parse(feeds.splunk(), source("splunk")))
    assert len(claims) == 568
    assert by_name(claims)["asynci"].imitates == "asyncio"
    files = [claim for claim in claims if "requirements.txt" in claim.reason]
    assert len(files) == 67
    assert not any(claim.imitates for claim in files), "a file name is no project"
    assert not any("*" in claim.name for claim in claims)


def test_splunk_with_the_page_of_the_project_as_published():
    data = b"typosquatted_package_name,comment,package_official_url\n*invented*,x,https://pypi.org/project/Good_Name/\n"
    (claim,) = splunk.parse(data, source("splunk"))
    assert (claim.name, claim.imitates) == ("invented", "good-name")


def test_osv_real_records():
    squat, pentest, litellm = (osv.claims_of(record, "ossf")[0] for record in feeds.real_records())
    assert (squat.name, squat.kind, squat.since) == ("coloramah", MALICIOUS, "2024-06-25")
    assert squat.evidence == ("MAL-2024-4922",)
    assert pentest.name == "0x000testqwe"
    assert litellm.versions == ("1.82.7", "1.82.8")


def test_osv_record_of_another_publisher():
    record = json.loads((feeds.DATA / "kam193_example_osv.json").read_text())
    (claim,) = osv.claims_of(record, "kam193")
    assert (claim.name, claim.kind, len(claim.versions)) == ("1q847", MALICIOUS, 24)


@pytest.mark.parametrize(
    ("ranges", "kind", "versions"),
    [
        ([{"introduced": "0"}], MALICIOUS, ("1.0",)),
        ([{"introduced": "0"}, {"limit": "*"}], MALICIOUS, ("1.0",)),
        ([{"introduced": "0.0"}], COMPROMISED, ("1.0", ">=0.0")),
        ([{"introduced": "0"}, {"fixed": "2.0"}], COMPROMISED, ("1.0", "<2.0")),
        ([{"introduced": "0", "fixed": "2.0"}], COMPROMISED, ("1.0", "<2.0")),
        ([{"introduced": "0"}, {"limit": "2.0"}], COMPROMISED, ("1.0", "<2.0")),
        ([{"introduced": "1.5"}], COMPROMISED, ("1.0", ">=1.5")),
        ([{"introduced": "1.5"}, {"last_affected": "1.5"}], COMPROMISED, ("1.0", "1.5")),
        ([{"introduced": "0"}, {"last_affected": "1.2"}], COMPROMISED, ("1.0", "<=1.2")),
        (  # in any order; 1.10 comes after 1.9
            [{"fixed": "1.10"}, {"introduced": "2.0"}, {"introduced": "1.9"}, {"fixed": "2.0.1"}],
            COMPROMISED,
            ("1.0", ">=1.9 <1.10", ">=2.0 <2.0.1"),
        ),
        ([{"introduced": "1.0"}, {"introduced": "1.1"}, {"fixed": "1.2"}], COMPROMISED, ("1.0", ">=1.0 <1.2")),
        ([{"introduced": "1.0"}, {"fixed": "2.0"}, {"introduced": "2.0"}], COMPROMISED, ("1.0", ">=1.0 <2.0", ">=2.0")),
        ([{"introduced": "0"}, {"fixed": "not-a-version"}], COMPROMISED, ("1.0",)),
        ([{"fixed": "2.0"}], COMPROMISED, ("1.0",)),
        ([{"introduced": "1.0;evil"}, {"fixed": "2.0,x"}], COMPROMISED, ("1.0",)),
        ([], MALICIOUS, ("1.0",)),
    ],
)
def test_osv_ranges(ranges, kind, versions):
    claim = osv_claim(affected={"ranges": [{"type": "ECOSYSTEM", "events": ranges}]})
    assert (claim.kind, claim.versions) == (kind, versions)


@pytest.mark.parametrize("name", feeds.RECORDS)
def test_a_real_record_with_a_range_in_place_of_its_releases(name):
    """As OSV writes it for a project that was taken over and mended; the wire form is otherwise the publisher's."""
    record = json.loads((feeds.DATA / name).read_text())
    (affected,) = record["affected"]
    events = [{"introduced": "1.82.7"}, {"fixed": "1.82.9"}]
    affected.update(versions=[], ranges=[{"type": "ECOSYSTEM", "events": events, "database_specific": {"x": 1}}])
    (claim,) = osv.claims_of(record, "ossf")
    assert (claim.kind, claim.versions) == (COMPROMISED, (">=1.82.7 <1.82.9",))


def test_an_exported_range_reads_back_the_same():
    entry = Entry(["invented", COMPROMISED, "", "0.3;>=1.0 <2.0;<=0.1;>=3", "ossf"])
    (claim,) = osv.claims_of({**export.osv(entry, "2026-01-01T00:00:00Z"), "id": "MAL-2026-1"}, "ossf")
    assert (claim.kind, claim.versions) == (COMPROMISED, tuple(entry.versions))
    assert [row[0] for row in export.splunk([entry])] == ["invented==0.3", "invented===0.3", "invented@0.3", "invented[*==0.3"]


def test_osv_range_of_commits_says_nothing_of_releases():
    claim = osv_claim(affected={"ranges": [{"type": "GIT", "events": [{"introduced": "abc"}, {"fixed": "def"}]}]})
    assert claim.kind == MALICIOUS


def test_osv_withdrawn_and_compromised_in_words():
    assert osv_claim(withdrawn="2026-02-01T00:00:00Z").kind == WITHDRAWN
    assert osv_claim(details="Reasons:\n - compromised-package").kind == COMPROMISED
    assert osv_claim(details="this computer should be considered fully compromised").kind == MALICIOUS


def test_osv_withdrawn_at_a_time_yet_to_come_holds_until_that_day():
    claim = osv_claim(withdrawn="2999-02-01T12:00:00Z")
    assert (claim.kind, claim.until) == (MALICIOUS, "2999-02-01")
    assert osv_claim(withdrawn="soon").kind == WITHDRAWN
    assert osv_claim(withdrawn="2026-02-01T00:00:00Z").until == ""


def test_osv_record_of_several_projects_and_ecosystems():
    record = feeds.record(1, "First.Name")
    record["affected"] += [{"package": {"ecosystem": "npm", "name": "second"}},
                           {"package": {"ecosystem": "PyPI", "name": "third"}},
                           {"package": {"ecosystem": "PyPI", "name": "not a name"}}]  # fmt: skip
    assert [claim.name for claim in osv.claims_of(record, "ossf")] == ["first-name", "third"]


@pytest.mark.parametrize("record", [{}, {"affected": None}, {"affected": []}])
def test_osv_record_that_names_nothing_claims_nothing(record):
    """Some write an empty list as null: one such record once kept the whole feed out."""
    assert osv.claims_of({"id": "MAL-2026-1", **record}, "ossf") == []


@pytest.mark.parametrize("affected", ["x", [None], [{}], [{"package": {"ecosystem": 5, "name": "x"}}],
                                      [{"package": {"ecosystem": "PyPI", "name": "x"}, "ranges": ["x"]}]])  # fmt: skip
def test_osv_record_without_its_form_is_refused_in_words(affected):
    record = {**feeds.record(1, "invented"), "affected": affected}
    with pytest.raises(BadData, match="schema"):
        osv.claims_of(record, "ossf")


@pytest.mark.parametrize(
    ("form", "data", "word"),
    [
        (datadog, b"[]", "manifest"),
        (datadog, b'{"x": 1}', "neither null nor a list"),
        (datadog, b'{"x": null', "manifest"),
        (datadog, b"<html>sign in</html>", "manifest"),
        (datadog, b"\xff\xfe", "UTF-8"),
        (datadog, b"[" * 100_000, "manifest"),
        (splunk, b"a,b,c\n", "not the lookup"),
        (splunk, b"typosquatted_package_name,comment,imitates\n*x*,only\n", ":2: 2 columns"),
        (splunk, b'typosquatted_package_name,comment,imitates\n*x*,"open', ":2"),
        (plain, b"good-name\nnot a name!\n", ":2:"),
        (plain, b"name,kind\nx,dangerous\n", ":2: .*unknown kind"),
        (plain, b"name,colour\nx,red\n", "colour"),
        (plain, b"name,versions\nx\n", "columns"),
        (block, b"name,package\nx,y\n", "name twice"),
        (block, b"name,kind,kind\nx,other,other\n", "kind twice"),
        (block, b"name,until\nx,someday\n", ":2: until"),
        (block, b"name,kind\nx,withdrawn\n", ":2: .*unknown kind"),
        (block, b'name,reason\nx,"open\n', ":2: unexpected end"),
        (block, b"name,versions\nx,1.0\ny,==1.0\n", ":3: '==1.0', of y, is no release"),
        (block, b"name,versions\nx,~=1.0\n", ":2: '~=1.0', of x, is no release"),
        (block, b"name,versions\nx,1.*\n", ":2: '1.[*]', of x, is no release"),
        (block, b'name,versions\nx,"1.0,1.1"\n', ":2: '1.0,1.1', of x, is no release"),
        (block, b"name,versions\nx,>=1.0 < 2\n", ":2: '>=1.0 < 2', of x, .* range"),
        (block, b"x===1.0\n", ":1: '=1.0', of x, is no release"),
        (block, b"x==1.0 --hash=sha256:0\n", ":1: .*, of x, is no release"),
        (allow, b"name,versions\nx,1.0\n", ":2: x can be let through whole alone"),
        (allow, b"x==1.0\n", ":1: x can be let through whole alone"),
        (allow, b"\x00\x01\x02", ":1:"),
    ],
)
def test_what_is_not_the_form_is_refused_in_words(form, data, word):
    with pytest.raises(BadData, match=word):
        list(form.parse(data, source("x")))


def test_plain_text_and_csv():
    text = by_name(plain.parse("\ufeff# ours\nBad_Name  # why\nother==1.0\n\n".encode(), source("plain")))
    assert text["bad-name"].kind == MALICIOUS
    assert (text["other"].kind, text["other"].versions) == (COMPROMISED, ("1.0",))
    table = b"package,kind,imitates,versions,evidence\nA.b,typosquat,Requests,,X-1;X-2\nc,other,,,\n"
    rows = by_name(plain.parse(table, source("plain")))
    assert (rows["a-b"].kind, rows["a-b"].imitates, rows["a-b"].evidence) == (TYPOSQUAT, "requests", ("X-1", "X-2"))
    assert rows["c"].kind == OTHER


def test_own_lists_say_who_and_why():
    rows = b"name,versions,reason,owner,until\nBad,1.0;1.1,no licence,legal,2099-01-01\n"
    (claim,) = block.parse(rows, source("block", rank=SYSTEMS, owner="ops"))
    assert (claim.name, claim.versions, claim.rank, claim.until) == ("bad", ("1.0", "1.1"), SYSTEMS, "2099-01-01")
    assert (claim.source, claim.reason) == ("own:legal", "is blocked by legal: no licence")
    (claim,) = allow.parse(b"good\n", source("allow", rank=SYSTEMS, owner="ops"))
    assert (claim.kind, claim.reason) == (WITHDRAWN, "is allowed by ops")


def test_facts_name_the_line_that_is_none(tmp_path):
    path = tmp_path / "facts.tsv"
    path.write_text("name\tkind\ttarget\tsources\tevidence\tversions\twithdrawn\nx\tdangerous\t\ts\t\t\t\n")
    with pytest.raises(BadData, match="facts.tsv:2"):
        list(facts.read(str(path)))
