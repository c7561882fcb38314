"""What guard costs in front of pip: shim, gate, hand-off, look-ups, memory, and the recorder's CPU time apart.

Each run begins only when the recorder of the last one is done, since it slows the next, in whichever column that is.
"""

import fcntl
import os
import shutil
import subprocess
import time

from bench.pairs import compare, run, timed
from guard.core.lookup import CANARY, COLUMNS
from guard.lists import seal
from tests.core.grammar_poetry import locks
from tests.support import installed, packages
from tests.support.tools import venv

MADE = "2026-11-24T00:00:00Z"


def main(args):
    return run(Bench, args, 40)


class Bench:
    def __init__(self, folder, runs):
        self.folder = folder
        self.runs = runs
        (folder / "base").mkdir()
        self.guard = installed.install(folder / "base" / "prefix")
        self.pip = venv("3.11", "pip==25.3") / "bin"
        self.shims = self.guard.prefix / "shims"
        # As the installer does for each interpreter that it protects; the bare pip of this bench has to stay bare.
        bundle = self.guard.prefix / "venv" / "site" / "guard" / "resolver" / "bundle.py"
        subprocess.run([self.pip / "python", "-I", "-S", bundle], check=True)
        home = dict(line.split("=", 1) for line in (self.guard.prefix / "home").read_text().splitlines() if "=" in line)
        self.python = home["python"]
        self.env = self.guard.environment(self.pip, PIP_NO_INDEX="1")
        # A tool that does nothing, half a millisecond of it: what is left is what shim and gate cost until they exec.
        # It is a script like pip's own; its interpreter is another.
        self.tool = folder / "tool"
        self.tool.mkdir()
        shutil.copy(shutil.which("true"), self.tool / "python3")
        (self.tool / "pip").write_text(f"#!{self.tool / 'python3'}\n")
        (self.tool / "pip").chmod(0o755)

    def settle(self):
        """Wait until no recorder is at work and the journal is empty."""
        lock = self.guard.prefix / "state" / "recorder.lock"
        journal = self.guard.prefix / "state" / "journal" / f"{os.getuid()}.jsonl"
        for _ in range(2000):
            if not journal.exists() and self._free(lock):
                return
            time.sleep(0.005)

    @staticmethod
    def _free(lock):
        if not lock.exists():
            return True
        with open(lock, "r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
        return True

    def compare(self, label, one, other, env=None):
        env = env or self.env
        return compare(label, one, other, env, self.runs, None if "CI" in env else self.settle)

    def all(self):
        shim = str(self.shims / "pip")
        start = [self.python, "-I", "-S", "-c", "pass"]
        print(f"{'':<58} {'guard':>11} {'bare':>11}  {'ratio':>7}  {'more':>10}")
        self.compare("null pair: bare start over bare start", start, start)
        version = [str(self.pip / "pip"), "--version"]
        self.compare("null pair: bare pip --version over itself", version, version)
        self.compare("shim + pip --version over bare", [shim, "--version"], version)
        self.compare(f"refusal (pip install {CANARY}) over bare start", [shim, "install", CANARY], start)
        idle = self.guard.environment(self.tool, PIP_NO_INDEX="1")
        self.compare("hand-off (of pip install requests) over bare start", [shim, "install", "requests"], start, idle)
        idle = dict(idle, CI="1")
        self.compare("the same in CI, where no recorder starts", [shim, "install", "requests"], start, idle)
        self.record()
        self.local_install(shim)
        self.lists(shim, start)
        self.requirement_file(shim, start)
        self.lock_file(start)
        self.memory(shim)
        self.recorder(shim)

    def local_install(self, shim):
        dists = self.folder / "dists"
        dists.mkdir()
        wheel = packages.wheel(dists, "goodpkg-alpha")
        words = [
            "install",
            "-q",
            "--no-index",
            "--force-reinstall",
            "--target",
            str(self.folder / "t"),
            "--upgrade",
            str(wheel),
        ]
        bare = [str(self.pip / "pip"), *words]
        self.compare("null pair: bare local install over itself", bare, bare)
        self.compare("shim + pip install --no-index of a local wheel over bare", [shim, *words], bare)

    def with_list(self, count):
        """A synced list of ``count`` invented names."""
        path = self.guard.prefix / "state" / "list" / "typosquats.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = ([f"invented-name-{n:07d}", "malicious", "", "", "bench", f"MAL-0000-{n}", ""] for n in range(count))
        canary = [CANARY, "typosquat", "", "", "guard", "a harmless test name", ""]
        seal.write(str(path), COLUMNS, [canary, *rows], MADE)

    def lists(self, shim, start):
        took = {}
        for count in (10_000, 1_000_000):
            self.with_list(count)
            took[count] = self.compare(
                f"refusal with {count:,} names over bare start", [shim, "install", CANARY], start
            )
        print(f"{'refusal, a million names over ten thousand':<58} {took[1_000_000][2] / took[10_000][2]:32.3f}x")

    def requirement_file(self, shim, start):
        self.with_list(100_000)
        path = self.folder / "requirements.txt"
        path.write_text(
            "".join(f"good-name-{n}[extra]>=1.{n},<2 ; python_version > '3.8'\n" for n in range(1999)) + CANARY + "\n"
        )
        words = [shim, "install", "-r", str(path)]
        self.compare("2,000 requirement lines, 100,000 listed, over bare start", words, start)

    def lock_file(self, start):
        """A canonical poetry.lock of 1,000 packages, with the last list; then the same with a listed name in it."""
        (self.tool / "poetry").write_text((self.tool / "pip").read_text())
        (self.tool / "poetry").chmod(0o755)
        env = self.guard.environment(self.tool)
        lock = locks.canonical(1000)
        for label, text in (("handed off", lock), ("refused", lock.replace("alpha-alpha-0", CANARY, 1))):
            project = self.folder / label.replace(" ", "-")
            project.mkdir()
            (project / "pyproject.toml").write_text('[project]\nname = "own"\nversion = "1"\n')
            (project / "poetry.lock").write_text(text)
            words = [str(self.shims / "poetry"), "-C", str(project), "install"]
            self.compare(f"poetry install of 1,000 locked packages, {label}, over bare start", words, start, env)

    def memory(self, shim):
        self.with_list(1_000_000)
        gate = self.peak([shim, "install", CANARY])
        bare = self.peak([self.python, "-I", "-S", "-c", "pass"])
        print(
            f"{'peak memory of the gate, a million names':<58} {gate:8.2f} MiB {bare:7.2f} MiB  {gate - bare:+15.2f} MiB"
        )

    def peak(self, words):
        """Peak resident MiB, as the kernel counts it for the largest process of the run."""
        # A small parent: the peak of a started child is at least what its parent held at that moment.
        script = (
            "import os, resource, sys;"
            "os.waitpid(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        found = []
        for _ in range(5):
            start = [self.python, "-I", "-S", "-c", script, *words]
            done = subprocess.run(start, env=self.env, capture_output=True, text=True, check=False)
            found.append(int(done.stdout.split()[-1]) / 1024)
            self.settle()
        return sorted(found)[2]

    def record(self):
        """Empty the journal; the CPU seconds that took."""
        python = str(self.guard.prefix / "venv" / "bin" / "python")
        return timed([python, "-I", "-m", "guard.nvm.record", str(self.guard.prefix)], self.env)[1]

    def recorder(self, shim):
        """CPU seconds of one recorder run, apart: what one attempt costs in the background."""
        took = []
        for _ in range(5):
            (self.guard.prefix / "etc").mkdir(exist_ok=True)
            subprocess.run([shim, "install", CANARY], env=dict(self.env, CI="1"), check=False, capture_output=True)
            took.append(self.record())
        print(f"{'CPU time of the recorder for one attempt':<58} {sorted(took)[2] * 1000:8.0f} ms")
