"""Guard and the real parsers of pipx and pdm take the same words for requirements; uv's table is what uv prints."""

import json
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.core.command import Invocation
from guard.core.grammar import other_args, other_options, read
from guard.core.names import is_name, normalise
from tests.core.grammar import pip_cases
from tests.core.grammar.test_pip_oracle import furnish
from tests.core.grammar_others import derive
from tests.support.tools import clean_environment

TAKEN = {
    ("pipx", "install"): ["package_spec"],
    ("pipx", "inject"): ["package", "dependencies"],
    ("pipx", "upgrade"): ["packages"],
    ("pdm", "add"): ["packages"],
    ("pdm", "remove"): ["packages"],
    ("pdm", "update"): ["packages"],
}
WORDS = [
    "alpha", "beta==1", "gamma[x]", "--", "-", "-v", "-q", "-vq", "--verbose", "--verb", "--quiet", "-i",
    "https://host/simple", "-f",
    "-i=https://host/simple", "--index-url=https://host/s", "--index-url", "--pip-args", "--pip-args=-q", "-q --pre",
    "--python", "3.11",
    "--suffix", "@x", "--force", "--forc", "--inc", "--include-deps", "--preinstall", "-e", "--editable", "-r",
    "req.txt", "--spec",
    "-d", "-G", "test", "-dG", "-Gtest", "--group=test", "--dev", "--no-s", "--no-self", "--prod", "-p", ".", "-L",
    "x.lock", "-u",
    "--save-exact", "--prerelease", "-x", "--nonsense", "--nonsense=1", "-Z", "--skip", "-C", "a=b", "--venv", "-1",
    "--dry-run", "",
]  # fmt: skip


class Parser:
    def __init__(self, name, cwd="/"):
        self.name = name
        words = [derive.tool(name).parent / "python", derive.HERE / "oracle.py", name]
        environment = clean_environment(PYTHONDONTWRITEBYTECODE="1")
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=cwd
        )

    def ask(self, line):
        self.process.stdin.write(json.dumps(line) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module", params=["pipx", "pdm"])
def parser(request):
    parser = Parser(request.param)
    yield parser
    parser.process.stdin.close()
    parser.process.wait(timeout=30)


def compare(parser, verb, words):
    said = parser.ask([verb, *words])
    if said is None:
        return  # the tool refuses the line and installs nothing
    specs = getattr(other_options, parser.name.upper())
    name, _, rest = other_args.command([verb, *words], specs, abbreviate=True)
    read = other_args.parse(rest, specs[verb], abbreviate=True)
    taken = []
    for attribute in TAKEN[parser.name, verb]:
        taken += said[attribute] if isinstance(said[attribute], list) else [said[attribute]]
    assert name == verb and not read.strange and not read.error
    # Which of several ``--`` stays a word differs between Python releases; it names nothing either way.
    assert sorted(word for word in read.words if word != "--") == sorted(word for word in taken if word != "--")


SHORT = settings(
    max_examples=600, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
LINES = st.lists(st.sampled_from(WORDS), max_size=6)


@SHORT
@given(data=st.data())
def test_words_are_taken_as_the_real_parser_takes_them(parser, data):
    verb = data.draw(st.sampled_from([verb for name, verb in TAKEN if name == parser.name]))
    compare(parser, verb, data.draw(LINES))


@pytest.mark.long
@settings(SHORT, max_examples=20000, derandomize=False)
@given(data=st.data())
def test_words_in_the_long_run(parser, data):
    verb = data.draw(st.sampled_from([verb for name, verb in TAKEN if name == parser.name]))
    compare(parser, verb, data.draw(LINES))


@pytest.fixture(scope="module", params=["pipx", "pdm"])
def placed(request, tmp_path_factory):
    """A parser whose working directory holds what the generated requirements name."""
    place = tmp_path_factory.mktemp("place")
    furnish(place)
    parser = Parser(request.param, place)
    yield parser, place
    parser.process.stdin.close()
    parser.process.wait(timeout=30)


def compare_requirement(placed, text):
    """Where the tool takes a requirement and knows its name, guard names it so or sees that it cannot read it."""
    parser, place = placed
    said = parser.ask(text)
    if said is None:
        return
    verb = "add" if parser.name == "pdm" else "install"
    command = read.read(Invocation(parser.name, [verb, "--", text], {"HOME": "/nonexistent"}, str(place)))
    if said and is_name(said):
        names = [target.name for target in command.targets]
        # Where a name stands before a URL that states another, one of the two is enough: it comes from no index.
        twice = "@" in text.partition(":")[0]
        assert normalise(said) in names or command.unseen or (twice and names), (text, said, command.rejected)


@SHORT
@given(pip_cases.requirements)
def test_a_requirement_is_named_as_the_real_tool_names_it(placed, text):
    compare_requirement(placed, text)


@pytest.mark.long
@settings(SHORT, max_examples=10000, derandomize=False)
@given(pip_cases.requirements)
def test_a_requirement_is_named_as_the_real_tool_names_it_in_the_long_run(placed, text):
    compare_requirement(placed, text)


def test_every_option_of_uv_in_the_table_has_the_arity_that_uv_gives_it():
    uv = derive.tool("uv")
    kinds, _ = other_args.table(other_options.UV["pip install"])
    for name, kind in kinds.items():
        done = subprocess.run(
            [uv, "pip", "install", "--" + name],
            capture_output=True,
            text=True,
            env=clean_environment(),
            cwd="/",
            check=False,
        )
        assert ("a value is required" in done.stderr) == (kind == "="), (name, done.stderr)
        assert "unexpected argument" not in done.stderr, name
