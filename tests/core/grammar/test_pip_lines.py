"""Lines as people write them, and every disagreement with a real pip that was found and settled."""

import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core.command import Command
from guard.core.grammar.pip import lines, set_versions
from guard.core.grammar.reader import Reader, Refused
from guard.core.grammar.requirement import Malformed, parse
from tests.core.grammar.lines import CLEAN, command, names


@pytest.mark.parametrize(
    "line, wanted",
    [
        ("pip install reqeusts", ["reqeusts"]),
        ("pip install Foo.Bar foo_bar foo-bar", ["foo-bar"]),
        ("pip install -U a b --upgrade-strategy eager c", ["a", "b", "c"]),
        ("pip install a==1.0 b[x]>=2,<3 c~=1.0;python_version<'3'", ["a", "b", "c"]),
        ("pip install --target=/t a -t /t b -t/t c", ["a", "b", "c"]),
        ("pip install --log --dry-run foo", ["foo"]),  # --dry-run is the log file
        ("pip --log install install foo", ["foo"]),  # and so is the first install
        ("pip install install", ["install"]),
        ("pip -vvv --isolated install foo", ["foo"]),
        ("pip install -- foo", ["foo"]),
        ("pip -- install foo", ["foo"]),
        ("pip install --index-u http://127.0.0.1/ foo", ["foo"]),
        ("pip install -qqi http://127.0.0.1/ foo", ["foo"]),
        ("pip install -V foo", ["foo"]),  # behind the command it says nothing
        ("pip3.11 download foo", ["foo"]),
        ("pip wheel foo -w dir", ["foo"]),
        ("pip lock foo", ["foo"]),
        ("pip.exe install foo", ["foo"]),
        ("python -m pip install foo", ["foo"]),
        ("python3.12 -I -m pip install foo", ["foo"]),
        ("python3 -Im pip install foo", ["foo"]),
        ("python3 -mpip install foo", ["foo"]),
        ("python3 -Wignore -X dev -W error -m pip install foo", ["foo"]),
        ("python3 -Bsm pip.__main__ install foo", ["foo"]),
        ("python3 /usr/bin/pip3 install foo", ["foo"]),
        ("pypy3 -m pip install foo", ["foo"]),
        ("py -3 -m pip install foo", ["foo"]),
        ("py -3.11-64 -m pip install foo", ["foo"]),
        ("py -V:3.12 -mpip install foo", ["foo"]),
    ],
)
def test_names(line, wanted):
    found = command(line)
    assert found.installs and not found.rejected and not found.unseen
    assert found.names() == wanted


@pytest.mark.parametrize(
    "line",
    [
        "pip", "pip list", "pip --version install foo", "pip -V install foo", "pip help install",
        "pip install --help foo", "pip install foo -h",
        "pip uninstall foo", "pip freeze -r x", "pip list -o", "pip index versions foo",
        "python -V -m pip install foo", "python -c pip install foo",
        "python -h -m pip install foo", "python setup.py install", "python - -m pip install foo",
        "python script.py -m pip install foo",
        "python -m venv pip", "python -m http.server", "python", "python -m", "py", "py -3",
    ],
)  # fmt: skip
def test_nothing_is_installed(line):
    found = command(line)
    assert not found.installs and not found.targets and not found.rejected


@pytest.mark.parametrize(
    "line, reason",
    [
        ("pip instal foo", "unknown command"),
        ("pip install", "at least one requirement"),
        ("pip install foo=1.0", "neither a version nor a marker"),
        ("pip install foo ==1.0", "a project name is expected"),
        ("pip install -r", "requires 1 argument"),
        ("pip install --pre=1 foo", "does not take a value"),
        ("pip install --timeout soon foo", "not a number"),
        ("pip install --no foo", "ambiguous option"),
        ("pip install --no-deps foo;bogus=='1'", "no environment marker"),
        ("pip install -r missing.txt foo", "cannot be opened"),
        ("pip install ./missing", "a project name is expected"),
        ("pip --python /nonexistent install foo", "no Python interpreter"),
        ("pip --python /etc/passwd install foo", "no Python interpreter"),  # pip cannot start it
        ("pip install -e foo", "neither a local project nor"),
        ("pip install -e git+https://x.invalid/r", "name is missing"),
    ],
)
def test_what_every_pip_refuses_is_rejected(line, reason):
    assert reason in command(line).rejected


