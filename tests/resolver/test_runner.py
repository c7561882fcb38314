"""A script started through the runner is what it would be if its interpreter had been given it."""

import json
import os
import subprocess
import sys
import zipfile

import pytest

from guard.core import home as homes
from guard.resolver.entry import RUNNER, words
from tests.support.tools import python

TELL = """\
import json, os, sys, __main__
from pprint import pformat  # a stdlib module, found whatever lies beside the script
print(json.dumps({
    "argv": sys.argv, "path": sys.path, "name": __name__, "file": __file__, "package": __package__,
    "same": __main__.__dict__ is globals(), "module": sys.modules["__main__"].__name__, "isolated": sys.flags.isolated,
    "orig": getattr(sys, "orig_argv", None), "spec": str(__spec__),
    "globals": sorted(g for g in globals() if "own" in g),
}))
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "pip.py").write_text("raise SystemExit('the wrong pip')")
    return tmp_path


def run(*args, **more):
    environ = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **more}
    return subprocess.run([str(a) for a in args], capture_output=True, text=True, check=False, env=environ, cwd="/tmp")


def through(python_path, flags, home, *tool):
    return [python_path, *flags, RUNNER, str(home), "-", *tool]


@pytest.mark.parametrize("version", ["3.7", "3.10", "3.11", "3.13"])
@pytest.mark.parametrize("flags", [[], ["-I"], ["-E", "-s"]], ids=["plain", "isolated", "no-environment"])
def test_a_script_sees_what_it_would_see(folder, version, flags):
    script = folder / "tools" / "tell"
    script.write_text(TELL)
    interpreter = python(version)
    bare = run(interpreter, *flags, script, "a b", "--c")
    told = run(*through(interpreter, flags, folder, script, "a b", "--c"))
    assert (told.returncode, told.stderr) == (0, "")
    assert json.loads(told.stdout) == json.loads(bare.stdout)


def test_a_link_to_a_script_puts_the_folder_of_the_real_one_on_the_path(folder):
    script = folder / "tools" / "tell"
    script.write_text(TELL)
    (folder / "link").symlink_to(script)
    bare, told = run(sys.executable, folder / "link"), run(*through(sys.executable, [], folder, folder / "link"))
    assert json.loads(told.stdout) == json.loads(bare.stdout)


def test_a_traceback_shows_the_script_alone(folder):
    script = folder / "tools" / "fails"
    script.write_text("def inner():\n    raise ValueError('x')\n\ninner()\n")
    bare, told = run(sys.executable, script), run(*through(sys.executable, [], folder, script))
    assert told.stderr == bare.stderr
    assert told.returncode == bare.returncode == 1


def test_a_script_leaves_with_its_own_code(folder):
    script = folder / "tools" / "leaves"
    script.write_text("import atexit, sys\natexit.register(print, 'tidied')\nsys.exit(3)\n")
    done = run(*through(sys.executable, [], folder, script))
    assert (done.returncode, done.stdout) == (3, "tidied\n")


def test_an_archive_runs_as_python_runs_it(folder):
    path = folder / "tools" / "tell.pyz"
    path.write_bytes(b"#!/usr/bin/env python3\n")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("__main__.py", TELL.replace('"spec": str(__spec__),', ""))
    bare, told = run(sys.executable, path, "x"), run(*through(sys.executable, [], folder, path, "x"))
    assert told.stderr == ""
    assert json.loads(told.stdout) == json.loads(bare.stdout)


@pytest.mark.parametrize("flags", [[], ["-I"]], ids=["plain", "isolated"])
def test_a_module_runs_as_python_runs_it(folder, flags):
    module = ["-m", "json.tool", "--help"]
    bare, told = run(sys.executable, *flags, *module), run(*through(sys.executable, flags, folder, *module))
    assert (told.returncode, told.stdout, told.stderr) == (bare.returncode, bare.stdout, bare.stderr)


@pytest.mark.parametrize("version", ["2.7", "3.6"])
def test_a_python_that_is_too_old_runs_its_script_without_the_room(folder, version):
    script = folder / "tools" / "old"
    script.write_text("import sys\nprint(sys.argv[1:], '_typoguard' in sys.modules)\n")
    bare, told = run(python(version), script, "a"), run(*through(python(version), [], folder, script, "a"))
    assert (told.returncode, told.stdout, told.stderr) == (0, bare.stdout, "")


def test_a_half_removed_guard_says_so_and_lets_the_tool_run(folder):
    copy = folder / "guard"
    (copy / "resolver").mkdir(parents=True)
    with open(RUNNER) as file:
        (copy / "resolver" / "runner.py").write_text(file.read())
    script = folder / "tools" / "tell"
    script.write_text("print('ran')")
    done = run(sys.executable, copy / "resolver" / "runner.py", folder, "-", script)
    assert (done.returncode, done.stdout) == (0, "ran\n")
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("guard: ")


# --- which scripts go through it --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head,interpreter",
    [
        ("#!{python}\n", ["{python}"]),
        ("#! {python} -I\n", ["{python}", "-I"]),
        ("#!{python} -E -s\n", ["{python}", "-E -s"]),  # one word, as the kernel hands it over
        ("#!/usr/bin/env python3\n", ["/usr/bin/env", "python3"]),
        ("#!/usr/bin/env -S python3 -I\n", ["/usr/bin/env", "-S python3 -I"]),
        ("#!/bin/sh\n'''exec' {python} \"$0\" \"$@\"\n' '''\n", ["{python}"]),
        ("#!/bin/sh\n'''exec' \"{python}\" \"$0\" \"$@\"\n' '''\n", ["{python}"]),
        ("#!/bin/sh\n'''exec' {python} -I \"$0\" \"$@\"\n' '''\n", ["{python}", "-I"]),
        ("#!/usr/bin/env bash\n", None),
        ("#!/bin/sh\nexec python3 -m pip \"$@\"\n", None),
        ("#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python3' \"$0\" \"$@\"\n", None),
        ("#!/no/such/python3\n", None),
        ("#!/usr/bin/perl\n", None),
        ("#!{python}", None),
        ("\x7fELF\x02", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_words_that_start_a_tool(tmp_path, head, interpreter):
    tool = tmp_path / "pip"
    tool.write_text(head.replace("{python}", sys.executable))
    found = words(homes.at("/prefix"), str(tool), ["install", "x"])
    if interpreter is None:
        assert found is None
    else:
        start = [word.replace("{python}", sys.executable) for word in interpreter]
        assert found == [*start, RUNNER, "/prefix", "-", str(tool), "install", "x"]


def test_a_tool_that_is_not_there_has_none():
    assert words(homes.at("/prefix"), "/no/such/pip", []) is None


def test_the_shell_form_really_runs(tmp_path):
    """What distlib writes where the interpreter's path is too long for a first line."""
    tool = tmp_path / "pip"
    tool.write_text(f"#!/bin/sh\n'''exec' \"{sys.executable}\" \"$0\" \"$@\"\n' '''\nimport sys\nprint(sys.argv)\n")
    tool.chmod(0o755)
    bare, told = run(tool, "x"), run(*words(homes.at(str(tmp_path)), str(tool), ["x"]))
    assert told.stdout == bare.stdout


SHIELD = """\
import sys, threading
folder, root = sys.argv[1:]
sys.path.insert(0, folder)
from guard.resolver import finder
finder.enter(root)
def told(name):
    try:
        return __import__(name).__file__.startswith(folder)
    except ImportError:
        return None
with finder._StandardLibraryAlone():
    others = []
    thread = threading.Thread(target=lambda: others.append(told("only_here")))
    thread.start()
    thread.join()
    print(told("wave"), told("nowhere_else"), *others)
print(told("nowhere_else"))
"""


def test_what_guard_imports_is_the_standard_librarys_and_other_threads_find_their_own(folder):
    for name in ("wave", "only_here", "nowhere_else"):
        (folder / "tools" / f"{name}.py").write_text("")
    done = run(sys.executable, "-c", SHIELD, folder / "tools", folder, PYTHONPATH=os.path.dirname(homes.PACKAGE))
    assert (done.stdout, done.stderr) == ("False None True\nTrue\n", "")
