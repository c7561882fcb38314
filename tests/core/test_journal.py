"""The journal line: whole under concurrency, never written behind the recorder's back."""

import fcntl
import json
import multiprocessing
import os
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guard.core import journal
from guard.core.errors import CannotJudge
from guard.core.jsonline import dump

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(values)
def test_a_line_is_the_json_that_the_json_module_reads(value):
    line = dump(value)
    assert json.loads(line) == value
    assert line.isascii()
    assert "\n" not in line


def test_bytes_that_are_not_utf_8_stay_readable():
    assert json.loads(dump(os.fsdecode(b"caf\xe9"))) == "caf\\xe9"


def lines(path):
    with open(path) as file:
        return [json.loads(line) for line in file if line.strip()]


def test_the_journal_is_private_and_its_folder_made(tmp_path):
    path = str(tmp_path / "state" / "journal" / "0.jsonl")
    journal.append(path, {"v": 1})
    assert lines(path) == [{"v": 1}]
    assert os.stat(path).st_mode & 0o777 == 0o600
    assert os.stat(os.path.dirname(path)).st_mode & 0o777 == 0o700


def test_a_link_in_the_journals_place_is_not_followed(tmp_path):
    (tmp_path / "victim").write_text("")
    os.symlink(tmp_path / "victim", tmp_path / "j")
    with pytest.raises(CannotJudge, match="cannot be written"):
        journal.append(str(tmp_path / "j"), {"v": 1})
    assert (tmp_path / "victim").read_text() == ""


def test_a_folder_in_the_journals_place_is_one_clear_error(tmp_path):
    with pytest.raises(CannotJudge, match="Is a directory"):
        journal.append(str(tmp_path), {"v": 1})


def test_a_full_disk_is_one_clear_error():
    with pytest.raises(CannotJudge, match="No space left"):
        # The kernel's own full disk; it is a device, so the check of the file's identity holds for it too.
        journal.append("/dev/full", {"v": 1})


def _write_many(path, worker):
    for number in range(200):
        while number == 100 and not os.path.exists(path + ".0"):  # the file is taken once before the second half
            time.sleep(0.001)
        journal.append(path, {"worker": worker, "number": number, "pad": "x" * 3000})


def test_lines_of_many_writers_are_whole_while_the_recorder_takes_the_file_away(tmp_path):
    path = str(tmp_path / "j")
    workers = [multiprocessing.Process(target=_write_many, args=(path, n)) for n in range(4)]
    for worker in workers:
        worker.start()
    taken, found = 0, []
    while any(worker.is_alive() for worker in workers) or os.path.exists(path):
        batch = f"{path}.{taken}"
        try:
            os.rename(path, batch)
        except FileNotFoundError:
            continue
        taken += 1
        with open(batch) as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # every writer that opened it has let go
            found += [json.loads(line) for line in file if line.strip()]
    assert sorted((f["worker"], f["number"]) for f in found) == [(w, n) for w in range(4) for n in range(200)]
    assert taken > 1
