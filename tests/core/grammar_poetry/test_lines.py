"""Guard and the real poetries are given the same lines: which command is it, and what are its arguments?"""

import pytest
from hypothesis import given

from guard.core.command import Invocation
from guard.core.grammar import cleo, poetry
from tests.core.grammar_poetry import poetries, words
from tests.core.grammar_poetry.conftest import LONG, SHORT


def compare_line(oracle, line):
    said = oracle.ask(line=line)
    read = cleo.read(line, poetries.number(oracle.version))
    if said["idle"] or read.idle:
        assert read.idle == said["idle"] or said["error"], (said, vars_of(read))
        return
    places = [oracle.home / read.option("directory"), oracle.home / read.option("directory") / read.option("project")]
    if not all(place.is_dir() for place in places):
        return  # poetry 2 stops at a directory that is not there
    if said["error"] and any(mixed_cluster(word) for word in line):
        return  # argparse before Python 3.12 refuses what later ones leave to cleo
    assert bool(read.error) == said["error"], (said, vars_of(read))
    if said["error"]:
        return
    if (read.verb, said["verb"]) == ("debug", "debug info"):
        return  # poetry 1.1 runs that one behind a bare ``debug``; neither installs anything
    assert read.verb == said["verb"]
    if read.verb == "run":
        assert read.rest == [word for word in said["arguments"]["args"]]
        return
    arguments = {key: value for key, value in read.arguments.items() if not key.startswith(("command", "word"))}
    assert arguments == {key: value for key, value in said["arguments"].items() if value}
    assert {key: read.option(key) for key in ("directory", "project") if read.option(key)} == said["project"]


def mixed_cluster(word):
    """Shortcuts of the application's own, and others behind them: ``-nD``."""
    return len(word) > 2 and word[0] == "-" and word[1] in "hqVn"


def vars_of(line):
    return {slot: getattr(line, slot) for slot in line.__slots__}


@SHORT
@given(line=words.line)
def test_lines_are_read_as_poetry_reads_them(oracle, line):
    compare_line(oracle, line)


PLACES = [
    [],
    ["-C", "sub"],
    ["-C", "./sub/"],
    ["-C", ".."],
    ["-Csub/deep"],
    ["-P", "sub"],
    ["-P", ".."],
    ["-C", "sub", "-P", "deep"],
]


def test_the_project_is_found_where_poetry_finds_it(oracle, tmp_path):
    (tmp_path / "top" / "sub" / "deep").mkdir(parents=True)
    (tmp_path / "top" / "sub" / "sub").mkdir()
    for projects in (["top"], ["top/sub"], ["top", "top/sub/sub"], ["top", "top/sub/deep"], ["."], []):
        for project in projects:
            (tmp_path / project / "pyproject.toml").touch()
        for cwd in ("top", "top/sub"):
            for place in PLACES:
                line = [*place, "install"]
                said = oracle.ask(line=line, cwd=str(tmp_path / cwd))
                if said.get("root") is None or said["error"]:
                    continue  # an option this version has not, a directory that is not there
                read = poetry.read(
                    Invocation("poetry", line, {}, str(tmp_path / cwd), str(poetries.script(oracle.version)))
                )
                assert read.project == said["root"], (projects, cwd, place)
        for project in projects:
            (tmp_path / project / "pyproject.toml").unlink()


@pytest.mark.long
@LONG
@given(line=words.line)
def test_lines_in_the_long_run(oracle, line):
    compare_line(oracle, line)
