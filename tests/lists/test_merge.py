"""The rule by which sources that disagree become one row."""

from hypothesis import given
from hypothesis import strategies as st

from guard.core.lookup import COLUMNS, COMPROMISED, MALICIOUS, OTHER, TYPOSQUAT, WITHDRAWN, Entry
from guard.lists.claim import HINT, Claim
from guard.lists.compile import popular_names
from guard.lists.config import FEED, SYSTEMS, USERS
from guard.lists.merge import merge

POPULAR = {"popular"}


def entry_of(*claims, popular=POPULAR):
    merged = merge(claims, popular)
    rows = [Entry(list(row)) for row in merged.rows.values()]
    return (rows[0] if rows else None), merged.held


def say(kind=MALICIOUS, source="a", name="invented", **more):
    return Claim(name, source, kind, **more)


def test_every_source_and_its_evidence_is_kept():
    entry, _ = entry_of(say(evidence=("A-1",)), say(source="b", evidence=("B-1", "A-1"), imitates="other"),
                        say(TYPOSQUAT, "c", imitates="popular"))  # fmt: skip
    assert (entry.kind, entry.imitates) == (TYPOSQUAT, "popular"), "a popular target is the likelier one"
    assert (entry.sources, entry.evidence) == (["a", "b", "c"], ["A-1", "B-1"])
    assert entry.covers("") and entry.covers("9.9")


def test_withdrawn_by_its_own_source_is_not_withdrawn_by_all():
    entry, _ = entry_of(say(evidence=("A-1",)), say(WITHDRAWN, "a"), say(source="b"))
    assert (entry.kind, entry.sources) == (MALICIOUS, ["b"])
    entry, _ = entry_of(say(), say(WITHDRAWN, "a"))
    assert entry.kind == WITHDRAWN and not entry.covers("1.0") and entry.is_void


def test_a_compromised_project_without_releases_is_void_and_one_with_some_is_not():
    assert Entry(["x", COMPROMISED]).is_void and not Entry(["x", COMPROMISED, "", "1.0"]).is_void
    assert not Entry(["x", MALICIOUS]).is_void


def test_a_source_with_categories_is_one_source():
    entry, _ = entry_of(say(OTHER, "kam193:spam"), say(WITHDRAWN, "kam193"))
    assert entry.kind == WITHDRAWN


def test_a_popular_name_is_held_and_not_in_force():
    entry, held = entry_of(say(name="popular", evidence=("A-1",)))
    assert not entry.covers("") and not entry.covers("1.0")
    assert [(row.name, row.sources, row.evidence) for row in held] == [("popular", ("a",), ("A-1",))]
    assert "most downloaded" in held[0].why


def test_a_popular_name_with_releases_is_listed_for_those():
    entry, held = entry_of(say(name="popular", versions=("1.0",)), say(source="b", name="popular"))
    assert (entry.kind, entry.versions) == (COMPROMISED, ["1.0"])
    assert entry.covers("1.0") and not entry.covers("") and not entry.covers("1.1")
    assert held[0].sources == ("b",)


def test_one_source_that_calls_a_project_good_keeps_it_from_being_blocked_whole():
    entry, held = entry_of(say(COMPROMISED, versions=("2.0",)), say(source="b"), say(source="c", versions=("2.1",)))
    assert (entry.versions, entry.covers("")) == (["2.0", "2.1"], False)
    assert held[0].sources == ("b",)


def test_releases_that_were_seen_do_not_narrow_what_is_bad_as_a_whole():
    entry, _ = entry_of(say(versions=("1.0",)))
    assert entry.versions == [] and entry.covers("2.0")


def test_own_block_outranks_popularity_and_withdrawal():
    mine = say(name="popular", source="own:ops", rank=SYSTEMS, reason="is blocked by ops")
    entry, held = entry_of(mine, say(WITHDRAWN, "a", name="popular"))
    assert entry.covers("") and not held
    assert entry.reason == "is blocked by ops"


def test_own_allow_undoes_feeds_and_weaker_lists_only():
    allow = say(WITHDRAWN, "own:ops", rank=USERS, reason="is allowed by ops")
    entry, _ = entry_of(say(), allow)
    assert (entry.kind, entry.reason) == (WITHDRAWN, "is allowed by ops")
    entry, _ = entry_of(say(source="own:root", rank=SYSTEMS), allow)
    assert entry.kind == MALICIOUS
    entry, _ = entry_of(say(source="own:me", rank=USERS), allow)
    assert entry.kind == MALICIOUS, "in both lists of one rank: blocked"


def test_own_block_of_releases():
    entry, _ = entry_of(say(source="own:ops", rank=USERS, versions=("1.0",)), say(source="a"))
    assert entry.covers("1.0") and not entry.covers("1.1")
    assert entry.sources == ["own:ops", "a"]


def test_a_hint_is_no_claim():
    entry, _ = entry_of(say(HINT, imitates="popular"), say(source="b"))
    assert (entry.imitates, entry.sources) == ("popular", ["b"])
    assert entry_of(say(HINT, imitates="popular"))[0] is None


KINDS = st.sampled_from([MALICIOUS, TYPOSQUAT, COMPROMISED, OTHER, WITHDRAWN, HINT])
CLAIMS = st.lists(
    st.builds(
        Claim,
        name=st.sampled_from(["popular", "invented", "boto3"]),
        source=st.sampled_from(["a", "b", "kam193:spam", "kam193:malicious"]),
        kind=KINDS,
        imitates=st.sampled_from(["", "popular"]),
        versions=st.sampled_from([(), ("1.0",), ("1.0", "2.0")]),
        evidence=st.sampled_from([(), ("E-1",), ("E-2",)]),
        rank=st.just(FEED),
    ),
    max_size=8,
)


@given(CLAIMS)
def test_no_feeds_of_any_sort_block_a_popular_name_whole(claims):
    for row in merge(claims, POPULAR).rows.values():
        entry = Entry(list(row))
        assert len(row) == len(COLUMNS)
        assert entry.name != "popular" or not entry.covers("")


@given(CLAIMS, st.randoms())
def test_the_order_of_sources_does_not_decide_what_is_blocked(claims, random):
    def verdicts(said):
        rows = {name: Entry(list(row)) for name, row in merge(said, POPULAR).rows.items()}
        return {name: (entry.kind, set(entry.versions), entry.covers("")) for name, entry in rows.items()}

    other = list(claims)
    random.shuffle(other)
    assert verdicts(claims) == verdicts(other)


MOST_DOWNLOADED = popular_names()


@given(CLAIMS)
def test_nothing_disappears_without_a_trace(claims):
    merged = merge(claims, MOST_DOWNLOADED)
    spoken = {claim.name for claim in claims if claim.kind != HINT}
    assert set(merged.rows) == spoken
    assert {row.name for row in merged.held} <= spoken
