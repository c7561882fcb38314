"""Events, logs and hunts for the tests of the analytic. Every package name here is invented."""

import json

import pytest

from guard.analytic import definition, inputs, lookup
from guard.analytic.duck import Hunt

# A v2 event that the search finds, with the short keys of the wire and nothing else.
SHORT = {
    "fv": "nvzFlow_v11", "pr": "6", "sa": "10.1.2.3", "sp": "50000", "da": "203.0.113.7", "dp": "443", "fd": "1",
    "fss": "1784017733", "dh": "files.pythonhosted.org", "pn": "python3.12", "ppath": "/usr/bin/python3.12",
    "parg": "-m pip install zzlisted", "pid": "4242", "ph": "AB" * 32, "pil": "8192", "ppn": "bash",
    "pppath": "/usr/bin/bash", "pparg": "-l", "pph": "CD" * 32, "ppil": "4096", "pa": "HOST\\dev", "mnl": "a.so",
    "mhl": "EF" * 32, "aliul": "HOST\\other",
}  # fmt: skip
ROWS = [
    lookup.Row("*zzlisted*", "Potential typo squatting, variations of listed", "https://index.example/listed/"),
    lookup.Row("*zzother*", "Potential typo squatting, variations of other", "https://index.example/other/"),
]


def event(**changes):
    """An event as a dict of short keys; None leaves a key out."""
    return {key: value for key, value in {**SHORT, **changes}.items() if value is not None}


def v1(found):
    """An event as a v1 syslog line."""
    pairs = " ".join('%s="%s"' % (key, value.replace('"', '\\"') or "''") for key, value in found.items())
    return "Jun 26 16:09:18 127.0.0.1 Jun 26 16:09:18 host-1  " + pairs


@pytest.fixture
def log(tmp_path):
    """``log(*events)`` writes a file of JSON lines (dicts), texts or bytes, and gives its path."""

    def write(*entries, name="events.json", end=b"\n"):
        lines = []
        for entry in entries:
            entry = json.dumps(entry) if isinstance(entry, dict) else entry
            lines.append(entry.encode() if isinstance(entry, str) else entry)
        path = tmp_path / name
        path.write_bytes(b"\n".join(lines) + end)
        return str(path)

    return write


@pytest.fixture
def hunt(log):
    """``hunt(*events or paths=[…])`` gives the rows; ``hunt.tally`` says what was skipped."""

    def run(*entries, paths=None, rows=ROWS, keys=None, **query):
        run.tally = inputs.Tally()
        with Hunt(run.tally) as opened:
            opened.add(paths or [log(*entries)])
            opened.load(keys or lookup.keys_of(rows))
            return opened.rows(definition.query(**query))

    return run
