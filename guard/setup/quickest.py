"""Which of several Pythons starts quickest: guard starts one before each command, and install.sh asks which."""

from __future__ import annotations

import os
import sys
import time

ROUNDS = 10
# A newer Python is taken over one that starts quicker by less than this.
NEAR = 1.1


def main(lines: str) -> None:
    """Print the path to take of ``lines``: each "RANK PATH", the newer Python with the higher rank."""
    found: dict[str, tuple[int, str]] = {}
    for line in lines.splitlines():
        rank, path = line.split(" ", 1)
        found.setdefault(os.path.realpath(path), (int(rank), path))
    ranks = {path: rank for rank, path in found.values()}
    print(choose(ranks, starts(list(ranks)) if len(ranks) > 1 else dict.fromkeys(ranks, 0.0)))


def choose(ranks: dict[str, int], took: dict[str, float]) -> str:
    """Return the newest of the paths that start about as soon as the quickest; of equal ranks the first."""
    enough = NEAR * min(took.values())
    return max((path for path in ranks if took[path] <= enough), key=lambda path: ranks[path])


def starts(pythons: list[str]) -> dict[str, float]:
    """Return the seconds that each takes to start and end, as the gate starts it: the best of several, in turn."""
    took = dict.fromkeys(pythons, float("inf"))
    for _ in range(ROUNDS):
        for python in pythons:
            began = time.perf_counter()
            pid = os.posix_spawn(python, [python, "-I", "-S", "-c", "pass"], os.environ)
            if os.waitpid(pid, 0)[1] == 0:
                took[python] = min(took[python], time.perf_counter() - began)
    return took


if __name__ == "__main__":
    main(sys.argv[1])
