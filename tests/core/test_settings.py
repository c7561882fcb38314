"""Layers of settings: who may loosen what, and what a broken file does."""

import itertools
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core import settings as module
from guard.core.home import Home
from guard.core.settings import KEYS, MODES, PROJECT, Settings, flatten, load
from guard.core.verdict import STRENGTH


@pytest.fixture
def home(tmp_path, monkeypatch):
    # The system's file lies where root alone can write; the tests put it elsewhere.
    monkeypatch.setattr(module, "SYSTEM_SETTINGS", str(tmp_path / "system" / "guard.toml"))
    return Home(str(tmp_path / "prefix"))


def write(path, text, age=1.0):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)
    os.utime(path, (time.time() - age, time.time() - age))


def system(tmp_path, text):
    write(str(tmp_path / "system" / "guard.toml"), text)


def project(tmp_path, text):
    write(str(tmp_path / "work" / "pyproject.toml"), text)
    return str(tmp_path / "work")


def test_without_files_the_defaults_hold(home, tmp_path):
    settings = load(home, str(tmp_path), {})
    assert settings["mode"] == "enforce"
    assert settings["actions.typosquat"] == "block"
    assert settings["actions.other"] == "warn"
    assert settings["on_error"] == "allow"
    assert settings.layer("mode") == ("", "built in")
    assert settings.faults == []


def test_a_user_may_loosen_a_default(home, tmp_path):
    write(home.settings, 'mode = "audit"\n[actions]\nmalicious = "warn"\n')
    settings = load(home, str(tmp_path), {})
    assert (settings["mode"], settings["actions.malicious"]) == ("audit", "warn")
    assert settings.layer("mode") == ("user", home.settings)


def test_a_user_may_not_loosen_what_root_set_but_may_tighten_it(home, tmp_path):
    system(tmp_path, 'mode = "warn"\n')
    write(home.settings, 'mode = "audit"\n')
    assert load(home, str(tmp_path), {})["mode"] == "warn"
    write(home.settings, 'mode = "enforce"\n')
    assert load(home, str(tmp_path), {})["mode"] == "enforce"


def test_the_environment_stands_above_the_user_and_below_root(home, tmp_path):
    write(home.settings, 'mode = "audit"\n')
    assert load(home, str(tmp_path), {"GUARD_MODE": "enforce"})["mode"] == "enforce"
    system(tmp_path, 'mode = "enforce"\n')
    assert load(home, str(tmp_path), {"GUARD_MODE": "audit"})["mode"] == "enforce"


def test_a_project_may_only_tighten_even_against_a_default(home, tmp_path):
    work = project(
        tmp_path, '[tool.guard]\nmode = "audit"\n[tool.guard.actions]\nother = "block"\nmalicious = "allow"\n'
    )
    settings = load(home, work, {})
    assert settings["mode"] == "enforce"
    assert settings["actions.malicious"] == "block"
    assert settings["actions.other"] == "block"
    assert settings.layer("actions.other")[0] == PROJECT


def test_the_nearest_pyproject_above_is_the_project(home, tmp_path):
    work = project(tmp_path, '[tool.guard.actions]\nunseen = "block"\n')
    os.makedirs(work + "/src/deep")
    assert load(home, work + "/src/deep", {})["actions.unseen"] == "block"


def test_a_project_cannot_exempt_names(home, tmp_path):
    work = project(tmp_path, '[tool.guard.names]\ninternal = ["*"]\n')
    assert load(home, work, {})["names.internal"] == ()


def test_an_edit_a_moment_ago_is_in_force(home, tmp_path):
    for mode in ["audit", "warn", "enforce", "audit", "warn"]:
        with_same_length = f'mode = "{mode}"'.ljust(30) + "\n"
        write(home.settings, with_same_length, age=0)
        assert load(home, str(tmp_path), {})["mode"] == mode


