"""guard protect, unprotect and doctor as a person runs them, behind an installed guard."""

import json
import os
import shutil
import subprocess
import time

import pytest

from guard.core.lookup import CANARY, COLUMNS
from guard.lists import seal
from guard.setup import interpreters, starters
from tests.support.tools import clean_environment, python, venv, whole


@pytest.fixture
def place(tmp_path):
    """A venv with a pip that was copied into it."""
    made = tmp_path / "venv"
    subprocess.run([python("3.11"), "-m", "venv", "--without-pip", str(made)], check=True, env=clean_environment())
    (lib,), (site,) = venv("3.11", "pip==25.3").glob("lib/*/site-packages"), made.glob("lib/*/site-packages")
    for name in lib.glob("pip*"):
        shutil.copytree(name, site / name.name, dirs_exist_ok=True)
    return made


def doctor(guarded, *in_front, **more):
    done = guarded.guard("doctor", "--json", **dict(more, VIRTUAL_ENV=in_front[0]) if in_front else more)
    assert done.stdout, done.stderr
    return done.returncode, {(c["check"], c["subject"]): c for c in json.loads(done.stdout)["checks"]}


def test_protect_and_unprotect(guarded, place):
    done = guarded.guard("protect", str(place))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("protected ")
    again = json.loads(guarded.guard("protect", "--json", str(place)).stdout)
    assert [one["outcome"] for one in again["interpreters"]] == ["already protected"]
    refused = guarded.run([str(place / "bin" / "python"), "-m", "pip", "download", "--no-index", CANARY], CI="1")
    assert refused.returncode == 77, refused.stderr
    done = guarded.guard("unprotect", str(place))
    assert done.returncode == 0 and done.stdout.startswith("unprotected ")
    free = guarded.run([str(place / "bin" / "python"), "-m", "pip", "download", "--no-index", CANARY], CI="1")
    assert free.returncode == 1
    again = json.loads(guarded.guard("unprotect", "--json", str(place)).stdout)
    assert [one["outcome"] for one in again["interpreters"]] == ["was not protected"]


def test_an_environment_that_its_python_lets_guard_into_is_not_called_free(guarded, tmp_path):
    base, made = whole("3.12", tmp_path / "python"), tmp_path / "venv"
    python = str(base / "bin" / "python3")
    assert guarded.guard("protect", python).returncode == 0
    assert guarded.run([python, "-m", "venv", "--without-pip", made], CI="1").returncode == 0
    reason = f"guard is let in still, by the lines in {base}/lib/python3.12/sitecustomize.py"
    done = guarded.guard("unprotect", str(made))
    assert (done.returncode, done.stdout) == (1, f"unprotected       {made}/bin/python: {reason}\n")
    again = guarded.guard("unprotect", "--json", str(made))
    (answer,) = json.loads(again.stdout)["interpreters"]
    assert (again.returncode, answer["outcome"], answer["reason"]) == (1, "was not protected", reason)
    done = guarded.guard("unprotect", str(made), python)
    assert done.returncode == 0 and reason not in done.stdout


@pytest.mark.parametrize("verb", ["protect", "unprotect"])
def test_a_folder_without_environments_is_said(guarded, tmp_path, verb):
    done = guarded.guard(verb, "--scan", str(tmp_path))
    assert (done.returncode, done.stdout) == (0, f"guard: there is nothing to {verb}\n")


@pytest.mark.parametrize(
    "words,code,said",
    [
        (["protect"], 2, "name a Python or a virtual environment"),
        (["protect", "/no/such/python"], 2, "there is no /no/such/python"),
        (["protect", "/usr"], 2, "/usr"),
        (["protect", "--scan", "/no/such"], 2, "/no/such is no folder"),
        (["unprotect", "no-such-python"], 2, "there is no no-such-python on PATH"),
    ],
)
def test_bad_words(guarded, words, code, said):
    done = guarded.guard(*words)
    if words == ["protect", "/usr"] and done.returncode != code:
        pytest.skip("this machine has a /usr/bin/python")
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_doctor_tries_the_shims_and_what_was_protected(guarded, place):
    real = venv("3.11", "pip==25.3") / "bin"
    assert guarded.guard("protect", str(place)).returncode == 0
    path = os.pathsep.join([str(guarded.prefix / "shims"), str(real), "/usr/bin", "/bin"])
    done = guarded.run([str(guarded.prefix / "bin" / "guard"), "doctor", "--json"], real, VIRTUAL_ENV=place, CI="1")
    checks = {(c["check"], c["subject"]): c for c in json.loads(done.stdout)["checks"]}
    assert checks["shim", "pip"]["holds"] and CANARY in checks["shim", "pip"]["detail"], path
    assert checks["protected", f"{place}/bin/python"]["holds"]
    assert CANARY in checks["protected", f"{place}/bin/python"]["detail"]