def read_by(version, line, environ=None):
    reader = Reader(Command("pip"), "/", environ or CLEAN)
    set_versions(reader, [version] if version else [])
    return reader, lines(reader, line.split(), "")


def test_an_option_is_no_value_of_refresh_package():
    with pytest.raises(Refused, match="an option is no project name"):
        read_by("26.3", "install --refresh-package=- foo")
    assert read_by("26.3", "install --refresh-package=foo foo")[1]


def test_python_stands_before_the_command():
    with pytest.raises(Refused, match="before the pip subcommand"):
        read_by("25.3", "install foo --python /usr/bin/python3")
    assert read_by("25.3", "install foo --python /x", dict(CLEAN, _PIP_RUNNING_IN_SUBPROCESS="1"))[1]
    python = shutil.which("python3")
    assert (
        names("pip --python %s install foo" % python)
        == names("pip install foo", environ=dict(CLEAN, PIP_PYTHON=python))
        == ["foo"]
    )


def test_an_abbreviation_is_read_where_it_is_one():
    for version in ("25.3", ""):
        (_, reading), *more = read_by(version, "install --requirem req.txt")[1]
        assert reading.values["requirements"] == ["req.txt"] and not more
    with pytest.raises(Refused, match="ambiguous"):  # --requirements-from-script is new
        read_by("26.0", "install --requirem req.txt")


def test_where_versions_disagree_on_a_value_the_line_is_read_both_ways():
    # --build took a directory up to pip 20, and abbreviates --build-constraint since 25.3.
    reader, found = read_by("", "install --build dir foo")
    assert {tuple(reading.words) for _, reading in found} == {("foo",)}
    # --only-deps exists since pip 26.2, --process-dependency-links was gone after 18.1: each is an option somewhere.
    for word in ("--only-deps", "--process-dependency-links"):
        reader, found = read_by("", "install %s foo" % word)
        assert [reading.words for _, reading in found] == [["foo"]] and not reader.command.unseen


def test_an_option_that_no_known_pip_has():
    found = command("pip install --frobnicate value requests")
    assert found.names() == ["requests"]  # a name is never guessed out of a value
    assert [unseen.text for unseen in found.unseen] == ["--frobnicate value"]
    assert [(target.name, target.asked) for target in found.targets] == [
        ("value", False),
        ("requests", True),
    ]  # but judged
    assert command("pip install --frobnicate=value requests").names() == ["requests"]
    assert command("pip install --frobnicate --pre requests").names() == ["requests"]
    with pytest.raises(Refused, match="no such option"):
        read_by("25.3", "install --frobnicate value requests")


def test_a_pip_newer_than_the_table_is_read_as_the_newest_and_the_rest_is_unseen():
    reader, found = read_by("99.1", "install --frobnicate=1 foo")
    assert found[0][1].unknown == [("--frobnicate", "")] and found[0][1].words == ["foo"]
    reader.argument("foo === = bar")
    assert not reader.command.rejected and len(reader.command.unseen) == 1
    reader, _ = read_by("99.1", "sync foo")
    assert [unseen.text for unseen in reader.command.unseen] == ["sync"]


