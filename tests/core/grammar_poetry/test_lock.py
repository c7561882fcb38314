"""The scan of poetry.lock and the full TOML parser agree, on what real poetries write and on anything made of it."""

import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.core.errors import BadData
from guard.core.grammar import poetry_lock
from guard.core.grammar.plain_toml import Deviation
from tests.core.grammar_poetry import locks, poetries

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def by_tomllib(text):
    """The rows of poetry_lock.read by the full parser, in this process; None where it is no lock."""
    try:
        packages = tomllib.loads(text).get("package", [])
        rows = [
            (p["name"], p["version"], p.get("source", {}).get("type", ""), p.get("source", {}).get("url", ""))
            for p in packages
        ]
    except (tomllib.TOMLDecodeError, KeyError, TypeError, AttributeError):
        return None
    return rows


@pytest.mark.parametrize("version", poetries.parameters(poetries.POETRIES))
def test_what_real_poetries_write_is_scanned(version, tmp_path):
    for seed in range(3):
        told, lock = locks.told(seed), tmp_path / ("%d.lock" % seed)
        words = [poetries.python(version), "-I", poetries.HERE / "write_lock.py", lock, version]
        subprocess.run(
            words, input=json.dumps(told), text=True, check=True, env=poetries.environment(HOME=tmp_path), cwd=tmp_path
        )
        text = lock.read_text()
        rows = poetry_lock.scan(text.encode())
        assert rows == by_tomllib(text)
        assert sorted(row[0] for row in rows) == sorted(package["name"] for package in told)


DROPS = ["", "", "\n", '"', "'", "[", "]", "#", "=", " ", "    ", "\t", "\\", ".", "{", "}", ",", "\r", "a", "é"]
LINES = [
    "[[package]]", "[package]", 'name = "other"', 'version = "9"', "[package.source]", '[package."source"]',
    "package = []",
    'source = {type = "git", url = "x"}', 'source.url = "x"', '"source" = {url = "x"}', "'source'.url = 'x'",
    '"sour\\u0063e".url = "x"', '    "source" = {type = "git", url = "x"}', '    "package" = []', '    "a" = "b" # ",',
    "[ package.source ]", "[[ package ]]", '[["package"]]', " [[package]]", "[[package]] # comment", 'url = "y"',
    'type = "git"',
    "[metadata]", "[extras]", "[package.dependencies]", "[package.dependencies.a]", "[[package.dependencies.a]]",
    '"""', "'''",
    'x = """', "x = '''", "x = [", "]", "[[x]]", "[x.y]", "[package.source.x]", "[metadata.files]", 'name.x = "1"',
    "# [[package]]", "files = [", "files = []", "    \"]\",",
]  # fmt: skip


@st.composite
def mutated(draw):
    lines = locks.canonical(draw(st.integers(0, 4)), files=1).split("\n")
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        how = draw(st.sampled_from(["insert", "replace", "remove", "swap", "edit"]))
        if how == "insert":
            lines.insert(place, draw(st.sampled_from(LINES)))
        elif how == "replace":
            lines[place] = draw(st.sampled_from(LINES))
        elif how == "remove" and len(lines) > 1:
            del lines[place]
        elif how == "swap":
            other = draw(st.integers(0, len(lines) - 1))
            lines[place], lines[other] = lines[other], lines[place]
        else:
            at = draw(st.integers(0, len(lines[place])))
            lines[place] = (
                lines[place][:at] + draw(st.sampled_from(DROPS)) + lines[place][at + draw(st.integers(0, 2)) :]
            )
    return "\n".join(lines)


def agree(text):
    try:
        rows = poetry_lock.scan(text.encode())
    except Deviation:
        return
    assert by_tomllib(text) in (rows, None)


@settings(max_examples=1500, derandomize=True, deadline=None, database=None)
@given(mutated())
def test_a_scan_that_succeeds_is_right(text):
    agree(text)


@pytest.mark.long
@settings(max_examples=60000, deadline=None, database=None)
@given(mutated())
def test_a_scan_that_succeeds_is_right_in_the_long_run(text):
    agree(text)


def test_the_form_poetry_writes_is_scanned_and_others_are_parsed_whole():
    text = locks.canonical(40)
    rows = poetry_lock.scan(text.encode())
    assert len(rows) == 40
    assert rows[10] == ("epsilon-alpha-10", "10.0", "legacy", "https://private.invalid/simple")
    commented = text.replace("[[package]]", "[[package]] # by hand", 1)
    with pytest.raises(Deviation):
        poetry_lock.scan(commented.encode())
    assert poetry_lock.read(commented.encode()) == rows == poetry_lock.whole(text.encode())


def test_a_source_does_not_end_at_its_first_blank_line():
    text = '[[package]]\nname = "a"\nversion = "1"\n\n[package.source]\ntype = "git"\n\nurl = "https://host/a.git"\n'
    with pytest.raises(Deviation):
        poetry_lock.scan(text.encode())
    assert poetry_lock.read(text.encode()) == [("a", "1", "git", "https://host/a.git")]


@pytest.mark.parametrize("text", [
    '    "package" = [{name = "evil", version = "1"}]\n\n[metadata]\n',
    '[[package]]\nname = "a"\nversion = "1"\n    "source" = {type = "git", url = "https://host/a"}\n',
    '[[package]]\nname = "a"\nversion = "1"\n    "source" = {type = "git", url = "https://host/a"} # ",\n',
    '[[package]]\nname = "a"\nversion = "1"\n\n[package.source]\ntype = "git"\n\n    "url" = "https://host/a"\n',
])  # fmt: skip
def test_a_key_may_be_quoted_and_indented(text):
    with pytest.raises(Deviation):
        poetry_lock.scan(text.encode())
    assert poetry_lock.read(text.encode()) == by_tomllib(text)


def test_crlf_and_no_package_and_no_lock_at_all():
    assert poetry_lock.read(b'package = []\n\n[metadata]\nlock-version = "2.1"\n') == []
    text = locks.canonical(2)
    assert poetry_lock.read(text.replace("\n", "\r\n").encode()) == poetry_lock.read(text.encode())
    for broken in (
        b"\xff\xfe",
        b"package = 3",
        b"package = [3]",
        b'[[package]]\nname = 3\nversion = "1"\n',
        b"<<<<<<< HEAD",
    ):
        with pytest.raises(BadData):
            poetry_lock.read(broken)
