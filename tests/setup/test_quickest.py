"""Which Python install.sh takes: the quickest to start, or a newer one that is hardly slower."""

import os
import sys

from guard.setup.quickest import choose, main, starts


def test_a_newer_one_must_be_nearly_as_quick():
    ranks = {"/old": 3009000, "/new": 3013000}
    assert choose(ranks, {"/old": 0.010, "/new": 0.0109}) == "/new"
    assert choose(ranks, {"/old": 0.010, "/new": 0.0112}) == "/old"
    assert choose(ranks, {"/old": 0.014, "/new": 0.010}) == "/new"


def test_of_one_version_the_first_on_path_is_taken():
    assert choose({"/here": 3011000, "/there": 3011000}, {"/here": 0.0101, "/there": 0.0100}) == "/here"


def test_one_that_does_not_start_is_not_quick(tmp_path):
    broken = tmp_path / "python3"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    took = starts([str(broken), sys.executable])
    assert took[str(broken)] == float("inf") and 0 < took[sys.executable] < 10


def test_two_names_of_one_python_are_one(tmp_path, capsys):
    """Else it would be timed twice, and a single Python at all."""
    link = tmp_path / "python 3"
    link.symlink_to(os.path.realpath(sys.executable))
    main(f"3011000 {link}\n3011000 {os.path.realpath(sys.executable)}\n")
    assert capsys.readouterr().out == f"{link}\n"