@pytest.mark.parametrize(
    "version, text, wanted",
    [
        # found by the oracle: (version, argument, normalised name or None where that pip refuses)
        ("18.1", "-e:svn+svn://x.invalid/r#egg=foo-1.0", "foo-1-0"),
        ("9.0.3", "-e:svn+svn://x.invalid/r#egg=foo-1.0", "foo"),
        ("20.3.4", "git://x.invalid/r#egg=foo", "foo"),
        ("21.0.1", "git://x.invalid/r#egg=foo", None),
        ("20.3.4", "-e:git+git@x.invalid:a/b.git#egg=foo", "foo"),
        ("21.0.1", "-e:git+git@x.invalid:a/b.git#egg=foo", None),
        ("20.3.4", "foo==1.0[x]", "foo"),
        ("21.0.1", "foo==1.0[x]", None),
        ("23.3.2", "9<]", None),
        ("24.0", "foo==abc", "foo"),
        ("24.1", "foo==abc", None),
        ("24.0", "foo==1.0,", None),
        ("24.1", "foo==1.0,", "foo"),
        ("24.0", "foo_", None),
        ("24.1", "foo_", "foo-"),
        ("24.0", "foo @ lp:x", None),
        ("24.1", "foo @ lp:x", "foo"),
        ("24.0", "foo~=1.0alpha1", None),
        ("24.1", "foo~=1.0alpha1", "foo"),
        ("25.0", "foo; extras=='x'", None),
        ("25.1", "foo; extras=='x'", "foo"),
        ("25.3", "foo @ https://x.invalid/a#egg=foo[x]", "foo"),
        ("26.0", "foo @ https://x.invalid/a#egg=foo[x]", None),
        ("25.2", "-e:foo @ git+https://x.invalid/r", None),
        ("25.3", "-e:foo @ git+https://x.invalid/r", "foo"),
        ("26.3", "git+https://x.invalid/r#egg=", None),
    ],
)
def test_settled(version, text, wanted):
    from guard.core.grammar import argument

    reader = Reader(Command("pip"), "/", CLEAN)
    set_versions(reader, [version])
    if text.startswith("-e:"):
        argument.editable(reader, text[3:])
    else:
        reader.argument(text)
    assert reader.command.names() == ([wanted] if wanted else [])
    assert bool(reader.command.rejected) == (wanted is None)


@pytest.mark.parametrize(
    "text, version",
    [
        ("foo==1.0", "1.0"), ("foo == 1.0", "1.0"), ("foo===1.0+x", "1.0+x"), ("foo==1.0.*", ""), ("foo>=1.0", ""),
        ("foo[x]==1.0rc1 ; os_name=='x'", "1.0rc1"),
        ("foo (==1.0)", "1.0"), ("foo!=2,==1.0", "1.0"), ("https://x.invalid/foo-1.0.tar.gz", "1.0"),
        ("https://x.invalid/foo-1.0-py3-none-any.whl?x#sha256=0", "1.0"),
    ],
)  # fmt: skip
def test_a_pin_is_the_one_version(text, version):
    (target,) = command(["pip", "install", text]).targets
    assert (target.name, target.version) == ("foo", version)


def test_links_keep_where_they_lead():
    found = command(
        [
            "pip",
            "install",
            "foo @ https://x.invalid/a.zip",
            "git+https://x.invalid/r#egg=bar",
            "https://x.invalid/a.zip",
        ]
    )
    assert [(target.name, target.link) for target in found.targets] == [
        ("foo", "https://x.invalid/a.zip"), ("bar", "git+https://x.invalid/r#egg=bar")]  # fmt: skip
    assert [unseen.text for unseen in found.unseen] == ["https://x.invalid/a.zip"]


def test_words_that_are_not_text_are_no_trouble():
    for word in (
        "foo\udcff",
        "f\x00o",
        "foo\nbar",
        "foo\x1b[31m",
        "\uff46\uff4f\uff4f",
        "f\u043eo",
        "",
        " ",
        "\u202efoo",
        "-",
        "=" * 100000,
        "(" * 5000,
        "a;" + "(" * 5000,
    ):
        found = command(["pip", "install", word])
        assert found.installs and found.names() in ([], ["foo"], ["a"])


def test_the_longest_line_the_kernel_takes_is_read_at_once():
    words = ["pip", "install", *("name%d" % number for number in range(20000))]
    assert len(names(words)) == 20000
    assert command(["pip", "install", "x" * 131000]).names() == ["x" * 131000]


@given(
    st.lists(
        st.sampled_from(("=", "<", ">", "!", "~", "==", ">=", "===", "~=", "1", "2.0", ".", ",", "1.0")), max_size=5
    ),
    st.sampled_from(((9,), (26, 3))),
)
def test_the_short_way_through_a_specifier_is_the_long_one(pieces, version):
    def told(text):
        try:
            return parse(text, version).version
        except Malformed:
            return None

    text = "a" + "".join(pieces)
    assert told(text) == told(text + " ")  # with a blank it is not plain
