"""The plain recipe, with an empty environment and sh alone; the beginnings and ends that must fail."""

import json
import shlex
import shutil

import pytest

from tests.ci.conftest import NAME, path_of
from tests.support.tools import ROOT

CI = ROOT / "installer" / "ci"


def recipe(job, *command, **more):
    """``env -i sh run.sh COMMAND``: no variable but PATH and what the sandbox needs."""
    given = {key: job.environ[key] for key in ("PATH", "PIP_INDEX_URL", "PIP_CONFIG_FILE", "GUARD_FIND_LINKS",
                                              "GUARD_PYTHON", "GUARD_PROTECT", "TMPDIR")}  # fmt: skip
    settings = [f"{key}={value}" for key, value in {**given, **more}.items()]
    return job.run(["env", "-i", *settings, "sh", str(CI / "run.sh"), *command], {})


def test_a_command_behind_guard(job):
    script = f"pip install -q goodpkg-alpha || exit 9; env -i PATH=$PATH pip install {NAME}; echo $?; pip download -r requirements.txt"
    done = recipe(job, "sh", "-c", script)
    assert done.returncode == 77, done.stderr
    assert done.stdout.splitlines()[0] == "77"
    assert not job.index.asked_for(NAME)
    assert f"guard: blocked: {NAME} is a harmless name that every guard refuses, so that anyone can see it work (requirements.txt:2)" in done.stdout
    events = [json.loads(line) for line in open(job.workspace / "guard-events.jsonl")]
    assert [event.get("package_name") for event in events].count(NAME) == 3  # one when guard showed that it stands
    assert job.leftovers() == []


@pytest.mark.parametrize(("more", "said"), [
    ({"GUARD_MODE": "off"}, "GUARD_MODE=off: it takes audit, warn, enforce"),
    ({"GUARD_ON_ERROR": "\n"}, "it takes allow, block"),
    ({"GUARD_SETTINGS": "/nonexistent.toml"}, "GUARD_SETTINGS=/nonexistent.toml cannot be read"),
    ({"GUARD_PREFIX": "/usr"}, "GUARD_PREFIX=/usr must not exist"),
    ({"GUARD_PREFIX": "/dev/null/a"}, "the folder above it must"),
    ({"RUNNER_OS": "Windows"}, "Windows runners are not covered"),
    ({"GUARD_PYTHON": "/nonexistent/python"}, "guard could not be installed"),
    ({"GUARD_FIND_LINKS": "/nonexistent"}, "guard could not be installed"),
])  # fmt: skip
def test_where_guard_cannot_stand_nothing_runs(job, more, said):
    done = recipe(job, "touch", "ran", **more)
    assert done.returncode == 1 and said in done.stderr, done.stderr
    assert not (job.workspace / "ran").exists()


def test_no_command(job):
    assert recipe(job).returncode == 2


@pytest.mark.long
def test_a_folder_with_a_quote_and_a_settings_file(job):
    """What begin.sh prints is safe to evaluate; a file of settings is taken as it is."""
    settings = job.workspace / "ci.toml"
    settings.write_text('mode = "warn"\n[events]\nrecorder = "flush"\n')
    prefix = job.temp / "it's $HOME `x`"
    environ = dict(job.environ, GUARD_PREFIX=str(prefix), GUARD_SETTINGS=str(settings))
    script = f'e=$(sh {shlex.quote(str(CI / "begin.sh"))}) || exit 1; eval "$e"; command -v pip; printf "%s\\n" "$GUARD_PREFIX"'
    done = job.run(["sh", "-c", script], environ)
    assert done.stdout.splitlines() == [f"{prefix}/shims/pip", str(prefix)], done.stderr
    assert (prefix / "etc" / "guard.toml").read_text() == settings.read_text()
    shutil.rmtree(prefix)


# --- the end ----------------------------------------------------------------------------------------------------------


def test_an_end_with_guard_first_on_path(ended, guarded, pip):
    done = ended(path_of(guarded.prefix / "shims", pip))
    assert done.returncode == 0, done.stdout + done.stderr
    assert not guarded.prefix.exists()


@pytest.mark.parametrize(("more", "said"), [
    ({}, "guard: guard did not stand in front of"), ({"GITHUB_ACTIONS": "true"}, "::error title=guard::guard did not"),
    ({"TF_BUILD": "True"}, "##vso[task.logissue type=error]guard: guard did not"),
])  # fmt: skip
def test_a_job_that_put_another_pip_first_fails_at_the_end(ended, guarded, pip, more, said):
    done = ended(path_of(pip, guarded.prefix / "shims"), **more)
    assert done.returncode == 1 and said in done.stdout + done.stderr
    assert str(pip / "pip") in done.stdout + done.stderr


def test_a_receiver_that_is_away_fails_the_job_and_the_artifact_is_there(ended, guarded, pip, tmp_path):
    guarded.settings('[events]\nrecorder = "flush"\n[[sink]]\nkind = "syslog"\ntransport = "tcp"\nhost = "127.0.0.1"\nport = 1\n')
    assert guarded.run(["pip", "install", "--no-index", NAME], pip).returncode == 77
    done = ended(path_of(guarded.prefix / "shims", pip))
    assert done.returncode == 69 and "bytes wait" in done.stderr
    assert NAME in (tmp_path / "guard-events.jsonl").read_text()
