"""What the real uv would install, and what guard says it would: the same names. Nothing is asked but a local folder."""

import re
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guard.core.command import Invocation
from guard.core.grammar import read
from guard.core.names import normalise
from tests.core.grammar import pip_cases
from tests.core.grammar_others import derive
from tests.support import packages
from tests.support.tools import clean_environment

NAMES = ("foo", "Foo-Bar", "z9", "nested-one", "deep-one", "foo-from-env", "limited")
PYPROJECT = """\
[project]
name = "own-project"
version = "1.0"
dependencies = ["foo"]
[dependency-groups]
dev = ["z9", {include-group = "more"}]
more = ["deep-one"]
"""
FILES = {
    "req.txt": "nested-one\nz9==1.0 # why\n",
    "nested.txt": "nested-one==1.0\n-r sub/deep.txt\n",
    "sub/deep.txt": "deep-one\n-c ../limits.txt\n",
    "limits.txt": "limited==1\n",
    "tool.py": "# /// script\n# dependencies = ['deep-one']\n# ///\n",
    "project/pyproject.toml": PYPROJECT,
    "pyproject.toml": PYPROJECT,
    "extras/pyproject.toml": PYPROJECT + "[project.optional-dependencies]\nmore = ['nested-one']\nless = ['limited']\n",
}
# Words that belong together; those of uv's own making too, and its options under the names that no help text shows.
PIECES = (
    ["foo"], ["Foo_Bar==1.0"], ["foo.bar>=1,<2"], ["z9[x]"], ["z9 ; python_version > '3'"], ["foo==1.*"], ["./wheels/z9-1.0-py3-none-any.whl"],
    ["foo @ file:wheels/foo-1.0-py3-none-any.whl"], ["-r", "req.txt"], ["-rreq.txt"], ["-r=req.txt"], ["--requirements=req.txt"],
    ["--requirement", "req.txt"], ["--requirement=nested.txt"], ["-r", "tool.py"], ["-r", "nested.txt"], ["-Ur", "req.txt"], ["-r"], ["--"],
    ["-c", "limits.txt"], ["--constraint", "limits.txt"], ["--override", "limits.txt"], ["-P", "deep-one"], ["-Pdeep-one"],
    ["--upgrade-package", "deep-one"], ["--reinstall-package=deep-one"], ["--trusted-host", "z9"], ["--allow-insecure-host=z9"],
    ["--python-preference", "system"], ["--no-system"], ["--pre"], ["--no-deps"], ["--deps"], ["-v"], ["-Uv"], ["-"], ["--color", "never"],
    ["--config-settings", "foo=bar"], ["-C", "a=b"], ["--link-mode=copy"], ["-f", "wheels"], ["--strict"], ["--no-build-isolation"],
    ["--group", "dev"], ["--group", "more"], ["--group=project/pyproject.toml:more"], ["--no-binary", "deep-one"], ["--req", "req.txt"],
    ["--unheard-of"], ["--index-strategy", "first-index"], ["--only-binary=:all:"], ["install"], ["-e"], ["--user"], ["--python-version", "3.13"],
    ["-r", "pyproject.toml"], ["--extra", "x"], ["--no-progress"], ["-n"], ["--no-cache-dir"], ["--exclude", "limits.txt"],
)  # fmt: skip
LINES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=5).map(
    lambda pieces: [w for piece in pieces for w in piece]
)
# A name behind a false marker is a name to guard; to uv only a line feed or carriage return ends a line, to pip more;
# what a constraint file includes with ``-r`` is a requirement to pip.
MORE = ("python_version<'3'", "-c ", "--constraint", "\x85", "\x0c", "\u2028")
UNREACHABLE = ("http:", "https:", "git+", "x.invalid")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    root = tmp_path_factory.mktemp("uv")
    (root / "wheels").mkdir()
    for name in NAMES:
        packages.wheel(root / "wheels", name)
    for name, text in FILES.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    return root


def uv(place, *words, cwd=None, **more):
    environment = clean_environment(
        HOME=place, UV_CACHE_DIR=place / "cache", UV_OFFLINE="1", UV_NO_INDEX="1", UV_FIND_LINKS=place / "wheels",
        UV_PYTHON=derive.tool("uv").parent / "python", UV_PYTHON_DOWNLOADS="never", FOO="foo-from-env", **more,
    )  # fmt: skip
    return subprocess.run([derive.tool("uv"), *words], cwd=cwd or place, env=environment, capture_output=True, text=True,
                          check=False, timeout=60, stdin=subprocess.DEVNULL)  # fmt: skip


def guard(place, *words):
    command = read.read(Invocation("uv", list(words), {"HOME": str(place), "FOO": "foo-from-env"}, str(place)))
    return command, set(command.names())


