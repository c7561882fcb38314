"""Real pips, from 20.3 to the newest, started through the runner: what they learn by themselves meets the list."""

import os
import shutil
import sys

import pytest

from guard.resolver.entry import RUNNER
from tests.resolver import trees
from tests.resolver.conftest import BLOCKED, assert_refused
from tests.support import packages
from tests.support.tools import venv

OLDEST, NEWEST = ("3.8", "20.3.4"), ("3.13", "26.3")
FEW = [OLDEST, NEWEST]
EVERY = [
    ("3.7", "20.3.4"), ("3.9", "20.3.4"), ("3.7", "21.3.1"), ("3.10", "21.3.1"), ("3.7", "22.3.1"), ("3.11", "22.3.1"),
    ("3.7", "23.3.2"), ("3.12", "23.3.2"), ("3.7", "24.0"), ("3.8", "24.3.1"), ("3.13", "24.3.1"), ("3.9", "25.3"),
    ("3.11", "25.3"), ("3.10", "26.0.1"), ("3.11", "26.1.2"), ("3.12", "26.2.1"),
]  # fmt: skip
VERSIONS = [pytest.param(v, id="-".join(v)) for v in FEW]
VERSIONS += [pytest.param(v, id="-".join(v), marks=pytest.mark.long) for v in EVERY]


@pytest.fixture(params=VERSIONS)
def place(request):
    python, version = request.param
    return venv(python, f"pip=={version}")


@pytest.fixture
def newest():
    return venv(NEWEST[0], f"pip=={NEWEST[1]}")


def test_a_clean_name_installs_with_what_it_needs_and_leaves_no_line(room, place):
    done = room.install(place, "goodpkg-alpha")
    assert done.returncode == 0, done.stderr
    assert room.installed() == ["goodpkg_alpha-1.0.dist-info", "goodpkg_beta-1.0.dist-info"]
    assert "guard" not in done.stderr
    assert room.lines() == []


def test_a_name_that_a_clean_one_pulls_in_is_refused_before_its_request(room, dists, place):
    packages.wheel(dists, "pulls-in", requires=["goodpkg-beta", BLOCKED])
    told = assert_refused(room.install(place, "pulls-in"), room)
    assert "required by pulls-in" in told
    assert room.installed() == []
    (line,) = room.lines()
    assert (line["where"], line["verdict"], line["tool"], line["verb"]) == ("resolver", "block", "pip", "install")
    assert [(f["name"], f["via"]) for f in line["findings"]] == [(BLOCKED, "pulls-in")]


def test_a_dependency_given_as_a_link_is_refused_before_its_request(room, dists, place):
    link = f"http://{room.index.host}/files/{BLOCKED.replace('-', '_')}-1.0-py3-none-any.whl"
    packages.wheel(dists, "links-to", requires=[f"{BLOCKED} @ {link}"])
    told = assert_refused(room.install(place, "links-to"), room)
    assert "required by links-to" in told


def test_a_link_whose_file_goes_by_a_listed_name_is_refused_before_its_request(room, place):
    link = f"http://{room.index.host}/files/{BLOCKED.replace('-', '_')}-1.0-py3-none-any.whl"
    assert_refused(room.install(place, link), room)


def test_a_name_that_only_the_metadata_tells_is_refused_before_it_is_installed(room, dists, place):
    trees.sdist(dists, "goes-as", real_name=BLOCKED)
    done = room.install(place, f"http://{room.index.host}/files/goes_as-1.0.tar.gz")
    told = assert_refused(done, room)
    assert "Nothing was installed." in told
    assert room.installed() == []


def test_a_build_requirement_is_refused_by_the_nested_pip_and_told_by_the_outermost(room, dists, place):
    trees.sdist(dists, "builds-with", build_requires=[BLOCKED])
    told = assert_refused(room.install(place, "builds-with"), room)
    assert "required by the build of builds-with" in told
    (line,) = room.lines()
    assert line["findings"][0]["via"] == "the build of builds-with"


def test_what_a_build_requirement_pulls_in_is_refused(room, dists, place):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    trees.sdist(dists, "builds-with", build_requires=["pulls-in"])
    told = assert_refused(room.pip(place, "wheel", "--no-deps", "-w", room.folder / "out", "builds-with"), room)
    assert "required by pulls-in, for the build of builds-with" in told


def test_a_clean_build_requirement_builds(room, dists, place):
    trees.sdist(dists, "builds-with", requires=["goodpkg-beta"], build_requires=["goodpkg-alpha"])
    done = room.install(place, "builds-with")
    assert done.returncode == 0, done.stderr
    assert room.installed() == ["builds_with-1.0.dist-info", "goodpkg_beta-1.0.dist-info"]
    assert room.left_over() == []


