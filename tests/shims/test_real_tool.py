"""Which tool is found behind the shim. Each arrangement of PATH is named by the loop it once caused somewhere."""

import os
import shutil
import subprocess
import sys

import pytest

from guard.setup import shims
from tests.support.tools import clean_environment, venv

WRAPPER = '#!/bin/sh\nexec pip "$@"\n'


def pip_of(bench):
    return str(bench.behind / "pip")


def test_the_shim_finds_the_tool_under_every_shell(bench, shell):
    assert bench.run([*shell, str(bench.shims / "pip"), "list"]).tool == pip_of(bench)


def test_its_own_folder_twice(bench):
    assert bench.pip(path=[bench.shims, bench.shims, bench.behind, bench.shims]).tool == pip_of(bench)


def test_its_own_folder_through_a_link(bench):
    """A shim that excludes its own folder by name takes the link for another folder."""
    link = bench.root / "link"
    link.symlink_to(bench.shims)
    assert bench.pip(path=[link, bench.shims, bench.behind]).tool == pip_of(bench)


def test_its_own_folder_with_a_trailing_slash_or_a_detour(bench):
    assert bench.pip(path=[f"{bench.shims}/", f"{bench.shims}//.", bench.behind]).tool == pip_of(bench)


def test_its_own_folder_as_a_relative_or_empty_entry(bench):
    """An empty entry is the working directory, which may be the shims' own folder."""
    for entry in ("", "."):
        assert bench.pip(path=[entry, bench.behind], cwd=bench.shims).tool == pip_of(bench)
    assert bench.pip(path=["guard/shims", "behind"]).tool == pip_of(bench)


@pytest.mark.parametrize("path", [[""], ["", "/nowhere"], ["/nowhere", ""], ["."], ["/nowhere", "", "/nowhere2"]])
def test_a_tool_in_the_working_directory(bench, path):
    """The empty entry at the very end is the one that field splitting loses."""
    assert os.path.samefile(bench.pip(path=path, cwd=bench.behind).tool, pip_of(bench))


def test_a_tool_found_by_a_relative_entry_is_handed_on_absolute(bench):
    answer = bench.pip("install", "x", path=[bench.shims, "behind"])
    assert answer.words[1] == os.fsencode(pip_of(bench))


def test_two_installations_do_not_call_each_other(bench):
    bench.installation("other")
    other = bench.root / "other" / "shims"
    for path in ([bench.shims, other, bench.behind], [other, bench.shims, bench.behind]):
        assert bench.pip(path=path).tool == pip_of(bench)


def test_a_copy_and_a_link_of_a_shim_are_shims_wherever_they_lie(bench):
    stray = bench.folder("stray")
    shutil.copy(bench.shims / "pip", stray / "pip")
    linked = bench.folder("linked")
    (linked / "pip").symlink_to(bench.shims / "pip")
    assert bench.pip(path=[linked, stray, bench.behind]).tool == pip_of(bench)


def test_a_link_of_another_name_stands_for_the_same_tool(bench):
    link = bench.root / "mypip"
    link.symlink_to(bench.shims / "pip")
    assert bench.run([str(link), "list"]).tool == pip_of(bench)


def test_started_bare_and_through_sh(bench):
    assert bench.run(["sh", "pip", "list"], path=[bench.behind, "/usr/bin", "/bin"], cwd=bench.shims).tool == pip_of(
        bench
    )


def test_what_only_bears_the_name_is_no_tool(bench):
    odd = [bench.folder(name) for name in ("folder", "plain", "fifo", "dangling")]
    (odd[0] / "pip").mkdir()
    (odd[1] / "pip").write_text("not executable")
    os.mkfifo(odd[2] / "pip", 0o755)  # reading it would hang for ever
    (odd[3] / "pip").symlink_to("nowhere")
    path = [bench.shims, *odd, bench.behind]
    assert bench.pip(path=path).tool == pip_of(bench)
    assert shims.behind("pip", os.pathsep.join(map(str, path))) == pip_of(bench)


def test_no_tool_is_127_and_one_line(bench, shell):
    for path in ([bench.shims], ["/nowhere"]):
        answer = bench.run([*shell, str(bench.shims / "pip"), "install", "x"], path=path)
        assert answer.code == 127
        assert answer.said == f"guard: there is no pip on PATH behind the shim {bench.shims}/pip\n"


def test_path_unset_is_no_crash(bench):
    environ = clean_environment()
    del environ["PATH"]
    words = [str(bench.shims / "poetry"), "show"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=20, check=False, cwd="/")
    assert done.returncode in (0, 127), done.stderr  # what the shell's own default PATH holds is this machine's affair


