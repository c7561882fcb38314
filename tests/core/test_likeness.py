"""Slips between two names: they rebuild the name, and there are as few as the definition of the distance says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core.likeness import (
    MOST_EDITS,
    SHORT,
    STEM,
    WORDS,
    core_of,
    edits,
    likeness,
    parts,
    slips,
    wanted,
)
from guard.core.projects import APART, STEMMED, signature
from guard.lookalike.index import keys
from guard.lookalike.projects import Project

NAMES = st.text("ab-1", min_size=1, max_size=9)
CHANGES = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.sampled_from("abc-2")), max_size=4)


def changed(name, changes):
    for kind, at, letter in changes:
        at = min(at, len(name))
        if kind == 0:
            name = name[:at] + letter + name[at:]
        elif kind == 1:
            name = name[:at] + name[at + 1 :]
        elif kind == 2:
            name = name[:at] + letter + name[at + 1 :]
        else:
            name = name[:at] + name[at + 1 : at + 2] + name[at : at + 1] + name[at + 2 :]
    return name


def distance(a, b):
    """Optimal string alignment as it is defined, one call for each pair of rests."""
    if not a or not b:
        return len(a) + len(b)
    best = min(distance(a[1:], b) + 1, distance(a, b[1:]) + 1, distance(a[1:], b[1:]) + (a[0] != b[0]))
    if len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0]:
        best = min(best, distance(a[2:], b[2:]) + 1)
    return best


@given(st.text("ab-", max_size=5), st.text("ab-", max_size=5))
def test_no_fewer_and_no_more_slips_than_the_distance(project, name):
    found = edits(project, name)
    apart = distance(project, name)
    assert (found is None) == (apart > MOST_EDITS)
    if found is not None:
        assert len(found) == apart


@given(NAMES, CHANGES)
def test_the_slips_rebuild_the_name(project, changes):
    name = changed(project, changes)
    found = edits(project, name)
    if found is None:
        return
    built, last = "", 0
    for at, gone, come in found:
        assert project[at : at + len(gone)] == gone
        built += project[last:at] + come
        last = at + len(gone)
    assert built + project[last:] == name


@pytest.mark.parametrize(
    ("project", "name", "words"),
    [
        ("django", "dajngo", ["swap"]),
        ("prompt-toolkit", "prompt-tool-kit", ["separator"]),
        ("faker", "faker2", ["version"]),
        ("urllib3", "urllib", ["version"]),
        ("bip-utils", "bip-u6ils", ["neighbouring-key"]),
        ("colorama", "colorramma", ["repetition", "repetition"]),
        ("shortuuid", "shortuid", ["omission"]),
        ("requests", "requestsa", ["neighbouring-key"]),
        ("flask", "flasl", ["neighbouring-key"]),
        ("pillow", "p1llow", ["homoglyph"]),
        ("colorama", "colurama", ["sound"]),
        ("requests", "request", ["omission"]),
        ("numpy", "numbpy", ["insertion"]),
        ("selenium", "slenium", ["omission"]),
        ("pygame", "pyxame", ["substitution"]),
    ],
)
def test_each_kind_of_slip_has_its_word(project, name, words):
    assert [WORDS[slip] for slip in slips(project, name) if WORDS[slip]] == words


@pytest.mark.parametrize(
    ("one", "other"),
    [("python-drgn", "drgn"), ("pycurl", "libcurl"), ("html5lib", "libhtml5"), ("kafka-python", "pythonkafka")],
)
def test_affixes_leave_one_core(one, other):
    assert core_of(one)[0] == core_of(other)[0]


def test_the_order_of_words_leaves_one_sorted_core():
    assert core_of("toolkit-prompt")[1] == core_of("prompt-toolkit")[1]
    assert core_of("toolkit-prompt")[0] != core_of("prompt-toolkit")[0]


@given(st.text("abc-", min_size=1, max_size=20))
def test_parts_lie_inside_the_name_and_leave_a_word(name):
    for begin, end, _ in parts(name):
        assert 0 <= begin < end <= len(name)
        assert end - begin < len(name)


def found_by_each_other(project, name):
    """Whether a key of both leads from ``name`` to ``project``."""
    asked = {key for key, kind in wanted(name) if kind in (None, STEM)}
    return bool(asked & set(keys(Project(project, rank=1))))


@given(st.text("abcd-1", min_size=SHORT, max_size=30), st.integers(0, 3), st.integers(0, 29), st.sampled_from("abc-2"))
def test_whoever_made_one_slip_is_found(project, kind, at, letter):
    assert found_by_each_other(project, changed(project, [(kind, at, letter)]))


@given(st.text("abcd", min_size=STEMMED, max_size=16), CHANGES, st.text("abcd", min_size=3, max_size=3))
def test_whoever_changed_but_one_half_is_found(half, changes, stem):
    assert found_by_each_other(stem + half, stem + changed(half, changes[:2]))
    assert found_by_each_other(half + stem, changed(half, changes[:2]) + stem)


@given(st.text("abcd-1", min_size=6, max_size=30), CHANGES)
def test_two_slips_change_no_more_of_a_signature_than_is_looked_for(project, changes):
    name = changed(project, changes[:2])
    apart = bin(signature(project.encode()) ^ signature(name.encode())).count("1")
    assert apart <= 2 * len(changes[:2]) <= APART


def test_equal_names_are_not_alike():
    assert likeness("requests", "requests", None) is None