def test_a_pip_that_a_build_brings_along_and_starts_by_itself_refuses_too(room, dists, place):
    packages.wheel_of(place, dists, "pip")
    for kind, name in (("bad", BLOCKED), ("good", "goodpkg-alpha")):
        trees.sdist(dists, f"starts-pip-{kind}", build_requires=["pip"], runs=["-m", "pip", "install", "-t", "t", name])
    told = assert_refused(room.install(place, "starts-pip-bad"), room)
    assert "required by the build of starts-pip-bad" in told
    (line,) = room.lines()
    assert (line["verdict"], line["findings"][0]["name"]) == ("block", BLOCKED)
    done = room.install(place, "starts-pip-good")
    assert done.returncode == 0, done.stderr
    assert room.left_over() == []


@pytest.mark.parametrize(
    ("listed", "hidden"), [("1.1;v1.2.0", {"1.1", "v1.2.0"}), (">=1.1.dev1 <2", {"1.1", "1.2"})], ids=["named", "range"]
)
def test_a_bad_release_is_hidden_and_the_one_before_it_installed(room, dists, place, listed, hidden):
    for version in ("1.0", "1.1", "1.2"):
        packages.wheel(dists, "goodpkg-gamma", version)
    room.listed({"name": "goodpkg-gamma", "kind": "compromised", "versions": listed, "sources": "tests"})
    done = room.install(place, "goodpkg-gamma")
    assert done.returncode == 0, done.stderr
    assert room.installed() == ["goodpkg_gamma-1.0.dist-info"]
    assert "this release is hidden" in done.stderr
    (line,) = room.lines()
    assert line["verdict"] == "warn"
    assert {f["version"] for f in line["findings"]} == hidden


def test_a_bad_release_that_something_insists_on_is_refused(room, dists, place):
    for version in ("1.0", "1.1"):
        packages.wheel(dists, "goodpkg-gamma", version)
    packages.wheel(dists, "pins-it", requires=["goodpkg-gamma==1.1"])
    room.listed({"name": "goodpkg-gamma", "kind": "compromised", "versions": "1.1", "sources": "tests"})
    done = room.install(place, "pins-it")
    assert done.returncode == 77, done.stderr
    assert "goodpkg-gamma==1.1" in done.stderr[done.stderr.index("guard: refused:") :]
    assert not [path for path in room.index.asked_for("goodpkg-gamma-1.1") if path.startswith("/files/")]


# --- one version each: what does not depend on it ---------------------------------------------------------------------


@pytest.mark.parametrize("python,version", [OLDEST, ("3.8", "24.3.1")])
def test_the_legacy_resolver_is_judged_too(room, dists, python, version):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    done = room.install(venv(python, f"pip=={version}"), "--use-deprecated=legacy-resolver", "pulls-in")
    assert "required by pulls-in" in assert_refused(done, room)


def test_download_is_an_installing_command(room, dists, newest):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    assert_refused(room.pip(newest, "download", "-d", room.folder / "out", "pulls-in"), room)


def test_looking_is_not_installing(room, newest):
    done = room.pip(newest, "index", "versions", BLOCKED)
    assert done.returncode == 0, done.stderr
    assert room.index.asked_for(BLOCKED)
    assert room.lines() == []
    done = room.pip(newest, "list", "--outdated")
    assert done.returncode == 0, done.stderr


def test_a_requirement_file_that_comes_from_a_url(room, dists, newest):
    (dists / "wanted.whl").write_text(f"goodpkg-alpha\n{BLOCKED}\n")
    assert_refused(room.install(newest, "-r", f"http://{room.index.host}/files/wanted.whl"), room)
    assert room.index.asked_for("goodpkg-alpha") == []  # all that is asked for is judged before the first request


def test_a_constraint_that_is_a_link(room, dists, newest):
    link = f"http://{room.index.host}/files/{BLOCKED.replace('-', '_')}-1.0-py3-none-any.whl"
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    (room.folder / "constraints.txt").write_text(f"{BLOCKED} @ {link}\n")
    assert_refused(room.install(newest, "-c", room.folder / "constraints.txt", "pulls-in"), room)


def test_another_interpreter_under_the_same_pip(room, dists, newest):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    other = venv("3.11", "pip==25.3") / "bin" / "python"
    done = room.pip(newest, "--python", other, "install", "--target", room.folder / "target", "pulls-in")
    assert done.returncode == 77, done.stderr
    assert "guard: refused" in done.stderr
    assert room.index.asked_for(BLOCKED) == []
    assert len(room.lines()) == 1


def test_a_name_listed_for_another_reason_is_warned_of_once_and_installed(room, dists, place):
    packages.wheel(dists, "pulls-in", requires=["goodpkg-delta"])
    packages.wheel(dists, "goodpkg-delta")
    room.listed({"name": "goodpkg-delta", "kind": "other", "sources": "tests", "reason": "is a research package"})
    done = room.install(place, "pulls-in")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("goodpkg-delta is a research package") == 1
    asked, installed = room.lines()
    assert (asked["verdict"], asked["findings"][0]["via"]) == ("warn", "pulls-in")
    assert (installed["verdict"], installed["action"], installed["findings"]) == ("warn", "installed", asked["findings"])


