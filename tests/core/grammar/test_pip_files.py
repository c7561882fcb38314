"""Requirement files, projects, locks and scripts: what a person has lying around, and what nobody should."""

import codecs
import os
import threading
import time

import pytest

from guard.core.command import Command
from guard.core.grammar import reqfile, shell
from guard.core.grammar.pip import set_versions
from guard.core.grammar.reader import Reader
from tests.core.grammar.lines import CLEAN, command, names


def write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_nested_files_are_relative_to_the_one_that_names_them(tmp_path):
    write(
        tmp_path,
        reqs__a_txt="one==1.0  # first\n-r b.txt\n--requirement=../c.txt\n",
        reqs__b_txt="two \\\n  >=2\n",
        c_txt="three\n",
    )
    found = command("pip install -r reqs/a.txt zero", tmp_path)
    assert found.names() == ["zero", "one", "two", "three"]
    assert [target.where for target in found.targets] == ["", "reqs/a.txt:1", "reqs/b.txt:1", "reqs/../c.txt:1"]
    assert found.targets[1].version == "1.0"
    assert command(["pip", "install", "-r", "file://%s/reqs/a.txt" % tmp_path], "/").names() == ["one", "two", "three"]


def test_a_constraint_is_no_target_unless_it_is_a_link(tmp_path):
    write(
        tmp_path,
        c_txt="limited<2\nlinked @ https://x.invalid/l.zip\nhttps://x.invalid/other-1.0.tar.gz\n",
        r_txt="wanted\n-c c.txt\n",
    )
    for line in ("pip install wanted -c c.txt", "pip install -r r.txt"):
        found = command(line, tmp_path)
        assert found.names() == ["wanted"] and not found.rejected
        assert [(target.name, target.asked) for target in found.targets if target.link] == [
            ("linked", False),
            ("other", False),
        ]


def test_settings_in_a_file_are_the_commands_indexes(tmp_path):
    write(
        tmp_path,
        r_txt="-i http://127.0.0.1/main\n--extra-index-url=http://127.0.0.1/more\nwanted --hash=sha256:%s\n"
        % ("0" * 64),
    )
    found = command("pip install -r r.txt", tmp_path)
    assert found.names() == ["wanted"] and found.indexes == ["http://127.0.0.1/main", "http://127.0.0.1/more"]
    assert command("pip install --extra-index-url http://127.0.0.1/e x").indexes[1:] == ["http://127.0.0.1/e"]


def test_variables_are_filled_in(tmp_path):
    write(tmp_path, r_txt="${NAME}==1.0\n${UNSET_NAME}\n${lower}\n")
    assert "${UNSET_NAME}" in command("pip install -r r.txt", tmp_path, dict(CLEAN, NAME="filled")).rejected
    write(tmp_path, r_txt="${NAME}==1.0\n-e git+https://${TOKEN}@x.invalid/r#egg=bar\n")
    assert names("pip install -r r.txt", tmp_path, environ=dict(CLEAN, NAME="filled", TOKEN="t")) == ["filled", "bar"]


@pytest.mark.parametrize(
    "data",
    [
        codecs.BOM_UTF8 + "näme # é\nfoo\n".encode(),
        codecs.BOM_UTF16_LE + "# é\nfoo\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "# é\nfoo\n".encode("utf-16-be"),
        codecs.BOM_UTF32_LE + "# é\nfoo\n".encode("utf-32-le"),
        codecs.BOM_UTF32_BE + "# é\nfoo\n".encode("utf-32-be"),
        "# -*- coding: latin-1 -*-\nfoo # é\n".encode("latin-1"),
        "#!x\n# vim: set fileencoding=cp1252 :\nfoo # é\n".encode("cp1252"),
        "foo # é\n".encode("latin-1"),
        b"foo\r\n", b"foo\r", b"foo", b"foo\n\x1a", b"foo\x00bar\nfoo", b"\n\n\t\n foo \n",
    ],
)  # fmt: skip
def test_encodings(tmp_path, data):
    (tmp_path / "r.txt").write_bytes(data)
    found = command("pip install -r r.txt", tmp_path)
    assert "foo" in found.names() and set(found.names()) <= {"foo"}


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"# coding: nonsense\nfoo\n", b"# coding: utf-8\nfoo \xff\n"])
def test_what_cannot_be_decoded_is_rejected(tmp_path, data):
    (tmp_path / "r.txt").write_bytes(data)
    assert "decoded" in command("pip install -r r.txt", tmp_path).rejected


