"""The main job on real tools: a listed name is refused before any connection; anything else runs as if guard were not there."""

import json
import os
import signal
import subprocess
import time

import pytest

from tests.gate.fakes import FakeTool
from tests.support import packages
from tests.support.tools import offline, venv

BLOCKED = "typoguard-test-blocked"


def run(guarded, words, *in_front, index=None, **more):
    if index is not None:
        more.update(PIP_INDEX_URL=index.url)
    return guarded.run(words, *in_front, **more)


@pytest.mark.parametrize(
    "words",
    [
        ["pip", "install", BLOCKED],
        ["pip3", "install", "--upgrade", "goodpkg-alpha", "Typoguard_Test.Blocked[x]==1.0"],
        ["pip", "-q", "install", "-t", "target", BLOCKED, "--no-deps"],
        ["pip", "download", BLOCKED],
        ["pip", "wheel", BLOCKED],
    ],
    ids=" ".join,
)
def test_a_listed_name_is_refused_and_nothing_is_asked_of_the_index(guarded, pip, local_index, words):
    done = run(guarded, words, pip, index=local_index)
    assert done.returncode == 77
    assert done.stdout == ""
    assert "guard: refused" in done.stderr
    assert BLOCKED in done.stderr
    assert "Nothing was run and nothing was fetched." in done.stderr
    assert local_index.requests == []


def test_the_refusal_needs_no_network_at_all(guarded, pip):
    words = [*offline(), "env", "pip", "install", BLOCKED]
    done = guarded.run(words, pip)
    assert done.returncode == 77
    assert "guard: refused" in done.stderr


def test_no_process_of_a_refused_command_opens_a_socket(guarded, pip, local_index, tmp_path):
    trace = tmp_path / "trace"
    words = ["strace", "-f", "-qq", "-e", "trace=socket,connect,execve", "-o", str(trace), "pip", "install", BLOCKED]
    try:
        done = run(guarded, words, pip, index=local_index, CI="1")
    except FileNotFoundError:
        pytest.skip("there is no strace on this machine")
    if done.returncode != 77 and "ptrace" in done.stderr:
        pytest.skip("this machine allows no system-call trace")
    calls = trace.read_text()
    assert "socket(" not in calls
    assert "connect(" not in calls
    assert str(pip / "pip") not in calls  # pip itself was never started


def test_a_good_name_is_installed_with_what_it_needs(guarded, local_index, tmp_path):
    own = fresh_venv(tmp_path)
    done = run(guarded, ["pip", "install", "goodpkg-alpha"], own / "bin", index=local_index)
    assert done.returncode == 0, done.stderr
    assert "Successfully installed" in done.stdout
    assert "guard" not in done.stderr
    assert local_index.asked_for("goodpkg-beta")
    listed = run(guarded, ["pip", "list", "--format=json"], own / "bin")
    assert {"goodpkg-alpha", "goodpkg-beta"} <= {row["name"] for row in json.loads(listed.stdout)}


def fresh_venv(folder):
    source = venv("3.11", "pip==25.3")
    subprocess.run([source / "bin" / "python", "-m", "venv", "--without-pip", str(folder / "own")], check=True)
    subprocess.run([source / "bin" / "python", "-m", "pip", "--python", str(folder / "own"), "install", "-q", "--no-index",
                    "--find-links", _pip_wheel(folder), "pip"], check=True, env={"PIP_CONFIG_FILE": "/dev/null"})  # fmt: skip
    return folder / "own"


def _pip_wheel(folder):
    """A folder that holds pip's own wheel, as ensurepip bundles it."""
    import ensurepip

    return os.path.join(os.path.dirname(ensurepip.__file__), "_bundled")


@pytest.mark.parametrize(
    "words", [["install", "no-such-project-here"], ["install"], ["install", "--no-such-option"], ["bogus"]]
)
def test_an_error_of_pips_own_comes_through_unchanged(guarded, pip, local_index, words):
    behind = run(guarded, ["pip", *words], pip, index=local_index)
    bare = run(guarded, [str(pip / "pip"), *words], index=local_index)
    assert behind.returncode == bare.returncode != 0
    assert behind.stdout == bare.stdout
    assert [
        line for line in behind.stderr.splitlines() if not line.startswith("guard: warning")
    ] == bare.stderr.splitlines()


