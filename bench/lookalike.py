"""How well look-alikes are found, and how quietly: recall with the right target against ordinary names flagged.

    python bench/lookalike.py [--pairs FILE] [--ordinary FILE] [--peers PYTHON [--sample 1000]]

Every figure about pairs and ordinary names comes from models fitted without them (five folds). ``by name`` holds each
pair out alone: its project may be known from other typosquats, as it is in use. ``by target`` holds out all pairs of
a project with it: how the judge does on a project that nobody has imitated yet; whoever is not among the 15,000 popular
cannot be found then. ``--pairs`` judges pairs kept aside (name, target, sources, tab-separated), ``--ordinary`` further
ordinary names, by a model that knows only the public pairs. ``--peers`` runs twyn and guarddog in the same run, with the
same popular list; PYTHON is an interpreter that has them (``pip install twyn guarddog`` in a venv of its own). They
compare names and open no connection; where it can be, their process has no network at all.
"""

import argparse
import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from guard.core.home import shipped  # noqa: E402
from guard.core.likeness import edits  # noqa: E402
from guard.core.lookalike import Model  # noqa: E402
from guard.core.projects import FILE  # noqa: E402
from guard.lookalike import letters, trial  # noqa: E402
from guard.lookalike.compile import MARK, marks, write  # noqa: E402
from guard.lookalike.fit import Facts, fit  # noqa: E402
from guard.lookalike.projects import LETTERS, confusables, ordinary, pairs, popular  # noqa: E402
from guard.setup.bundle import write as write_bundle  # noqa: E402  # as all of these: not before the path is set

SHARES = (0.002, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03)
FLAGGED = 10 ** (-MARK / 10)  # the share of ordinary names the shipped mark lets through
FIRST = 5_000
PEERS = pathlib.Path(__file__).with_name("lookalike_peers.txt")


