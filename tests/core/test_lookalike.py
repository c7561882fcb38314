"""The gate's judge, asked of the shipped model."""

import pytest

from guard.core.errors import CannotJudge
from guard.core.home import shipped
from guard.core.lookalike import Model
from guard.core.projects import FILE, HEAD


@pytest.fixture(scope="module")
def model():
    opened = Model.open(shipped(FILE))
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("name", "imitates", "likeness"),
    [
        ("reqeusts", "requests", "swap"),
        ("requesuts", "requests", "insertion"),
        ("rquests", "requests", "omission"),
        ("reqquests", "requests", "repetition"),
        ("r4quests", "requests", "neighbouring-key"),
        ("p1llow", "pillow", "homoglyph"),
        ("seliniumn", "selenium", "sound+neighbouring-key"),
        ("prompt-tool-kit", "prompt-toolkit", "separator"),
        ("ultrarequests", "requests", "combination"),
    ],
)
def test_a_lookalike_is_flagged_with_its_project_and_kind(model, name, imitates, likeness):
    found = model.judge(name)
    assert (found.imitates, found.likeness, found.flagged) == (imitates, likeness, True)


@pytest.mark.parametrize("name", ["requests", "numpy", "flask", "django-filter"])
def test_a_popular_name_leaves_early(model, name):
    assert model.popular(name)
    assert model.judge(name) is None


@pytest.mark.parametrize("name", ["", "a", "x" * 80, "é", "-", "9" * 64, "a-" * 40 + "a"])
def test_odd_names_are_judged_without_an_error(model, name):
    found = model.judge(name)
    assert found is None or not found.flagged


def test_a_brand_in_front_is_weaker_than_a_slip(model):
    assert model.judge("django-tomato").score < 15 < model.judge("djnago").score


@pytest.mark.parametrize("damage", [b"", b"#guard-lookalike 1 made=x\n", b"\xff" * HEAD])
def test_a_file_that_is_no_model_is_said_to_be_none(tmp_path, damage):
    path = tmp_path / "model"
    path.write_bytes(damage)
    with pytest.raises(CannotJudge):
        Model.open(str(path))


def test_a_model_that_was_cut_is_refused(tmp_path):
    path = tmp_path / "model"
    with open(shipped(FILE), "rb") as whole:
        path.write_bytes(whole.read()[:-1])
    with pytest.raises(CannotJudge):
        Model.open(str(path))


def test_a_missing_model_cannot_judge(tmp_path):
    with pytest.raises(CannotJudge):
        Model.open(str(tmp_path / "none"))
