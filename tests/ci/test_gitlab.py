"""The GitLab template, its scripts run as GitLab's runner runs them."""

import json

import pytest
import yaml

from tests.ci.conftest import NAME
from tests.support.tools import ROOT

JOB = yaml.safe_load((ROOT / "installer" / "ci" / "gitlab.yml").read_text())[".guard"]


class Runner:
    """before_script and script in one shell that stops at the first failure, after_script in a new one."""

    def __init__(self, job, number, **variables):
        self.job = job
        told = {**job.environ, "GITLAB_CI": "true", "CI_JOB_ID": str(number), **JOB["variables"],
                "GUARD_SOURCE": str(ROOT), "GUARD_PREFIX": f"{job.root}/guard-{number}", **variables}  # fmt: skip
        self.environ = {key: value.replace("$CI_JOB_ID", str(number)) for key, value in told.items()}

    def script(self, *lines):
        return self._run([*JOB["before_script"], *lines])

    def after(self):
        return self._run(JOB["after_script"])

    def _run(self, lines):
        return self.job.run(["bash"], self.environ, given="\n".join(["set -eo pipefail", *lines, ""]))


@pytest.fixture(scope="module")
def ran(job):
    """(script, after_script, requests) of a job that installs a good package, then one that is refused."""
    runner = Runner(job, 1)
    script = runner.script("pip install -r good.txt", "echo installed", f"pip install {NAME}", "echo not reached")
    asked = list(job.index.requests)
    return script, runner.after(), asked


def test_the_job_stops_at_what_is_refused(ran):
    script, _, asked = ran
    assert script.returncode == 77, script.stderr
    assert "installed" in script.stdout and "not reached" not in script.stdout
    assert not any(NAME in path for path in asked)


def test_after_script_tells_and_cleans_up_although_it_is_another_shell(ran, job):
    _, after, _ = ran
    assert after.returncode == 0, after.stdout + after.stderr
    assert f"guard: blocked: {NAME} is a harmless name" in after.stdout
    (artifact,) = JOB["artifacts"]["paths"]
    assert JOB["artifacts"]["when"] == "always" and JOB["variables"]["GUARD_EVENTS"] == artifact
    events = [json.loads(line) for line in open(job.workspace / artifact)]
    assert {"allowed", "blocked"} <= {event.get("guard_action") for event in events}
    assert job.leftovers() == []


@pytest.mark.parametrize("variables", [
    {"GUARD_SOURCE": "/nonexistent/source", "GUARD_REPOSITORY": "/nonexistent/repository"},
    {"GUARD_MODE": "off"},
    {"GUARD_PREFIX": "/usr"},
])  # fmt: skip
def test_a_job_in_which_guard_cannot_stand_runs_nothing(job, variables):
    done = Runner(job, 2, **variables).script("touch ran")
    assert done.returncode != 0 and done.stderr
    assert not (job.workspace / "ran").exists()
