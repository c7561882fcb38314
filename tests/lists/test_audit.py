"""Looking back: what is installed, and what was asked for in the past. All names are invented."""

import json
import os
import pathlib
import pwd
import sys
import venv

import pytest

from guard.core import journal
from guard.core.errors import BadData
from guard.core.home import Home
from guard.lists import environments
from guard.lists.audit import past
from guard.lists.config import PUBLIC


def distribution(folder, name, version, url=""):
    info = pathlib.Path(folder) / f"{name}-{version}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    if url:
        (info / "direct_url.json").write_text(json.dumps({"url": url}))


@pytest.fixture
def environment(tmp_path):
    """A virtual environment with some distributions, one of them from a link."""
    root = tmp_path / "project" / ".venv"
    venv.create(root, with_pip=False, symlinks=True)
    (site,) = root.glob("lib/python*/site-packages")
    distribution(site, "good_name", "1.0")
    distribution(site, "Bad.Name", "1.0", "https://user:secret@files.invalid/bad.whl")
    distribution(site, "taken_over", "2.0")
    (site / "legacy_egg-0.1-py3.11.egg-info").write_text("Name: legacy-egg\n")
    return root


@pytest.fixture
def listed(installation):
    """An installation whose own block list names some of those."""
    installation.configure("".join(f"[sync.sources.{name}]\nenabled = false\n" for name in PUBLIC))
    block = installation.root / "etc" / "block.csv"
    block.write_text("name,versions,reason,owner\nbad-name,,a test,ops\ntaken-over,2.0;2.1,a test,ops\nlegacy-egg,,x,ops\n")
    assert installation.sync().code == 0
    return installation


def events(installation, what):
    with open(installation.home.journal, encoding="utf-8") as lines:
        return [line for line in map(json.loads, filter(str.strip, lines)) if line.get("what") == what]


def test_an_environment(listed, environment):
    done = listed.run("audit", str(environment), "--json")
    told = json.loads(done.stdout)
    assert done.returncode == 1 and told["distributions"] == 4
    found = {finding["name"]: finding for finding in told["present"]}
    assert set(found) == {"bad-name", "taken-over", "legacy-egg"}
    assert found["bad-name"]["version"] == "1.0" and "secret" not in json.dumps(told)
    assert "files.invalid" in found["bad-name"]["text"]
    assert "ops: a test" in found["taken-over"]["reason"]
    (event,) = events(listed, "present")
    assert event["action"] == "present" and len(event["findings"]) == 3


def test_the_interpreter_of_an_environment_and_plain_text(listed, environment):
    done = listed.run("audit", str(environment / "bin" / "python"), "--no-journal")
    assert done.returncode == 1 and "installed: bad-name==1.0" in done.stdout
    assert "4 distributions in 1 folder, 3 findings" in done.stdout


def test_another_release_is_no_finding(listed, environment):
    (site,) = environment.glob("lib/python*/site-packages")
    os.rename(site / "taken_over-2.0.dist-info", site / "taken_over-2.2.dist-info")
    told = json.loads(listed.run("audit", str(environment), "--json").stdout)
    assert "taken-over" not in {finding["name"] for finding in told["present"]}


def test_nothing_found(installation, tmp_path):
    distribution(tmp_path / "site", "good-name", "1.0")
    done = installation.run("audit", str(tmp_path / "site"))
    assert done.returncode == 0 and "0 findings" in done.stdout


def test_what_is_neither(installation, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "script").write_text("#!/bin/sh\necho no\n")
    os.chmod(tmp_path / "script", 0o755)
    for target, word in (("empty", "neither"), ("script", "interpreter"), ("nothing", "no such")):
        done = installation.run("audit", str(tmp_path / target))
        assert done.returncode in (0, 65) and (done.returncode == 0 or word in done.stderr), done
    assert installation.run("audit", "x", "--all").returncode == 2


def test_an_interpreter_is_asked_without_running_what_lies_in_it(environment):
    (site,) = environment.glob("lib/python*/site-packages")
    marker = environment / "was-run"
    (site / "evil.pth").write_text(f"import pathlib; pathlib.Path({str(marker)!r}).write_text('x')\n")
    environments.folders_of(str(environment / "bin" / "python"))
    environments.folders_of(sys.executable)
    assert not marker.exists()
    with pytest.raises(BadData):
        environments.folders_of("/nowhere/at/all")


def attempt(installation, names, **more):
    line = {"v": 1, "id": os.urandom(16).hex(), "time_ns": 1_780_000_000 * 10**9, "verdict": "allow", "names": names,
            "findings": [], **more}  # fmt: skip
    journal.append(installation.home.journal, line)


