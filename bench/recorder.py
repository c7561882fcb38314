"""What recording costs: the foreground's CPU with the recorder on and off, the journal's append, the recorder's own.

The append is measured where it could be slow: with a spool that is full, while a recorder drains, while fifty processes
append, and with the recorder's lock held.
"""

import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from bench.gate import Bench
from bench.pairs import timed
from guard.core.home import Home
from guard.core.journal import append
from guard.nvm import settings
from guard.nvm.files import Lock
from guard.nvm.recorder import LOCK, drain
from guard.nvm.spool import Spool
from tests.nvm.conftest import attempted, line
from tests.support import packages
from tests.support.tools import ROOT

APPENDS = 2000
MANY = 10_000


def main(args):
    runs = int(args[0]) if args else 20
    settings.SYSTEM_SETTINGS = os.devnull  # this machine's sinks are not measured
    with tempfile.TemporaryDirectory() as folder:
        appends(pathlib.Path(folder))
        own(pathlib.Path(folder))
        foreground(pathlib.Path(folder), runs)
    return 0


def appends(folder):
    """The latency of one append in ms; its CPU time beside it, since a busy machine makes anybody wait for a turn."""
    print(f"{'append to the journal, ms':<58} {'median':>9} {'99 %':>9} {'slowest':>9} {'most CPU':>9}")
    _shown("null: open, one write and close of a plain file", _plain(folder / "plain"))
    home = _home(folder / "empty")
    _shown("an empty journal", _append(home))
    home = _home(folder / "full")
    _fill(home)
    _shown("a spool of 64 MiB that waits for a receiver", _append(home))
    held = Lock(home.state + "/" + LOCK)
    held.take()
    _shown("the recorder's lock held", _append(home))
    held.release()
    home = _home(folder / "drained")
    with _recorders(home):
        _shown("recorders draining without a pause", _append(home))
    home = _home(folder / "crowd")
    with _crowd(home, 49):
        _shown("49 other processes appending", _append(home, 500))


def _home(root):
    (root / "etc").mkdir(parents=True)
    return Home(str(root))


def _append(home, count=APPENDS):
    made = line(["install", "aaa"], names=["aaa"])

    def one():
        made["id"] = os.urandom(16).hex()
        append(home.journal, made)

    return _took(one, count)


def _took(call, count):
    """[(wall ms, CPU ms)] of ``count`` calls."""
    took = []
    for _ in range(count):
        wall, cpu = time.perf_counter(), time.thread_time()
        call()
        took.append(((time.perf_counter() - wall) * 1000, (time.thread_time() - cpu) * 1000))
    return took


def _plain(path):
    """The same system calls without a lock or a look at the name."""
    data = b"x" * 2000

    def one():
        fd = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(fd, data)
        os.close(fd)

    return _took(one, APPENDS * 5)


def _shown(label, took):
    walls = sorted(wall for wall, _ in took)
    median, most, slowest = statistics.median(walls), walls[int(len(walls) * 0.99)], walls[-1]
    print(f"  {label:<56} {median:9.3f} {most:9.3f} {slowest:9.3f} {max(cpu for _, cpu in took):9.3f}", flush=True)


def _fill(home):
    """A sink that nobody answers for, with 64 MiB waiting."""
    pathlib.Path(home.settings).write_text('[[sink]]\nkind="hec"\nurl="http://127.0.0.1:9"\ntoken_file="/dev/null"\n')
    attempted(home, 200)
    drain(home)
    queue = Spool(home, os.getuid()).queue("hec")
    numbers = queue.numbers()
    source = f"{queue.path}/{numbers[0]}"
    length = os.path.getsize(source)
    for copy in range((64 << 20) // length):
        queue.offer(numbers[-1] + 1 + copy, source)


class _crowd:
    """So many processes that append until the block ends."""

    def __init__(self, home, count):
        self.home = home
        self.count = count

    def __enter__(self):
        self.pids = []
        made = line(["install", "aaa"], names=["aaa"])
        for _ in range(self.count):
            pid = os.fork()
            if pid == 0:
                while True:
                    append(self.home.journal, made)
                    time.sleep(0.02)
            self.pids.append(pid)
        return self

    def __exit__(self, *_):
        for pid in self.pids:
            os.kill(pid, 9)
            os.waitpid(pid, 0)


class _recorders(_crowd):
    """One process that drains again and again."""

    def __init__(self, home):
        super().__init__(home, 1)

    def __enter__(self):
        self.pids = [os.fork()]
        if self.pids[0] == 0:
            while True:
                drain(self.home, 1)
        return self


def own(folder):
    """The recorder's own CPU time: for one attempt, and for each of many."""
    environ = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    took = []
    for number in range(5):
        home = _home(folder / f"one{number}")
        attempted(home, 1)
        took.append(timed([sys.executable, "-m", "guard.nvm.record", home.root], environ)[1] * 1000)
    print(f"{'CPU of a recorder for one attempt, no hash cached':<58} {statistics.median(took):9.0f} ms")
    idle = timed([sys.executable, "-c", "pass"], environ)[1] * 1000
    print(f"{'  of which a bare start of its interpreter':<58} {idle:9.0f} ms")
    home = _home(folder / "many")
    attempted(home, MANY)
    wall, cpu = timed([sys.executable, "-m", "guard.nvm.record", home.root], environ)
    print(f"{f'CPU for each of {MANY:,} attempts':<58} {cpu * 1000 / MANY:9.3f} ms ({MANY / wall:,.0f} a second)")


def _cpu(words, env):
    """CPU seconds of one run and of what it waited for, by the kernel's fine clock (``os.times`` ticks in 10 ms)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def foreground(folder, runs):
    """CPU of an allowed local install as its caller sees it, the recorder detached or left to ``flush``."""
    place = folder / "foreground"
    place.mkdir()
    bench = Bench(place, runs)
    wheel = packages.wheel(place, "goodpkg-alpha")
    words = [str(bench.shims / "pip"), "install", "-q", "--no-index", "--force-reinstall", "--upgrade",
             "--target", str(place / "t"), str(wheel)]  # fmt: skip
    took: dict[str, list[float]] = {"detached": [], "flush": [], "flush again": []}
    for turn in range(runs + 1):
        for way in list(took) if turn % 2 else reversed(took):
            bench.guard.settings(f'[events]\nrecorder = "{way.split()[0]}"\n')
            cpu = _cpu(words, bench.env)
            subprocess.run([str(bench.guard.prefix / "bin" / "guard"), "events", "flush"], env=bench.env, check=False,
                           capture_output=True)  # fmt: skip
            bench.settle()
            if turn:
                took[way].append(cpu)
    for label, one in (
        ("recorder on over off, CPU of the foreground", "detached"),
        ("null pair: off over off", "flush again"),
    ):
        ratio = statistics.median(a / b for a, b in zip(took[one], took["flush"]))
        first, second = (statistics.median(took[way]) * 1000 for way in (one, "flush"))
        print(f"{label:<58} {first:8.1f} ms {second:8.1f} ms  {ratio:6.3f}x", flush=True)
