"""Whether another index could answer for an internal name: told from what real tools are configured to ask."""

import json
import subprocess

import pytest

from guard.core.grammar.pyproject import poetry_indexes
from tests.core.grammar_poetry import poetries

OWN = "https://pypi.acme.example/simple"
ELSEWHERE = "https://elsewhere.example/simple"
SETTINGS = '[names]\ninternal = ["acme-*"]\ninternal_indexes = ["%s"]\n' % OWN
NAME = "acme-billing"
PUBLIC = "the public index"
ALSO_PUBLIC = "also asks https://pypi.org/simple"
ALSO = "also asks " + ELSEWHERE


@pytest.fixture
def acme(guarded):
    guarded.settings(SETTINGS)
    return guarded


def said(guarded, line, cwd, **environ):
    """{name: reason} of the confusions that ``guard check --json`` reports."""
    answer = guarded.check(*line.split(), cwd=cwd, **environ)
    assert answer["names"], answer
    assert answer["exit"] == (1 if answer["findings"] else 0), answer
    return {found["name"]: found["reason"] for found in answer["findings"] if found["kind"] == "confusion"}


def holds(guarded, line, why, cwd, **environ):
    found = said(guarded, line, cwd, **environ)
    assert (list(found) == [NAME] and found[NAME].endswith(why)) if why else not found, found


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("", PUBLIC),
        ("--no-index", ""),
        ("--no-index --find-links dist", ""),
        ("--no-index --find-links " + ELSEWHERE, ALSO),
        ("--no-index --find-links " + OWN, ""),
        ("--no-index --extra-index-url " + ELSEWHERE, ""),
        ("-i %s" % OWN, ""),
        ("-i %s -f dist" % OWN, ""),
        ("-i %s -f %s" % (OWN, ELSEWHERE), ALSO),
        ("-i %s --extra-index-url %s" % (OWN, ELSEWHERE), ALSO),
        ("--extra-index-url " + OWN, ALSO_PUBLIC),
        ("-f " + OWN, ALSO_PUBLIC),
        (f"-i {OWN} -f {OWN}", ""),
    ],
)
def test_options_of_pip_and_uv(acme, tmp_path, line, why):
    for tool in ("pip", "uv pip"):
        holds(acme, "%s install %s %s" % (tool, line, NAME), why, tmp_path)


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"PIP_NO_INDEX": "1"}, ""),
        ({"PIP_NO_INDEX": "0"}, PUBLIC),
        ({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "dist " + ELSEWHERE}, ALSO),
        ({"PIP_INDEX_URL": OWN}, ""),
        ({"PIP_INDEX_URL": OWN, "PIP_FIND_LINKS": ELSEWHERE}, ALSO),
    ],
)
def test_variables_of_pip(acme, tmp_path, environ, why):
    for line in ("pip install ", "pipx install "):  # pipx starts a pip, which reads them too
        holds(acme, line + NAME, why, tmp_path, **environ)


@pytest.mark.parametrize(
    ("text", "why"),
    [("no-index = true", ""), ("no-index = false", PUBLIC), ("no-index = yes\nfind-links = " + ELSEWHERE, ALSO)],
)
def test_configuration_of_pip(acme, tmp_path, text, why):
    (tmp_path / "pip.conf").write_text("[global]\n%s\n" % text)
    holds(acme, "pip install " + NAME, why, tmp_path, PIP_CONFIG_FILE=tmp_path / "pip.conf")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("--no-index\n", ""),
        ("--no-index\n-f %s\n" % ELSEWHERE, ALSO),
        ("-f %s\n--no-index\n" % ELSEWHERE, ALSO),
        ("-i %s\n" % OWN, ""),
        ("-f %s\n-i %s\n" % (ELSEWHERE, OWN), ALSO),
        (f"-i {OWN}\n-f {OWN}\n--extra-index-url {OWN}\n", ""),
    ],
)
def test_lines_of_a_requirement_file(acme, tmp_path, text, why):
    (tmp_path / "r.txt").write_text(text + NAME + "\n")
    holds(acme, "pip install -r r.txt", why, tmp_path)
    holds(acme, "uv pip install -r r.txt", why, tmp_path)


