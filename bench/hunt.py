"""How fast ``guard hunt`` is beside DuckDB counting the same filter over the two columns it needs.

    python bench/hunt.py [--events 5000000] [--rounds 3] [--folder DIR]

The events are invented, v2 on the wire, about 1.1 kB each, with a known number of hits. Both sides are whole processes
on the same file, in turn, with the same reader of JSON lines (DuckDB's); the reference reports no broken line, looks
nothing up and shows nothing. Times are the wall's; ``cpu`` is user and system time of all threads, which other work on the
machine disturbs less.
"""

import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from guard.analytic import definition, generate, seed  # noqa: E402

HITS = 1000
REACH = {"throughput": 0.8, "memory": 1024, "linear": 1.15}
REFERENCE = """
import sys, duckdb
connection = duckdb.connect()
connection.execute("SET enable_progress_bar = false")
print(connection.execute(
    "SELECT count(*) FROM read_json($1, format = 'newline_delimited', ignore_errors = true,"
    " columns = {dh: 'VARCHAR', parg: 'VARCHAR'}) WHERE " + sys.argv[2], [sys.argv[1]]).fetchone()[0])
"""


def reference(path: pathlib.Path) -> list[str]:
    """The command that counts the filter's events."""
    like = definition.like
    hosts = " OR ".join(like("dh", host) for host in seed.HOSTS)
    words = " OR ".join("(%s)" % " AND ".join(like("parg", word) for word in pair) for pair in seed.WORDS)
    return [sys.executable, "-c", REFERENCE, str(path), "(%s) AND (%s)" % (hosts, words)]


def hunt(path: pathlib.Path, lookup: pathlib.Path) -> list[str]:
    """The command under test."""
    return [sys.executable, "-m", "guard", "hunt", str(path), "--lookup", str(lookup), "--json"]


def measure(line: list[str]) -> tuple[float, float, float, bytes]:
    """(wall seconds, cpu seconds, MiB at most, output) of a process."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        child = subprocess.Popen(line, stdout=out, cwd=ROOT)
        _, _, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = 0
        out.seek(0)
        return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read()


def pair(path: pathlib.Path, lookup: pathlib.Path, rounds: int, hits: int) -> dict:
    """Both in turn; medians, and the median of the ratios round by round."""
    ours, theirs = [], []
    for _ in range(rounds):
        theirs.append(measure(reference(path)))
        ours.append(measure(hunt(path, lookup)))
        found = json.loads(ours[-1][3])
        assert len(found["rows"]) == hits and found["skipped"]["total"] == 0, "wrong rows"
    return {
        "events through the filter": int(theirs[0][3]),
        "hunt s": statistics.median(each[0] for each in ours),
        "reference s": statistics.median(each[0] for each in theirs),
        "hunt cpu s": statistics.median(each[1] for each in ours),
        "throughput": statistics.median(their[0] / our[0] for our, their in zip(ours, theirs)),
        "throughput by cpu": statistics.median(their[1] / our[1] for our, their in zip(ours, theirs)),
        "memory MiB": max(each[2] for each in ours),
    }


def main(args: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--events", type=int, default=5_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folder", help="where the logs go for the time being (6 kB for every five events)")
    chosen = options.parse_args(args)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        told = {}
        for count in (chosen.events // 5, chosen.events):
            path = pathlib.Path(folder) / ("%d.json" % count)
            rows = generate.write(path, count, HITS)
            lookup = generate.write_lookup(pathlib.Path(folder) / "lookup.csv", rows)
            told[count] = pair(path, lookup, chosen.rounds, HITS)
            print("%d events, %d hits, %.1f GB" % (count, HITS, path.stat().st_size / 1e9))
            for what, value in told[count].items():
                print("  %-26s %s" % (what, value if isinstance(value, int) else "%.2f" % value), flush=True)
            path.unlink()
    small, large = told.values()
    linear = large["hunt cpu s"] / small["hunt cpu s"] / 5
    print("five times the events take %.2f times five times the cpu time" % linear)
    reached = (
        large["throughput"] >= REACH["throughput"]
        and large["memory MiB"] <= REACH["memory"]
        and linear <= REACH["linear"]
    )
    print("reached" if reached else "NOT reached", REACH)
    return 0 if reached else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
