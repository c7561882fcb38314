"""What whole poetry commands ask for: the project around them, its lock, and the commands that are not ``add``."""

import pytest

from guard.core.command import Invocation
from guard.core.grammar import cleo, distinfo, poetry, poetry_options
from tests.core.grammar_poetry import derive, locks, poetries

PYPROJECT = """\
[project]
name = "thing"
version = "1.0"
dependencies = ["alpha>=1", "Beta_x==2.0"]
optional-dependencies.docs = ["gamma"]

[dependency-groups]
dev = ["delta", {include-group = "more"}]
more = ["epsilon ; python_version < '3'"]

[tool.poetry]
requires-plugins = {zeta-plugin = ">1"}
dev-dependencies = {old = "*"}

[tool.poetry.dependencies]
python = "^3.8"
eta = {git = "https://host/eta.git"}
theta = [{version = "1.0", markers = "x"}, {version = "2.0"}]

[tool.poetry.group.test.dependencies]
iota = "1.2.3"

[[tool.poetry.source]]
name = "more"
url = "https://more.invalid/simple"
priority = "supplemental"

[[tool.poetry.source]]
name = "first"
url = "https://first.invalid/simple"

[build-system]
requires = ["builder>=1"]
"""
DECLARED = ["alpha", "beta-x", "gamma", "delta", "epsilon", "eta", "theta", "old", "zeta-plugin", "iota"]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    return tmp_path


@pytest.fixture
def lock(project):
    (project / "poetry.lock").write_text(locks.canonical(4, files=1))
    return ["alpha-alpha-0", "beta-beta-1", "gamma-gamma-2", "delta-delta-3"]


def read(cwd, *words, path="", **environ):
    return poetry.read(Invocation("poetry", words, environ, str(cwd), path))


def others(command):
    return [target.name for target in command.targets if not target.asked]


def of(monkeypatch, version):
    monkeypatch.setattr(distinfo, "version", lambda path, project: version)
    return "/somewhere/poetry"


def test_add_asks_for_its_arguments_and_resolves_the_project_on_the_way(project, lock):
    command = read(project, "add", "Foo@^1", "bar==2", "--group", "dev", "baz[x]@3.0", "-E", "q")
    assert command.installs and not command.rejected and not command.unseen
    assert command.names() == ["foo", "bar", "baz"]
    assert [target.version for target in command.targets[:3]] == ["", "2", "3.0"]
    assert others(command) == [*DECLARED[:6], "theta", "theta", *DECLARED[7:], "builder", *lock]
    assert command.project == str(project)
    assert command.indexes == ["https://first.invalid/simple", "https://more.invalid/simple"]


def test_lock_driven_commands_ask_for_what_the_lock_holds(project, lock):
    for verb in ("install", "sync", "update"):
        command = read(project, verb)
        assert command.names() == lock, verb
        assert set(DECLARED) <= set(others(command))
    pins = {target.name: target.version for target in read(project, "install").targets}
    assert pins["beta-beta-1"] == "1.0" and pins["iota"] == "1.2.3" and pins["beta-x"] == "2.0"
    assert read(project, "lock").names() == lock + DECLARED


def test_without_a_lock_the_project_itself_is_asked_for(project):
    for verb in ("install", "update", "lock"):
        assert read(project, verb).names() == DECLARED
    links = {target.name: target.link for target in read(project, "install").targets}
    assert links["eta"] == "https://host/eta.git" and not links["alpha"]


def test_a_project_that_is_being_removed_is_not_judged(project, lock):
    command = read(project, "remove", "Delta_delta-3", "alpha")
    assert command.names() == lock[:3]
    assert "alpha" not in others(command)


def test_build_requirements_are_asked_for_by_a_build_alone(project):
    assert read(project, "build").names() == ["builder"]
    assert read(project, "publish", "--build").names() == ["builder"]
    assert not read(project, "publish").installs


def test_init_and_new_ask_an_index_only_for_dependencies_they_are_given(tmp_path):
    assert read(tmp_path, "init", "--dependency", "alpha:^1", "--dev-dependency=beta").names() == ["alpha", "beta"]
    assert not read(tmp_path, "init", "-n").installs


@pytest.mark.parametrize(
    "words", [["show"], ["check"], ["config", "--list"], ["env", "info"], ["--version"], ["add", "--help"], []]
)
def test_what_installs_nothing(project, words):
    assert not read(project, *words).installs