def main(words=None):
    asked = _options(words)
    facts = Facts(popular(), letters.read(shipped(LETTERS)))
    known, names = pairs(), ordinary()
    print(f"{len(known)} public pairs, {len(names)} ordinary names, {len(facts.popular)} popular projects\n")
    for label, by in (("by name", lambda pair: pair.name), ("by target", lambda pair: pair.target)):
        answers, quiet = trial.held_out(known, names, facts, by)
        show(f"held out {label}", answers, quiet)
    fitted = fit(known, names, facts)
    _, quiet = trial.held_out(known, names, facts, lambda pair: pair.name)
    if asked.pairs:
        show("pairs kept aside", [trial.Answer(fitted, pair.name, pair) for pair in pairs(asked.pairs)], quiet)
    weight = trial.weight_at(quiet, FLAGGED)
    if asked.ordinary:
        more = [trial.Answer(fitted, name) for name in ordinary(asked.ordinary)]
        flagged = sum(answer.weight > weight for answer in more)
        print(f"further ordinary names flagged: {flagged} of {len(more)} = {flagged / len(more):.2%}\n")
    legitimate(facts, known, names)
    speed(facts.popular, names)
    if asked.peers:
        beside(asked.peers, known, names[:: max(1, len(names) // asked.sample)], facts.popular)
    return 0


def show(label, answers, quiet):
    """The curve, then what stands behind its point at the shipped mark."""
    weight = trial.weight_at(quiet, FLAGGED)
    print(label)
    print("  ordinary flagged   " + "".join(f"{share:8.2%}" for share in SHARES))
    print("  right target       " + "".join(f"{trial.recall(answers, trial.weight_at(quiet, s)):8.1%}" for s in SHARES))
    found = trial.recall(answers, weight)
    print(f"  at the shipped mark ({FLAGGED:.2%} of ordinary names): {found:.1%} of {len(answers)}")
    for distance, some in grouped(answers, lambda answer: [slips_apart(answer)]):
        print(f"    {distance:12} {trial.recall(some, weight):6.1%} of {len(some)}")
    of_sources = [(source, trial.recall(some, weight), len(some)) for source, some in grouped(answers, sources)]
    print("    by source: " + ", ".join(f"{source} {found:.0%} of {count}" for source, found, count in of_sources))
    print(f"    averaged over sources: {statistics.mean(found for _, found, _ in of_sources):.1%}\n")


def sources(answer):
    return [source.partition(":")[0] for source in answer.sources] or ["?"]


def slips_apart(answer):
    changes = edits(answer.target, answer.name)
    return "4 and more" if changes is None else f"{len(changes)} apart"


def grouped(answers, keys):
    found = {}
    for answer in answers:
        for key in keys(answer):
            found.setdefault(key, []).append(answer)
    return sorted(found.items())


def legitimate(facts, known, names):
    """Popular and confusable names that are flagged: by the shipped list, and by one of the first FIRST alone."""
    with tempfile.TemporaryDirectory() as folder:
        fewer = Facts(facts.popular[:FIRST], facts.costs)
        _, quiet = trial.held_out(known, names, fewer, lambda pair: pair.name)
        path = folder + "/model"
        write(path, fit(known, names, fewer), marks(quiet), "bench")
        for label, file in ((f"only the first {FIRST} popular", path), ("the shipped model", shipped(FILE))):
            model = Model.open(file)
            for what, some in ((f"popular names {FIRST + 1} to {len(facts.popular)}", facts.popular[FIRST:]),
                               ("confusables", confusables())):  # fmt: skip
                flagged = sum(1 for name in some if (found := model.judge(name)) and found.flagged)
                print(f"{what} flagged, {label}: {flagged} of {len(some)} = {flagged / len(some):.1%}")
            model.close()
    print()


FRESH = """
import sys, time
from marshal import loads
package, folder, *names = sys.argv[1:]
with open(package + "/gate.bundle", "rb") as file:
    data = file.read()
exec(loads(memoryview(data)[8:]))
open_gate(package, data)
from guard.core.command import Target
from guard.core.home import Home
from guard.core.settings import load
home = Home(folder)
settings = load(home, folder, {})
start = time.perf_counter()
from guard.core.unlisted import Unlisted
room = Unlisted(home, settings)
for name in names:
    room.target(Target(name, name), [])
room.close()
print(1000 * (time.perf_counter() - start))
"""


def speed(popular_names, names):
    """What the unlisted names of one command cost a gate that has judged none yet, its modules taken from a bundle."""
    strange = [name[::-1] for name in names]
    kinds = (("20 popular", popular_names, 20), ("17 popular, 3 others of the index", names, 17),
             ("20 others of the index", names, 0), ("19 popular, 1 that no index knows", strange, 19),
             ("17 popular, 3 that no index knows", strange, 17), ("20 that no index knows", strange, 0))  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for part in ("guard", "lookups"):
            shutil.copytree(ROOT / part, f"{folder}/{part}", ignore=shutil.ignore_patterns("__pycache__"))
        write_bundle(f"{folder}/guard")
        for label, others, ours in kinds:
            sets = (popular_names[20 * n :][:ours] + others[20 * n :][: 20 - ours] for n in range(9))
            print(f"{label}: {statistics.median(best_time(folder, some) for some in sets):.2f} ms")
    print()


def best_time(folder, names):
    """Milliseconds, the best of some fresh processes."""
    words = [sys.executable, "-I", "-S", "-c", FRESH, f"{folder}/guard", folder, *names]
    return min(float(subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout) for _ in range(12))


def beside(python, known, names, popular_names):
    """twyn and guarddog, each by its own code: right where the target is among the names it gives."""
    asked = {"popular": popular_names, "names": [pair.name for pair in known] + names}
    alone = ["unshare", "-rn"] if subprocess.run(["unshare", "-rn", "true"], check=False).returncode == 0 else []
    ran = subprocess.run([*alone, python, "-I", "-c", PEERS.read_text()], input=json.dumps(asked).encode(),
                         stdout=subprocess.PIPE, check=True)  # fmt: skip
    for peer, given in json.loads(ran.stdout).items():
        if isinstance(given, str):
            print(f"{peer}: {given}")
            continue
        right = sum(pair.target in given[i] for i, pair in enumerate(known))
        flagged = sum(map(bool, given[len(known) :]))
        print(f"{peer}: right target {right / len(known):.1%} of {len(known)}, "
              f"ordinary flagged {flagged / len(names):.2%} of {len(names)}")  # fmt: skip


def _options(words):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", help="a table of pairs kept aside")
    parser.add_argument("--ordinary", help="further ordinary names, one a line")
    parser.add_argument("--peers", metavar="PYTHON", help="an interpreter that has twyn and guarddog")
    parser.add_argument("--sample", type=int, default=1_000, help="ordinary names the slow peers are asked")
    return parser.parse_args(words)


if __name__ == "__main__":
    sys.exit(main())
