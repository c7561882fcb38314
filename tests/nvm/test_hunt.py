"""The detection itself, run over what guard recorded: the unchanged search sees guard's events."""

import json
import os
import subprocess
import sys

import pytest

from guard.nvm.fields import syslog_form
from guard.nvm.recorder import drain, log_path
from guard.nvm.sinks import file
from tests.support.tools import ROOT

from .conftest import attempted
from .sample import sample

LOOKUP = ROOT / "installer" / "splunk" / "TA-typoguard" / "lookups" / "typo_squatted_python_packages.csv"
LISTED = "typoguard-test-blocked"


def hunt(path, lookup=LOOKUP):
    pytest.importorskip("duckdb")
    words = [sys.executable, "-m", "guard", "hunt", "--json", "--lookup", str(lookup), str(path)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["rows"]


@pytest.mark.parametrize("form", ["json", "pairs"])
def test_the_sample_gives_a_row_for_each_attempt_with_the_searchs_words(tmp_path, form):
    path = tmp_path / ("events." + {"json": "jsonl", "pairs": "log"}[form])
    shown = [one if form == "json" else syslog_form(json.loads(one)) for one in sample()]
    path.write_text("\n".join(shown) + "\n")
    rows = hunt(path)
    assert [row["package_name"] for row in rows] == [LISTED] * 4
    words = sorted(text.strip().partition("bin/")[2] for row in rows for text in row["process_arguments"])
    assert words == ["pip install -U %s goodpkg-alpha" % LISTED, "pip install goodpkg-alpha", "pip install " + LISTED,
                     "poetry add " + LISTED]  # fmt: skip


def test_recorded_events_are_found(home, script):
    for words in (["install", LISTED], ["install", "-r", "requirements.txt"], ["install", "goodpkg-alpha"]):
        attempted(home, 1, words=words, names=(), findings=[(LISTED, LISTED)], path=script)
    attempted(home, 3, names=["goodpkg-alpha"], words=["install", "goodpkg-alpha"], path=script)
    drain(home)
    rows = hunt(log_path(home, os.getuid()))
    # Of one process and one parent: the search groups them to one row for the name, with all three arguments.
    (row,) = rows
    assert row["package_name"] == LISTED
    assert len(row["process_arguments"]) == 3
    assert len(list(file.lines(log_path(home, os.getuid())))) == 6
