"""What plain_toml reads, it reads as tomllib does; what it does not read goes to the process apart."""

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.core.errors import BadData
from guard.core.grammar import plain_toml
from guard.core.grammar.plain_toml import Deviation

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PROJECT = """\
# A project as people write them.
[project]
name = "thing"
version = "1.0"
dependencies = [
  "alpha>=1", # why
  'beta ; python_version < "3"',
]
optional-dependencies = { docs = ["sphinx"], "more.docs" = [] }

[project.urls]
home.page = "x"
home.issues = "y \\"quoted\\" and \\\\ so on"

[tool.poetry.dependencies]
python = "^3.8"
gamma = {version = "^1", extras = ["a", "b"], x.y = 3, optional = true}
delta = [
    {version = "1", markers = "x"},
    {git = "https://host/x.git"},
]
"ruamel.yaml" = "*"

[[tool.poetry.source]]
name = "private"
url = "https://private.invalid/simple"
[[tool.poetry.source]]
name = 'other'

[tool.poetry.group.dev.dependencies]
pytest = "*"

[tool.text]
many = \"\"\"
first
  "second" \"\"\"
literal = '''a 'quoted' word'''
ratio = 1.5
count = 0
fail = false

[build-system]
requires = ["poetry-core"]
"""
PIECES = [
    '"', "'", "\n", "[", "]", "{", "}", "=", ".", "#", ",", "\\", " ", "\t", "\r", "a", "b", "é", "\u00a0", "\x7f",
    "\ufeff", '"""', "'''",
    "1", "0", "-", "+", "_", "e", "1979-05-27", "true", "inf", "[tool.poetry]\n", "[[tool.poetry.source]]\n",
    "a.b = 2\n", "[project]\n",
    "[tool]\n", "[a.b]\n", "[a]\n", "[[a]]\n", "[a.b.c]\n", "x = {a.b = 1}\n", "[x.a]\n", "[x]\n", "x.b = 1\n",
    "[project.urls.home]\n",
    '\\"', "\\u0041", "\\n", "\\x41", "[tool.poetry.dependencies.gamma]\n", "[[tool.poetry.dependencies.delta]]\n",
    "[project.optional-dependencies]\n",
]  # fmt: skip


@st.composite
def documents(draw):
    lines = PROJECT.split("\n")
    if draw(st.booleans()):
        lines = draw(st.permutations(lines))[: draw(st.integers(1, len(lines)))]
    text = "\n".join(lines)
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(PIECES)) + text[at + draw(st.sampled_from([0, 0, 1, 3])) :]
    return text


def agree(text):
    try:
        read = plain_toml.plain(text.encode())
    except Deviation:
        return
    assert read == tomllib.loads(text)


@settings(max_examples=2000, derandomize=True, deadline=None, database=None)
@given(documents())
def test_what_is_read_is_what_tomllib_reads(text):
    agree(text)


@pytest.mark.long
@settings(max_examples=100000, deadline=None, database=None)
@given(documents())
def test_what_is_read_is_what_tomllib_reads_in_the_long_run(text):
    agree(text)


def test_a_project_as_people_write_them_needs_no_process_apart():
    assert plain_toml.plain(PROJECT.encode()) == tomllib.loads(PROJECT)
    assert plain_toml.plain(PROJECT.replace("\n", "\r\n").encode()) == tomllib.loads(PROJECT)


@pytest.mark.parametrize(
    "text", ["a = 1979-05-27", 'a = "\\u0041"', "a = 1e3", "a = -1", "\ufeffa = 1", "a = [1]\n[b]\n[[c]]\nd = 1e1"]
)
def test_the_rest_is_parsed_apart(text):
    with pytest.raises(Deviation):
        plain_toml.plain(text.encode())
    assert next(iter(plain_toml.read(text.encode()))) == "a"


@pytest.mark.parametrize(
    "data",
    [b"a = ", b"a = 1\na = 2", b"[a]\n[a]", b"\xff", b"a", b"[[a]", b'a = "x', b"= 1", b"a = [", b"a = {b = 1,}\n\x00"],
)
def test_what_is_no_toml_is_bad_data(data):
    with pytest.raises(BadData):
        plain_toml.read(data)
