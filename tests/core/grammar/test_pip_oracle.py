"""guard and the real pip read the same lines, and agree: what pip accepts, what it names, what it refuses."""

import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guard.core.command import Command
from guard.core.grammar import argument, reqfile
from guard.core.grammar.pip import lines, set_versions
from guard.core.grammar.reader import Reader, Refused
from guard.core.names import normalise
from tests.core.grammar import pip_cases
from tests.core.grammar.pips import MORE, PIPS

# What guard lets through although pip refuses it: what is installed beside pip (--no-use-pep517), what is a moment in time
# to the interpreter at hand (--uploaded-prior-to).
LEFT_TO_PIP = ("without setuptools and wheel installed", "or a duration in days", "ISO 8601")
LISTS = ("requirements", "editables", "constraints", "requirements_from_scripts", "extra_index_urls")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A directory with a project, files and nested requirement files, as the generated lines name them."""
    root = tmp_path_factory.mktemp("place")
    furnish(root)
    return root


def furnish(root):
    for name in ("project", "empty", "sub"):
        (root / name).mkdir()
    (root / "project" / "setup.py").write_text("from setuptools import setup\nsetup()\n")
    (root / "file.zip").write_bytes(b"PK")
    (root / "nested.txt").write_text("nested-one==2.0\n-r sub/deep.txt\n")
    (root / "sub" / "deep.txt").write_text("# deep\ndeep-one\n-c ../limits.txt\n")
    (root / "limits.txt").write_text("limited==1\nlinked @ https://x.invalid/l.zip\n")


def reader(version, place, environ):
    one = Reader(Command("pip"), str(place), environ)
    set_versions(one, (version,))
    return one


def clean(place, extra=()):
    return dict({"HOME": str(place), "PIP_CONFIG_FILE": os.devnull}, **dict(extra))


def of_line(version, place, args, environ):
    """What guard makes of a command line, in the form in which the oracle answers."""
    one = reader(version, place, clean(place, environ))
    try:
        found = lines(one, args, "")
    except Refused as refused:
        return {"error": str(refused)}
    if not found:
        return {"command": ""}
    verb, reading = found[0]
    if reading is None:
        return {"command": verb}
    values = {key: reading.values[key] for key in LISTS if reading.values.get(key)}
    for key in ("index_url", "no_index"):
        if any(reading.values.get(key, ())):
            values[key] = reading.values[key][-1]
    if reading.values.get("dependency_groups"):
        parts = [word.rpartition(":") for word in reading.values["dependency_groups"]]
        groups = [[path if colon else "pyproject.toml", group] for path, colon, group in parts]
        values["dependency_groups"] = [group for place, group in enumerate(groups) if group not in groups[:place]]
    return {"command": verb, "args": reading.words, "values": values}


def from_pip(answer):
    """The oracle's answer without what guard does not keep."""
    if "error" in answer:
        helped = answer.get("exit", 1) in (0, None)  # --help: help is printed and pip ends well
        return {"command": "helped"} if helped else {"error": answer["error"]}
    if "python" in answer:
        return {"error": "no such interpreter"}  # none of the generated ones is there
    if answer["command"] not in ("install", "download", "wheel", "lock"):
        return {"command": answer["command"]}
    values = dict(answer["values"])
    if values.get("index_url") in ("https://pypi.org/simple", "https://pypi.python.org/simple"):
        del values["index_url"]
    groups = values.get("dependency_groups")
    if groups:  # pip runs the callback of PIP_GROUP more than once
        values["dependency_groups"] = [group for place, group in enumerate(groups) if group not in groups[:place]]
    return dict(answer, values=values)


def agree_on_line(pip, version, place, args, environ):
    said = pip.ask({"ask": "args", "args": args, "environ": clean(place, environ), "cwd": str(place)})
    wanted, got = from_pip(said), of_line(version, place, args, environ)
    if any(reason in wanted.get("error", "") for reason in LEFT_TO_PIP):
        return
    if "error" in wanted:
        assert "error" in got, (args, environ, said, got)
    elif wanted["command"] == "helped":
        assert "args" not in got and "error" not in got, (args, environ, said, got)
    else:
        if got.get("values", {}).get("index_url", "").startswith("https://pypi.org/simple"):
            del got["values"]["index_url"]
        assert got == wanted, (args, environ, said)
        if "args" in wanted:
            every = lines(Reader(Command("pip"), str(place), clean(place, environ)), args, "")
            read = [reading.words for _, reading in every if reading]
            assert wanted["args"] in read, ("where the version is not known", args, environ, said, read)


