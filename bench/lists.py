"""How long the list takes: 100,000 entries from five sources merged and swapped in; a sync that finds nothing new.

    sh tests/run.sh bench lists [--names 100000] [--rounds 5] [--all-names FILE]

The feeds hold invented names in the publishers' wire forms and are served by a real HTTP server on loopback, in a
process of its own. Processing is what a first sync costs beyond the transfer: parse, merge, compile, write, sync to disk,
swap; the CPU time beside it says how much of that another load on the machine took. The unchanged sync is measured as a
user waits for it, as a process. ``--all-names``: an index's list of all its names, for the filter of them.
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

from guard.core.home import Home  # noqa: E402
from guard.lists import config  # noqa: E402
from guard.lists.sync import sync  # noqa: E402
from tests.lists import feeds  # noqa: E402


def write_feeds(folder: pathlib.Path, names: int) -> None:
    """A fifth of the names in each form; a tenth of each feed's names are in its neighbour too."""
    share, common = names // 5, names // 50

    def some(feed):
        return [f"bench-{feed}-{n}" for n in range(share)] + [f"bench-{(feed + 1) % 5}-{n}" for n in range(common)]

    for path, data in feeds.osv(feeds.record(n, name) for n, name in enumerate(some(0))).items():
        if not path.endswith(".json"):
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_bytes(data)
    (folder / "manifest.json").write_text(json.dumps(dict.fromkeys(some(1))))
    rows = [f'*{name}*,"Potential typo squatting",requests' for name in some(2)]
    (folder / "splunk.csv").write_text("\n".join(["typosquatted_package_name,comment,imitates", *rows]) + "\n")
    (folder / "names.txt").write_text("\n".join(some(3)) + "\n")
    rows = [f"{name},{n % 7}.0,seen by the bench" for n, name in enumerate(some(4))]
    (folder / "names.csv").write_text("\n".join(["name,versions,reason", *rows]) + "\n")


def settings(url: str) -> str:
    forms = {"osv": ("osv", "osv/"), "datadog": ("datadog", "manifest.json"), "splunk": ("splunk", "splunk.csv"),
             "text": ("plain", "names.txt"), "table": ("plain", "names.csv")}  # fmt: skip
    return "".join(f'[sync.sources.{n}]\nformat = "{form}"\nurl = "{url}{path}"\n' for n, (form, path) in forms.items())


def install(root: pathlib.Path, url: str) -> Home:
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "guard.toml").write_text(settings(url))
    return Home(str(root), python=sys.executable)


SERVE = """
import pathlib, sys
from tests.lists.server import Site
site = Site()
folder = pathlib.Path(sys.argv[1])
site.files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
print(site.url, flush=True)
sys.stdin.read()
"""
UNCHANGED = """
import sys
from guard.core.home import Home
from guard.cli import sync
here = Home(sys.argv.pop(1))
sync.home.find = lambda: here
sync.command()
"""

NAMES = """
import os, resource, sys, time
from guard.core.home import Home
from guard.lists import config
from guard.lists.sync import sync
home = Home(sys.argv[1])
used = time.process_time()
summary = sync(home, config.load(home))
assert not summary.code, [outcome.error for outcome in summary.outcomes]
print("names of an index:", summary.outcomes[0].names, "CPU %.2f s," % (time.process_time() - used),
      "peak %d MiB," % (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
      "filter %.2f MiB" % (os.path.getsize(home.known_names) / 2**20))
"""


def main(words: "list[str]") -> int:
    parser = argparse.ArgumentParser(prog="bench lists", description=__doc__.splitlines()[0])
    parser.add_argument("--names", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--all-names", type=pathlib.Path, metavar="FILE")
    chosen = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        (folder / "feeds").mkdir()
        write_feeds(folder / "feeds", chosen.names)
        first, processing, cpu = [], [], []
        for number in range(chosen.rounds):  # from files: what is left is the processing
            home = install(folder / f"home-{number}", f"file://{folder}/feeds/")
            begun, used = time.perf_counter(), time.process_time()
            summary = sync(home, config.load(home))
            first.append(time.perf_counter() - begun)
            cpu.append(time.process_time() - used)
            processing.append(summary.processing)
            assert not summary.code and summary.names >= chosen.names, [o.error for o in summary.outcomes]
        print(f"names {summary.names}, sources 5, list {os.path.getsize(home.synced_list) / 1e6:.1f} MB")
        show("parse, merge, compile, write, swap", first)
        show("  CPU time of it", cpu)
        show("  of that merge, compile, write, swap", processing)
        measure_unchanged(folder, chosen.rounds)
        if chosen.all_names:
            measure_names(folder, chosen.all_names)
    return 0


def measure_names(folder: pathlib.Path, path: pathlib.Path) -> None:
    """What the filter of an index's names costs, in a process of its own, so that its peak memory is its own."""
    (folder / "names" / "etc").mkdir(parents=True)
    off = "".join(f"[sync.sources.{name}]\nenabled = false\n" for name in config.PUBLIC if name != "names")
    source = f'[sync.sources.names]\nenabled = true\nurl = "{path.resolve()}"\n'
    (folder / "names" / "etc" / "guard.toml").write_text(off + source)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", NAMES, str(folder / "names")], env=environment, check=True)


def measure_unchanged(folder: pathlib.Path, rounds: int) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-c", SERVE, str(folder / "feeds")], env=environment, text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
    try:
        home = install(folder / "served", server.stdout.readline().strip())
        summary = sync(home, config.load(home))
        assert not summary.code, [o.error for o in summary.outcomes]
        null, unchanged = [], []
        for _ in range(rounds):
            null.append(run([sys.executable, "-c", "import guard.cli.sync"], environment))
            unchanged.append(run([sys.executable, "-c", UNCHANGED, home.root, "--json"], environment))
        summary = sync(home, config.load(home))
        asked = [outcome.requests for outcome in summary.outcomes if not outcome.source.optional]
        print(f"unchanged sync: requests per source {asked}, swapped {summary.swapped}")
        show("unchanged sync, whole process", unchanged)
        show("  null: the same process, importing alone", null)
    finally:
        server.stdin.close()
        server.wait()


def run(words: "list[str]", environment: "dict[str, str]") -> float:
    begun = time.perf_counter()
    subprocess.run(words, env=environment, check=True, capture_output=True)
    return time.perf_counter() - begun


def show(what: str, seconds: "list[float]") -> None:
    print(f"{what:45} median {statistics.median(seconds):6.3f} s  min {min(seconds):6.3f}  max {max(seconds):6.3f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
