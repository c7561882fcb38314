"""Time whole processes in turn: A B, B A, …; the median of each and the median of the ratios pair by pair."""

import os
import pathlib
import statistics
import subprocess
import tempfile
import time


def timed(words, env, cwd=None, quiet=True):
    """(wall seconds, CPU seconds) of one run, from the start of the process until it is reaped."""
    before = os.times()
    start = time.perf_counter()
    sink = subprocess.DEVNULL if quiet else None
    subprocess.run(words, env=env, cwd=cwd, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, check=False)
    wall = time.perf_counter() - start
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, cpu


def compare(label, one, other, env, runs=40, settle=None, cwd=None):
    """Print and return (median of ONE in ms, of OTHER in ms, median ratio). ``settle()`` is called after each run."""
    settle = settle or (lambda: None)
    for words in (one, other):
        timed(words, env, cwd)
        settle()
    pairs = []
    for turn in range(runs):
        took = {}
        for key in ("one", "other") if turn % 2 else ("other", "one"):
            took[key] = timed(one if key == "one" else other, env, cwd)[0]
            settle()
        pairs.append((took["one"], took["other"]))
    first = statistics.median(pair[0] for pair in pairs) * 1000
    second = statistics.median(pair[1] for pair in pairs) * 1000
    ratio = statistics.median(pair[0] / pair[1] for pair in pairs)
    print(f"{label:<58} {first:8.2f} ms {second:8.2f} ms  {ratio:6.3f}x  {first - second:+7.2f} ms", flush=True)
    return first, second, ratio


def run(bench, args, runs):
    """Make ``bench(folder, runs)`` in a folder that goes away and run ``all()``; ``args`` may name another number of runs."""
    with tempfile.TemporaryDirectory() as folder:
        bench(pathlib.Path(folder), int(args[0]) if args else runs).all()
    return 0