@pytest.mark.parametrize(
    ("table", "line", "why"),
    [
        ("no-index = true", "", ""),
        ("no-index = true", "-i " + ELSEWHERE, ""),
        ("no-index = true", "--no-config", PUBLIC),
        ('no-index = true\nfind-links = ["dist", "%s"]' % ELSEWHERE, "", ALSO),
        ('index-url = "%s"' % OWN, "", ""),
        ('index-url = "%s"' % OWN, "--index " + ELSEWHERE, ALSO),  # uv joins its tables with the options
        ('extra-index-url = ["%s"]' % ELSEWHERE, "-i " + OWN, ALSO),
        ("", "--index " + OWN, ALSO_PUBLIC),
        ('[[tool.uv.index]]\nname = "acme"\nurl = "%s"' % OWN, "", ALSO_PUBLIC),
        ('[[tool.uv.index]]\nname = "acme"\nurl = "%s"\ndefault = true' % OWN, "", ""),
        ('[[tool.uv.index]]\nname = "acme"\nurl = "%s"\nexplicit = true' % OWN, "", PUBLIC),
    ],
)
def test_tables_of_uv(acme, tmp_path, table, line, why):
    (tmp_path / "pyproject.toml").write_text("[tool.uv]\n%s\n" % table)
    holds(acme, "uv pip install %s %s" % (line, NAME), why, tmp_path)


def test_a_dependency_that_names_its_index_in_uv(acme, tmp_path):
    project = '[project]\nname = "own"\nversion = "1"\ndependencies = ["acme-billing", "acme-other"]\n'
    index = '[[tool.uv.index]]\nname = "acme"\nurl = "%s"\nexplicit = true\n' % OWN
    (tmp_path / "pyproject.toml").write_text(project + index + '[tool.uv.sources]\nacme-billing = {index = "acme"}\n')
    assert list(said(acme, "uv sync", tmp_path)) == ["acme-other"]


@pytest.mark.parametrize(
    "tables",
    [
        '[tool.uv.sources]\na = {index = ["x"]}\n',
        "[tool.uv.sources]\na = {index = {x = 1}}\n",
        '[[tool.uv.index]]\nname = ["a"]\nurl = "https://x.example/simple"\n',
        "[tool.uv]\nsources = 3\npip = 4\nindex = 5\n",
    ],
)
def test_tables_of_uv_that_are_nonsense_stop_nothing(acme, tmp_path, tables):
    (tmp_path / "pyproject.toml").write_text(tables)
    answer = acme.check("uv", "pip", "install", "typoguard-test-blocked", cwd=tmp_path)
    assert answer["verdict"] == "block", answer


@pytest.mark.parametrize(
    ("words", "environ", "why"),
    [
        ("--no-config", {}, ""),
        ("", {"UV_NO_SOURCES": "0"}, ""),
        ("", {"UV_NO_SOURCES": "true"}, PUBLIC),
        ("--no-sources-package other", {}, ""),
        ("--no-sources-package acme_billing", {}, PUBLIC),
        ("", {"UV_NO_SOURCES_PACKAGE": "other acme-billing"}, PUBLIC),
    ],
)
def test_when_uv_goes_by_the_sources_of_a_project(acme, tmp_path, words, environ, why):
    project = '[project]\nname = "own"\nversion = "1"\ndependencies = ["acme-billing"]\n'
    index = '[[tool.uv.index]]\nname = "acme"\nurl = "%s"\nexplicit = true\n' % OWN
    (tmp_path / "pyproject.toml").write_text(project + index + '[tool.uv.sources]\nacme-billing = {index = "acme"}\n')
    holds(acme, "uv sync " + words, why, tmp_path, **environ)


