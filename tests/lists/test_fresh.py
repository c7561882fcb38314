"""When a list is due, and when it is stale."""

import os
import pathlib
import time

import pytest

from guard.core import fresh
from guard.core.home import Home

DAY = 86400


@pytest.fixture
def home(tmp_path):
    return Home(str(tmp_path))


def touch(path, age):
    pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
    pathlib.Path(path).touch()
    os.utime(path, (time.time() - age,) * 2)


def test_never_synced_is_neither_due_nor_stale(home):
    assert fresh.age(home) is None
    assert not fresh.is_due(home, 1) and not fresh.is_stale(home, 1)


@pytest.mark.parametrize(("age", "due", "stale"), [(0.5, False, False), (2, True, False), (8, True, True), (-9, False, False)])
def test_by_age(home, age, due, stale):
    touch(home.synced_list, age * DAY)
    assert fresh.is_due(home, 1) is due
    assert fresh.is_stale(home, 7) is stale
    assert not fresh.is_due(home, 0) and not fresh.is_stale(home, 0), "0 means never"


def test_an_attempt_that_failed_is_not_repeated_at_once(home):
    touch(home.synced_list, 9 * DAY)
    touch(fresh.attempt(home), 60)
    assert not fresh.is_due(home, 1)
    touch(fresh.attempt(home), fresh.PATIENCE + 60)
    assert fresh.is_due(home, 1)
    touch(fresh.attempt(home), -DAY)
    assert fresh.is_due(home, 1), "a mark of the future does not stop syncs for ever"