def test_what_the_gate_let_through_is_told_of_once_more_when_it_is_installed(room, place):
    room.settings('mode = "warn"\non_error = "block"\n')
    gate = [sys.executable, "-I", "-S", os.path.dirname(os.path.dirname(RUNNER)) + "/gate.py"]
    words = ["install", "--target", room.folder / "target", BLOCKED]
    done = room.run([*gate, room.root, place / "bin" / "pip", "pip", *words])
    assert done.returncode == 0, done.stderr
    assert "not as guard knows it" not in done.stderr
    assert [(line["where"], line.get("action")) for line in room.lines()] == [("shim", None), ("resolver", "installed")]


def test_audit_records_and_lets_run(room, dists, newest):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    room.settings('mode = "audit"\n')
    done = room.install(newest, "pulls-in")
    assert done.returncode == 0, done.stderr
    assert "guard" not in done.stderr
    assert [f["name"] for f in room.lines()[0]["findings"]] == [BLOCKED]
    assert [line.get("action") for line in room.lines()] == [None, "installed"]


@pytest.mark.parametrize("word, whole", [("--dry-run", False), ("--no-deps", True)])
def test_installed_is_said_of_what_was_installed_alone(room, dists, newest, word, whole):
    room.settings('mode = "warn"\n')
    done = room.install(newest, word, BLOCKED, "goodpkg-alpha")
    assert done.returncode == 0, done.stderr
    said = [[f["name"] for f in line["findings"]] for line in room.lines() if line.get("action") == "installed"]
    assert said == ([[BLOCKED]] if whole else [])


def test_an_installation_that_fails_is_none(room, dists, newest):
    packages.wheel(dists, "lacks", requires=["goodpkg-nowhere"])
    room.settings('mode = "warn"\n')
    assert room.install(newest, BLOCKED, "lacks").returncode == 1
    assert [line.get("action") for line in room.lines()] == [None]


def test_an_allowed_name_installs(room, dists, newest):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    allowed = room.root / "state" / "allow" / BLOCKED
    allowed.parent.mkdir(parents=True)
    allowed.write_text("reason=test\n")
    done = room.install(newest, "pulls-in")
    assert done.returncode == 0, done.stderr


def test_no_variable_switches_a_look_up_off(room, dists, newest):
    packages.wheel(dists, "pulls-in", requires=[BLOCKED])
    done = room.install(newest, "pulls-in", GUARD_JUDGED=f"1,{BLOCKED}", GUARD_MODE="audit")
    assert done.returncode == 0  # GUARD_MODE is a setting, and nobody set a stronger one
    room.settings('mode = "enforce"\n')
    for judged in (f"0,{BLOCKED}", BLOCKED, f"1,{BLOCKED}"):
        assert_refused(room.install(newest, "--upgrade", "pulls-in", GUARD_JUDGED=judged), room)


# --- a pip of the future ----------------------------------------------------------------------------------------------


@pytest.fixture
def future(room, newest):
    """Start a pip in which ``find_all_candidates`` goes by another name."""
    lib = room.folder / "future"
    (original,) = newest.glob("lib/*/site-packages/pip")
    shutil.copytree(original, lib / "pip", ignore=shutil.ignore_patterns("__pycache__"))
    for path in lib.glob("pip/_internal/**/*.py"):
        path.write_text(path.read_text().replace("find_all_candidates", "find_every_candidate"))
    version = lib / "pip" / "__init__.py"
    version.write_text(version.read_text().replace("26.3", "99.0"))

    def start(*words, **more):
        started = [newest / "bin" / "python", RUNNER, room.root, "-", "-m", "pip"]
        return room.run([*started, *words], PYTHONPATH=lib, **more)

    return start


def test_an_unknown_pip_is_told_once_recorded_and_let_run(room, future):
    done = future("install", "--target", room.folder / "target", "goodpkg-alpha")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("guard:") == 1
    assert "pip 99.0 is not as guard knows it inside" in done.stderr
    (line,) = room.lines()
    assert (line["findings"][0]["kind"], line["findings"][0]["text"]) == ("unseen", "pip 99.0")


def test_an_unknown_pip_is_refused_where_policy_says_so(room, future):
    room.settings('on_error = "block"\n')
    done = future("install", "--target", room.folder / "target", "goodpkg-alpha")
    assert done.returncode == 78, done.stdout + done.stderr
    assert "since on_error is block" in done.stderr
    assert "Traceback" not in done.stderr
    assert room.installed() == []
    assert future("--version").returncode == 0


def test_a_list_that_cannot_be_read(room, newest, dists):
    room.listed()
    with open(room.home.synced_list, "r+b") as file:
        file.truncate(40)
    done = room.install(newest, "goodpkg-beta")
    assert done.returncode == 0
    assert "the shipped list serves instead" in done.stderr