def test_what_fell_since_the_last_look_is_an_event_once(guarded, place):
    real = venv("3.11", "pip==25.3") / "bin"

    def look():
        done = guarded.run([str(guarded.prefix / "bin" / "guard"), "doctor", "--json"], real, CI="1")
        return {(c["check"], c["subject"]): c for c in json.loads(done.stdout)["checks"]}, done.returncode

    def events():
        found = [event for event in guarded.events() if event.get("guard_event") == "coverage-lost"]
        return {(event["guard_check"], event["guard_subject"]) for event in found}, len(found)

    assert guarded.guard("protect", str(place)).returncode == 0
    look()
    (line,) = place.glob("lib/*/site-packages/typoguard.pth")
    line.unlink()
    (guarded.prefix / "shims" / "pip").unlink()
    checks, code = look()
    assert code == 1
    assert checks["shim", "pip"]["mend"] == "guard shims"
    site = str(line.parent)
    assert checks["protected", site]["mend"] == f"guard protect {place}"
    assert events()[0] >= {("shim", "pip")}
    count = events()[1]
    look()
    assert events()[1] == count


def test_the_environments_of_a_protected_python_are_told(guarded, tmp_path):
    base = whole("3.12", tmp_path / "python")

    def look():
        done = guarded.run([str(guarded.prefix / "bin" / "guard"), "doctor", "--json"], base / "bin", CI="1")
        checks = json.loads(done.stdout)["checks"]
        subjects = [f"environments of {base}/bin/{name}" for name in ("python3", "python3.12", "python")]
        return next(((c["check"], c["holds"], c["mend"]) for c in checks if c["subject"] in subjects), None)

    assert look() is None
    assert guarded.guard("protect", f"{base}/bin/python3").returncode == 0
    assert look() == ("protected", True, None)
    path = base / "lib" / "python3.12" / "sitecustomize.py"
    text = path.read_text()
    path.write_text("import not_in_an_environment\n" + text)
    assert look() == ("protected", False, f"mend it: {path}")
    path.write_text(text)
    assert look() == ("protected", True, None)
    path.write_text("")
    check, holds, mend = look()
    assert (check, holds) == ("protected", False) and mend.startswith(f"guard protect {base}/bin/python")
    assert "coverage-lost" in [event.get("guard_event") for event in guarded.events()]
    assert guarded.guard("unprotect", "--all").returncode == 0
    assert look() is None


def test_a_list_gone_stale_is_an_event_once(guarded):
    path = guarded.prefix / "state" / "list" / "typosquats.csv"
    path.parent.mkdir(parents=True)
    row = {"name": CANARY, "kind": "typosquat", "sources": "guard", "reason": "is a harmless name"}
    seal.write(str(path), COLUMNS, [[row.get(column, "") for column in COLUMNS]], "2026-11-01T00:00:00Z")

    def look():
        checks = [check for (kind, _), check in doctor(guarded)[1].items() if kind == "list"]
        events = [event["guard_check"] for event in guarded.events() if event.get("guard_event") == "coverage-lost"]
        return checks[0], events.count("list")

    check, told = look()
    assert check["holds"] and told == 0
    then = time.time() - 40 * 86400
    os.utime(path, (then, then))
    check, told = look()
    assert (check["holds"], check["mend"], told) == (False, "guard sync", 1)
    assert look()[1] == 1


def test_the_pythons_of_tools_that_start_pip_are_found_and_told(guarded, place, tmp_path):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "tox").write_text(f"#!{place}/bin/python\n")
    (tools / "jupyter").write_text(f"#!/usr/bin/env -S {place}/bin/python -I\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    found = interpreters.everywhere(str(tmp_path), {"PATH": str(tools)})
    assert f"{place}/bin/python" in found

    def ways():
        done = guarded.run([str(guarded.prefix / "bin" / "guard"), "doctor", "--json"], tools, CI="1")
        return {c["subject"]: c for c in json.loads(done.stdout)["checks"] if c["check"] == "way"}

    before = ways()
    for tool in ("tox", "jupyter"):
        assert not before[tool]["holds"]
        assert before[tool]["mend"] == f"guard protect {place}/bin/python"
    assert not before["python -S"]["holds"]
    assert guarded.guard("protect", str(place)).returncode == 0
    after = ways()
    assert after["tox"]["holds"] and after["jupyter"]["holds"]


def test_pipx_makes_environments_with_the_python_behind_its_own(place, tmp_path):
    pipx = tmp_path / "pipx"
    pipx.write_text(f"#!{place}/bin/python\n")
    pipx.chmod(0o755)
    environ = {"PATH": str(tmp_path)}
    assert starters.found(environ) == {"pipx": os.path.realpath(f"{place}/bin/python")}
    chosen = f"{place}/bin/python3"
    assert starters.found(dict(environ, PIPX_DEFAULT_PYTHON=chosen)) == {"pipx": chosen}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_root_asks_no_python_that_another_account_wrote(tmp_path):
    (tmp_path / "python3").write_text("#!/bin/sh\ntouch %s/ran\n" % tmp_path)
    (tmp_path / "python3").chmod(0o755)
    os.chown(tmp_path / "python3", 12345, 12345)
    (tmp_path / "tox").write_text(f"#!{tmp_path}/python3\n")
    (tmp_path / "tox").chmod(0o755)
    assert f"{tmp_path}/python3" not in interpreters.everywhere(str(tmp_path), {"PATH": str(tmp_path)})
