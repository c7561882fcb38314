"""What the how-to pages show can be used as it stands."""

import re
import subprocess

import pytest
import yaml

from guard.core.settings import flatten
from guard.nvm.settings import load
from tests.support.tools import ROOT

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    import tomli as tomllib

CI = (ROOT / "docs" / "how-to" / "ci.md").read_text()
SYSTEM = (ROOT / "docs" / "how-to" / "system.md").read_text()


def blocks(page, language):
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


def test_the_settings_of_a_machine_are_known_to_guard(tmp_path):
    (block,) = blocks(SYSTEM, "toml")
    assert flatten(tomllib.loads(block))["actions.malicious"] == "block"
    from guard.core.home import Home

    (tmp_path / "guard.toml").write_text(block)
    told = load(Home(str(tmp_path), settings=str(tmp_path / "guard.toml")))
    assert not told.faults and [sink["kind"] for sink in told.sinks] == ["syslog"]


def test_the_jobs_ask_for_what_there_is():
    steps, gitlab, hooks = map(yaml.safe_load, blocks(CI, "yaml"))
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    given = [set(step.get("with", {})) for step in steps if step.get("uses", "").startswith("OWNER/")]
    assert given == [set(), {"phase"}] and all(names <= set(action["inputs"]) for names in given)
    template = yaml.safe_load((ROOT / gitlab["include"][0]["file"]).read_text())
    assert set(gitlab["test"]["variables"]) <= set(template[gitlab["test"]["extends"]]["variables"])
    known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert {hook["id"] for hook in hooks["repos"][0]["hooks"]} <= known


def test_every_input_and_variable_is_told():
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert all(f"`{name}`" in CI for name in action["inputs"])
    scripts = "".join(path.read_text() for path in (ROOT / "installer" / "ci").glob("*.sh"))
    asked = set(re.findall(r"\$\{(GUARD_[A-Z_]+)", scripts))
    assert asked and all(f"`{name}`" in CI for name in asked)


@pytest.mark.parametrize("script", blocks(CI, "sh"))
def test_the_lines_for_a_shell_are_such(script):
    assert subprocess.run(["sh", "-n"], input=script, text=True, check=False).returncode == 0
