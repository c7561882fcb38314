"""Fitted, compiled, asked: the gate's file says what the fit says; and the figures the product promises."""

import math

import pytest

from guard.core.home import shipped
from guard.core.lookalike import Model
from guard.core.projects import FILE
from guard.lookalike import compile as compiler
from guard.lookalike import letters, trial
from guard.lookalike.fit import BIAS, FEATURES, Facts, fit, logistic
from guard.lookalike.index import Index
from guard.lookalike.projects import LETTERS, Pair, Project, ordinary, pairs, popular, projects

SHARE = 0.01  # of ordinary names may be flagged
RECALL = 0.85  # of known pairs must be found with the right target


@pytest.fixture(scope="module")
def facts():
    return Facts(popular(), letters.read(shipped(LETTERS)))


@pytest.fixture(scope="module")
def shipped_model():
    model = Model.open(shipped(FILE))
    yield model
    model.close()


def test_the_shipped_model_keeps_the_promise(shipped_model):
    """On what it was fitted on; the long run holds names out."""
    names = ordinary()
    flagged = sum(1 for name in names if (found := shipped_model.judge(name)) and found.flagged)
    assert 0 < flagged <= SHARE * len(names)
    known = pairs()
    judged = [(pair, shipped_model.judge(pair.name)) for pair in known]
    right = [pair for pair, found in judged if found and found.flagged and found.imitates == pair.target]
    assert len(right) >= RECALL * len(known)


def test_no_popular_name_is_judged(shipped_model):
    assert [name for name in popular() if shipped_model.judge(name) is not None] == []


def test_a_score_says_how_rare_it_is_among_ordinary_names(shipped_model):
    """The model has seen these names, so somewhat fewer reach a score than of names it has not."""
    names = ordinary()
    scores = [found.score if (found := shipped_model.judge(name)) else 0.0 for name in names]
    for score in (10, 15, 20, 25):
        share = sum(1 for one in scores if one >= score) / len(names)
        assert 10 ** (-score / 10) / 1.7 <= share <= 10 ** (-score / 10) * 1.3


@pytest.fixture(scope="module")
def small(facts, tmp_path_factory):
    """(what was fitted on a part of the data, its file opened)."""
    few = Facts(facts.popular[:2000], facts.costs)
    fitted = fit(pairs(), ordinary()[:1500], few)
    path = str(tmp_path_factory.mktemp("model") / "model")
    compiler.write(path, fitted, list(range(-14_000, 3_000, 500)), "test")
    model = Model.open(path)
    yield fitted, model
    model.close()


def test_the_file_finds_and_weighs_as_the_fit_does(small):
    fitted, model = small
    names = [pair.name for pair in pairs()] + ordinary()[:1500]
    asked = 0
    for name in names:
        near = fitted.index.near(name)
        assert {project.name: slips for project, slips in model.near(name)} == near
        best = fitted.best(name)
        if best is None:
            continue
        surprise, rivals = model.surprise(name), min(len(near) - 1, 4)
        weight = max(model.weigh(p, name, slips, surprise, rivals) for p, slips in model.near(name))
        assert weight == pytest.approx(1000 * best[0], abs=12)  # every weight is rounded to a thousandth
        asked += 1
    assert asked > 500


def test_the_same_data_gives_the_same_bytes(small, tmp_path):
    fitted, _ = small
    for name in ("one", "two"):
        compiler.write(str(tmp_path / name), fitted, list(range(34)), "test")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_who_was_imitated_before_is_a_target_whatever_its_rank():
    index = Index(projects(["alphabeta"], [Pair("zzygomatik", "zygomatik", "")]))
    assert set(index.near("zygomatic")) == {"zygomatik"}
    assert Index(projects(["alphabeta"], [])).near("zygomatic") == {}


def test_a_pair_stated_twice_counts_once():
    twice = projects([], [Pair("aa", "target-one", "a"), Pair("aa", "target-one", "b"), Pair("ab", "target-one", "a")])
    assert [(p.name, p.imitations) for p in twice] == [("target-one", 2)]
    assert Project("x").popular is False


def test_a_held_out_target_is_unknown_to_the_judge(facts):
    """A project that only held-out pairs name must not be found in their fold."""
    few = Facts(facts.popular[:300], facts.costs)
    answers, _ = trial.held_out(pairs(), ordinary()[:400], few, lambda pair: pair.target)
    outside = [answer for answer in answers if answer.target == "capmonstercloudclient"]
    assert outside
    assert not any(answer.right for answer in outside)


def test_the_logistic_model_finds_the_odds_it_was_shown():
    """Of rows with a feature three in four hold, of those without one in four: weights are the logarithms of odds."""
    rows = []
    for _ in range(2000):
        rows += [({BIAS: 1.0, 0: 1.0}, 1, 3.0), ({BIAS: 1.0, 0: 1.0}, 0, 1.0)]
        rows += [({BIAS: 1.0}, 1, 1.0), ({BIAS: 1.0}, 0, 3.0)]
    weights = logistic(rows)
    assert len(weights) == FEATURES
    assert weights[BIAS] == pytest.approx(-math.log(3), abs=0.02)
    assert weights[0] == pytest.approx(2 * math.log(3), abs=0.02)


def test_letters_that_follow_often_cost_little(tmp_path):
    costs = letters.count(["banana", "bandana", "cabana"] * 30)
    assert letters.cost(costs, "banana") < letters.cost(costs, "bnaaan")
    path = str(tmp_path / "letters")
    letters.write(costs, path, "test")
    assert letters.read(path) == costs


@pytest.mark.long
def test_held_out_pairs_are_found_and_ordinary_names_left_alone(facts):
    answers, quiet = trial.held_out(pairs(), ordinary(), facts, lambda pair: pair.name)
    weight = trial.weight_at(quiet, 10 ** (-compiler.MARK / 10))
    assert trial.recall(answers, weight) >= RECALL
    assert sum(answer.weight > weight for answer in quiet) <= SHARE * len(quiet)


@pytest.mark.long
def test_the_shipped_model_is_what_its_data_gives(tmp_path, shipped_model):
    """Fitted anew it judges alike; bytes may differ where another C library rounds a logarithm otherwise."""
    path = str(tmp_path / "again")
    compiler.build(path, "test")
    again = Model.open(path)
    for name in [pair.name for pair in pairs()] + ordinary()[:2000]:
        ours, theirs = shipped_model.judge(name), again.judge(name)
        assert (ours is None) == (theirs is None)
        if ours:
            assert ours.imitates == theirs.imitates
            assert ours.score == pytest.approx(theirs.score, abs=0.3)
    again.close()
