"""``guard hunt`` as it is called."""

import csv
import io
import json
import os
import subprocess
import sys

import pytest

from guard.analytic import seed

from .conftest import ROWS, event


@pytest.fixture
def guard(tmp_path):
    listed = tmp_path / "lookup.csv"
    listed.write_text(
        "typosquatted_package_name,comment,package_official_url\n" + "".join('%s,"%s",%s\n' % row for row in ROWS)
    )

    def run(*args, stdin=b"", lookup=True):
        line = [sys.executable, "-m", "guard", "hunt", *map(str, args), *(["--lookup", str(listed)] if lookup else [])]
        return subprocess.run(line, input=stdin, capture_output=True, env={**os.environ, "COLUMNS": "200"})

    return run


def test_json_and_the_exit_codes(guard, log):
    done = guard(log(event(pid="1"), event(pid="2"), '{"dh": "pypi.org'), "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["kind"] == "hunt" and told["schema"] == 1
    assert [list(row) for row in told["rows"]] == [list(seed.COLUMNS)] * 2
    assert told["rows"][0]["dest_hostname"] == ["files.pythonhosted.org"]
    assert told["skipped"]["total"] == 1 and told["skipped"]["lines"][0]["line"] == 3
    assert b"events.json:3: not JSON, or cut short" in done.stderr
    assert guard(log(event(parg="-m pip list"))).returncode == 0


def test_table_csv_risk_and_notable(guard, log):
    path = log(event(), event(dh="pypi.org", fss="1784017800"))
    done = guard(path)
    assert done.returncode == 1 and b"zzlisted" in done.stdout and b"1 found" in done.stdout
    (row,) = csv.DictReader(io.StringIO(guard(path, "--format", "csv").stdout.decode()))
    assert list(row) == list(seed.COLUMNS) and row["dest_hostname"] == "files.pythonhosted.org\npypi.org"
    risk = json.loads(guard(path, "--format", "risk").stdout)
    assert risk["time"] == 1784017800 and risk["source"] == seed.NAME and risk["index"] == "risk"
    told = risk["event"]
    assert told["risk_message"] == (
        "Host 10.1.2.3 used pip or poetry to install a likely typosquated python package zzlisted "
        "from files.pythonhosted.org, pypi.org"
    )
    assert (told["risk_object"], told["risk_object_type"], told["risk_score"]) == ("10.1.2.3", "system", 60)
    assert (told["threat_object"], told["threat_object_type"]) == ("python3.12", "process_name")
    assert told["annotations"] == {"mitre_attack": ["T1059"]} and told["count"] == 2
    notable = json.loads(guard(path, "--format", "notable").stdout)
    assert (notable["user"], notable["dest"], notable["rule_title"]) == (["HOST\\dev"], "203.0.113.7", seed.NAME)


def test_a_value_that_looks_like_a_token_is_not_filled_again(guard, log):
    risk = json.loads(guard(log(event(sa="$package_name$")), "--format", "risk").stdout)
    assert risk["event"]["risk_message"].startswith("Host $package_name$ used pip or poetry")


def test_a_risk_event_without_a_clock_has_no_time(guard, log):
    # HEC refuses a null there, and sets its own time where there is none.
    assert "time" not in json.loads(guard(log(event(fss="?")), "--format", "risk").stdout)


def test_one_input_that_is_no_log_beside_one_that_is(guard, log):
    done = guard(log("hello", name="other"), log(event()), "--json")
    assert done.returncode == 1 and len(json.loads(done.stdout)["rows"]) == 1


def test_a_terminal_is_not_fed_control_characters(guard, log):
    done = guard(log(event(parg="pip install zzlisted\x1b[31m")))
    assert done.returncode == 1 and b"\x1b" not in done.stdout


def test_standard_input_and_the_window(guard):
    line = json.dumps(event()).encode()
    assert guard("-", stdin=line).returncode == 1
    assert guard("-", "--scheduled", stdin=line).returncode == 0
    assert guard("-", "--scheduled", "--now", "2026-07-14T09:00:00Z", stdin=line).returncode == 1
    assert guard("-", "--scheduled", "--now", "2026-07-14T08:35:00Z", stdin=line).returncode == 0  # 08:25 is its end
    assert guard("-", "--earliest", "1784017733", "--latest", "1784017734", stdin=line).returncode == 1
    told = json.loads(
        guard("-", "--json", "--earliest", "0001-01-02", stdin=json.dumps(event(fss="?")).encode()).stdout
    )
    assert told["rows"] == [] and told["undated"] == 1


def test_deep_and_compare(guard, log):
    path = log(
        event(pid="1", parg="-m pip install -U zzlisted zzother"), event(pid="2", parg="-m pip install my-zzlisted"),
        event(pid="3", parg="-m pip install zzother==2"), event(pid="4", parg="-m pip install -r x.txt"),
    )  # fmt: skip
    told = json.loads(guard(path, "--deep", "--json").stdout)
    assert [(row["process_id"], row["package"], row["version"]) for row in told["rows"]] == [
        ("1", "zzlisted", ""), ("1", "zzother", ""), ("3", "zzother", "2")
    ]  # fmt: skip
    assert list(told["rows"][0]) == [*seed.COLUMNS, "package", "version"]
    assert [row["unread"] for row in told["unread"]] == ["-r x.txt"]
    told = json.loads(guard(path, "--compare", "--json").stdout)
    assert [row["process_id"] for row in told["rows"]] == ["2", "3"]
    assert [(row["process_id"], row["package"]) for row in told["missed"]] == [("1", "zzlisted"), ("1", "zzother")]
    assert [row["process_id"] for row in told["wrong"]] == ["2"] and told["agreed"] == 1


def test_an_own_filter(guard, log, tmp_path):
    (tmp_path / "own").write_text("process_id=1\n")
    told = json.loads(guard(log(event(pid="1"), event(pid="2")), "--exclude", tmp_path / "own", "--json").stdout)
    assert [row["process_id"] for row in told["rows"]] == ["2"]


def test_guards_own_list_serves_by_default(guard, log):
    done = guard(log(event(parg="-m pip install Typoguard.Test_Blocked==1")), "--json", lookup=False)
    assert [row["package_name"] for row in json.loads(done.stdout)["rows"]] == ["Typoguard.Test_Blocked==1"]


@pytest.mark.parametrize(
    "engine, starts", [("duckdb", b"WITH"), ("spark", b"WITH"), ("splunk", b"`cisco"), ("sigma", b"title")]
)
def test_print(guard, engine, starts):
    done = guard("--print", engine)
    assert done.returncode == 0 and done.stdout.startswith(starts)


@pytest.mark.parametrize(
    "args, code, says",
    [
        (["nosuch.json"], 2, b"nosuch.json: there is no such file"),
        (["--earliest", "soon", "."], 2, b"'soon' is not a time"),
        (["--earliest", "now", "--latest", "-1d", "."], 2, b"the window is empty"),
        (["--write", "x.json", "."], 2, b"--engine spark"),
        (["--print", "spark", "--deep"], 2, b"--print"),
        (["--compare", "--format", "csv", "."], 2, b"--compare is shown as a table"),
        (["--engine", "spark", "--write", "x.txt", "."], 2, b".json, .parquet or .orc"),
        (["--engine", "spark", "--write", "x.json", "--compare", "."], 2, b"--write writes one table"),
        (["--engine", "spark", "-"], 2, b"what a cluster can reach"),
        (["--engine", "spark"], 2, b"what a cluster can reach"),
        (["--exclude", "nosuch", "."], 65, b"nosuch: No such file"),
        (["--lookup", "nosuch", "."], 65, b"nosuch: No such file"),
        (["--engine", "none"], 2, b"none"),
    ],
)  # fmt: skip
def test_bad_words_are_one_line_and_a_code(guard, args, code, says):
    done = guard(*args, lookup=False)
    assert done.returncode == code and says in done.stderr and b"Traceback" not in done.stderr


def test_no_input_that_is_a_log(guard, log):
    done = guard(log("hello"))
    assert done.returncode == 65 and b"not a log" in done.stderr