def test_what_past_commands_asked_for(listed, tmp_path):
    attempt(listed, [["bad-name", "Bad.Name>=1", ""], ["fine", "fine", ""]], cwd="/srv/project")
    attempt(listed, [["taken-over", "taken-over==2.1", ""], ["taken-over", "taken-over==1.9", ""]])
    distribution(tmp_path / "site", "good-name", "1.0")
    done = listed.run("audit", str(tmp_path / "site"), "--json")
    told = json.loads(done.stdout)
    assert [finding["text"] for finding in told["past"]] == ["Bad.Name>=1", "taken-over==2.1"]
    assert told["past"][0]["where"] == "2026-05-28T20:26:40Z in /srv/project"
    assert done.returncode == 1


def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(listed, environment):
    (site,) = environment.glob("lib/python*/site-packages")
    (site / "Bad.Name-1.0.dist-info" / "direct_url.json").unlink()
    os.mkfifo(site / "Bad.Name-1.0.dist-info" / "direct_url.json")
    pathlib.Path(listed.home.events).parent.mkdir(parents=True)
    os.mkfifo(listed.home.events)
    done = listed.run("audit", str(environment), "--json")
    assert done.returncode == 1 and "bad-name" in {finding["name"] for finding in json.loads(done.stdout)["present"]}


def test_root_looks_back_on_every_user_of_a_protected_machine(tmp_path):
    if os.getuid():
        pytest.skip("only root reads another user's journal")
    home = Home(str(tmp_path), system=True)
    for uid, name in ((1001, "one"), (1002, "two")):
        journal.append(f"{home.state}/journal/{uid}.jsonl", {"names": [[name, name, ""]], "cwd": f"/home/{name}"})
        (tmp_path / "state" / "events").mkdir(exist_ok=True)
        event = {"guard_packages": f"{name}-before", "guard_requirements": f"{name}-before"}
        (tmp_path / "state" / "events" / f"{uid}.jsonl.1").write_text(json.dumps(event) + "\n")
    (tmp_path / "state" / "events" / "1001.jsonl").write_text("")
    assert sorted(asked.name for asked in past(home)) == ["one", "one-before", "two", "two-before"]
    assert list(past(Home(str(tmp_path)))) == [], "an installation of one's own is one's own"


def test_root_finds_the_environments_of_every_account(monkeypatch, tmp_path):
    accounts = []
    for name in ("one", "two"):
        (tmp_path / name / ".virtualenvs" / "x" / "lib" / "python3.12" / "site-packages").mkdir(parents=True)
        accounts.append(pwd.struct_passwd((name, "x", 1001, 1001, "", str(tmp_path / name), "/bin/sh")))
    monkeypatch.setattr(pwd, "getpwall", lambda: accounts)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: accounts[0])
    for uid, seen in ((0, {"one", "two"}), (1001, {"one"})):
        monkeypatch.setattr(os, "getuid", lambda uid=uid: uid)
        found = [folder for folder in environments.everywhere() if folder.startswith(str(tmp_path))]
        assert {pathlib.Path(folder).relative_to(tmp_path).parts[0] for folder in found} == seen


def test_what_the_log_of_events_tells(listed):
    log = pathlib.Path(listed.home.events)
    log.parent.mkdir(parents=True)
    event = {"guard_packages": "fine,bad-name", "guard_requirements": "fine | bad-name", "fsms": "1780000000000"}
    log.write_text(json.dumps(event) + "\nnot json\n[]\n")
    assert [(asked.name, asked.when) for asked in past(listed.home)] == [
        ("fine", "2026-05-28T20:26:40Z"),
        ("bad-name", "2026-05-28T20:26:40Z"),
    ]


def test_a_sync_that_adds_a_name_says_that_it_is_here(installation, environment):
    """The project's environment is found by the commands that guard saw in it."""
    installation.configure("".join(f"[sync.sources.{name}]\nenabled = false\n" for name in PUBLIC))
    attempt(installation, [["good-name", "good-name", ""]], cwd=str(environment.parent))
    (installation.root / "etc" / "block.csv").write_text("name,reason,owner\ngood-name,turned bad,ops\n")
    done = installation.run("sync")
    assert done.returncode == 0
    assert "installed: good-name==1.0: is blocked by ops: turned bad" in done.stderr
    assert "asked for: good-name" in done.stderr
    (event,) = events(installation, "present")
    assert event["findings"][0]["where"].startswith(str(environment))
