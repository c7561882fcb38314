"""Bad input: one clear line or a documented fallback, ``on_error`` obeyed, never a traceback, never a hang."""

import datetime
import os
import pathlib
import shutil
import subprocess

import pytest

from guard.core.lookup import COLUMNS, LIST
from guard.lists import seal
from tests.gate.fakes import FakeTool

BLOCKED = "typoguard-test-blocked"


@pytest.fixture
def fake(tmp_path):
    return FakeTool(tmp_path)


def one_clear_line(done, *said):
    """stderr is one or more lines of guard's, none of them a traceback, and holds what was to be said."""
    assert "Traceback" not in done.stderr
    assert all(line.startswith(("guard: ", "  ")) for line in done.stderr.splitlines()), done.stderr
    for words in said:
        assert words in done.stderr


def synced(guarded, data):
    path = guarded.prefix / "state" / "list" / LIST
    path.parent.mkdir(parents=True)
    if data is None:
        path.mkdir()
    else:
        path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    "data",
    [b"", b"rubbish\n", os.urandom(5000), b"name,kind\nx,malicious\n", b"#guard-table 1 rows=1", None],
    ids=["empty", "foreign", "binary", "csv", "cut", "a folder"],
)
def test_a_bad_list_falls_back_to_the_shipped_one_and_says_so(guarded, fake, data):
    synced(guarded, data)
    done = guarded.run(["pip", "install", BLOCKED], fake.folder)
    assert done.returncode == 77
    one_clear_line(done, "the shipped list serves instead")
    assert guarded.run(["pip", "install", "goodpkg"], fake.folder).returncode == 42


def test_a_list_without_the_test_name_is_not_believed(guarded, fake):
    path = guarded.prefix / "state" / "list" / LIST
    path.parent.mkdir(parents=True)
    seal.write(str(path), COLUMNS, [["other", "malicious", "", "", "", "", ""]], "2026-11-24T00:00:00Z")
    done = guarded.run(["pip", "install", BLOCKED], fake.folder)
    assert done.returncode == 77
    one_clear_line(done, "the shipped list serves instead")


@pytest.mark.parametrize(("on_error", "code"), [("allow", 42), ("block", 78)])
def test_without_any_list_on_error_decides(guarded, fake, tmp_path, on_error, code):
    damage_the_shipped_list(guarded)
    done = guarded.run(["pip", "install", BLOCKED], fake.folder, GUARD_ON_ERROR=on_error)
    assert done.returncode == code
    one_clear_line(done, "is not a list that guard made")


def damage_the_shipped_list(guarded):
    """Give this installation a program of its own, with a list that is damaged."""
    for link in sorted(guarded.prefix.glob("venv*")):
        base = link.resolve()
        link.unlink()
        shutil.copytree(base, link, symlinks=True)
    for package in guarded.prefix.glob("venv*/lib/python3*/site-packages/guard"):
        (package / "lookups" / LIST).write_bytes(b"damaged")


@pytest.mark.parametrize(("on_error", "code"), [("allow", 42), ("block", 78)])
def test_a_journal_that_cannot_be_written(guarded, fake, on_error, code):
    (guarded.prefix / "state" / "journal" / f"{os.getuid()}.jsonl").mkdir(parents=True)
    done = guarded.run(["pip", "install", "goodpkg"], fake.folder, GUARD_ON_ERROR=on_error)
    assert done.returncode == code
    one_clear_line(done, "cannot be written")
    assert guarded.run(["pip", "install", BLOCKED], fake.folder).returncode == 77


@pytest.mark.parametrize(("on_error", "code"), [("allow", 42), ("block", 78)])
def test_a_full_disk(guarded, fake, on_error, code):
    journal = guarded.prefix / "state" / "journal"
    journal.mkdir(parents=True)
    (journal / f"{os.getuid()}.jsonl").touch(0o600)
    # No file may grow: what a full disk is to a process, without a disk.
    words = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec pip install goodpkg"]
    done = guarded.run(words, fake.folder, GUARD_ON_ERROR=on_error)
    assert done.returncode in (code, 2)  # 2: the fake tool itself could not write its report
    one_clear_line(done, "cannot be written: File too large") if on_error == "block" else None
    if on_error == "block":
        assert done.returncode == 78


@pytest.mark.parametrize(("on_error", "code"), [("allow", 77), ("block", 78)])
def test_settings_that_do_not_parse_name_file_and_line(guarded, fake, on_error, code):
    guarded.settings('mode = "enforce"\n[actions\n')
    done = guarded.run(["pip", "install", BLOCKED], fake.folder, GUARD_ON_ERROR=on_error)
    assert done.returncode == code
    one_clear_line(done, "etc/guard.toml", "line 2")