def would_install(done):
    return {normalise(name) for name in re.findall(r"^ \+ ([\w.-]+)", done.stderr, re.M)}


def agree(place, *words):
    """Where uv would install, guard names the same and refuses nothing; a word uv does not know, guard does not."""
    done = uv(place, "pip", "install", "--dry-run", "--target", "t", *words)
    command, names = guard(place, "pip", "install", "--dry-run", "--target", "t", *words)
    if done.returncode == 0:
        unseen = [part for part in command.unseen if part.text != "-"]  # guard leaves standard input to uv
        said = (words, done.stderr, command.rejected, command.unseen)
        assert names == would_install(done) and not command.rejected and not unseen, said
    elif "unexpected argument" in done.stderr or "a value is required" in done.stderr:
        assert command.rejected or command.unseen, (words, done.stderr)


def agree_on_file(place, content):
    """uv warns of an option that it does not know in a file, where guard has seen a part it cannot read."""
    if any(word in content for word in UNREACHABLE):
        return
    (place / "made.txt").write_bytes(content.encode())
    done = uv(place, "pip", "install", "--dry-run", "--target", "t", "-r", "made.txt")
    command, names = guard(place, "pip", "install", "--target", "t", "-r", "made.txt")
    if done.returncode == 0:
        said = (content, done.stderr, names, command.rejected)
        assert not command.rejected and names >= would_install(done), said
        assert names == would_install(done) or any(word in content for word in MORE), said


