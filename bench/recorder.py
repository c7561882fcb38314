"""What recording costs: the foreground's CPU with the recorder on and off, the journal's append, the recorder's own.

The append is measured where it could be slow: with a spool that is full, while a recorder drains, while fifty processes
append, and with the recorder's lock held.
"""

import os
import pathlib
import resource
import statistics
import subprocess
import tempfile
import time

from bench.gate import Bench
from guard.core.home import Home
from guard.core.journal import append
from guard.nvm import settings
from guard.nvm.files import Lock
from guard.nvm.recorder import LOCK, drain
from guard.nvm.spool import Spool
from tests.nvm.conftest import attempted, line
from tests.support import packages

APPENDS = 2000
MANY = 10_000
OWN = 9


def main(args):
    runs = int(args[0]) if args else 20
    settings.SYSTEM_SETTINGS = os.devnull  # this machine's sinks are not measured
    with tempfile.TemporaryDirectory() as folder:
        appends(pathlib.Path(folder))
        place = pathlib.Path(folder) / "foreground"
        place.mkdir()
        bench = Bench(place, runs)
        own(bench, pathlib.Path(folder))
        foreground(bench, pathlib.Path(folder), runs)
    return 0


def appends(folder):
    """One append in ms: by the wall clock, and what of it was guard's.

    On a busy machine anybody waits for a turn, so the kernel is asked how long this thread was ready and another ran
    (/proc/thread-self/schedstat). What is left is its own work and whatever it waited for: a lock, the disk; or, in a
    crowd, another writer that the kernel stopped in the middle of a write to the same file, which it lets nobody else
    write meanwhile. Beside each row stands a plain write of the same length, taken in turn with it.
    """
    print(f"{'append to the journal, ms':<46} {'median':>9} {'99 %':>9} {'slowest':>9} {'for a turn':>11} {'rest':>8}")
    home = _home(folder / "empty")
    _compared("an empty journal", home)
    home = _home(folder / "full")
    _fill(home)
    _compared("a spool of 64 MiB that waits for a receiver", home)
    held = Lock(home.state + "/" + LOCK)
    held.take()
    _compared("the recorder's lock held", home)
    held.release()
    home = _home(folder / "drained")
    with _recorders(home):
        _compared("recorders draining without a pause", home)
    home = _home(folder / "crowd")
    with _crowd(home, 49):
        _compared("49 others appending to it, and to a plain file", home, 500)


def _home(root):
    (root / "etc").mkdir(parents=True)
    return Home(str(root))


def _compared(label, home, count=APPENDS):
    """``count`` appends, each in turn with open, write and close of a plain file beside the journal."""
    made = line(["install", "aaa"], names=["aaa"])

    def one():
        made["id"] = os.urandom(16).hex()
        append(home.journal, made)

    def other():
        _write(home)

    one()
    appended, written = zip(*[(_took(one), _took(other)) for _ in range(count)])
    _shown(label, appended)
    _shown("  a plain write in turn with it", written)


def _write(home):
    fd = os.open(os.path.dirname(home.journal) + "/plain", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(fd, b"x" * 2000)
    os.close(fd)


def _took(call):
    """(wall ms, ms of it that this thread was ready and another ran)."""
    before, start = _waited(), time.perf_counter()
    call()
    wall = time.perf_counter() - start
    return wall * 1000, (_waited() - before) / 1e6


def _waited():
    """Nanoseconds that this thread has been ready to run and did not; 0 where the kernel does not count them."""
    try:
        with open("/proc/thread-self/schedstat", "rb", buffering=0) as file:
            return int(file.read().split()[1])
    except OSError:
        return 0


def _shown(label, took):
    walls = sorted(wall for wall, _ in took)
    median, most = statistics.median(walls), walls[int(len(walls) * 0.99)]
    slowest, turn = max(took)
    rest = max(wall - away for wall, away in took)
    print(f"  {label:<44} {median:9.3f} {most:9.3f} {slowest:9.3f} {turn:11.3f} {rest:8.3f}", flush=True)


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
                    _write(self.home)
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


def own(bench, folder):
    """The recorder's own CPU time, as it is installed: for one attempt, and for each of many."""
    python = str(bench.guard.prefix / "venv" / "bin" / "python")
    environ = {"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"}  # as the gate starts it
    took = {"none cached": [], "cached": [], "bare": []}
    for number in range(OWN):
        home = _home(folder / f"one{number}")
        for kind in ("none cached", "cached"):
            attempted(home, 1)
            took[kind].append(_cpu([python, "-I", "-m", "guard.nvm.record", home.root], environ) * 1000)
        took["bare"].append(_cpu([python, "-I", "-c", "pass"], environ) * 1000)
    for label, kind in (
        ("CPU of a recorder for one attempt, hashes known", "cached"),
        ("the same, two binaries hashed first", "none cached"),
        ("  of which a bare start of its interpreter", "bare"),
    ):
        print(f"{label:<58} {statistics.median(took[kind]):9.1f} ms")
    home = _home(folder / "many")
    attempted(home, MANY)
    start = time.perf_counter()
    cpu = _cpu([python, "-I", "-m", "guard.nvm.record", home.root], environ)
    wall = time.perf_counter() - start
    print(f"{f'CPU for each of {MANY:,} attempts':<58} {cpu * 1000 / MANY:9.3f} ms ({MANY / wall:,.0f} a second)")


def _cpu(words, env):
    """CPU seconds of one run and of what it waited for, by the kernel's fine clock (``os.times`` ticks in 10 ms)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def foreground(bench, folder, runs):
    """CPU of an allowed local install as its caller sees it, the recorder detached or left to ``flush``."""
    place = folder / "foreground"
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
        low, ratio, high = statistics.quantiles((a / b for a, b in zip(took[one], took["flush"])), n=4)
        first, second = (statistics.median(took[way]) * 1000 for way in (one, "flush"))
        said = f"{ratio:6.3f}x, half of the pairs in {low:.3f} to {high:.3f}"
        print(f"{label:<46} {first:8.1f} ms {second:8.1f} ms  {said}", flush=True)