def test_a_project_that_does_not_parse_switches_nothing_off(guarded, fake, tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.guard\n")
    done = guarded.run(["pip", "install", BLOCKED], fake.folder, cwd=tmp_path)
    assert done.returncode == 77
    one_clear_line(done, "pyproject.toml")


@pytest.mark.parametrize(
    "name",
    [
        "reque\u0455ts",
        "a\nb",
        "\x1b[31mred",
        "\u202eevil",
        "café",
        "a" * 5000,
        "-",
        "--",
        "x;rm -rf /",
        "$(touch pwned)",
        "=",
        "@",
        "[",
        "x[",
    ],
    ids=ascii,
)
def test_odd_names_are_the_tools_to_reject_and_never_reach_the_terminal_raw(guarded, fake, name):
    done = guarded.run(["pip", "install", name], fake.folder)
    assert done.returncode == 42, done.stderr
    assert fake.started_with()[1][-1] == name.encode()
    assert "\x1b" not in done.stderr
    assert "\u202e" not in done.stderr
    one_clear_line(done)


def test_arguments_that_are_not_utf_8(guarded, fake):
    shim = str(guarded.prefix / "shims" / "pip")
    for locale in ({}, {"LC_ALL": "C"}, {"LANG": "en_US.ISO-8859-1"}):
        done = subprocess.run([b"pip", b"install", b"caf\xe9", BLOCKED.encode()], executable=shim, check=False,
                              env={**guarded.environment(fake.folder), **locale}, capture_output=True)  # fmt: skip
        assert done.returncode == 77, done.stderr
        assert b"Traceback" not in done.stderr


FILES = {
    "a folder": lambda path: path.mkdir(),
    "includes itself": lambda path: path.write_text(f"-r {path.name}\n"),
    "Latin-1": lambda path: path.write_bytes("# -*- coding: latin-1 -*-\n# caf\xe9\ngoodpkg\n".encode("latin-1")),
    "a UTF-8 BOM": lambda path: path.write_bytes(b"\xef\xbb\xbfgoodpkg\n"),
    "UTF-16": lambda path: path.write_bytes("goodpkg\n".encode("utf-16")),
    "NUL bytes": lambda path: path.write_bytes(b"good\0pkg\n"),
    "binary": lambda path: path.write_bytes(os.urandom(10_000)),
    "unreadable": lambda path: path.symlink_to("/proc/self/mem"),
    "a broken link": lambda path: path.symlink_to("nowhere"),
    "a pipe": lambda path: os.mkfifo(path),
}


@pytest.mark.parametrize("kind", FILES)
def test_an_odd_requirement_file_is_the_tools_to_reject(guarded, fake, tmp_path, kind):
    FILES[kind](tmp_path / "odd.txt")
    done = guarded.run(["pip", "install", "-r", "odd.txt"], fake.folder, cwd=tmp_path)
    assert done.returncode == 42, done.stderr
    one_clear_line(done)


@pytest.mark.parametrize("kind", [*FILES, "missing"])
def test_an_odd_requirement_file_hides_no_listed_name_beside_it(guarded, fake, tmp_path, kind):
    FILES.get(kind, lambda path: None)(tmp_path / "odd.txt")
    done = guarded.run(["pip", "install", "-r", "odd.txt", BLOCKED], fake.folder, cwd=tmp_path)
    assert done.returncode == 77


@pytest.mark.parametrize("coding", ["utf-8-sig", "utf-16", "utf-32", "latin-1"])
def test_a_listed_name_is_seen_in_every_encoding_pip_reads(guarded, fake, tmp_path, coding):
    head = "# -*- coding: latin-1 -*-\n# é\n" if coding == "latin-1" else ""
    (tmp_path / "r.txt").write_bytes(f"{head}goodpkg\n{BLOCKED}\n".encode(coding))
    assert guarded.run(["pip", "install", "-r", "r.txt"], fake.folder, cwd=tmp_path).returncode == 77


def test_a_requirement_file_of_100_mb_is_judged_in_bounded_time(guarded, fake, tmp_path):
    line = b"# " + b"x" * 1022 + b"\n"
    with open(tmp_path / "huge.txt", "wb") as file:
        file.write(line * (100 * 1024) + BLOCKED.encode() + b"\n")
    done = guarded.run(["pip", "install", "-r", "huge.txt"], fake.folder, cwd=tmp_path)
    assert done.returncode in (77, 42)
    one_clear_line(done)
    if done.returncode == 42:
        assert "cannot be checked" in done.stderr


def test_path_unset(guarded, fake):
    shim = str(guarded.prefix / "shims" / "pip")
    done = subprocess.run([shim, "install", BLOCKED], env={}, capture_output=True, text=True, check=False)
    assert done.returncode in (77, 127)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("home", [None, "/proc/nowhere", "/"])
def test_home_unset_or_read_only(guarded, fake, home):
    environment = guarded.environment(fake.folder)
    environment.pop("HOME")
    if home:
        environment["HOME"] = home
    shim = str(guarded.prefix / "shims" / "pip")
    for name, code in ((BLOCKED, 77), ("goodpkg", 42)):
        done = subprocess.run([shim, "install", name], env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stderr


def test_a_working_directory_that_was_removed(guarded, fake, tmp_path):
    (tmp_path / "gone").mkdir()
    words = ["sh", "-c", f"cd gone && rmdir ../gone && pip install {BLOCKED}"]
    done = guarded.run(words, fake.folder, cwd=tmp_path)
    assert done.returncode == 77
    assert "Traceback" not in done.stderr


HOSTILE = ["guard.py", "posix.py", "sys.py", "time.py", "marshal.py", "fcntl.py", "os.py", "site.py", "sitecustomize.py",
           "usercustomize.py", "encodings.py", "_json.py"]  # fmt: skip


@pytest.mark.parametrize(
    "hostile",
    [{}, {"PYTHONPATH": "."}, {"PYTHONHOME": "."}, {"PYTHONSTARTUP": "guard.py"}, {"PYTHONINSPECT": "1"}, {"HOME": "."},
     {"XDG_CONFIG_HOME": "."}, {"XDG_DATA_HOME": "."}, {"PYTHONPLATLIBDIR": "x"}, {"LD_LIBRARY_PATH": "."},
     {"ENV": "./guard.py", "BASH_ENV": "./guard.py"}, {"IFS": "i"}, {"CDPATH": "."}, {"PYTHONOPTIMIZE": "2"},
     {"GUARD_HOME": "."}, {"PYTHONUTF8": "0"}, {"PYTHONCASEOK": "1"}],
    ids=str,
)  # fmt: skip
def test_a_hostile_folder_or_environment_changes_no_verdict(guarded, fake, tmp_path, hostile):
    for name in HOSTILE:
        (tmp_path / name).write_text("raise SystemExit(0)\n")
    done = guarded.run(["pip", "install", BLOCKED], fake.folder, cwd=tmp_path, **hostile)
    assert done.returncode == 77, done.stderr


@pytest.mark.parametrize("words", [["check"], ["check", "--"], ["check", "--", "frobnicate", "x"], ["explain", "a b"],
                                   ["allow", "../../etc/passwd", "--reason", "x"], ["allow", "x", "--reason", "y", "--until", "soon"],
                                   ["allow", "x", "--reason", " "],
                                   ["bogus"]], ids=" ".join)  # fmt: skip
def test_a_wrong_guard_command_is_usage(guarded, words):
    done = guarded.guard(*words)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


@pytest.mark.parametrize("text", ['tool = "guard"', "[[tool]]\nguard = 1", '[tool]\nguard = "x"', "[tool.guard]\n[[tool.guard.names]]"])
def test_a_project_whose_tables_are_none_changes_no_verdict(guarded, fake, tmp_path, text):
    (tmp_path / "pyproject.toml").write_text(text + "\n")
    done = guarded.run(["pip", "install", BLOCKED], fake.folder, cwd=tmp_path)
    assert done.returncode in (77, 78) and "Traceback" not in done.stderr, done.stderr
    done = guarded.run(["pip", "--version"], fake.folder, cwd=tmp_path)
    assert done.returncode == 42 and not done.stderr, done.stderr


def test_the_last_day_of_an_allowance_is_counted_as_the_gate_counts(guarded, fake, tmp_path):
    """In UTC, wherever the person is: a clock of one's own would say over, or not yet over, for half a day."""
    today = datetime.datetime.now(datetime.timezone.utc).date()
    for zone in ("XXX+23", "XXX-23"):
        over = guarded.guard(
            "allow", BLOCKED, "--reason", "try", "--until", str(today - datetime.timedelta(days=1)), TZ=zone
        )
        assert over.returncode == 2, zone
        assert guarded.guard("allow", BLOCKED, "--reason", "try", "--until", str(today), TZ=zone).returncode == 0
        assert guarded.run(["pip", "install", BLOCKED], fake.folder, cwd=tmp_path, TZ=zone).returncode == 42
        assert guarded.guard("allow", "--remove", BLOCKED).returncode == 0


def test_nothing_is_written_outside_the_prefix(guarded, fake, tmp_path):
    before = sorted(str(p) for p in pathlib.Path(guarded.home).rglob("*"))
    guarded.run(["pip", "install", BLOCKED], fake.folder)
    guarded.events()
    assert sorted(str(p) for p in pathlib.Path(guarded.home).rglob("*")) == before
