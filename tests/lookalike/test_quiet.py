"""The names at which the judge of look-alikes is silent: the gate asks them first, and hears what the model would say."""

import shutil

import pytest

from guard.core.command import Target
from guard.core.filter import open_filter
from guard.core.home import Home, shipped
from guard.core.lookalike import Model
from guard.core.projects import FILE
from guard.core.settings import load
from guard.core.unlisted import QUIET, QUIET_TIE, Unlisted
from guard.lookalike import quiet
from guard.lookalike.projects import ordinary, pairs

MISTAKEN = 0.005  # of the flagged may be taken for quiet


@pytest.fixture(scope="module")
def model():
    opened = Model.open(shipped(FILE))
    yield opened
    opened.close()


def test_the_shipped_filter_says_what_the_shipped_model_says(model):
    names = open_filter(shipped(QUIET), QUIET_TIE)
    silent = [name for name in ordinary() if not quiet.is_flagged(model, name)]
    assert len(silent) > 9_000
    assert all(name.encode() in names for name in silent)
    flagged = [pair.name for pair in pairs() if quiet.is_flagged(model, pair.name)]
    assert len(flagged) > 300
    assert sum(name.encode() in names for name in flagged) <= MISTAKEN * len(flagged)
    names.close()


def test_a_filter_of_ones_own_holds_what_is_not_flagged(model, tmp_path):
    flagged = next(pair.name for pair in pairs() if quiet.is_flagged(model, pair.name))
    (tmp_path / "names.txt").write_text(f"requests\nSome.Ordinary_Thing\n{flagged}\n")
    assert quiet.build(str(tmp_path / "names.txt"), str(tmp_path / "made")) == (2, 1)
    names = open_filter(str(tmp_path / "made"), QUIET_TIE)
    assert b"some-ordinary-thing" in names
    assert flagged.encode() not in names
    names.close()


@pytest.mark.parametrize("damage", ["whole", "missing", "cut"])
def test_without_the_filter_the_model_answers(damage, tmp_path, monkeypatch):
    copy = tmp_path / QUIET
    if damage != "missing":
        shutil.copy(shipped(QUIET), copy)
    if damage == "cut":
        copy.write_bytes(copy.read_bytes()[:5000])
    monkeypatch.setattr("guard.core.unlisted.shipped", lambda name: str(copy) if name == QUIET else shipped(name))
    room = Unlisted(Home(str(tmp_path)), load(Home(str(tmp_path)), str(tmp_path), {}))
    said = {name: room.target(Target(name, name), [])[0] for name in ("requests", "reqeusts", "zzqjxv-werklf")}
    room.close()
    assert said["reqeusts"].imitates == "requests"
    assert said["requests"] is said["zzqjxv-werklf"] is None


def test_who_refuses_look_alikes_has_every_name_judged(tmp_path, monkeypatch):
    """The filter is wrong now and then; here it says of every name that it is quiet."""
    monkeypatch.setattr("guard.core.filter.Filter.__contains__", lambda self, name: True)
    home = Home(str(tmp_path))
    said = []
    for text in ("", "[lookalike]\nblock_score = 30\n"):
        (tmp_path / "etc").mkdir(exist_ok=True)
        (tmp_path / "etc" / "guard.toml").write_text(text)
        room = Unlisted(home, load(home, str(tmp_path), {}))
        said.append(room.target(Target("reqeusts", "reqeusts"), [])[0])
        room.close()
    assert said[0] is None
    assert said[1].imitates == "requests"
