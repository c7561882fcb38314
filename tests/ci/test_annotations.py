"""A finding as a line in a CI runner's log, and what a hostile name or path cannot do to that log."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.nvm.annotate import annotation

EVENT = {
    "package_name": "colourama", "guard_action": "blocked", "guard_verdict": "block", "guard_cwd": "/w/repo/app",
    "guard_reason": "is a listed typosquat", "guard_imitates": "colorama", "guard_where": "../requirements.txt:7",
}  # fmt: skip
SAID = "colourama is a listed typosquat; did you mean colorama?"
GITHUB = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": "/w/repo"}
AZURE = {"TF_BUILD": "True"}


def test_on_github_it_stands_at_the_line_of_the_file():
    assert annotation(EVENT, GITHUB) == f"::error file=requirements.txt,line=7,title=guard blocked::{SAID}"


@pytest.mark.parametrize(("where", "place"), [
    ("pyproject.toml", "file=app/pyproject.toml,"), ("/w/repo/a:b,c.txt:3", "file=a%3Ab%2Cc.txt,line=3,"),
    ("/etc/requirements.txt:1", ""), ("../../other/r.txt:1", ""), ("", ""),
])  # fmt: skip
def test_files_are_told_as_github_knows_them(where, place):
    assert annotation(dict(EVENT, guard_where=where), GITHUB) == f"::error {place}title=guard blocked::{SAID}"


def test_elsewhere():
    assert annotation(EVENT, AZURE) == f"##vso[task.logissue type=error]guard blocked: {SAID}"
    assert annotation(EVENT, {}) == f"guard: blocked: {SAID} (../requirements.txt:7)"


def test_a_warning_is_one_and_what_was_allowed_is_none():
    assert annotation(dict(EVENT, guard_action="warned", guard_verdict="warn"), GITHUB).startswith("::warning ")
    for environ in (GITHUB, AZURE, {}):
        assert annotation(dict(EVENT, guard_action="allowed"), environ) == ""
        # A name that was let through, in a command that was refused for another's sake.
        assert annotation(dict(EVENT, guard_verdict="allow"), environ) == ""
        assert annotation({"guard_event": "heartbeat"}, environ) == ""


HOSTILE = st.text(alphabet=st.sampled_from("\n\r\x1b\x85\u2028:%,#[]vso =0AD/.ab"), max_size=30)


@given(HOSTILE, HOSTILE, st.sampled_from([GITHUB, AZURE, {}]))
def test_nothing_in_an_event_begins_a_second_command(text, where, environ):
    event = dict(EVENT, package_name="", guard_requirement=text, guard_reason=text, guard_where=where)
    line = annotation(event, environ)
    assert "\n" not in line and "\r" not in line
    assert line.startswith(("::error ", "##vso[task.logissue type=error]", "guard: blocked: "))
    if environ is GITHUB:  # read as the runner reads it: the first "::" ends the properties, a comma each of them
        properties, _, message = line[2:].partition("::")
        keys = [one.partition("=")[0] for one in properties.partition(" ")[2].split(",")]
        assert keys in (["title"], ["file", "title"], ["file", "line", "title"])
        assert message.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%").startswith(f"{text} {text};")