def targets(one):
    return [(target.name, target.version, bool(target.link)) for target in one.command.targets]


def pinned(made):
    """The version that pip's specifiers pin, as guard says it."""
    versions = [
        version
        for operator, version in made["specs"]
        if operator == "===" or (operator == "==" and not version.endswith(".*"))
    ]
    return versions


def later(command):
    """Whether guard refuses what pip's parser lets through and pip then stumbles over, before it asks any index."""
    return command.rejected.endswith(("there is no such file", "neither setup.py nor pyproject.toml"))


def agree_on_requirement(said, one, text, is_editable=False):
    """One argument: refused by both, or the same name and pin."""
    command = one.command
    if "error" in said:
        lenient = "wheel filename" in said["error"] or ".whl" in text  # how a wheel may be called is left to pip
        assert command.rejected or lenient, (text, said, targets(one))
        return
    if later(command):
        return
    assert not command.rejected, (text, said, command.rejected)
    if said["name"] is None:
        return  # a path or URL whose name pip learns later; guard may know it from a file name
    names = [target.name for target in command.targets]
    assert normalise(said["name"]) in names, (text, said, names)
    target = command.targets[names.index(normalise(said["name"]))]
    versions = pinned(said)
    if not said["link"] and not is_editable:
        assert len(names) == 1, (text, names)
        assert target.version in versions if versions else not target.version, (text, said, target)


def agree_on_argument(pip, version, place, text, kind):
    said = pip.ask({"ask": kind, "text": text, "cwd": str(place)})
    one = reader(version, place, clean(place))
    one.argument(text) if kind == "line" else argument.editable(one, text)
    agree_on_requirement(said, one, text, kind == "editable")


def agree_on_file(pip, version, place, content, environ):
    path = place / "req.txt"
    path.write_bytes(content.encode("utf-8"))
    said = pip.ask({"ask": "file", "path": "req.txt", "environ": clean(place, environ), "cwd": str(place)})
    one = reader(version, place, clean(place, environ))
    reqfile.read(one, "req.txt")
    if "error" in said:
        assert one.command.rejected or "http" in content or ".whl" in content, (content, environ, said, targets(one))
        return
    if later(one.command):
        return
    assert not one.command.rejected, (content, environ, said, one.command.rejected)
    wanted = {
        normalise(made["name"]) for made in said["found"] if made["name"] and (not made["constraint"] or made["link"])
    }
    assert wanted == {target.name for target in one.command.targets}, (content, environ, said)


TEXTS = st.tuples(pip_cases.requirements, st.sampled_from(("line", "line", "line", "editable")))
VARIABLES = st.sampled_from(({}, {"FOO": "foo-from-env"}, {"FOO": ""}, {"FOO": "-r nested.txt"}))


def check(version, real_pips, place, examples, derandomize=True):
    pip = real_pips(version)
    run = settings(max_examples=examples, derandomize=derandomize)
    number = ".".join(map(str, pip.version))

    @run
    @given(pip_cases.lines, pip_cases.environs)
    def on_lines(args, environ):
        agree_on_line(pip, number, place, args, environ)

    @run
    @given(TEXTS)
    def on_arguments(text):
        agree_on_argument(pip, number, place, *text)

    @run
    @given(pip_cases.files, VARIABLES)
    def on_files(content, environ):
        agree_on_file(pip, number, place, content, environ)

    return on_lines, on_arguments, on_files


@pytest.mark.parametrize("what", (0, 1, 2), ids=("lines", "arguments", "files"))
@pytest.mark.parametrize("version", PIPS)
def test_guard_reads_as_this_pip_does(version, what, real_pips, place):
    check(version, real_pips, place, 150)[what]()


@pytest.mark.long
@pytest.mark.parametrize("what", (0, 1, 2), ids=("lines", "arguments", "files"))
@pytest.mark.parametrize("version", PIPS + MORE)
def test_guard_reads_as_this_pip_does_for_long(version, what, real_pips, place):
    check(version, real_pips, place, 3000, derandomize=False)[what]()
