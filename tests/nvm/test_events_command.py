"""``guard events`` of a real installation: what a refused and an allowed command leave, and how it is delivered."""

import fcntl
import json
import os
import re
import time

import pytest

from guard.core.home import at
from guard.nvm.spool import Spool
from tests.support import packages

from .hec_server import TOKEN
from .receivers import Collector, until

BLOCKED = "typoguard-test-blocked"


@pytest.fixture
def collector(tmp_path):
    found = Collector(tmp_path / "hec")
    yield found
    found.kill()


def refused(guarded, pip, *words, **more):
    done = guarded.run(["pip", "install", *(words or [BLOCKED])], pip, **more)
    assert done.returncode == 77, done.stderr


def test_a_refusal_is_an_event_of_pips_own_interpreter(guarded, pip):
    refused(guarded, pip)
    (event,) = guarded.events()
    image = os.path.realpath(pip / "python")
    assert event["package_name"] == BLOCKED and event["guard_action"] == "blocked"
    assert event["process_path"] == event["ppath"] == image
    assert event["process_arguments"] == f"{pip}/pip install {BLOCKED}"
    assert event["process_integrity_level"] in ("8192", "12288")
    assert guarded.events() == [event]


def test_what_was_warned_of_and_installed_are_two_events_of_one_process(guarded, pip, tmp_path):
    packages.wheel(tmp_path, BLOCKED)
    words = ["pip", "install", "--no-index", "--find-links", str(tmp_path), "--target", str(tmp_path / "t"), BLOCKED]
    done = guarded.run(words, pip, GUARD_MODE="warn")
    assert done.returncode == 0, done.stderr
    found = guarded.events()
    assert [(e["package_name"], e["guard_action"]) for e in found] == [(BLOCKED, "warned"), (BLOCKED, "installed")]
    assert found[0]["process_id"] == found[1]["process_id"]
    assert len({e["process_path"] for e in found}) == len({e["process_hash"] for e in found}) == 1
    assert [e["guard_seen_by"] for e in found] == ["shim", "resolver"]


def test_the_detached_recorder_records_without_being_asked(guarded, pip):
    refused(guarded, pip)
    log = guarded.prefix / "state" / "events" / ("%d.jsonl" % os.getuid())
    until(log.exists)
    until(lambda: log.read_text().endswith("\n"))
    assert json.loads(log.read_text())["package_name"] == BLOCKED