def test_standard_input_is_pips_and_is_said_to_be_unseen(guarded, pip, local_index):
    words = ["sh", "-c", "echo goodpkg-beta | pip install --dry-run -r /dev/stdin"]
    done = run(guarded, words, pip, index=local_index)
    assert done.returncode == 0, done.stderr
    assert "Would install goodpkg-beta" in done.stdout
    assert "guard: warning" in done.stderr
    assert "/dev/stdin cannot be checked" in done.stderr


def test_the_tool_gets_the_same_pid_the_same_words_and_its_exit_code_back(guarded, tmp_path):
    fake = FakeTool(tmp_path)
    words = [b"install", b"goodpkg", b"caf\xe9", b"a b", b"", b"*", b"line\nbreak", b"--flag=\x1b[31m", b"\xff\xfe"]
    environment = guarded.environment(fake.folder)
    process = subprocess.Popen(
        [b"pip", *words], env=environment, executable=str(guarded.prefix / "shims" / "pip"), stderr=-3
    )
    assert process.wait(30) == 42
    assert fake.started_with() == (process.pid, words)


# What the resolver needs to know what the gate has recorded already, and what keeps a shim of another kind (pyenv's, for
# its "system" version) from coming back to guard's for ever.
OURS = {b"GUARD_JUDGED", b"TYPOGUARD_BEHIND"}


def test_the_tool_gets_the_environment_as_it_was(guarded, tmp_path):
    fake = FakeTool(tmp_path)
    environment = {**guarded.environment(fake.folder), "ODD": "a\nb", "EMPTY": ""}
    shim = str(guarded.prefix / "shims" / "pip")
    subprocess.run(["pip", "install", "goodpkg"], executable=shim, env=environment, check=False)
    of_sh = {b"_", b"PWD", b"SHLVL", b"OLDPWD"}
    given = {key: value for key, value in fake.environment().items() if key not in of_sh | OURS}
    assert given == {key.encode(): value.encode() for key, value in environment.items()}