def test_a_configuration_file_of_uv_stands_in_place_of_all_tables(acme, tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.uv]\nextra-index-url = ["%s"]\n' % ELSEWHERE)
    (tmp_path / "own.toml").write_text('index-url = "%s"\n' % OWN)
    holds(acme, "uv pip install --no-config --config-file own.toml " + NAME, "", tmp_path)
    holds(acme, "uv pip install " + NAME, "", tmp_path, UV_CONFIG_FILE="own.toml")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ('{index = "acme"}', "--no-sources"),
        ('{index = "acme", marker = "sys_platform == \'linux\'"}', ""),
        ('[{index = "acme", group = "x"}]', ""),
    ],
)
def test_a_source_that_uv_does_not_go_by_everywhere(acme, tmp_path, source, words):
    project = '[project]\nname = "own"\nversion = "1"\ndependencies = ["acme-billing"]\n'
    index = '[[tool.uv.index]]\nname = "acme"\nurl = "%s"\nexplicit = true\n' % OWN
    (tmp_path / "pyproject.toml").write_text(project + index + "[tool.uv.sources]\nacme-billing = %s\n" % source)
    (tmp_path / "r.txt").write_text(NAME + "\n")
    holds(acme, "uv sync " + words, PUBLIC, tmp_path)
    holds(acme, "uv pip install -r r.txt " + words, PUBLIC, tmp_path)


def test_what_holds_for_uv_pip_holds_for_no_other_command_of_uv(acme, tmp_path):
    project = '[project]\nname = "own"\nversion = "1"\ndependencies = ["acme-billing"]\n[tool.uv.pip]\n'
    (tmp_path / "pyproject.toml").write_text(project + 'no-index = true\nindex-url = "%s"\n' % OWN)
    holds(acme, "uv sync", PUBLIC, tmp_path)
    holds(acme, "uv pip install " + NAME, "", tmp_path)


def test_each_variable_of_uv_counts_beside_the_other_option(acme, tmp_path):
    line = "uv pip install --default-index %s --index %s %s" % (OWN, OWN, NAME)
    holds(acme, line, "", tmp_path)
    holds(acme, line, ALSO, tmp_path, UV_EXTRA_INDEX_URL=ELSEWHERE)


def test_what_pipx_runs_in_an_environment(acme, tmp_path):
    holds(acme, "pipx runpip tool install -i %s %s" % (OWN, NAME), "", tmp_path)
    line = "pipx runpip tool install --extra-index-url %s %s" % (ELSEWHERE, NAME)
    holds(acme, line, ALSO, tmp_path, PIP_INDEX_URL=OWN)


@pytest.mark.parametrize(
    ("tables", "environ", "why"),
    [
        ("", {}, PUBLIC),
        ('[[tool.pdm.source]]\nname = "acme"\nurl = "%s"\n' % OWN, {}, ALSO_PUBLIC),  # beside the default one
        ('[[tool.pdm.source]]\nname = "pypi"\nurl = "%s"\n' % OWN, {}, ""),
        ("", {"PDM_PYPI_URL": OWN}, ""),
    ],
)
def test_sources_of_pdm(acme, tmp_path, tables, environ, why):
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1"\n' + tables)
    holds(acme, "pdm add " + NAME, why, tmp_path, **environ)


def test_what_pdm_has_stored(acme, tmp_path):
    source = '[[tool.pdm.source]]\nname = "pypi"\nurl = "%s"\n' % OWN
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1"\n' + source)
    (tmp_path / "pdm.toml").write_text('[pypi.other]\nurl = "%s"\n' % ELSEWHERE)
    holds(acme, "pdm add " + NAME, ALSO, tmp_path)
    holds(acme, "pdm add " + NAME, "", tmp_path, PDM_IGNORE_STORED_INDEX="1")


def test_pdm_that_ignores_its_default_index(acme, tmp_path):
    source = '[[tool.pdm.source]]\nname = "acme"\nurl = "%s"\n' % OWN
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1"\n' + source)
    (tmp_path / "pdm.toml").write_text("[pypi]\nignore_stored_index = true\n")
    holds(acme, "pdm add " + NAME, "", tmp_path)


POETRY = """\
[tool.poetry]
name = "own"
version = "1"
description = ""
authors = []
[tool.poetry.dependencies]
python = "*"
acme-billing = {version = "*", source = "acme"}
acme-other = "*"
[[tool.poetry.source]]
name = "acme"
url = "%s"
priority = "%s"
"""


