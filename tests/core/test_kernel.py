"""guard's few functions of ``os.path`` do what those of ``os.path`` do."""

import ast
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core import kernel
from tests.support.tools import ROOT

paths = st.text(alphabet="a./ é", max_size=14)


@given(paths)
def test_the_functions_of_one_path(path):
    for function in (
        "normpath",
        "dirname",
        "basename",
        "isabs",
        "splitext",
        "abspath",
        "exists",
        "isdir",
        "isfile",
        "lexists",
    ):
        assert getattr(kernel.path, function)(path) == getattr(os.path, function)(path), function


@given(paths, paths)
def test_the_functions_of_two_paths(one, other):
    assert kernel.path.join(one, other) == os.path.join(one, other)
    if one and other:
        assert kernel.path.relpath(one, other) == os.path.relpath(one, other)


@given(st.binary(max_size=20).filter(lambda data: b"\0" not in data))
def test_bytes_come_back_as_they_were(data):
    assert kernel.fsencode(kernel.fsdecode(data)) == data
    assert kernel.fsdecode(data) == os.fsdecode(data)


def test_the_environment_is_that_of_os_at_the_start():
    program = "import os, guard.core.kernel as kernel; print(kernel.environ == dict(os.environ))"
    environment = {b"ODD": b"caf\xe9", b"EMPTY": b"", b"PATH": b"/bin"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, check=True)
    assert done.stdout == b"True\n"


def test_folders_are_made_with_those_above(tmp_path):
    kernel.makedirs(str(tmp_path / "a" / "b"), 0o700)
    kernel.makedirs(str(tmp_path / "a" / "b"), 0o700)
    assert (tmp_path / "a" / "b").is_dir()
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="Not a directory"):
        kernel.makedirs(str(tmp_path / "file" / "x"))


@given(st.lists(st.sampled_from(["a", "b", "c", "up", "absolute", "loop", "..", ".", "missing", ""]), max_size=6))
def test_links_are_followed_as_os_follows_them(tree, parts):
    for path in ("/".join(parts), f"{tree}/" + "/".join(parts)):
        real = os.path.realpath(path)
        assert kernel.path.realpath(path) == real or "loop" in parts


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    root = tmp_path_factory.mktemp("tree")
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "c").symlink_to("b")
    (root / "a" / "b" / "up").symlink_to("../..")
    (root / "absolute").symlink_to(root / "a")
    (root / "loop").symlink_to("loop")
    return root


def test_a_link_in_circles_ends(tree):
    assert kernel.path.realpath(f"{tree}/loop").endswith("/loop")


@pytest.mark.parametrize("name", ["~", "~/x", "~root", "~root/x", "~nobody-here/x", "x/~"])
@pytest.mark.parametrize("home", ["/somewhere", "/", ""])
def test_a_home_directory_is_found_as_os_finds_it(name, home):
    program = "import os, sys, guard.core.kernel as k; print([k.path.expanduser(sys.argv[1]), os.path.expanduser(sys.argv[1])])"
    done = subprocess.run(
        [sys.executable, "-c", program, name], env={"HOME": home}, cwd=ROOT, capture_output=True, check=True
    )
    ours, theirs = ast.literal_eval(done.stdout.decode())
    assert ours == theirs