@pytest.mark.parametrize("size", [131_000, 1_000_000], ids=["one huge word", "a long list"])
def test_the_largest_words_the_kernel_takes_come_through(guarded, tmp_path, size):
    fake = FakeTool(tmp_path)
    words = ["x" * size] if size < 131_072 else ["word-%d" % n for n in range(size // 12)]
    shim = str(guarded.prefix / "shims" / "pip")
    done = subprocess.run(
        ["pip", "install", *words], executable=shim, env=guarded.environment(fake.folder), stderr=-3, check=False
    )
    assert done.returncode == 42
    assert len(fake.started_with()[1]) == len(words) + 1


def test_a_signal_reaches_the_tool(guarded, tmp_path):
    folder = tmp_path / "slow"
    folder.mkdir()
    (folder / "pip").write_text('#!/bin/sh\ntrap "exit 43" TERM\necho ready\nwhile :; do sleep 0.05; done\n')
    (folder / "pip").chmod(0o755)
    process = subprocess.Popen(["pip", "install", "goodpkg"], executable=str(guarded.prefix / "shims" / "pip"),
                               env=guarded.environment(folder), stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(signal.SIGTERM)  # SIGINT is ignored in a job that a shell put into the background
    assert process.wait(10) == 43


def test_a_command_substitution_does_not_wait_for_the_recorder(guarded, tmp_path):
    fake = FakeTool(tmp_path)
    (guarded.prefix / "venv").unlink()
    (guarded.prefix / "venv" / "bin").mkdir(parents=True)
    slow = guarded.prefix / "venv" / "bin" / "python"
    slow.write_text("#!/bin/sh\nsleep 5\n")
    slow.chmod(0o755)
    began = time.monotonic()
    guarded.run(["sh", "-c", "x=$(pip install goodpkg 2>&1)"], fake.folder)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("mode", "code", "action"), [("enforce", 77, "blocked"), ("warn", 42, "warned"), ("audit", 42, "allowed")]
)
def test_the_mode_decides_and_the_event_says_so(guarded, tmp_path, mode, code, action):
    fake = FakeTool(tmp_path)
    done = guarded.run(["pip", "install", BLOCKED], fake.folder, GUARD_MODE=mode)
    assert done.returncode == code
    assert bool(done.stderr) == (mode != "audit")
    (event,) = guarded.events()
    assert event["package_name"] == BLOCKED
    assert event["guard_action"] == action
    assert event["guard_mode"] == mode


def test_a_clean_command_is_one_event_with_all_its_names(guarded, tmp_path):
    fake = FakeTool(tmp_path)
    guarded.run(["pip", "install", "goodpkg-alpha", "GoodPkg_Beta>=1"], fake.folder)
    (event,) = guarded.events()
    assert event["guard_action"] == "allowed"
    assert "goodpkg-alpha" in json.dumps(event)
    assert "goodpkg-beta" in json.dumps(event)


def test_a_name_that_was_let_through_runs_and_the_allowance_is_an_event(guarded, tmp_path):
    fake = FakeTool(tmp_path)
    assert guarded.guard("allow", BLOCKED).returncode == 2  # no reason
    assert guarded.guard("allow", BLOCKED, "--reason", "to see it run").returncode == 0
    assert "to see it run" in guarded.guard("allow", "--list").stdout
    assert guarded.run(["pip", "install", BLOCKED], fake.folder).returncode == 42
    assert guarded.guard("allow", "--remove", BLOCKED).returncode == 0
    assert guarded.run(["pip", "install", BLOCKED], fake.folder).returncode == 77


def test_a_name_let_through_once_runs_once(guarded, tmp_path):
    fake = FakeTool(tmp_path)
    guarded.guard("allow", BLOCKED, "--reason", "once", "--once")
    assert guarded.check("pip", "install", BLOCKED)["verdict"] == "allow"  # looking uses nothing up
    codes = [guarded.run(["pip", "install", BLOCKED], fake.folder).returncode for _ in range(2)]
    assert codes == [42, 77]


@pytest.mark.parametrize("pip_version", ["20.3.4", "22.3.1", "24.3.1"])
def test_real_pips_of_other_years_are_guarded_alike(guarded, local_index, pip_version):
    old = venv("3.9", f"pip=={pip_version}") / "bin"
    refused = run(guarded, ["pip", "install", BLOCKED], old, index=local_index)
    assert refused.returncode == 77
    assert local_index.requests == []
    done = run(guarded, ["pip", "download", "-d", "got", "goodpkg-alpha"], old, index=local_index)
    assert done.returncode == 0, done.stderr


def test_a_requirement_file_is_read_and_the_line_named(guarded, pip, local_index, tmp_path):
    (tmp_path / "requirements.txt").write_text("goodpkg-alpha\n-r more.txt\n")
    (tmp_path / "more.txt").write_text(f"# nested\n{BLOCKED} ; python_version < '3'\n")
    done = run(guarded, ["pip", "install", "-r", "requirements.txt"], pip, index=local_index)
    assert done.returncode == 77
    assert "more.txt:2" in done.stderr
    assert local_index.requests == []


def test_a_local_wheel_of_a_listed_name_is_refused(guarded, pip, tmp_path):
    packages.wheel(tmp_path, BLOCKED)
    done = guarded.run(["pip", "install", "--no-index", "./typoguard_test_blocked-1.0-py3-none-any.whl"], pip)
    assert done.returncode == 77


def test_a_constraint_installs_nothing(guarded, pip, local_index, tmp_path):
    (tmp_path / "constraints.txt").write_text(f"{BLOCKED}==1.0\n")
    done = run(
        guarded, ["pip", "install", "--dry-run", "-c", "constraints.txt", "goodpkg-beta"], pip, index=local_index
    )
    assert done.returncode == 0, done.stderr