def test_a_wrapper_that_comes_back_along_path_is_passed_once(bench):
    """A user's own ``pip`` that calls ``pip``: behind the shim it finds the shim, and round it goes."""
    front = bench.folder("front")
    wrapper = bench.tool("pip", front, WRAPPER)
    for start in (wrapper, bench.shims / "pip"):
        assert bench.run([str(start), "list"], path=[bench.shims, front, bench.behind]).tool == pip_of(bench)


def test_two_wrappers_that_come_back(bench):
    first, second = bench.folder("first"), bench.folder("second")
    bench.tool("pip", first, WRAPPER)
    bench.tool("pip", second, WRAPPER)
    assert bench.pip("list", path=[bench.shims, first, second, bench.behind]).tool == pip_of(bench)


def test_wrappers_alone_end_in_127(bench):
    front = bench.folder("front")
    bench.tool("pip", front, WRAPPER)
    assert bench.pip("list", path=[bench.shims, front]).code == 127


def test_a_child_of_the_tool_starts_its_search_anew(bench):
    """What one process has passed is no matter of its children: theirs is the first tool again."""
    front = bench.folder("front")
    answering = "import os,sys; sys.stdout.write(os.environ['TYPOGUARD_BEHIND'])"
    bench.tool("pip", front, f'#!/bin/sh\n{sys.executable} -c "{answering}"\n')
    seen = bench.pip("list", path=[bench.shims, front])
    passed = seen.who.decode()
    assert passed.endswith(f":{front}/pip:")
    bench.tool("pip", front)
    assert bench.pip("list", path=[bench.shims, front], TYPOGUARD_BEHIND=passed).tool == str(front / "pip")


@pytest.fixture
def pyenv(bench):
    """A real pyenv with a root of the test's own and one version, 9.9.9, whose pip is a fake tool."""
    program = shutil.which("pyenv") or os.path.expanduser("~/.pyenv/bin/pyenv")
    if not os.path.exists(program):
        pytest.skip("there is no pyenv on this machine")
    root = bench.folder("pyenv")
    bench.tool("pip", bench.folder("pyenv/versions/9.9.9/bin"))
    environ = clean_environment(PYENV_ROOT=root, HOME=bench.root)
    subprocess.run([program, "rehash"], env=environ, check=True, capture_output=True)
    assert (root / "shims" / "pip").exists()
    return root


def run_pyenv(bench, pyenv, version, order, *words):
    places = {"guard": bench.shims, "pyenv": pyenv / "shims", "system": bench.behind}
    path = [*(places[name] for name in order.split()), "/usr/bin", "/bin"]
    return bench.run(
        ["/usr/bin/env", "pip", *words], path=path, PYENV_ROOT=pyenv, PYENV_VERSION=version, HOME=bench.root
    )


@pytest.mark.parametrize("order", ["guard pyenv system", "pyenv guard system", "guard pyenv guard system"])
def test_pyenv_with_one_of_its_versions(bench, pyenv, order):
    assert run_pyenv(bench, pyenv, "9.9.9", order, "list").tool == str(pyenv / "versions/9.9.9/bin/pip")


@pytest.mark.parametrize("order", ["guard pyenv system", "pyenv guard system", "guard pyenv guard system"])
def test_pyenv_on_its_system_version_comes_back_to_the_shim(bench, pyenv, order):
    """pyenv looks for its "system" pip along PATH without its own shims, and finds guard's."""
    assert run_pyenv(bench, pyenv, "system", order, "list").tool == pip_of(bench)


def test_pyenv_behind_the_shim_is_judged(bench, pyenv):
    answer = run_pyenv(bench, pyenv, "9.9.9", "guard pyenv system", "install", "x")
    assert answer.who == b"gate"
    assert answer.words[1] == os.fsencode(str(pyenv / "shims" / "pip"))


def test_the_pip_of_a_real_virtual_environment(bench):
    place = venv("3.11")
    environ = clean_environment(PATH=f"{bench.shims}:{place}/bin")
    words = [str(bench.shims / "pip"), "--version"]
    done = subprocess.run(words, env=environ, capture_output=True, text=True, timeout=60, check=True)
    assert str(place) in done.stdout


def test_a_script_with_a_long_interpreter_path_is_python_not_a_wrapper(bench):
    """pip writes ``#!/bin/sh`` and ``'''exec'`` where its interpreter's path is longer than a first line may be."""
    head = "#!/bin/sh\n'''exec' \"{python}\" -IS \"$0\" \"$@\"\n' '''\n"
    text = head + "import os\nprint('TYPOGUARD_BEHIND' in os.environ)\n"
    bench.tool("pip", text=text)
    assert bench.pip("list").who == b"False\n"
