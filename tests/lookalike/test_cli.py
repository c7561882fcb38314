"""``guard lookalike`` as a process."""

import json
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def ask(*words, given=b""):
    return subprocess.run(
        [sys.executable, "-m", "guard", "lookalike", *words], input=given, capture_output=True, cwd=ROOT, check=False
    )


def test_a_flagged_name_is_told_with_its_project_and_exits_1():
    ran = ask("reqeusts")
    assert ran.returncode == 1
    assert b"requests" in ran.stdout
    assert b"swap" in ran.stdout


def test_json_has_one_object_for_each_name_in_order():
    ran = ask("--json", "-", given=b"Reqeusts\n\nrequests\nsomething-else-entirely\n")
    names = json.loads(ran.stdout)["names"]
    assert [name["name"] for name in names] == ["reqeusts", "requests", "something-else-entirely"]
    assert names[0]["imitates"] == "requests"
    assert names[0]["flagged"] is True
    assert names[0]["score"] > 21
    assert [name["imitates"] for name in names[1:]] == [None, None]
    assert set(names[0]) == {"name", "imitates", "likeness", "score", "flagged"}


def test_no_flagged_name_exits_0():
    assert ask("requests", "something-else-entirely").returncode == 0


def test_a_listed_name_is_judged_by_its_likeness():
    assert ask("--json", "requesuts").returncode == 1


def test_what_is_no_name_is_usage():
    for words, given in (
        ((), b""),
        (("a b",), b""),
        (("-",), b"\xff\n"),
        (("-",), b"a\0b\n"),
        (("",), b""),
        (("é",), b""),
        (("--unknown",), b""),
    ):
        ran = ask(*words, given=given)
        assert ran.returncode == 2
        assert b"Traceback" not in ran.stderr


def test_an_editors_mark_before_the_first_name_is_no_letter():
    assert json.loads(ask("--json", "-", given=b"\xef\xbb\xbfreqeusts\n").stdout)["names"][0]["imitates"] == "requests"


def test_an_empty_input_is_clean():
    ran = ask("--json", "-")
    assert ran.returncode == 0
    assert json.loads(ran.stdout)["names"] == []


def test_ten_thousand_names_and_one_that_is_very_long():
    given = b"".join(b"name-%d\n" % number for number in range(10_000)) + b"a" * 100_000
    ran = ask("--json", "-", given=given)
    assert len(json.loads(ran.stdout)["names"]) == 10_001
    assert ran.returncode in (0, 1)
