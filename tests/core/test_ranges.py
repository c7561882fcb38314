"""Ranges of releases in an entry, against packaging's order of versions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.version import InvalidVersion, Version

from guard.core.lookup import Entry
from guard.core.ranges import bounds, holds, is_range, key

number = st.integers(0, 30).map(str)
optional = st.one_of(st.just(""), number)
separator = st.sampled_from(("", ".", "-", "_"))


def part(words):
    """A stage of a version as people write it: ``-RC.1``."""
    letters = st.sampled_from([*words, *(word.upper() for word in words)])
    return st.one_of(st.just(""), st.builds(lambda a, w, b, n: a + w + (b + n if n else ""),
                                            separator, letters, separator, optional))  # fmt: skip


versions = st.builds(
    "".join,
    st.tuples(
        st.sampled_from(("", "v", " ", "1!", "0!")),
        st.lists(number, min_size=1, max_size=4).map(".".join),
        part(("a", "alpha", "b", "beta", "rc", "c", "pre", "preview")),
        st.one_of(part(("post", "rev", "r")), number.map("-{}".format)),
        part(("dev",)),
        st.one_of(st.just(""), st.from_regex(r"\+[a-z0-9]{1,3}([._-][a-z0-9]{1,3}){0,2}", fullmatch=True)),
    ),
)


@settings(max_examples=600)
@given(versions, versions)
def test_the_order_is_that_of_packaging(left, right):
    one, two = Version(left), Version(right)
    assert (key(left) < key(right), key(left) == key(right)) == (one < two, one == two)
    assert key(str(one)) == key(left), "as the resolver writes it"


@settings(max_examples=600)
@given(st.text(alphabet="0123456789.-_+!abcdeprovstw ", max_size=12))
def test_what_is_no_version_has_no_key(text):
    try:
        Version(text)
    except InvalidVersion:
        assert key(text) == ()


@pytest.mark.parametrize("text", ["", "1.0+", "!1", "x!1", "1..0", "1.0a1b2", "1.0.dev1.post1", "é", "1" * 5000, "²", "v", "1.x"])
def test_rubbish(text):
    assert key(text) == ()


@pytest.mark.parametrize(
    ("span", "inside", "outside"),
    [
        (">=1.0 <2.0", ("1", "1.0.0", "v1.5", "1.99.post1", "2.0rc1", "2.0.dev3"), ("0.9", "1.0rc1", "2.0", "2")),
        (">=1.0 <=1.5", ("1.0", "1.5", "1.5.0"), ("1.5.1", "1.5.post1")),
        ("<2.0", ("0.0.1", "1.9", "2.0a1", "no-version"), ("2", "1!0")),
        (">=3", ("3", "1!0.1", "99"), ("2.9", "3.0rc1", "no-version")),
    ],
)
def test_what_a_range_holds(span, inside, outside):
    assert is_range(span) and not is_range("1.0")
    assert [version for version in inside if not holds(span, version)] == []
    assert [version for version in outside if holds(span, version)] == []


def test_an_entry_of_a_release_and_a_range():
    entry = Entry(["invented", "compromised", "", "0.3;>=1.0 <2.0"])
    assert [version for version in ("", "0.3", "0.3.0", "0.4", "1.7", "2.0") if entry.covers(version)] == ["0.3", "0.3.0", "1.7"]
    assert entry.releases(["0.1", "0.3", "1.1", "2.1"]) == ["0.3", "1.1"]
    assert Entry(["invented", "compromised", "", "1.0"]).releases(iter(())) == ["1.0"]
    assert bounds(">=1.0 <=2.0") == [(">=", "1.0"), ("<=", "2.0")]