def test_lines_that_an_old_pip_was_told_to_skip(tmp_path):
    write(tmp_path, r_txt="one\ntwo\n")
    assert names(["pip", "install", "--skip-requirements-regex=^t", "-r", "r.txt"], tmp_path) == ["one"]
    assert command(["pip", "install", "--skip-requirements-regex=(", "-r", "r.txt"], tmp_path).rejected


def test_a_pipe_is_not_read(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    found = command("pip install -r pipe -r /dev/stdin -r /proc/self/fd/0 foo", tmp_path)
    assert found.names() == ["foo"] and not found.rejected
    assert [unseen.text for unseen in found.unseen] == ["pipe", "/dev/stdin", "/proc/self/fd/0"]


def test_a_remote_file_is_unseen_and_a_remote_constraint_is_not(tmp_path):
    write(tmp_path, r_txt="foo\n-r https://x.invalid/more.txt\n-c https://x.invalid/limits.txt\n")
    found = command("pip install -r r.txt -r http://x.invalid/r.txt", tmp_path)
    assert found.names() == ["foo"]
    assert [(unseen.text, unseen.where) for unseen in found.unseen] == [
        ("https://x.invalid/more.txt", "r.txt:2"),
        ("http://x.invalid/r.txt", ""),
    ]


def test_missing_and_wrong_files_are_rejected_and_the_rest_is_read(tmp_path):
    for name in ("missing.txt", "", ".", "x\x00y", "a" * 5000):
        found = command(["pip", "install", "-r", name, "foo"], tmp_path)
        assert found.rejected and found.names() == ["foo"]
    write(tmp_path, r_txt="-r missing.txt\nfoo\n")
    assert command("pip install -r r.txt", tmp_path).rejected.startswith("r.txt:1: missing.txt: cannot be opened")


def test_a_file_that_includes_itself_ends(tmp_path):
    write(tmp_path, r_txt="foo\n-r s.txt\n", s_txt="bar\n-r r.txt\n")
    found = command("pip install -r r.txt", tmp_path)
    assert found.names() == ["foo", "bar"] and "includes itself" in found.rejected
    write(tmp_path, r_txt="foo\n-r s.txt\n-r s.txt\n", s_txt="bar\n")
    assert not command("pip install -r r.txt", tmp_path).rejected  # twice is no circle


def test_files_that_include_each_other_many_times_are_read_once(tmp_path):
    for number in range(40):
        write(tmp_path, **{"r%d_txt" % number: "n%d\n-r r%d.txt\n-r r%d.txt\n" % (number, number + 1, number + 1)})
    write(tmp_path, r40_txt="last\n")
    assert names("pip install -r r0.txt", tmp_path)[-1] == "last"


def test_a_huge_file_is_unseen_at_once(tmp_path):
    with open(tmp_path / "r.txt", "wb") as file:
        file.truncate(100 * 1024 * 1024)
    before = time.process_time()
    found = command("pip install -r r.txt foo", tmp_path)
    assert found.names() == ["foo"] and found.unseen[0].reason == "larger than 16 MiB"
    assert time.process_time() - before < 1


def test_a_file_that_is_replaced_by_a_pipe_while_it_is_opened_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "r.txt")
    done = []
    thread = threading.Thread(target=lambda: done.append(command("pip install -r r.txt", tmp_path)), daemon=True)
    thread.start()
    thread.join(5)
    assert done and done[0].unseen


@pytest.mark.parametrize(
    "text",
    [
        "a b",
        "a 'b c' d",
        'a "b \\" c" d',
        "a\\ b c",
        "''",
        '"a\\n"',
        "a'b'\"c\"",
        "a\tb\nc",
        "  a  ",
        "",
        "a '",
        'a "',
        "a\\",
        "'a\\'",
        "é\u2028b",
        "a#b # c",
    ],
)
def test_words_are_split_as_shlex_does(text):
    import shlex

    try:
        wanted = shlex.split(text)
    except ValueError:
        with pytest.raises(ValueError):
            shell.split(text)
    else:
        assert shell.split(text) == wanted


PYPROJECT = """
[build-system]
requires = ["builder>=1", "other-builder"]
[project]
name = "My.Project"
version = "3.2"
dependencies = ["dep-one>=1; python_version < '3'", "dep_two[x]"]
[project.optional-dependencies]
Test_It = ["extra-one", "my-project[more]"]
more = ["extra-two"]
unused = ["never"]
[dependency-groups]
dev = ["group-one", {include-group = "Other.Group"}]
other-group = ["group-two"]
loop = [{include-group = "loop"}]
"""


