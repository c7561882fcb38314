"""Notes: what a tool and those that it starts tell each other."""

import os
import threading

from guard.core.verdict import BLOCK, Finding
from guard.resolver import note


def finding(name):
    return Finding(name, name, BLOCK, "typosquat", "is a harmless name")


def test_tools_that_answer_at_once_are_all_heard():
    path = note.write(["goodpkg-alpha"], 7)
    started = threading.Barrier(8)

    def answer(number):
        started.wait()
        for turn in range(25):
            note.answer(path, [finding(f"{number}-{turn}")])

    threads = [threading.Thread(target=answer, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert note.owner(path) == 7 and note.read(path) == ["goodpkg-alpha"]
    assert len(note.take(path)) == 200


def test_an_answer_that_nobody_waits_for_leaves_no_note():
    path = note.write([], 7)
    assert note.take(path) == []
    note.answer(path, [finding("goodpkg-alpha")])
    assert not os.path.exists(path)


def test_a_damaged_answer_takes_nothing_from_the_others():
    path = note.write([], 7)
    note.answer(path, [finding("goodpkg-alpha")])
    with open(path, "ab") as file:
        file.write(b"[\x05")
    assert [found.name for found in note.take(path)] == ["goodpkg-alpha"]
