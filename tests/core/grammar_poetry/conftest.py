"""The real poetries as processes that answer one question a line."""

import json
import subprocess

import pytest
from hypothesis import HealthCheck, settings

from tests.core.grammar_poetry import poetries

SHORT = settings(
    max_examples=400, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
LONG = settings(SHORT, max_examples=8000, derandomize=False)  # for each of seven poetries: 112,000 cases


class Oracle:
    """One real poetry: ``ask`` it what it makes of a line or of a requirement (see oracle.py)."""

    def __init__(self, version, home):
        self.version = version
        self.home = home
        words = [poetries.python(version), "-I", poetries.HERE / "oracle.py"]
        environment = poetries.environment(HOME=home)
        self.process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=home, env=environment
        )

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        assert answer, f"poetry {self.version} died of {question}"
        return json.loads(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


@pytest.fixture(scope="module", params=poetries.parameters(poetries.POETRIES))
def oracle(request, tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "sub").mkdir()
    (home / "local").mkdir()
    (home / "local" / "pkg").mkdir()
    (home / "local" / "made_here-1.0-py3-none-any.whl").touch()
    oracle = Oracle(request.param, home)
    yield oracle
    oracle.close()