def test_the_project_is_found_as_poetry_finds_it(project, monkeypatch):
    (project / "sub" / "deep").mkdir(parents=True)
    assert read(project / "sub" / "deep", "install").project == str(project)
    for version, words in [
        ("2.0.1", ["-C", "sub"]),
        ("2.5.1", ["-P", "sub"]),
        ("1.8.5", ["-C", "sub"]),
        ("2.5.1", ["-C", "sub", "-P", "deep"]),
    ]:
        path = of(monkeypatch, version)
        assert read(project, *words, "install", path=path).project == str(project), (version, words)
    (project / "sub" / "pyproject.toml").write_text("[tool.poetry.dependencies]\ninner = '*'\n")
    for version, words in [("2.5.1", ["-C", "sub"]), ("2.5.1", ["--project=sub"]), ("1.8.5", ["--directory", "sub"])]:
        command = read(project, "install", *words, path=of(monkeypatch, version))
        assert command.names() == ["inner"], (version, words)
    assert read("/", "install").project == "" and read("/", "add", "x").names() == ["x"]


def test_a_source_without_a_type_in_an_old_lock_is_no_link(project):
    for kind, url in (("", ""), ("legacy", "https://private.invalid/simple")):
        text = '[[package]]\ncategory = "main"\nname = "one"\nversion = "1"\n\n[package.source]\nreference = "private"\n'
        (project / "poetry.lock").write_text(text + f'type = "{kind}"\nurl = "https://private.invalid/simple"\n')
        found = next(target for target in read(project, "install").targets if target.name == "one")
        assert (found.link, found.index) == ("", url), kind


def test_a_file_that_cannot_be_read_is_unseen(project):
    (project / "poetry.lock").write_text("<<<<<<< HEAD\n")
    command = read(project, "install")
    assert [unseen.where for unseen in command.unseen] == ["poetry.lock"] and command.names() == DECLARED
    (project / "poetry.lock").unlink()
    (project / "poetry.lock").mkdir()
    (project / "pyproject.toml").write_text("[tool")
    command = read(project, "add", "foo")
    assert {unseen.where for unseen in command.unseen} == {"poetry.lock", "pyproject.toml"} and command.names() == [
        "foo"
    ]


def test_links_and_paths(project):
    (project / "local").mkdir()
    (project / "local" / "pyproject.toml").write_text('[project]\nname = "Local.Thing"\ndependencies = ["inner"]\n')
    (project / "made-1.0-py3-none-any.whl").touch()
    command = read(
        project,
        "add",
        "./local",
        "./made-1.0-py3-none-any.whl",
        "https://host/far-2.0.tar.gz",
        "git+https://host/r.git",
    )
    assert {"local-thing", "made", "far"} <= set(command.names())
    assert {"local-thing", "made", "far", "inner"} <= {target.name for target in command.targets}
    assert [unseen.text for unseen in command.unseen] == ["git+https://host/r.git"]


def test_self_works_on_poetrys_own_project(tmp_path):
    (tmp_path / "pyproject.toml").write_text('[tool.poetry.group.additional.dependencies]\nplugin-x = "*"\n')
    assert read("/", "self", "add", "plugin-y", POETRY_CONFIG_DIR=str(tmp_path)).names() == ["plugin-y"]
    assert read("/", "self", "install", POETRY_CONFIG_DIR=str(tmp_path)).names() == ["plugin-x"]
    update = read("/", "self", "update", "1.8.0", POETRY_CONFIG_DIR=str(tmp_path))
    assert (update.targets[0].name, update.targets[0].version) == ("poetry", "1.8.0")


def test_run_is_read_as_the_tool_that_is_run(project):
    assert read(project, "run", "pip", "install", "foo").names() == ["foo"]
    assert read(project, "run", "python", "-m", "pip", "install", "foo").names() == ["foo"]
    assert not read(project, "run", "pytest", "install", "foo").installs


def test_options_of_a_version_to_come(project, monkeypatch):
    command = read(project, "add", "--from-mars", "value", "foo", "--new=x", "bar", path=of(monkeypatch, "9.1.0"))
    assert command.names() == ["foo", "bar"] and not command.rejected
    assert [unseen.text for unseen in command.unseen] == ["--from-mars", "value", "--new=x"]
    assert read(project, "add", "--from-mars", "foo", path=of(monkeypatch, "2.5.1")).rejected


def test_where_the_version_is_not_known_any_that_takes_the_line_reads_it(project):
    assert not read(project, "install", "--no-dev", "--remove-untracked").rejected
    assert read(project, "add", "foo", "--nonsense").rejected
    assert read(project, "frobnicate").rejected and read(project, "frobnicate").unseen
    assert not read(project, "poe", "test").rejected


@pytest.mark.parametrize("version", poetries.parameters(poetries.EVERY))
def test_the_table_is_what_the_real_poetry_says(version):
    number = poetries.number(version)
    said = derive.described(version)
    for command in poetry_options.COMMANDS:
        assert cleo.spec(command, number) == said.get(command), command
    assert set(said) <= set(poetry_options.COMMANDS)


@pytest.mark.parametrize("version", poetries.parameters(poetries.POETRIES))
def test_the_version_is_found_beside_the_script(version):
    script = poetries.python(version).parent / "poetry"
    assert distinfo.version(str(script), "poetry") == version