def test_in_ci_nothing_is_left_running_and_flush_delivers(guarded, pip, collector, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    guarded.settings(
        '[[sink]]\nkind = "hec"\nurl = "http://127.0.0.1:%d"\ntoken_file = "%s"\n[[sink]]\nkind = "stdout"\n'
        % (collector.port, tmp_path / "token")
    )
    refused(guarded, pip, CI="true")
    time.sleep(1.5)  # the recorder would begin after one second
    assert not (guarded.prefix / "state" / "events").exists()
    done = guarded.guard("events", "flush")
    assert done.returncode == 0, done.stderr
    (shown,) = [json.loads(line) for line in done.stdout.splitlines()]
    (taken,) = collector.events()
    assert taken["event"] == shown and shown["package_name"] == BLOCKED
    assert shown["guard_environment"] == "CI"
    assert TOKEN not in done.stdout + done.stderr
    assert guarded.guard("events", "flush").stdout == ""


def test_flush_says_who_could_not_be_reached(guarded, pip, collector, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    collector.mood("busy")
    guarded.settings('[[sink]]\nkind="hec"\nurl="http://127.0.0.1:%d"\ntoken_file="%s"\n'
                     % (collector.port, tmp_path / "token"))  # fmt: skip
    refused(guarded, pip, CI="1")
    done = guarded.guard("events", "flush")
    assert done.returncode == 69
    assert "hec: 127.0.0.1 answers 503 (code 9)" in done.stderr
    status = json.loads(guarded.guard("status", "--json").stdout)["events"]
    assert any("503" in fault for fault in status["faults"])
    collector.mood("ok")
    assert guarded.guard("events", "flush").returncode == 0
    assert len(collector.events()) == 1
    assert json.loads(guarded.guard("status", "--json").stdout)["events"]["faults"] == []


def test_the_table_and_its_choices(guarded, pip):
    refused(guarded, pip, BLOCKED, CI="1")
    refused(guarded, pip, BLOCKED, "goodpkg-alpha", CI="1")
    shown = guarded.guard("events").stdout.splitlines()
    assert len(shown) == 3
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  blocked +pip install +typoguard-test-blocked", shown[0])
    assert "goodpkg-alpha" in shown[2]
    assert len(guarded.guard("events", "--findings").stdout.splitlines()) == 2
    assert guarded.guard("events", "--last", "1").stdout.splitlines() == shown[2:]
    assert len(guarded.guard("events", "--last", "1", "--json").stdout.splitlines()) == 1


def test_the_columns_stand_below_each_other_whatever_happened(guarded, pip):
    refused(guarded, pip, CI="1")
    guarded.guard("allow", BLOCKED, "--reason", "to see it")
    guarded.guard("allow", "--remove", BLOCKED)
    shown = guarded.guard("events").stdout.splitlines()
    assert [line.split()[2] for line in shown] == ["blocked", "allow", "allow-removed"]
    assert len({line.index(BLOCKED) for line in shown}) == 1, shown


def test_a_reason_that_is_no_text_is_kept_as_far_as_it_can_be_shown(guarded):
    done = guarded.guard("allow", "acme-tool", "--reason", b"ours\xff\n \x1b[31m")
    assert done.returncode == 0, done.stderr
    assert "ours? ?[31m" in guarded.guard("allow", "--list").stdout
    assert [event["guard_reason"] for event in guarded.events()] == ["ours? ?[31m"]


def test_a_journal_that_cannot_be_written_is_bad_data_to_guards_own_command(guarded):
    (guarded.prefix / "state" / "journal").write_text("")  # where a folder is wanted
    done = guarded.guard("allow", "acme-tool", "--reason", "ours")
    assert done.returncode == 65 and done.stderr.count("\n") == 1, done.stderr
    assert guarded.guard("allow", "--list").stdout == "no name is let through\n"


def test_bad_settings_are_one_line_and_lose_nothing(guarded, pip):
    guarded.settings('[[sink]]\nkind = "file"\npath = "%s/copy"\n' % guarded.prefix)
    assert guarded.guard("events", "flush").returncode == 0
    guarded.settings('[[sink]]\nkind = "file\n')
    refused(guarded, pip, CI="1", GUARD_ON_ERROR="allow")
    done = guarded.guard("events", "flush")
    assert "guard.toml" in done.stderr and "Traceback" not in done.stderr
    assert len((guarded.prefix / "copy").read_text().splitlines()) == 1


def test_a_log_with_a_strangers_lines_in_it_is_shown(guarded, pip):
    refused(guarded, pip)
    log = guarded.prefix / "state" / "events" / ("%d.jsonl" % os.getuid())
    assert guarded.guard("events").returncode == 0
    with log.open("a") as file:
        file.write('[1]\n3\n{"fss": "soon"}\n{"fss": 1e400}\n{"package_name": 3}\nnothing\n')
    done = guarded.guard("events")
    assert done.returncode == 0 and done.stdout.count("\n") == 1 and BLOCKED in done.stdout, done.stderr


def test_a_pipe_in_the_logs_place_is_not_waited_for(guarded, pip):
    folder = guarded.prefix / "state" / "events"
    folder.mkdir(mode=0o700, parents=True)
    os.mkfifo(folder / ("%d.jsonl" % os.getuid()), 0o600)
    refused(guarded, pip)
    for words in (["events"], ["status"], ["events", "flush"]):
        assert "Traceback" not in guarded.guard(*words).stderr


def test_a_state_that_cannot_be_written_is_one_line(guarded, pip):
    refused(guarded, pip, CI="1")
    spool = guarded.prefix / "state" / "spool"
    spool.write_text("in the way")
    done = guarded.guard("events")
    assert done.returncode == 0 and "Traceback" not in done.stderr
    assert re.search(r"guard: events cannot be recorded: .*", done.stderr)
    assert guarded.guard("events", "flush").returncode == 65
    spool.unlink()
    assert guarded.guard("events", "flush").returncode == 0
    assert len(guarded.events()) == 1


def test_flush_does_not_end_well_while_another_recorder_holds_the_journal(guarded, pip):
    refused(guarded, pip, CI="1")
    lock = guarded.prefix / "state" / "recorder.lock"
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = guarded.guard("events", "flush", "--wait", "0.2")
        assert done.returncode == 69 and "another recorder is at work" in done.stderr
    assert guarded.guard("events", "flush").returncode == 0
    assert len(guarded.events()) == 1


def test_a_receiver_that_never_answers_delays_no_command(guarded, pip, collector, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    collector.mood("silent")
    guarded.settings('[[sink]]\nkind="hec"\nurl="http://127.0.0.1:%d"\ntoken_file="%s"\n'
                     % (collector.port, tmp_path / "token"))  # fmt: skip
    times = []
    for _ in range(5):
        start = time.monotonic()
        refused(guarded, pip)
        times.append(time.monotonic() - start)
    assert min(times) < 1 and max(times) < 3  # a second try would wait for the receiver's ten
    assert len(guarded.events()) == 5
    until(lambda: Spool(at(str(guarded.prefix)), os.getuid()).queue("hec").state["failures"], 40)


def test_a_heartbeat_comes_with_flush_when_it_is_wanted_and_due(guarded):
    guarded.settings("[heartbeat]\nevery_minutes = 60\n")
    guarded.guard("events", "flush")
    guarded.guard("events", "flush")
    (beat,) = guarded.events()
    assert beat["guard_event"] == "heartbeat" and beat["guard_mode"] == "enforce"
    assert beat["guard_list_names"].isdigit() and "pip" in beat["guard_shims"]
    assert beat["dest_hostname"] == "Unknown"
