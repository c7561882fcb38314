"""The honest check of guard's own events: real commands through real shims, and the unchanged search over what they left.

Shim, gate, resolver's hooks, journal, recorder, hunt: nothing here is written for the test but the command lines.
"""

import json
import os
import subprocess
import sys

from click.testing import CliRunner

from guard.analytic import seed
from guard.cli import hunt as cli
from guard.core import home
from tests.support import packages
from tests.support.tools import ROOT, venv

from .oracle import fits

BLOCKED = "typoguard-test-blocked"
LOOKUP = ROOT / "installer" / "splunk" / "TA-typoguard" / "lookups" / "typo_squatted_python_packages.csv"


def hunt(*words):
    done = subprocess.run([sys.executable, "-m", "guard", "hunt", "--json", *map(str, words)], cwd=ROOT,
                          capture_output=True, text=True, timeout=120, check=False)  # fmt: skip
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout)["rows"]


def has_the_words(arguments):
    return any(all(fits(arguments, word) for word in pair) for pair in seed.WORDS)


def logged(guarded):
    """The log that the recorder writes, everything drained into it; and its events."""
    events = guarded.events()
    return guarded.prefix / "state" / "events" / ("%d.jsonl" % os.getuid()), events


ATTEMPTS = [
    (["pip", "install", BLOCKED], 77),
    (["pip3", "install", "-U", BLOCKED, "goodpkg-alpha"], 77),
    (["pip", "install", "-r", "requirements.txt"], 77),
    (["pip", "install", "Typoguard_Test.Blocked[x]==1.0", "--no-deps"], 77),
    (["pip", "--quiet", "install", "needs-a-listed-one"], 77),  # by the resolver's hook, deep inside pip
]
UNSEEN = [(["pip", "download", BLOCKED], 77), (["pip", "wheel", "-w", "made", BLOCKED], 77)]
CLEAN = [(["pip", "install", "--dry-run", "goodpkg-alpha"], 0), (["pip", "list"], 0)]


def test_every_attempt_with_the_searchs_words_is_found_and_nothing_else(guarded, pip, local_index, tmp_path):
    packages.wheel(tmp_path / "dists", "needs-a-listed-one", requires=[BLOCKED])
    (tmp_path / "requirements.txt").write_text("goodpkg-alpha\n%s  # as a comment says\n" % BLOCKED.upper())
    for words, code in ATTEMPTS + UNSEEN + CLEAN:
        done = guarded.run(words, pip, PIP_INDEX_URL=local_index.url)
        assert done.returncode == code, (words, done.stderr)
    log, events = logged(guarded)
    blocked = [event for event in events if event.get("guard_verdict") == "block"]
    assert len(blocked) == 7 and not any(BLOCKED in path for path in local_index.requests)
    wanted = {event["process_id"]: event["process_arguments"] for event in blocked
              if has_the_words(event["process_arguments"])}  # fmt: skip
    assert len(wanted) >= len(ATTEMPTS)  # more where the path of the tool has the word in it
    for rows in (hunt("--lookup", LOOKUP, log), hunt(log)):
        found = {row["process_id"]: row["process_arguments"] for row in rows}
        assert found == {pid: [arguments] for pid, arguments in wanted.items()}
        assert all(row["dest_hostname"] == ["pypi.org"] and row["comment"] for row in rows)
    # What has not the words, the grammar finds: the names are in the events.
    assert len(hunt("--deep", log)) == 7


def test_poetry_add_is_found(guarded, tmp_path, local_index):
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "mine"\nversion = "1"\nrequires-python = ">=3.9"\n'
        '[[tool.poetry.source]]\nname = "here"\nurl = "%s"\n' % local_index.url
    )
    done = guarded.run(["poetry", "add", BLOCKED], venv("3.11", "poetry==2.2.1") / "bin")
    assert done.returncode == 77, done.stderr
    (row,) = hunt("--lookup", LOOKUP, logged(guarded)[0])
    assert row["process_arguments"][0].endswith("poetry add " + BLOCKED) and local_index.requests == []


def test_without_a_path_every_attempt_up_to_now_is_searched(guarded, pip, monkeypatch):
    # Those too that no recorder has taken from the journal yet, and those in a log that was rotated.
    monkeypatch.setattr(cli, "find", lambda: home.at(str(guarded.prefix)))
    assert CliRunner().invoke(cli.command, []).output == "0 found\n"
    for number in (1, 2):
        assert guarded.run(["pip", "install", BLOCKED], pip).returncode == 77
        done = CliRunner().invoke(cli.command, ["--json"])
        assert done.exit_code == 1 and len(json.loads(done.stdout)["rows"]) == number
        log = guarded.prefix / "state" / "events" / ("%d.jsonl" % os.getuid())
        log.rename(str(log) + ".%d" % number)
