"""How fast ``guard hunt`` is beside DuckDB counting the same filter over the two columns it needs.

    python bench/hunt.py [--events 5000000] [--rounds 3] [--folder DIR]

The events are invented, v2 on the wire, about 1.1 kB each, with a known number of hits. Both sides are whole processes
on the same file, with the same reader of JSON lines (DuckDB's), the same settings and all cores. Of several ways to write
the count, the one that takes least on the small file is the reference. It reports no broken line, looks nothing up and
shows nothing. In each round it runs before and after the hunt, in changing order: what the two differ by is what this
machine does to a pair that is equal. Times are the wall's; ``cpu`` is user and system time of all threads, which other
work on the machine disturbs less.
"""

import argparse
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from guard.analytic import duck, generate, seed  # noqa: E402
from guard.analytic.lines import SEARCH  # noqa: E402

HITS = 1000
REACH = {"throughput": 0.8, "memory": 1024, "linear": 1.15}
COUNT = """
import sys, duckdb
connection = duckdb.connect(config={"memory_limit": sys.argv[3]})
connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
print(connection.execute("SELECT count(*) FROM " + sys.argv[2], [sys.argv[1]]).fetchone()[0])
"""
COLUMNS = (
    "read_json($1, format = 'newline_delimited', ignore_errors = true, columns = {dh: 'VARCHAR', parg: 'VARCHAR'})"
)
# The count by the hunt's own shortcut, for comparison alone: columns are made of those lines that hold the words.
SHORTCUT = (
    "(WITH held AS MATERIALIZED (SELECT json FROM read_json_objects($1, format = 'newline_delimited',"
    " ignore_errors = true) WHERE regexp_matches(json, '%s') AND regexp_matches(json, '%s'))"
    " SELECT json ->> 'dh' AS dh, json ->> 'parg' AS parg FROM held)" % tuple(SEARCH.patterns)
)
# How a field may be asked whether it fits one of some `*` patterns.
WAYS = {
    "LOWER and LIKE": lambda field, pattern: "LOWER(%s) LIKE '%s'" % (field, pattern.replace("*", "%")),
    "ILIKE": lambda field, pattern: "%s ILIKE '%s'" % (field, pattern.replace("*", "%")),
    "expressions": lambda field, pattern: (
        "regexp_full_match(%s, '(?is)%s')" % (field, re.escape(pattern).replace(r"\*", ".*"))
    ),
}


def reference(path: pathlib.Path, way: str, events: str = COLUMNS) -> list[str]:
    """The command that counts the filter's events."""
    fits = WAYS[way]
    hosts = " OR ".join(fits("dh", host) for host in seed.HOSTS)
    words = " OR ".join("(%s)" % " AND ".join(fits("parg", word) for word in pair) for pair in seed.WORDS)
    return [sys.executable, "-c", COUNT, str(path), "%s WHERE (%s) AND (%s)" % (events, hosts, words), duck.MEMORY]


def best(path: pathlib.Path, rounds: int) -> str:
    """The way to write the count that takes the least time of the processor."""
    took: dict[str, list[float]] = {way: [] for way in WAYS}
    counts = set()
    for _ in range(rounds):
        for way, each in took.items():
            _, cpu, _, out = measure(reference(path, way))
            each.append(cpu)
            counts.add(int(out))
    assert len(counts) == 1, counts
    for way, each in took.items():
        print("  reference by %-15s %.2f s of cpu" % (way, min(each)))
    return min(took, key=lambda way: min(took[way]))


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


def pair(path: pathlib.Path, lookup: pathlib.Path, rounds: int, way: str) -> dict:
    """Reference, hunt, reference, and so on; medians, and the medians of the ratios round by round."""
    ours, theirs, again, short = [], [], [], []
    for number in range(rounds):
        first, last = (theirs, again) if number % 2 else (again, theirs)
        first.append(measure(reference(path, way)))
        ours.append(measure(hunt(path, lookup)))
        last.append(measure(reference(path, way)))
        short.append(measure(reference(path, way, SHORTCUT)))
        found = json.loads(ours[-1][3])
        assert len(found["rows"]) == HITS and found["skipped"]["total"] == 0, "wrong rows"
        assert theirs[-1][3] == again[-1][3] == short[-1][3]
    middle = [[(one[i] + other[i]) / 2 for i in (0, 1)] for one, other in zip(theirs, again)]
    return {
        "events through the filter": int(theirs[0][3]),
        "hunt s": statistics.median(each[0] for each in ours),
        "reference s": statistics.median(each[0] for each in middle),
        "hunt cpu s": statistics.median(each[1] for each in ours),
        "reference cpu s": statistics.median(each[1] for each in middle),
        "throughput": statistics.median(their[0] / our[0] for our, their in zip(ours, middle)),
        "throughput by cpu": statistics.median(their[1] / our[1] for our, their in zip(ours, middle)),
        "beside the shortcut's count, by cpu": statistics.median(one[1] / our[1] for our, one in zip(ours, short)),
        "null pair": statistics.median(one[0] / other[0] for one, other in zip(theirs, again)),
        "null pair by cpu": statistics.median(one[1] / other[1] for one, other in zip(theirs, again)),
        "memory MiB": max(each[2] for each in ours),
    }


def main(args: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--events", type=int, default=5_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--folder", help="where the logs go for the time being (6 kB for every five events)")
    chosen = options.parse_args(args)
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        told: dict[int, dict] = {}
        way = ""
        for count in (chosen.events // 5, chosen.events):
            path = pathlib.Path(folder) / ("%d.json" % count)
            rows = generate.write(path, count, HITS)
            lookup = generate.write_lookup(pathlib.Path(folder) / "lookup.csv", rows)
            print("%d events, %d hits, %.1f GB" % (count, HITS, path.stat().st_size / 1e9), flush=True)
            way = way or best(path, chosen.rounds)
            told[count] = pair(path, lookup, chosen.rounds, way)
            for what, value in told[count].items():
                print("  %-36s %s" % (what, value if isinstance(value, int) else "%.2f" % value), flush=True)
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
