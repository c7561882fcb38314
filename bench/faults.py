"""What a fault of the recording costs the command in front: a hand-off beside that of a sound guard, pair by pair.

As root, since it mounts small file systems. A tool that is nothing but the interpreter's start stands for pip, so that
the difference is guard's own. ``guard status`` is asked what is wrong, in each case.
"""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile

from bench.gate import Bench
from bench.pairs import compare
from tests.support import installed

COMMAND = ["install", "goodpkg"]
QUIET = '[events]\nrecorder = "flush"\n'  # the recorder's own time is bench/recorder.py's matter


def main(args):
    if os.getuid() != 0:
        print("it wants root, to mount small file systems")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        _Faults(pathlib.Path(folder), int(args[0]) if args else 30).all()
    return 0


class _Faults:
    def __init__(self, folder, runs):
        self.folder, self.runs = folder, runs
        (folder / "bench").mkdir()
        self.bench = Bench(folder / "bench", runs)
        self.sound = self._twin("sound")

    def _twin(self, name):
        (self.folder / name).mkdir()
        twin = installed.fresh(self.bench.guard, self.folder / name)
        twin.settings(QUIET)
        self._run(twin)
        twin.guard("events", "flush")
        return twin

    def _run(self, guard):
        environ = guard.environment(self.bench.tool)
        words = [str(guard.prefix / "shims" / "pip"), *COMMAND]
        return subprocess.run(words, env=environ, capture_output=True, text=True, check=False)

    def all(self):
        print(f"{'hand-off of an allowed install':<58} {'fault':>11} {'sound':>11}  {'ratio':>7}  {'more':>10}")
        for label, fault in (
            ("null pair: a sound guard", lambda _: contextlib.nullcontext()),
            ("the disk is full", self._full),
            ("the state directory is read-only", self._read_only),
            ("the log was removed", self._log_removed),
            ("a receiver that accepts and never answers", self._silent),
        ):
            twin = self._twin(label.replace(" ", "-"))
            with fault(twin):
                self._measure(label, twin)

    def _measure(self, label, twin):
        done = self._run(twin)
        assert done.returncode == 0, done.stderr
        one, other = ([str(guard.prefix / "shims" / "pip"), *COMMAND] for guard in (twin, self.sound))
        compare(label, one, other, self.bench.guard.environment(self.bench.tool), self.runs)
        faults = json.loads(twin.guard("status", "--json").stdout)["events"]["faults"]
        for said in [*done.stderr.splitlines(), *("status: " + fault for fault in faults)]:
            print("    " + said.replace(str(self.folder), "…"))

    @contextlib.contextmanager
    def _mounted(self, twin, options):
        """The state of ``twin`` on a file system of 2 MiB."""
        state = twin.prefix / "state"
        kept = self.folder / "kept"
        shutil.copytree(state, kept)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(state)], check=True)
        try:
            shutil.copytree(kept, state, dirs_exist_ok=True)
            shutil.rmtree(kept)
            options(state)
            yield
        finally:
            subprocess.run(["umount", "-l", str(state)], check=True)

    def _full(self, twin):
        return self._mounted(twin, _fill)

    def _read_only(self, twin):
        return self._mounted(twin, lambda s: subprocess.run(["mount", "-o", "remount,ro", str(s)], check=True))

    @contextlib.contextmanager
    def _log_removed(self, twin):
        (twin.prefix / "state" / "events" / f"{os.getuid()}.jsonl").unlink()
        yield

    @contextlib.contextmanager
    def _silent(self, twin):
        """It never even reads; a recorder waits for it all the while."""
        token = self.folder / "token"
        token.write_text("00000000-0000-0000-0000-000000000000")
        with socket.create_server(("127.0.0.1", 0)) as deaf:
            port = deaf.getsockname()[1]
            sink = f'[[sink]]\nkind = "hec"\nurl = "http://127.0.0.1:{port}"\ntoken_file = "{token}"\n'
            twin.settings(QUIET + sink)
            self._run(twin)
            twin.guard("events", "flush", "--wait", "0")  # its ten seconds are over, and the failure is known
            self._run(twin)
            words = [str(twin.prefix / "bin" / "guard"), "events", "flush"]
            with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as waiting:
                yield
                waiting.kill()


def _fill(state):
    with contextlib.suppress(OSError), open(state / "ballast", "wb", buffering=0) as ballast:
        while True:
            ballast.write(b"x" * 4096)