def test_a_poetry_source_holds_for_whom_it_is_named(acme, tmp_path):
    (tmp_path / "pyproject.toml").write_text(POETRY % (OWN, "explicit"))
    assert list(said(acme, "poetry lock", tmp_path)) == ["acme-other"]
    assert list(said(acme, "poetry add acme-new", tmp_path)) == ["acme-new"]
    assert not said(acme, "poetry add --source acme acme-new", tmp_path)
    (tmp_path / "pyproject.toml").write_text(POETRY % (OWN, "primary"))
    assert not said(acme, "poetry lock", tmp_path)
    (tmp_path / "pyproject.toml").write_text(POETRY % (ELSEWHERE, "explicit"))
    assert sorted(said(acme, "poetry lock", tmp_path)) == [NAME, "acme-other"]


def test_what_poetry_has_locked_comes_from_where_it_was_found(acme, tmp_path):
    package = '[[package]]\nname = "%s"\nversion = "1"\ndescription = ""\noptional = false\npython-versions = "*"\n'
    package += "files = []\n\n"
    source = '[package.source]\ntype = "legacy"\nurl = "%s"\nreference = "acme"\n\n' % OWN
    lock = package % "acme-far" + source + package % "acme-near" + '[metadata]\nlock-version = "2.0"\n'
    (tmp_path / "pyproject.toml").write_text(POETRY % (OWN, "explicit"))
    (tmp_path / "poetry.lock").write_text(lock + 'python-versions = "*"\ncontent-hash = "0"\n')
    assert list(said(acme, "poetry install", tmp_path)) == ["acme-near"]
    assert list(said(acme, "poetry update", tmp_path)) == ["acme-far", "acme-near"]  # it resolves anew
    public = '[[tool.poetry.source]]\nname = "PyPI"\npriority = "explicit"\n'
    (tmp_path / "pyproject.toml").write_text(POETRY % (OWN, "primary") + public)
    assert list(said(acme, "poetry install", tmp_path)) == ["acme-near"]  # what names no source came from there


POOL = """
import json, sys
from poetry.factory import Factory
from poetry.repositories.pypi_repository import PyPiRepository
from pathlib import Path
pool = Factory().create_poetry(Path(sys.argv[1])).pool
print(json.dumps([None if type(one) is PyPiRepository else one.url for one in pool.repositories]))
"""


def source(name="acme", url=OWN, **more):
    return dict({"name": name, "url": url}, **more)


SOURCES = {
    "none": [],
    "plain": [source()],
    "two": [source(), source("more", ELSEWHERE)],
    "default": [source(default=True)],
    "secondary": [source(secondary=True)],
    "primary": [source(priority="primary")],
    "default by priority": [source(priority="default")],
    "supplemental": [source(priority="supplemental")],
    "explicit": [source(priority="explicit")],
    "primary and supplemental": [source(priority="primary"), source("more", ELSEWHERE, priority="supplemental")],
    "default and explicit": [source(default=True), source("more", ELSEWHERE, priority="explicit")],
    "PyPI behind": [source(), {"name": "PyPI", "priority": "supplemental"}],
    "PyPI explicit": [source(priority="explicit"), {"name": "PyPI", "priority": "explicit"}],
}


@pytest.mark.parametrize("version", poetries.parameters(poetries.EVERY))
def test_which_indexes_each_poetry_asks(version, tmp_path):
    python = poetries.python(version)
    compared = 0
    for label, sources in SOURCES.items():
        text = POETRY.partition("acme-billing")[0]
        for one in sources:
            text += "[[tool.poetry.source]]\n" + "".join("%s = %s\n" % (k, json.dumps(v)) for k, v in one.items())
        (tmp_path / "pyproject.toml").write_text(text)
        done = subprocess.run([python, "-c", POOL, tmp_path], env=poetries.environment(HOME=tmp_path),
                              capture_output=True, text=True, check=False)  # fmt: skip
        if done.returncode:
            continue  # this version refuses such a source
        asked = [url or "https://pypi.org/simple" for url in json.loads(done.stdout.splitlines()[-1])]
        found = poetry_indexes({"tool": {"poetry": {"source": sources}}}, poetries.number(version))
        assert (found or ["https://pypi.org/simple"]) == (asked or ["--no-index"]), label
        compared += 1
    assert compared >= (7 if poetries.number(version) >= (1, 5) else 5)  # an older one refuses every ``priority``
