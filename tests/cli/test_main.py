"""What meets every subcommand: streams that are closed or full, files that are not what they should be, an interrupt."""

import json
import os
import signal
import subprocess
import sys

import pytest

from tests.support.tools import ROOT

GUARD = (sys.executable, "-m", "guard")
OUTPUT = [
    ("--help",), ("--version",), ("init", "bash"), ("lookalike", "six"), ("lists", "export", "--json"),
    ("check", "--", "pip", "install", "typoguard-test-blocked"), ("hunt", str(ROOT / "installer/splunk/TA-typoguard/samples/events.jsonl")),
]  # fmt: skip


def run(*words, **more):
    return subprocess.run([*GUARD, *words], cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False, **more)


@pytest.mark.parametrize("words", OUTPUT)
def test_a_full_disk_is_one_line_and_no_bug(words):
    with open("/dev/full", "w") as full:
        done = run(*words, stdout=full)
    assert (done.returncode, done.stderr) == (65, "guard: cannot write: No space left on device\n")


@pytest.mark.parametrize("words", OUTPUT)
def test_a_reader_that_goes_away_is_neither_a_clean_answer_nor_a_finding(words):
    read, write = os.pipe()
    os.close(read)
    try:
        done = run(*words, stdout=write)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (-signal.SIGPIPE, "")


@pytest.mark.parametrize("words", OUTPUT)
def test_a_closed_output_leaves_the_code_as_it_is(words):
    closed = subprocess.run(["sh", "-c", '"$@" >&-', "sh", *GUARD, *words], cwd=ROOT, capture_output=True, check=False)
    assert (closed.returncode, closed.stderr) == (run(*words, stdout=subprocess.DEVNULL).returncode, b"")


@pytest.mark.parametrize(
    "words, code, said",
    [
        (("check", "--json", "--", "nosuch", "x"), 2, "guard does not know the tool 'nosuch'"),
        (("hunt", "--json", "/no/such/log"), 2, "/no/such/log: there is no such file"),
        (("explain", "--json"), 2, "Missing argument 'NAME'."),
        (("lists", "verify", "--json", "--nope"), 2, "No such option"),
    ],
)
def test_who_asked_for_json_gets_an_object_for_an_error_too(words, code, said):
    done = run(*words, stdout=subprocess.PIPE)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["kind"], answer["code"]) == (code, "error", code)
    assert answer["message"].startswith(said) and said in done.stderr


@pytest.mark.parametrize("words", [("events", "--json", "--nope"), ("check", "--", "nosuch", "--json")])
def test_a_stream_holds_nothing_but_its_own_and_a_tools_words_are_the_tools(words):
    done = run(*words, stdout=subprocess.PIPE)
    assert (done.returncode, done.stdout) == (2, "")


def test_a_closed_input_is_an_empty_one():
    for words in (("lookalike", "-"), ("hunt", "-")):
        done = subprocess.run(
            ["sh", "-c", '"$@" <&-', "sh", *GUARD, *words], cwd=ROOT, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")


@pytest.fixture
def heard():
    """What is started from a shell's background inherits that an interrupt is ignored; here it is not."""
    old = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, old)


def test_an_interrupt_ends_guard_as_it_ends_any_program(heard, tmp_path):
    waiting = str(tmp_path / "ordinary")
    os.mkfifo(waiting)
    words = [*GUARD, "lists", "quality", "--ordinary", waiting]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(words, cwd=ROOT, **pipes) as guard, open(waiting, "w"):  # guard has opened it too
        guard.send_signal(signal.SIGINT)
        out, said = guard.communicate(timeout=60)
    assert (guard.returncode, out, said.strip()) == (-signal.SIGINT, b"", b"")


def test_an_interrupt_while_guard_starts_is_no_traceback(heard, tmp_path):
    (tmp_path / "click.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n")
    done = run("status", env=dict(os.environ, PYTHONPATH=str(tmp_path)))
    assert (done.returncode, done.stderr) == (-signal.SIGINT, "")


def test_a_file_that_is_no_text_or_cannot_be_written_is_bad_data(tmp_path):
    junk = tmp_path / "junk.tsv"
    junk.write_bytes(b"name\trank\tdownloads\n\xff\xfe\t1\t1\n")
    target = str(tmp_path / "none" / "list.csv")
    for words in (
        ("quality", "--ordinary", str(junk)),
        ("build", "--from", str(junk), "--to", target),
        ("build-popular", "--from", str(junk), "--to", target),
        ("build", "--from", str(ROOT / "lookups" / "typosquats.csv"), "--to", target),
    ):
        done = run("lists", *words)
        assert done.returncode == 65 and done.stderr.count("\n") == 1 and "a bug" not in done.stderr, done.stderr


def test_a_word_that_no_terminal_shows_is_printed_all_the_same(tmp_path):
    target = os.fsencode(tmp_path) + b"/\xff.csv"
    words = ["lists", "build", "--from", str(ROOT / "lookups" / "typosquats.csv"), "--to", target]
    done = subprocess.run([*GUARD, *words], cwd=ROOT, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"udcff.csv: " in done.stdout


def test_a_file_to_judge_that_is_not_there_is_not_clean(tmp_path):
    for name in ("poetry.lock", "pyproject.toml", "requirements.txt"):
        done = run("check", "--files", str(tmp_path / name), stdout=subprocess.PIPE)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"guard: {tmp_path / name}: there is no such file\n"


def test_files_of_several_folders_are_one_object(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1"\n')
    files = [str(tmp_path / folder / "pyproject.toml") for folder in ("a", "b")]
    for asked in (files, files[:1]):
        done = run("check", "--json", "--files", *asked, stdout=subprocess.PIPE)
        answer = json.loads(done.stdout)
        assert (done.returncode, answer["kind"]) == (0, "check-files"), done.stderr
        assert [one["kind"] for one in answer["checks"]] == ["check"] * len(asked)


def test_one_name_is_one_name():
    for words, said in ((["six"], "1 name,"), (["six", "attrs"], "2 names,")):
        assert said in run("check", "--", "pip", "install", *words, stdout=subprocess.PIPE).stdout