SHORT = settings(
    max_examples=80, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@SHORT
@given(LINES)
def test_uv_would_install_what_guard_names(place, words):
    agree(place, *words)


@SHORT
@given(pip_cases.files)
def test_uv_reads_a_requirement_file_as_guard_does(place, content):
    agree_on_file(place, content)


@pytest.mark.long
@settings(SHORT, max_examples=4000, derandomize=False)
@given(LINES)
def test_uv_would_install_what_guard_names_in_the_long_run(place, words):
    agree(place, *words)


@pytest.mark.long
@settings(SHORT, max_examples=2000, derandomize=False)
@given(pip_cases.files)
def test_uv_reads_a_requirement_file_as_guard_does_in_the_long_run(place, content):
    agree_on_file(place, content)


# Each is run by the real uv, which says in its log what it asks its resolver for.
RESOLVED = (
    ["run", "--no-project", "--with", "foo>=1,<2,z9", "python", "-c", "1"],
    ["run", "--no-project", "--with", "foo[a,b] , z9==1.0", "-w", "deep-one", "--", "python", "-c", "1"],
    ["run", "--no-project", "--with-requirements", "req.txt", "python", "-c", "1"],
    ["run", "--no-project", "--with=foo", "tool.py"],
    ["run", "--no-project", "tool.py", "--with", "foo"],
    ["run", "--no-project", "-s", "tool.py"],
    ["run", "--no-project", "--python-preference", "system", "--with", "foo", "python", "-c", "1"],
    ["tool", "run", "foo"],
    ["tool", "run", "foo@1.0"],
    ["tool", "run", "foo[x]@1.0"],
    ["tool", "run", "Foo_Bar@latest", "z9"],
    ["tool", "run", "--from", "foo==1.0", "z9", "--with", "deep-one"],
    ["tool", "run", "--with", "z9", "--with-requirements", "req.txt", "foo"],
    ["tool", "run", "python@3.11", "-c", "1"],
    ["tool", "run", "./wheels/z9-1.0-py3-none-any.whl"],
    ["tool", "install", "foo", "--with", "z9,deep-one"],
    ["tool", "install", "foo@1.0", "--with-executables-from", "z9,deep-one"],
    ["tool", "install", "--from", "foo", "foo"],
    ["tool", "install", "-c", "limits.txt", "--force-reinstall", "foo"],
    ["pip", "compile", "req.txt", "pyproject.toml"],
    ["pip", "compile", "tool.py", "--group", "dev"],
    ["pip", "compile", "--extra", "more", "--output-file", "z9", "extras/pyproject.toml"],
    ["pip", "compile", "--all-extras", "extras/pyproject.toml"],
    ["lock", "--script", "tool.py"],
)  # fmt: skip


@pytest.mark.parametrize("words", RESOLVED, ids=" ".join)
def test_what_uv_asks_its_resolver_for_is_what_guard_names(place, words):
    done = uv(place, "-v", *words, UV_NO_CACHE="1")  # with a cache the environment of a script is kept
    resolved = {normalise(name) for name in re.findall(r"Adding direct dependency: ([\w.-]+)", done.stderr)}
    command, names = guard(place, *words)
    assert names == resolved and not command.rejected and not command.unseen, done.stderr


@pytest.mark.parametrize("word", ["https://127.0.0.1:9/tool.py", "-"])
def test_a_script_from_elsewhere_is_unseen(place, word):
    assert guard(place, "run", word)[0].unseen


ADDED = (
    ["foo"], ["Foo_Bar>=1,<2", "z9[x]"], ["--dev", "foo"], ["--group", "lint", "z9"], ["--optional", "x", "deep-one"],
    ["-r", "req.txt"], ["--requirement=req.txt", "foo"], ["foo", "--bounds", "lower"], ["--raw", "foo==1.0"],
    ["-c", "limits.txt", "foo"], ["--marker", "python_version > '3'", "foo"], ["foo @ file:../wheels/foo-1.0-py3-none-any.whl"],
    ["../wheels/z9-1.0-py3-none-any.whl"], ["--", "foo"], ["--tag", "z9", "git+https://127.0.0.1:9/x#egg=foo"],
)  # fmt: skip


@pytest.mark.parametrize("words", ADDED, ids=" ".join)
def test_what_uv_adds_is_what_guard_names(place, words):
    project = place / "adding"
    project.mkdir(exist_ok=True)
    (project / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1.0"\ndependencies = []\n')
    (project / "req.txt").write_text(FILES["req.txt"])
    (project / "limits.txt").write_text(FILES["limits.txt"])
    done = uv(place, "add", "--frozen", *words, cwd=project)
    command, names = guard(project, "add", "--frozen", *words)
    text = (project / "pyproject.toml").read_text()
    added = {normalise(name) for name in re.findall(r'^\s*(?:\w+ = \[)?"([\w.-]+)', text.partition('1.0"\n')[2], re.M)}
    if done.returncode == 0:
        assert names == added and not command.rejected and not command.unseen, (text, command.rejected)
    else:
        assert command.unseen or names, done.stderr  # a repository that cannot be reached


@pytest.fixture
def workspace(place):
    """A workspace of two members and one that is left out."""
    root = place / "workspace"
    for name, needs, more in (
        (".", "foo", '[tool.uv.workspace]\nmembers = ["parts/*"]\nexclude = ["parts/old"]\n'),
        ("parts/one", "z9", '[build-system]\nrequires = ["deep-one"]\nbuild-backend = "b"\n[tool.uv]\npackage = false\n'),
        ("parts/two", "foo-bar", ""),
        ("parts/old", "limited", ""),
    ):  # fmt: skip
        (root / name).mkdir(parents=True, exist_ok=True)
        project = "own" if name == "." else name[6:]
        (root / name / "pyproject.toml").write_text(
            f'[project]\nname = "{project}"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = ["{needs}"]\n{more}'
        )
    yield root
    (root / "uv.lock").unlink(missing_ok=True)


@pytest.mark.parametrize("here", [".", "parts/one"])
def test_a_workspace_is_resolved_with_all_its_members(place, workspace, here):
    command, names = guard(workspace / here, "lock")
    done = uv(place, "-v", "lock", cwd=workspace / here)
    resolved = set(re.findall(r"Adding direct dependency: ([\w.-]+)", done.stderr)) - {"own", "one", "two"}
    assert done.returncode == 0 and names == resolved == {"foo", "z9", "foo-bar"}
    assert {target.name for target in command.targets if not target.asked} == {"deep-one"}
    assert guard(workspace / here, "sync")[1] == {"foo", "z9", "foo-bar"}


def test_the_indexes_of_uvs_own_tables(tmp_path):
    def asked(*words):
        return guard(tmp_path, "pip", "install", "foo", *words)[0].indexes

    table = '[[tool.uv.index]]\nurl = "https://one.invalid/simple"\n[[tool.uv.index]]\nurl = "https://two.invalid"\n'
    (tmp_path / "pyproject.toml").write_text(table + "explicit = true\n")
    assert asked() == ["https://pypi.org/simple", "https://one.invalid/simple"]
    assert asked("-i", "https://three.invalid") == ["https://three.invalid", "https://one.invalid/simple"]
    (tmp_path / "pyproject.toml").write_text(table + "default = true\n")
    assert asked() == ["https://two.invalid", "https://one.invalid/simple"]
    (tmp_path / "uv.toml").write_text('index-url = "https://four.invalid"\n')
    assert asked() == ["https://four.invalid"]
    (tmp_path / "uv.toml").unlink()
    (tmp_path / "pyproject.toml").unlink()
    (tmp_path / ".config" / "uv").mkdir(parents=True)
    (tmp_path / ".config" / "uv" / "uv.toml").write_text('extra-index-url = ["https://five.invalid"]\n')
    assert asked() == ["https://pypi.org/simple", "https://five.invalid"]
    assert asked("--no-config") == []
    (tmp_path / "six.toml").write_text('index-url = "https://six.invalid"\n')
    assert asked("--config-file", "six.toml") == asked("--no-config", "--config-file", "six.toml") == ["https://six.invalid"]
