"""What a person reads: short, safe for a terminal, with a command that can be pasted."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core.home import Home
from guard.core.lookup import CANARY, COLUMNS, List, open_list
from guard.core.refusal import colour_wanted, good_name, printable, quote, shell_line, text
from guard.core.table import Table
from guard.core.verdict import Finding
from guard.lists import seal

HOME = Home("/opt/guard")


@pytest.fixture
def names(tmp_path):
    rows = [[CANARY, "typosquat", "", "", "", "", ""], ["reqeusts", "typosquat", "requests", "", "ossf", "MAL-1", ""]]
    seal.write(str(tmp_path / "l.csv"), COLUMNS, rows, "2026-11-24T00:00:00Z")
    return List(Table(str(tmp_path / "l.csv")))


def finding(
    raw="reqeusts", verdict="block", kind="typosquat", imitates="requests", where="", reason="is a listed typosquat"
):
    found = Finding("reqeusts", raw, verdict, kind, reason, where)
    found.imitates = imitates
    found.sources, found.evidence = ["ossf"], ["MAL-1"]
    return found


def shown(words, findings, names, **environ):
    return text(words, findings, names, HOME, environ)


def test_a_refusal_says_what_why_what_was_meant_and_the_way_out(names):
    said = shown(["pip", "install", "reqeusts[socks]==1.0"], [finding("reqeusts[socks]==1.0")], names)
    assert said.splitlines() == [
        "guard: refused: pip install 'reqeusts[socks]==1.0'",
        "  reqeusts is a listed typosquat [ossf; MAL-1]",
        "  Did you mean:  pip install 'requests[socks]'",
        "  Nothing was run and nothing was fetched.",
        "  If you are sure:  /opt/guard/bin/guard allow reqeusts --reason '…'",
    ]


def test_the_command_is_short_where_path_knows_it(names):
    assert "sure:  guard allow" in shown(["pip"], [finding()], names, PATH="/bin:/opt/guard/bin/")


def test_a_name_from_a_file_is_shown_with_its_place(names):
    said = shown(["pip", "install", "-r", "r.txt"], [finding(where="r.txt:3")], names)
    assert "(in r.txt:3)" in said
    assert "Did you mean:  requests" in said


def test_a_warning_promises_nothing_about_what_was_run(names):
    said = shown(["pip", "install", "x"], [finding(verdict="warn")], names)
    assert said.startswith("guard: warning")
    assert "Nothing was run" not in said


def test_what_is_allowed_says_nothing(names):
    assert shown(["pip", "install", "x"], [finding(verdict="allow")], names) == ""


def test_a_target_that_is_listed_or_unknown_is_never_suggested(names):
    assert "Did you mean" not in shown(["pip", "install", "reqeusts"], [finding(imitates="reqeusts")], names)
    assert "Did you mean" not in shown(["pip", "install", "reqeusts"], [finding(imitates="no-such-project-xyz")], names)
    assert good_name("requests", open_list(HOME))


def test_a_lock_file_full_of_findings_is_summed_up(names):
    said = shown(["poetry", "install"], [finding(raw=str(n), where="poetry.lock") for n in range(500)], names)
    assert "and 490 more: guard check -- poetry install" in said
    assert len(said.splitlines()) < 20


def test_credentials_are_masked(names):
    said = shown(["pip", "install", "-i", "https://me:s3cret@host/simple", "reqeusts"], [finding()], names)
    assert "s3cret" not in said
    assert "https://***@host/simple" in said


def test_what_a_terminal_would_act_on_is_never_written(names):
    evil = "x\x1b]0;pwned\x07\u202e\n"
    said = shown(["pip", "install", evil], [finding(raw=evil, where=evil, reason="is\x1b[31m bad")], names)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "Did you mean:  pip install requests" in said


@given(
    st.lists(
        st.text(alphabet=st.characters(blacklist_categories=("Cs", "Cc", "Cf", "Zl", "Zp", "Zs", "Cn", "Co"))),
        min_size=1,
    )
)
def test_a_line_to_paste_means_the_same_words_to_a_shell(words):
    assert shlex.split(" ".join(quote(word) for word in words)) == words


@given(st.text())
def test_printable_text_is_printable(any_text):
    assert printable(any_text).isprintable()


def test_a_line_with_a_control_character_is_not_offered():
    assert shell_line(["pip", "install", "a\nb"]) == ""


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_it_is_not_wanted(environ):
    import os
    import pty

    parent, child = pty.openpty()
    assert colour_wanted(child, {"TERM": "xterm"})
    assert not colour_wanted(child, environ)
    reader, writer = os.pipe()
    assert not colour_wanted(writer, {"TERM": "xterm"})
    for fd in (parent, child, reader, writer):
        os.close(fd)
