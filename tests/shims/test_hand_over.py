"""The tool behind the shim is started as if the shim were not there, and without another process on the way."""

import os
import shutil
import subprocess

import pytest

from tests.shims.bench import Bench
from tests.support.tools import clean_environment

TELL = """#!{python} -IS
import os, sys
files = sorted(os.listdir("/proc/self/fd"))
sys.stdout.write(repr((os.getpid(), sorted(os.environb.items()), sys.stdin.read(), files)))
"""

# Variables of the caller that a careless script would call its own.
OWN = ["home", "name", "real", "path", "dir", "word", "tool", "python", "gate", "file", "first", "rest", "i", "shim"]

# What the shells set in every script they run.
SHELLS_OWN = {b"_", b"SHLVL", b"OLDPWD", b"LOGNAME"}


def start(bench, words, environ):
    process = subprocess.Popen(words, env=environ, cwd=bench.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out, _ = process.communicate(b"through the shim\n", timeout=20)
    return process.pid, eval(out)  # noqa: S307  # what our own tool printed


def test_same_process_environment_stdin_and_files(bench, shell):
    tool = bench.tool("pip", text=TELL)
    own = dict.fromkeys(OWN, "mine")
    environ = clean_environment(**own, PWD=bench.root)
    environ["PATH"] = f"{bench.shims}:{bench.behind}"
    environ["BYTES"] = os.fsdecode(b"\xff")
    _, (_, bare, stdin, files) = start(bench, [str(tool)], environ)
    pid, shimmed = start(bench, [*shell, str(bench.shims / "pip"), "list"], environ)
    assert shimmed[0] == pid
    kept = [pair for pair in shimmed[1] if pair[0] not in SHELLS_OWN]
    assert kept == [pair for pair in bare if pair[0] not in SHELLS_OWN]
    assert shimmed[2:] == (stdin, files)


@pytest.mark.parametrize("words", [["list"], ["install", "x"]])
def test_no_process_is_started(bench, words):
    strace = shutil.which("strace")
    if not strace:
        pytest.skip("there is no strace on this machine")
    log = bench.root / "trace"
    answer = bench.run(
        [strace, "-f", "-o", str(log), "-e", "trace=fork,vfork,clone,clone3,execve", str(bench.shims / "pip"), *words]
    )
    if "ptrace" in answer.said.lower():
        pytest.skip("this machine allows no trace")
    calls = [line for line in log.read_text().splitlines() if "+++" not in line]
    assert not [line for line in calls if "execve(" not in line]
    assert len([line for line in calls if "= 0" in line]) == 2, calls  # the shim, then what it becomes


def test_exit_code_and_signal_are_the_tools_own(bench):
    bench.tool("pip", text="#!{python} -IS\nimport os\nos.kill(os.getpid(), 15)\n")
    assert bench.pip("list").code == -15


class TestWithoutPython:
    """guard's interpreter or program is gone: the shim says so in one line and does what on_error says."""

    @pytest.fixture(params=["python", "gate"])
    def broken(self, request, bench):
        gone = bench.root / "gone" / request.param
        bench.installation("guard", **{request.param: str(gone)})
        bench.gone = str(gone)
        return bench

    def on_error(self, broken, text, folder=None):
        place = folder or broken.folder("guard/state")
        place.mkdir(exist_ok=True)
        (place / "on_error").write_text(text)

    def outcome(self, broken, *words):
        answer = broken.pip(*(words or ("install", "x")))
        assert answer.said.count("\n") <= 1
        return answer

    def test_allow_is_the_default(self, broken):
        answer = self.outcome(broken)
        assert answer.tool and answer.code == 0
        assert broken.gone in answer.said and "on_error is allow" in answer.said

    def test_harmless_words_hear_nothing(self, broken):
        self.on_error(broken, "block\n")
        answer = self.outcome(broken, "list")
        assert answer.tool and not answer.said

    @pytest.mark.parametrize("text", ["block\n", "block"])
    def test_block_is_78(self, broken, text):
        self.on_error(broken, text)
        answer = self.outcome(broken)
        assert (answer.code, answer.who) == (78, b"")
        assert "on_error is block" in answer.said

    @pytest.mark.parametrize(
        ("system", "user", "code"), [("block", "allow", 78), ("allow", "block", 78), ("allow", "allow", 0)]
    )
    def test_neither_layer_loosens_the_other(self, broken, system, user, code):
        self.on_error(broken, system, broken.system)
        self.on_error(broken, user)
        assert self.outcome(broken).code == code

    @pytest.mark.parametrize("text", ["", "\n", "\x1b[31mblock\n", "blocked\n"])
    def test_what_is_no_answer_is_allow_and_is_not_printed(self, broken, text):
        self.on_error(broken, text)
        answer = self.outcome(broken)
        assert answer.code == 0 and "\x1b" not in answer.said and "on_error is allow" in answer.said

    def test_a_pipe_for_an_answer_is_no_hang(self, broken):
        os.mkfifo(broken.folder("guard/state") / "on_error")
        assert self.outcome(broken).code == 0


def test_paths_with_every_odd_letter(tmp_path):
    bench = Bench(tmp_path / 'it\'s a "$HOME" `id` \\ * ?\udcff')
    bench.tool("pip")
    answer = bench.pip("install", "x")
    assert answer.words[:2] == [os.fsencode(bench.home.root), os.fsencode(str(bench.behind / "pip"))]