def test_a_compiled_file_is_used_again(home, tmp_path, monkeypatch):
    write(home.settings, 'mode = "warn"\n')
    load(home, str(tmp_path), {})
    monkeypatch.setattr(module, "toml", lambda data: pytest.fail("parsed again"))
    assert load(home, str(tmp_path), {})["mode"] == "warn"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('mode = "enforce\n', "line 1"),
        ('\n\nmode = "strict"\n', "line 3: mode takes audit, warn, enforce"),
        ('[actions]\ntyposqat = "block"\n', "line 2: guard knows no setting actions.typosqat"),
        ('[actions]\nother = "maybe"\n', "line 2: actions.other takes allow, warn, block"),
        ('mood = "warn"\n', "line 1: guard knows no setting mood"),
        ("[names]\ninternal = 3\n", "line 2: names.internal takes a list of strings"),
        ("[list]\nmax_age_days = -1\n", "line 2: list.max_age_days takes a number"),
        ("\x00", "line 1"),
        ('[names]\ninternal = [\n    "a",\n', "line 3, the last one"),
        ('mode = """\nenforce', "line 2, the last one"),
    ],
)
def test_a_file_that_does_not_parse_names_itself_and_the_line(home, tmp_path, text, said):
    write(home.settings, text)
    settings = load(home, str(tmp_path), {})
    assert len(settings.faults) == 1
    assert home.settings in settings.faults[0]
    assert said in settings.faults[0]
    assert "\n" not in settings.faults[0]


def test_the_last_good_form_of_a_broken_file_stays_in_force(home, tmp_path):
    write(home.settings, 'on_error = "block"\nmode = "warn"\n')
    load(home, str(tmp_path), {})
    write(home.settings, "on_error = \n")
    settings = load(home, str(tmp_path), {})
    assert (settings["on_error"], settings["mode"]) == ("block", "warn")
    assert "last good form" in settings.faults[0]


def test_a_broken_project_switches_nothing_off(home, tmp_path):
    work = project(tmp_path, "[tool.guard\n")
    settings = load(home, work, {})
    assert settings["mode"] == "enforce"
    assert "pyproject.toml" in settings.faults[0]


def test_a_file_of_any_size_or_kind_is_answered_at_once(home, tmp_path):
    """A working directory may hold anything; it was read whole once, three gigabytes of it."""
    project = tmp_path / "pyproject.toml"
    with open(project, "wb") as file:
        file.truncate(3 << 30)
    start = time.process_time()
    assert load(home, str(tmp_path), {}).faults == [f"{project}: larger than 64 MiB"]
    assert time.process_time() - start < 1
    os.makedirs(os.path.dirname(home.user_settings), exist_ok=True)
    os.mkfifo(home.user_settings)
    project.unlink()
    assert load(home, str(tmp_path), {}).faults == [f"{home.user_settings}: not a regular file"]


def test_a_word_the_environment_does_not_know_is_a_fault(home, tmp_path):
    settings = load(home, str(tmp_path), {"GUARD_MODE": "off"})
    assert settings["mode"] == "enforce"
    assert settings.faults == ["GUARD_MODE=off: it takes audit, warn, enforce"]


def test_a_cache_that_is_rubbish_is_not_believed(home, tmp_path):
    write(home.settings, 'mode = "warn"\n')
    os.makedirs(home.cache)
    with open(home.cache + "/settings", "wb") as file:
        file.write(b"\xff rubbish")
    assert load(home, str(tmp_path), {})["mode"] == "warn"


def test_settings_of_those_upstairs_are_left_to_them():
    assert flatten({"sync": {"sources": ["x"]}, "mode": "warn"}) == {"mode": "warn"}


@given(st.lists(st.sampled_from([*MODES, None]), min_size=4, max_size=4))
def test_no_weaker_layer_ever_loosens(modes):
    settings = Settings()
    layers = ["system", "environment", "user", "project"]
    for layer, mode in zip(layers, modes):
        settings.add(layer, "", {} if mode is None else {"mode": mode})
    named = [mode for mode in modes if mode]
    strength = MODES[settings["mode"]]
    if any(modes[:3]):
        first = next(mode for mode in modes[:3] if mode)
        assert strength == max(MODES[first], *[MODES[mode] for mode in named])
    else:
        assert strength == max(MODES["enforce"], *[MODES[mode] for mode in named], 0)


def test_every_default_is_one_its_key_takes():
    for (default, order), value in itertools.product(KEYS.values(), [0]):
        assert order is None or default in order
        assert value in STRENGTH.values()
