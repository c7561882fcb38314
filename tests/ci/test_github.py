"""The composite action, its steps run as GitHub's runner runs them: each in a new shell, with files for what lasts."""

import json
import re

import pytest
import yaml

from tests.ci.conftest import NAME
from tests.support.tools import ROOT

ACTION = yaml.safe_load((ROOT / "action.yml").read_text())


class Runner:
    """What the runner keeps between the steps of one job: variables, folders on PATH, outputs."""

    def __init__(self, job):
        self.job = job
        self.kept, self.paths = {}, []

    def use(self, **given):
        """Run the action with these inputs. Returns the outcome of each step that ran: a CompletedProcess or a dict."""
        inputs = {name: given.get(name, about.get("default", "")) for name, about in ACTION["inputs"].items()}
        outcomes, failed = [], False
        for step in ACTION["runs"]["steps"]:
            if not self._wanted(step.get("if", "success()"), inputs, failed):
                continue
            if "run" in step:
                environ = {key: self._filled(value, inputs) for key, value in step.get("env", {}).items()}
                done = self.step(step["run"], environ, step["shell"])
                failed = failed or done.returncode != 0
                outcomes.append(done)
            else:
                outcomes.append({key: self._filled(value, inputs) for key, value in step["with"].items()})
        return outcomes

    def step(self, script, environ=(), shell="bash"):
        """One ``run``: the runner writes the script to a file and gives it to the shell with -e."""
        files = {name: self.job.temp / name.lower() for name in ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT")}
        for file in files.values():
            file.write_text("")
        (self.job.temp / "step").write_text(script)
        told = dict(self.job.environ, GITHUB_ACTIONS="true", GITHUB_WORKSPACE=str(self.job.workspace),
                    RUNNER_TEMP=str(self.job.temp), RUNNER_OS="Linux", GITHUB_ACTION_PATH=str(ROOT))  # fmt: skip
        told.update(self.kept)
        # Inputs that are empty say nothing; the sandbox's own Python and wheels stand in for them.
        told.update({key: value for key, value in dict(environ).items() if value})
        told["GUARD_PROTECT"] = "no"
        told.update({name: str(file) for name, file in files.items()})
        told["PATH"] = ":".join([*reversed(self.paths), told["PATH"]])
        done = self.job.run([shell, "-e", str(self.job.temp / "step")], told)
        self.kept.update(line.split("=", 1) for line in files["GITHUB_ENV"].read_text().splitlines())
        self.paths += files["GITHUB_PATH"].read_text().splitlines()
        done.outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
        return done

    def _filled(self, text, inputs):
        values = {f"inputs.{name}": value for name, value in inputs.items()} | {"runner.temp": str(self.job.temp)}
        return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda at: values[at.group(1)], str(text))

    @staticmethod
    def _wanted(condition, inputs, failed):
        """The few operators of GitHub's expressions that the action uses, evaluated."""
        parts = [part.strip() for part in condition.split("&&")]
        if failed and "always()" not in parts:
            return False
        for part in parts:
            if part not in ("always()", "success()"):
                name, operator, value = re.fullmatch(r"inputs\.([\w-]+) (==|!=) '([^']*)'", part).groups()
                if (inputs[name] == value) != (operator == "=="):
                    return False
        return True


class Ran:
    """One whole job: what each of its steps said."""


@pytest.fixture(scope="module")
def ran(job):
    runner, ran = Runner(job), Ran()
    ran.begin = runner.use()
    ran.kept = dict(runner.kept)
    ran.good = runner.step("pip install -r good.txt")
    seen = len(job.index.requests)
    ran.bad = runner.step("pip install -r requirements.txt\necho not reached")
    ran.sub = runner.step(f"mkdir -p app && cd app && echo {NAME} >r.txt && python -c "
                          "'import subprocess, sys; sys.exit(subprocess.call([\"pip\", \"wheel\", \"-r\", \"r.txt\"]))'")  # fmt: skip
    ran.empty = runner.step(f'exec env -i "PATH=$PATH" pip install --no-index {NAME}')
    ran.asked = job.index.requests[seen:]
    journal = "$GUARD_PREFIX/state/journal/$(id -u).jsonl"
    ran.blind = runner.step(f'mv "{journal}" "{journal}.kept"; mkdir "{journal}"; pip install goodpkg-beta && code=0 || code=$?\n'
                            f'rmdir "{journal}"; mv "{journal}.kept" "{journal}"; exit $code')  # fmt: skip
    ran.end = runner.use(phase="end")
    return ran


def test_begin_tells_later_steps(ran, job):
    (done,) = ran.begin
    assert done.returncode == 0, done.stderr
    assert ran.kept["GUARD_MODE"] == "enforce" and ran.kept["GUARD_ON_ERROR"] == "block"
    assert ran.kept["GUARD_PREFIX"].startswith(str(job.temp))


def test_a_clean_step_runs_as_before(ran, job):
    assert ran.good.returncode == 0, ran.good.stderr
    assert "Successfully installed goodpkg-alpha-1.0 goodpkg-beta-1.0" in ran.good.stdout
    assert job.index.asked_for("goodpkg-alpha")


def test_a_refused_step_fails_with_nothing_asked_for(ran):
    for step in (ran.bad, ran.sub, ran.empty):
        assert step.returncode == 77, step.stderr
        assert f"{NAME} is a harmless name" in step.stderr
    assert "not reached" not in ran.bad.stdout
    assert not ran.asked


def test_where_guard_cannot_judge_the_step_fails(ran):
    assert ran.blind.returncode == 78 and "refused, since on_error is block" in ran.blind.stderr


def test_findings_are_annotations_at_their_lines(ran):
    done, _ = ran.end
    assert done.returncode == 0, done.stdout + done.stderr
    notes = [line for line in done.stdout.splitlines() if line.startswith("::")]
    assert [note.partition("title=")[0] for note in notes] == [
        "::error file=requirements.txt,line=2,", "::error file=app/r.txt,line=1,", "::error "]  # fmt: skip
    assert all(f"title=guard blocked::{NAME} is a harmless name" in note for note in notes)


def test_the_artifact_holds_every_event(ran, job):
    done, artifact = ran.end
    assert artifact["path"] == done.outputs["events"] == str(job.temp / "guard-events.jsonl")
    events = [json.loads(line) for line in open(artifact["path"])]
    refused = [event for event in events if event.get("guard_verdict") == "block"]
    assert {event["package_name"] for event in refused} == {NAME}
    assert len(refused) == 4  # three steps, and the one that begin shows
    assert [event["guard_packages"] for event in events if event["guard_action"] == "allowed"] == ["goodpkg-alpha"]
    assert sum("GITHUB_ACTIONS" in event.get("guard_environment", "") for event in refused) == 3  # not under env -i


def test_nothing_of_guard_is_left(ran, job):
    assert job.leftovers() == []


def test_a_phase_that_there_is_none(job):
    (done,) = Runner(job).use(phase="finish")
    assert done.returncode == 2 and done.stdout == "::error title=guard::phase takes begin, end\n"


def test_an_end_without_a_begin_fails(job):
    done, artifact = Runner(job).use(phase="end")
    assert done.returncode == 1 and done.stdout.startswith("::error title=guard::guard is not there")
    assert artifact["if-no-files-found"] == "warn"


def test_every_input_reaches_the_script():
    told = {name for step in ACTION["runs"]["steps"] for name in re.findall(r"inputs\.([\w-]+)", json.dumps(step))}
    assert told == set(ACTION["inputs"])
    # Nothing that a caller gives is pasted into a script.
    assert not any("${{" in step.get("run", "") for step in ACTION["runs"]["steps"])