def test_a_local_project_is_read_from_its_own_file(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    wanted = ["my-project", "dep-one", "dep-two"]
    for line in ("pip install .", "pip install -e .", "pip install ./", "pip wheel file://%s" % tmp_path):
        found = command(line, tmp_path)
        assert found.names() == wanted and not found.rejected and not found.unseen
        assert [target.name for target in found.targets if not target.asked] == ["builder", "other-builder"]
    assert (found.targets[0].version, found.targets[0].link) == ("3.2", str(tmp_path))
    assert found.targets[1].where.endswith("pyproject.toml")
    assert names("pip install .[test-it]", tmp_path) == [*wanted, "extra-one", "extra-two"]
    assert names("pip install -e .[TEST.it,more]", tmp_path) == [*wanted, "extra-one", "extra-two"]
    assert names("pip install --no-deps .", tmp_path) == ["my-project"]
    assert names(["pip", "install", "called @ file://%s" % tmp_path]) == ["called", "dep-one", "dep-two"]
    assert names("pip install %s" % tmp_path.name, tmp_path.parent) == [
        tmp_path.name.replace("_", "-")
    ]  # no slash: a name


def test_dependency_groups(tmp_path):
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    assert names("pip install --group dev", tmp_path) == ["group-one", "group-two"]
    assert names("pip install --group=pyproject.toml:other-group", tmp_path) == ["group-two"]
    assert names("pip install --group %s/pyproject.toml:dev foo" % tmp_path) == ["foo", "group-one", "group-two"]
    assert "no such group" in command("pip install --group nothing", tmp_path).rejected
    assert "includes itself" in command("pip install --group loop", tmp_path).rejected
    assert "cannot be opened" in command("pip install --group dev", "/nonexistent").rejected


def test_setup_cfg_and_files_that_setuptools_reads(tmp_path):
    write(
        tmp_path,
        setup_py="raise SystemExit('never run')",
        setup_cfg="[metadata]\nname = old-style\n[options]\ninstall_requires =\n    dep-one\n    # no\n    dep-two>=1\n"
        "[options.extras_require]\nx = extra-one; extra-two\n",
    )
    found = command("pip install -e .[x]", tmp_path)
    assert found.names() == ["old-style", "dep-one", "dep-two", "extra-one", "extra-two"] and not found.unseen
    write(tmp_path, setup_cfg="[options]\ninstall_requires = file: reqs.txt\n", reqs_txt="from-file\n")
    assert names("pip install .", tmp_path) == ["from-file"]
    write(
        tmp_path,
        setup_cfg="",
        pyproject_toml="[project]\nname = 'p'\ndynamic = ['dependencies']\n"
        "[tool.setuptools.dynamic]\ndependencies = {file = ['reqs.txt']}\n",
    )
    assert names("pip install .", tmp_path) == ["p", "from-file"]


def test_a_project_whose_dependencies_only_a_program_knows_is_no_finding(tmp_path):
    write(tmp_path, setup_py="from setuptools import setup\nsetup(name='x', install_requires=['y'])\n")
    found = command("pip install .", tmp_path)
    assert not found.targets and not found.unseen and not found.rejected and found.installs


def test_a_poetry_project_is_read_for_pip_too(tmp_path):
    write(
        tmp_path,
        pyproject_toml="[tool.poetry]\nname = 'p'\nversion = '1'\n[tool.poetry.dependencies]\npython = '^3.9'\n"
        "Dep_One = '^1'\nextra = {version='*', optional=true}\n[tool.poetry.extras]\ne = ['extra']\n",
    )
    assert names("pip install .", tmp_path) == ["p", "dep-one"]
    assert names("pip install .[e]", tmp_path) == ["p", "dep-one", "extra"]


def test_projects_that_pip_cannot_install(tmp_path):
    assert "neither setup.py" in command("pip install .", tmp_path).rejected
    write(tmp_path, pyproject_toml="[project\n")
    assert "pyproject.toml" in command("pip install . foo", tmp_path).rejected
    write(tmp_path, pyproject_toml="project = 3\nbuild-system = []\n[tool]\npoetry = 'x'\n")
    assert not command("pip install .", tmp_path).targets
    write(
        tmp_path,
        pyproject_toml="[project]\nname = 3\ndependencies = 'x'\noptional-dependencies = []\n"
        "[build-system]\nrequires = [1, 'not a requirement']\n",
    )
    assert [unseen.text for unseen in command("pip install .", tmp_path).unseen] == ["not a requirement"]


PYLOCK = """
lock-version = "1.0"
created-by = "x"
[[packages]]
name = "locked-one"
version = "1.5"
marker = "python_version < '3'"
[[packages]]
name = "From.Vcs"
vcs = {type = "git", url = "https://x.invalid/r", commit-id = "0"}
"""


def test_a_lock_names_packages_and_versions(tmp_path):
    for name in ("pylock.toml", "pylock.dev.toml"):
        (tmp_path / name).write_text(PYLOCK)
        found = command("pip install -r %s" % name, tmp_path)
        assert [(target.name, target.version, target.link) for target in found.targets] == [
            ("locked-one", "1.5", ""), ("from-vcs", "", "https://x.invalid/r")]  # fmt: skip
    assert command("pip install -r https://x.invalid/pylock.toml", tmp_path).unseen
    assert command("pip install -r pylock.toml", "/nonexistent").rejected


SCRIPT = """#!/usr/bin/env python
# /// script
# requires-python = '>=3.11'
# dependencies = [
#   'script-dep==1.0',
#
# ]
# ///
import x
# ///
"""


def test_a_script_names_its_dependencies(tmp_path):
    (tmp_path / "s.py").write_text(SCRIPT)
    found = command("pip install --requirements-from-script s.py", tmp_path)
    assert found.names() == ["script-dep"] and found.targets[0].version == "1.0" and not found.rejected
    (tmp_path / "s.py").write_bytes(SCRIPT.replace("#\n", "# # a\u0085b\n").replace("\n", "\r\n").encode())
    assert names("pip install --requirements-from-script s.py", tmp_path) == ["script-dep"]
    (tmp_path / "s.py").write_text("import x\n")
    assert "no script metadata" in command("pip install --requirements-from-script s.py", tmp_path).rejected
    (tmp_path / "s.py").write_text(SCRIPT * 2)
    assert "more than one" in command("pip install --requirements-from-script s.py", tmp_path).rejected


def test_two_thousand_lines_are_read_in_milliseconds(tmp_path):
    # Not a benchmark: a bound ten times what it takes, so that a quadratic slip shows.
    (tmp_path / "r.txt").write_text("".join("package-number-%d==1.%d.0  # why\n" % (n, n) for n in range(2000)))
    before = time.process_time()
    assert len(names("pip install -r r.txt", tmp_path)) == 2000
    assert time.process_time() - before < 0.2


def test_a_line_that_is_deeply_nested_or_long_does_not_hang(tmp_path):
    for line in (
        "a" + "[" * 100000,
        "a;" + "(" * 100000,
        "-" * 100000,
        "a==" + "1." * 50000,
        "a @ " + "%" * 100000,
        "\\\n" * 50000,
        "${A}" * 20000,
        "# coding" * 20000,
        "a[" + "b," * 50000,
        "a (" + ">=1," * 50000,
        "a;" + "os_name=='x' and " * 20000,
        "-" + "q" * 130000,
        "-r " + "'x" * 60000,
    ):
        (tmp_path / "r.txt").write_text(line)
        before = time.process_time()
        command("pip install -r r.txt", tmp_path, dict(CLEAN, A="b"))
        command(["pip", "install", line[:130000]], tmp_path)
        assert time.process_time() - before < 2
    assert list(reqfile.logical("a\\\nb\n#c\\\nd # e\n\\\n")) == [(1, "ab"), (4, "d")]


def test_a_share_of_windows_is_a_path_to_pip_and_holds_back_nothing_else(tmp_path):
    """From 25.3 what stands before ``-e`` is what is edited; two backslashes make it a file URL, which leads nowhere."""
    write(tmp_path, r_txt="\\\\\\\\share\\\\own -e ./x\nwanted\n")
    reader = Reader(Command("pip"), str(tmp_path), CLEAN)
    set_versions(reader, ["25.3"])
    reqfile.read(reader, "r.txt")
    assert [target.name for target in reader.command.targets] == ["wanted"]
    assert [part.reason for part in reader.command.unseen] == ["a share of Windows"]
    assert not reader.command.rejected
