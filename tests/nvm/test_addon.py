"""The Splunk add-on: its searches, aliases and sample are what the code says, and Splunk's own inspection passes it."""

import configparser
import csv
import json
import re
import subprocess
import tarfile

import pytest

from guard.analytic import seed, splunk
from guard.core.lookup import CANARY
from guard.nvm.fields import LONG
from tests.support.tools import ROOT, venv

from .sample import sample

ADDON = ROOT / "installer" / "splunk" / "TA-typoguard"


def conf(name):
    text = (ADDON / "default" / (name + ".conf")).read_text().replace("\\\n", "\n ")
    found = configparser.RawConfigParser(delimiters=("=",), strict=True, interpolation=None, comment_prefixes=("#",))
    found.optionxform = str
    found.read_string(text)
    return found


def words(text):
    return "".join(text.split())


def test_the_saved_search_is_the_published_one_word_for_word():
    saved = conf("savedsearches")[seed.NAME]
    assert words(saved["search"]) == words(splunk.search())
    assert saved["cron_schedule"] == seed.CRON
    assert (saved["dispatch.earliest_time"], saved["dispatch.latest_time"]) == (seed.EARLIEST, seed.LATEST)
    assert saved["action.risk.param._risk_message"] == seed.RISK_MESSAGE
    risk = json.loads(saved["action.risk.param._risk"])
    assert risk[0] == {"risk_object_field": "src", "risk_object_type": "system", "risk_score": seed.RISK_SCORE}
    assert saved["action.notable.param.nes_fields"] == ",".join(seed.NOTABLE_FIELDS)


def test_both_searches_are_shipped_disabled():
    saved = conf("savedsearches")
    assert len(saved.sections()) == 2
    assert all(saved[name]["disabled"] == "1" for name in saved.sections())
    assert all(stanza["disabled"] == "1" for name, stanza in conf("inputs").items() if name != "DEFAULT")


def test_every_macro_and_lookup_that_a_search_uses_is_there():
    saved, macros, lookups = conf("savedsearches"), conf("macros"), conf("transforms")
    for name in saved.sections():
        search = saved[name]["search"]
        for macro in re.findall(r"`(\w+)(\()?[^`]*`", search):
            assert macro[0] + ("(1)" if macro[1] else "") in macros
        assert set(re.findall(r"\| lookup (\w+)", search)) <= set(lookups.sections())


def test_pairs_have_every_long_name():
    pairs = conf("props")["source::typoguard:pairs"]
    found = {tuple(one.split(" AS ")) for key, value in pairs.items() if key.startswith("FIELDALIAS-")
             for one in re.findall(r"\w+ AS \w+", value)}  # fmt: skip
    assert {(short, name) for short, names in LONG.items() for name in names} <= found


def test_the_sample_is_what_the_code_makes():
    assert (ADDON / "samples" / "events.jsonl").read_text().splitlines() == list(sample())


def test_the_shipped_lookup_holds_the_test_name_alone():
    with open(ADDON / "lookups" / "typo_squatted_python_packages.csv", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [seed.LOOKUP_KEY, *seed.LOOKUP_GIVES]
    assert [row[0] for row in rows[1:]] == [CANARY] and all(all(row) for row in rows)


@pytest.mark.long
def test_splunks_own_inspection_finds_no_error(tmp_path):
    tool = venv("3.11", "splunk-appinspect") / "bin" / "splunk-appinspect"
    with tarfile.open(tmp_path / "TA-typoguard.tgz", "w:gz") as packed:
        packed.add(ADDON, "TA-typoguard", filter=_plain)
    report = tmp_path / "report.json"
    call = [tool, "inspect", tmp_path / "TA-typoguard.tgz", "--mode", "precert", "--data-format", "json",
            "--output-file", report]  # fmt: skip
    subprocess.run(list(map(str, call)), check=False, capture_output=True, timeout=600)
    summary = json.loads(report.read_text())["summary"]
    assert (summary["error"], summary["failure"], summary["future_failure"]) == (0, 0, 0)
    assert summary["success"] > 80


def _plain(entry):
    entry.mode = 0o755 if entry.isdir() else 0o644
    entry.uid = entry.gid = 0
    return entry
