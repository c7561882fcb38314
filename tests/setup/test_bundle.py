"""The gate's bundle: the same gate, quicker; never a stale or foreign one."""

import marshal
import shutil
import subprocess
import sys

import pytest

from guard.setup import bundle
from guard.unbundle import unpack
from tests.support.tools import ROOT

WORDS = ["pip", "install", "typoguard-test-blocked"]


@pytest.fixture
def program(tmp_path):
    """A copy of the program, without a bundle."""
    shutil.copytree(ROOT / "guard", tmp_path / "guard", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "lookups", tmp_path / "lookups")
    return tmp_path


def gate(program, *words, flags=()):
    start = [
        sys.executable,
        *flags,
        "-I",
        "-S",
        str(program / "guard" / "gate.py"),
        str(program / "prefix"),
        "/bin/true",
    ]
    return subprocess.run([*start, *words], capture_output=True, text=True, check=False, env={"CI": "1"})


def test_the_bundle_holds_each_module_after_what_it_imports(program):
    needed, often, rest = bundle.rooms(str(program / "guard"))
    seen = set()
    for name, (is_package, code) in [*needed.items(), *often.items()]:
        assert name.rpartition(".")[0] in seen or name == "guard"
        assert is_package == (program / name.replace(".", "/")).is_dir()
        assert code.co_filename.startswith(str(program))
        seen.add(name)
    assert {"guard.doorkeeper", "guard.core.grammar.pip", "guard.core.judge", "guard.core.kernel"} <= set(needed)
    assert {"guard.core.refusal", "guard.core.lookalike", "guard.core.grammar.reqfile"} <= set(often)
    assert {"guard.core.grammar.poetry", "guard.core.ranges"} <= set(rest)
    assert not seen & set(rest)
    assert not set(needed) & set(often)


def test_what_many_commands_need_is_made_when_it_is_first_asked_for(tmp_path):
    late = marshal.dumps(compile("times = [1]\ndef twice(n):\n    return 2 * n", "late.py", "exec"))
    early = compile("def early():\n    from .late import twice\n    return twice(4)", "early.py", "exec")
    try:
        package = compile("", "__init__.py", "exec")
        unpack(str(tmp_path), {"oddly": (True, package), "oddly.late": (False, late), "oddly.early": (False, early)})
        module = sys.modules["oddly.late"]
        assert "times" not in vars(module)
        assert sys.modules["oddly.early"].early() == 8
        assert module.times == [1]
        assert "__getattr__" not in vars(module)
        with pytest.raises(AttributeError):
            _ = module.missing
    finally:
        for name in [name for name in sys.modules if name.partition(".")[0] == "oddly"]:
            del sys.modules[name]


@pytest.mark.parametrize(
    "words", [WORDS, ["pip", "install", "goodpkg"], ["poetry", "add", "typoguard-test-blocked"], ["uv", "add", "x"]]
)
def test_with_and_without_it_the_gate_says_the_same(program, words):
    without = gate(program, *words)
    bundle.write(str(program / "guard"))
    with_it = gate(program, *words)
    assert (with_it.returncode, with_it.stderr) == (without.returncode, without.stderr)


def test_without_the_shelf_beside_it_the_rest_is_imported_as_usual(program):
    bundle.write(str(program / "guard"))
    for damaged in (b"", b"rubbish"):
        (program / "guard" / "gate.shelf").write_bytes(damaged)
        assert gate(program, *WORDS).returncode == 77
    (program / "guard" / "gate.shelf").unlink()
    assert gate(program, *WORDS).returncode == 77


def test_with_it_no_module_of_the_common_path_is_looked_for(program):
    bundle.write(str(program / "guard"))
    done = gate(program, *WORDS, flags=["-X", "importtime"])
    assert done.returncode == 77
    assert "guard.doorkeeper" not in [line.rpartition("|")[2].strip() for line in done.stderr.splitlines()]


@pytest.mark.parametrize("data", [b"", b"rubbish", b"\0\0\0\0" + marshal.dumps((None, {}))])
def test_a_bundle_that_is_not_this_interpreters_is_left_alone(program, data):
    (program / "guard" / "gate.bundle").write_bytes(data)
    assert gate(program, *WORDS).returncode == 77
