"""Which words go to the gate, and that they arrive as they were."""

import os

import pytest

PIP_ASKS = [
    "install x",
    "download x",
    "wheel .",
    "lock x",
    "-q install x",
    "--python /v install x",
    "--proxy p install x",
]
PIP_STRAIGHT = [
    "",
    "--version",
    "list",
    "freeze",
    "uninstall x",
    "show installer",
    "installx",
    "INSTALL x",
    "--install",
]
OTHERS_ASK = [
    "poetry", "poetry add x", "poetry -q add x", "poetry -n -vv install", "poetry -C show add x",
    "poetry --directory=d add",
    "poetry run pip install x", "poetry self add x", "poetry build", "poetry lock", "poetry debug resolve x",
    "poetry x",
    "uv add x", "uv pip install x", "uv -q pip sync r.txt", "uv run x", "uv tool run x",
    "uv version --bump minor", "uv sync",
    "uvx x", "uvx list", "pipx install x", "pipx run x", "pipx upgrade-all", "pipx uninstall-all",
    "pdm add x", "pdm sync",
]  # fmt: skip
OTHERS_STRAIGHT = [
    "poetry --version", "poetry show", "poetry -q show --tree", "poetry env info", "poetry config --list", "poetry -V",
    "uv --version", "uv pip list", "uv -q pip freeze", "uv cache dir", "uv python list", "uvx --version", "pipx list",
    "pdm info", "pdm --version",
]  # fmt: skip


@pytest.mark.parametrize("line", ["pip " + w for w in PIP_ASKS] + ["pip3 " + w for w in PIP_ASKS[:2]] + OTHERS_ASK)
def test_what_could_install_goes_to_the_gate(bench, line):
    name, *words = line.split()
    tool = bench.tool(name)
    answer = bench.run([str(bench.shims / name), *words])
    assert answer.who == b"gate"
    assert answer.words == [os.fsencode(word) for word in (bench.home.root, str(tool), name, *words)]


@pytest.mark.parametrize("line", ["pip " + w for w in PIP_STRAIGHT] + ["pip3.11 list"] + OTHERS_STRAIGHT)
def test_what_cannot_install_goes_straight_to_the_tool(bench, line):
    name, *words = line.split()
    tool = bench.tool(name)
    answer = bench.run([str(bench.shims / name), *words], EXIT=3)
    assert answer.tool == str(tool)
    assert answer.arguments == [os.fsencode(word) for word in words]
    assert answer.code == 3


ODD = [
    b"",
    b" ",
    b"a b",
    b"*",
    b"?[a]",
    b"a\nb\n",
    b"\\n\\c",
    b"-n",
    b"--",
    b"$(id)`id`",
    b"'\"",
    b"\xff\xfe",
    b"\x1b[31m",
    b"~",
]


@pytest.mark.parametrize("first", [b"list", b"install"])
def test_arguments_arrive_byte_for_byte(bench, shell, first):
    (bench.root / "a-file-for-the-star").touch()
    answer = bench.run([*shell, str(bench.shims / "pip"), first, *ODD])
    assert answer.who == (b"gate" if first == b"install" else b"tool")
    assert answer.arguments == [first, *ODD]


@pytest.mark.parametrize("first", [b"list", b"install"])
def test_two_megabytes_of_arguments(bench, first):
    words = [first] + [b"%06d" % n * 20 for n in range(12000)]  # 120 bytes each, and 8 for its pointer: 1.5 MB
    answer = bench.pip(*words)
    assert answer.arguments == words


def test_options_of_the_shell_are_no_trap(bench, shell):
    """``sh -eu`` and ``-f`` reach a script through SHELLOPTS too; the shim neither stops nor globs."""
    answer = bench.run([*shell, "-euf", str(bench.shims / "pip"), "list", "*"], SHELLOPTS="nounset:errexit")
    assert answer.arguments == [b"list", b"*"]
