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

    def settings(self, broken, text, path=None):
        path = path or broken.folder("guard/etc") / "guard.toml"
        path.write_text(text)

    def outcome(self, broken, *words):
        answer = broken.pip(*(words or ("install", "x")))
        assert answer.said.count("\n") <= 1
        return answer

    def test_allow_is_the_default(self, broken):
        answer = self.outcome(broken)
        assert answer.tool and answer.code == 0
        assert broken.gone in answer.said and "on_error is allow" in answer.said

    def test_harmless_words_hear_nothing(self, broken):
        self.settings(broken, 'on_error = "block"\n')
        answer = self.outcome(broken, "list")
        assert answer.tool and not answer.said

    @pytest.mark.parametrize(
        "text", ['mode = "warn"\non_error = "block" # in CI\n', "  on_error='block'", 'on_error="block"\r\n']
    )
    def test_block_is_78(self, broken, text):
        self.settings(broken, text)
        answer = self.outcome(broken)
        assert (answer.code, answer.who) == (78, b"")
        assert "on_error is block" in answer.said

    @pytest.mark.parametrize(
        "layers", ["block allow allow", "allow block allow", "allow allow block", "allow allow allow"]
    )
    def test_a_weaker_layer_may_tighten_and_none_loosens(self, broken, layers):
        system, environment, user = layers.split()
        self.settings(broken, f'on_error = "{system}"\n', broken.system)
        self.settings(broken, f'on_error = "{user}"\n')
        answer = broken.pip("install", "x", GUARD_ON_ERROR=environment)
        assert answer.code == (78 if "block" in layers else 0)

    @pytest.mark.parametrize(
        "text", ["", "\n", '# on_error = "block"\n', 'on_error = "allow" # not block\n', "\x1b[31m\n"]
    )
    def test_what_does_not_say_block_is_allow(self, broken, text):
        self.settings(broken, text)
        answer = self.outcome(broken)
        assert answer.code == 0 and "\x1b" not in answer.said and "on_error is allow" in answer.said

    def test_a_pipe_for_settings_is_no_hang(self, broken):
        os.mkfifo(broken.folder("guard/etc") / "guard.toml")
        assert self.outcome(broken).code == 0


def test_paths_with_every_odd_letter(tmp_path):
    bench = Bench(tmp_path / 'it\'s a "$HOME" `id` \\ * ?\udcff')
    bench.tool("pip")
    answer = bench.pip("install", "x")
    assert answer.words[:2] == [os.fsencode(bench.home.root), os.fsencode(str(bench.behind / "pip"))]
