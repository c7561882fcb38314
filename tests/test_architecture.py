"""The house as drawn: who may import whom, what the gate may load, and docs that say what the code says."""

import ast
import re
import subprocess
import sys

import pytest

from guard.core import errors
from guard.core.settings import KEYS
from tests.support.tools import ROOT, python

GUARD = ROOT / "guard"
GROUND = sorted([*GUARD.glob("core/**/*.py"), *GUARD.glob("resolver/**/*.py")])
DOOR = [GUARD / "gate.py", GUARD / "doorkeeper.py"]
DEAR = {"re", "json", "enum", "typing", "dataclasses", "pathlib", "subprocess", "argparse", "logging", "tomllib", "os",
        "collections", "functools", "contextlib", "tempfile", "shutil", "shlex", "inspect", "importlib"}  # fmt: skip


def imports(path):
    """(module, level of relative import, at module level) of every import statement."""
    tree = ast.parse(path.read_text())
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, 0, id(node) in top
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.level, id(node) in top


@pytest.mark.parametrize("path", GROUND, ids=lambda p: str(p.relative_to(GUARD)))
def test_the_ground_floor_sees_nothing_above_it(path):
    room = path.relative_to(GUARD).parts[0]
    depth = len(path.relative_to(GUARD).parts) - 1  # how many levels up guard itself is
    for module, level, _ in imports(path):
        assert module.split(".")[0] != "guard", "imports inside core and resolver are relative"
        if level > depth:  # past its own room: the version, and for the resolver core
            assert module == "" or (room == "resolver" and module.split(".")[0] == "core"), module


@pytest.mark.parametrize("path", DOOR, ids=lambda p: p.name)
def test_the_door_stands_on_core_and_the_room_it_lends(path):
    for module, level, _ in imports(path):
        if level or module.startswith("guard"):
            inside = module.replace("guard.", "", 1) if not level else module
            assert inside in ("", "doorkeeper", "resolver.entry") or inside.startswith("core"), module


@pytest.mark.parametrize("version", ["3.7", "3.8"])
def test_the_ground_floor_keeps_to_the_syntax_of_the_oldest_python(version):
    words = [python(version), "-c", "import ast,sys; [ast.parse(open(p).read(), p) for p in sys.argv[1:]]"]
    done = subprocess.run([*words, *map(str, [*GROUND, GUARD / "unbundle.py"])], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def loaded_by_gate(tmp_path, *words):
    """The modules that a run of the gate has imported at its end, beyond a bare start's."""
    tool = tmp_path / "pip"
    tool.write_text("#!/bin/sh\nexit 0\n")
    tool.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-I", "-S", str(GUARD / "gate.py"), str(tmp_path), str(tool), *words],
        capture_output=True, text=True, check=False, env={"CI": "1"},
    )  # fmt: skip
    bare = subprocess.run(
        [sys.executable, "-X", "importtime", "-I", "-S", "-c", ""], capture_output=True, text=True, check=False
    )
    found = [
        {line.rpartition("|")[2].strip() for line in run.stderr.splitlines() if "|" in line} for run in (done, bare)
    ]
    return done, found[0] - found[1]


@pytest.mark.parametrize(
    "words",
    [
        ["pip", "install", "typoguard-test-blocked"],
        ["pip", "install", "goodpkg-alpha"],
        ["pip", "install", "-U", "goodpkg-alpha[x]>=1", "-i", "https://example.invalid/simple"],
        ["pip", "list"],
        ["poetry", "add", "goodpkg-alpha"],
        ["uv", "pip", "install", "goodpkg-alpha"],
    ],
    ids=" ".join,
)
def test_the_gate_loads_nothing_that_is_dear(tmp_path, words):
    _, loaded = loaded_by_gate(tmp_path, *words)
    assert "guard.doorkeeper" in loaded
    assert not loaded & DEAR
    assert all(name.startswith("guard") or "." not in name for name in loaded)


def test_the_exit_codes_of_the_docs_are_those_of_the_code():
    text = (ROOT / "docs/reference/exit-codes.md").read_text()
    written = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert written == {value for name, value in vars(errors).items() if name.isupper() and isinstance(value, int)}


def test_the_settings_of_the_docs_are_those_of_the_code():
    text = (ROOT / "docs/reference/settings.md").read_text()
    for key, (default, _) in KEYS.items():
        row = re.search(rf"^\| `{re.escape(key)}` \| `([^`]*)`", text, re.MULTILINE)
        assert row, f"{key} has no row in docs/reference/settings.md"
        shown = str(default).lower() if isinstance(default, bool) else "[]" if default == () else str(default)
        assert row.group(1) == shown


def test_every_document_that_is_linked_is_there():
    for page in [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), ROOT / "CONTRIBUTING.md"]:
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            assert (page.parent / link).exists(), f"{page.name} links to {link}"


def test_no_path_of_a_machine_is_in_the_tree():
    done = subprocess.run(["git", "grep", "-nIE", "/(root|home/[a-z]+|work)/(main|\\.pyenv|shared)"], cwd=ROOT,
                          capture_output=True, text=True, check=False)  # fmt: skip
    rows = [row for row in done.stdout.splitlines() if not row.startswith("tests/test_architecture.py")]
    assert rows == []
