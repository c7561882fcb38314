"""What the room costs inside pip: an allowed installation of 100 packages, and a start of a protected Python.

``python -m bench resolver [RUNS]``. Guard is installed, since a checkout has no bundles. The recorder is left out
(CI=1): bench/gate.py measures it apart.
"""

import shutil
import statistics
import subprocess

from bench.pairs import compare, run, timed
from guard.resolver import door
from tests.support import installed, packages
from tests.support.tools import clean_environment, python, venv, whole

COUNT = 100  # packages, each needed by the one before


def main(args):
    return run(Bench, args, 15)


class Bench:
    def __init__(self, folder, runs):
        self.folder = folder
        self.runs = runs
        (folder / "base").mkdir()
        self.guard = installed.install(folder / "base" / "prefix")
        self.dists = folder / "dists"
        self.dists.mkdir()
        names = [f"goodpkg-{number:03d}" for number in range(COUNT)]
        for name, needed in zip(names, [*names[1:], None]):
            packages.wheel(self.dists, name, requires=[needed] if needed else [])
        self.env = clean_environment(CI="1", PIP_NO_INDEX="1", PIP_FIND_LINKS=self.dists)

    def all(self):
        print(f"{'':<58} {'guard':>11} {'bare':>11}  {'ratio':>7}  {'more':>10}")
        bare, mine = self.copy("bare"), self.copy("protected")
        done = self.guard.guard("protect", str(mine))
        assert done.returncode == 0, done.stderr
        pip = str(bare / "bin" / "pip")
        self.env["PATH"] = f"{bare / 'bin'}:/usr/bin:/bin"  # where the shim finds the real pip
        self.installs("null pair: bare install of 100 packages over itself", [pip], [pip])
        shim = str(self.guard.prefix / "shims" / "pip")
        self.installs("shim, gate and resolver: 100 packages over bare", [shim], [pip])
        self.installs("protected venv: 100 packages over bare", [str(mine / "bin" / "pip")], [pip])
        self.start(str(bare / "bin" / "python"), str(mine / "bin" / "python"))
        self.line(mine)
        self.lent()

    def copy(self, name):
        """A venv with a copy of a real pip, so that two of them differ in nothing but what is done to one."""
        original, place = venv("3.11", "pip==25.3"), self.folder / name
        subprocess.run([python("3.11"), "-m", "venv", "--without-pip", str(place)], check=True, env=self.env)
        (lib,), (site,) = original.glob("lib/*/site-packages"), place.glob("lib/*/site-packages")
        shutil.copytree(lib, site, dirs_exist_ok=True)
        script = place / "bin" / "pip"
        script.write_text((original / "bin" / "pip").read_text().replace(str(original), str(place)))
        script.chmod(0o755)
        return place

    def installs(self, label, one, other):
        target = self.folder / "target"
        words = ["install", "-q", "--target", str(target), "goodpkg-000"]
        compare(label, [*one, *words], [*other, *words], self.env, self.runs, lambda: shutil.rmtree(target))
        # Processor time beside it: on a machine that others use too, it is what can be believed.
        took = {"one": [], "other": []}
        for _ in range(self.runs):
            for key, start in (("one", one), ("other", other)):
                took[key].append(timed([*start, *words], self.env)[1] * 1000)
                shutil.rmtree(target)
        first, second = statistics.median(took["one"]), statistics.median(took["other"])
        print(f"{'  processor time of the same':<58} {first:8.2f} ms {second:8.2f} ms  {first / second:6.3f}x")

    def start(self, bare, mine):
        bare, mine = [bare, "-c", "pass"], [mine, "-c", "pass"]
        compare("null pair: python -c pass over itself", bare, bare, self.env, self.runs * 4)
        compare("protected python -c pass over bare", mine, bare, self.env, self.runs * 4)

    def lent(self):
        """An environment that has no line of its own, but reads the standard library of a protected Python."""
        pythons = []
        for name in ("alone", "lending"):
            base = whole("3.12", self.folder / name)
            place = self.folder / f"{name}-venv"
            subprocess.run([str(base / "bin" / "python3"), "-m", "venv", "--without-pip", str(place)], check=True, env=self.env)
            pythons.append(str(place / "bin" / "python"))
        done = self.guard.guard("protect", str(self.folder / "lending" / "bin" / "python3"))
        assert done.returncode == 0, done.stderr
        bare, mine = ([python, "-c", "pass"] for python in pythons)
        compare("python -c pass in a protected Python's environment", mine, bare, self.env, self.runs * 4)

    def line(self, mine):
        """What compiling and running the line takes, as site does it, in a fresh process each time."""
        (path,) = mine.glob(f"lib/*/site-packages/{door.NAME}.pth")
        code = "import sys, time as t; a = t.time(); exec(open(sys.argv[1]).read()); print(t.time() - a)"
        words = [str(mine / "bin" / "python"), "-I", "-S", "-c", code, str(path)]
        took = [float(subprocess.run(words, capture_output=True, check=True).stdout) for _ in range(self.runs * 2)]
        print(f"{'the line itself, median':<58} {statistics.median(took) * 1000:8.2f} ms")
