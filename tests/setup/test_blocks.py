"""Marked blocks: what was in a file before comes out of it again, byte for byte."""

import os

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guard.core.errors import BadData
from guard.setup import blocks, files

LINES = b"[ ! -r /x ] || . /x\n"


@settings(max_examples=40, deadline=None)  # each example is two writes that wait for the disk
@given(before=st.binary(max_size=200), after=st.binary(max_size=40))
def test_what_is_put_can_be_taken(tmp_path_factory, before, after):
    assume(blocks.BEGIN not in before + after)
    path = tmp_path_factory.getbasetemp() / "block"
    path.write_bytes(before)
    assert blocks.put(path, LINES) is False
    assert LINES in path.read_bytes()
    path.write_bytes(path.read_bytes() + after)  # the user writes on below
    assert blocks.take(path) is True
    assert path.read_bytes() == before + after


def test_a_second_time_nothing_is_written(tmp_path):
    path = tmp_path / "rc"
    path.write_bytes(b"one\n")
    blocks.put(path, LINES)
    first = path.stat()
    blocks.put(path, LINES)
    assert path.stat().st_ino == first.st_ino and path.stat().st_mtime_ns == first.st_mtime_ns


def test_other_lines_go_in_the_old_place(tmp_path):
    path = tmp_path / "rc"
    path.write_bytes(b"one\n")
    blocks.put(path, b"old\n")
    path.write_bytes(path.read_bytes() + b"two\n")
    blocks.put(path, b"new\n")
    assert path.read_bytes() == b"one\n\n" + blocks.BEGIN + b"new\n" + blocks.END + b"two\n"


def test_a_block_in_a_file_that_was_given_crlf_is_replaced_and_removed(tmp_path):
    path = tmp_path / "rc"
    path.write_bytes(b"one\n")
    blocks.put(path, b"old\n")
    path.write_bytes((path.read_bytes() + b"two\n").replace(b"\n", b"\r\n"))
    blocks.put(path, b"new\n")
    assert path.read_bytes() == b"one\r\n\n" + blocks.BEGIN + b"new\n" + blocks.END + b"two\r\n"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert blocks.take(path) is True
    assert path.read_bytes() == b"one\r\ntwo\r\n"


def test_a_file_made_here_is_said(tmp_path):
    assert blocks.put(tmp_path / "rc", LINES) is True


def test_no_block_and_no_file(tmp_path):
    assert blocks.take(tmp_path / "rc") is False
    (tmp_path / "rc").write_bytes(b"one\n")
    assert blocks.take(tmp_path / "rc") is False


def test_a_block_without_its_end_is_left_alone(tmp_path):
    path = tmp_path / "rc"
    path.write_bytes(b"one\n" + blocks.BEGIN + b"...\nprecious\n")
    with pytest.raises(BadData):
        blocks.take(path)
    with pytest.raises(BadData):
        blocks.put(path, LINES)
    assert b"precious" in path.read_bytes()


def test_a_link_stays_a_link_and_modes_stay(tmp_path):
    (tmp_path / "dotfiles").mkdir()
    real, link = tmp_path / "dotfiles" / "rc", tmp_path / "rc"
    real.write_bytes(b"one\n")
    real.chmod(0o640)
    link.symlink_to("dotfiles/rc")
    blocks.put(link, LINES)
    assert link.is_symlink() and os.readlink(link) == "dotfiles/rc"
    assert LINES in real.read_bytes() and real.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "rc"
    path.write_bytes(b"old")
    with pytest.raises(TypeError):
        files.replace(path, "text where bytes belong")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["rc"]
