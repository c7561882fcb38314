"""The sample of events that the Splunk add-on carries: guard's own code on an invented machine.

``python -m tests.nvm.sample`` prints it; a test keeps the committed one equal.
"""

import json
import os
import time

from guard.nvm.context import joined
from guard.nvm.event import events
from guard.nvm.fields import long_form

BEGUN = 1_790_000_000  # seconds since the epoch
_HASH = "%064X"

_LISTED = ("typoguard-test-blocked", "typoguard-test-blocked", "malicious", "test name, always listed", "")
_PULLED_IN = (*_LISTED[:1], "typoguard-test-blocked>=1", *_LISTED[2:4], "goodpkg-alpha")

# (tool, arguments, verdict, findings as (name, text, kind, reason, via), clean names)
COMMANDS = [
    ("pip", ["install", "typoguard-test-blocked"], "block", [_LISTED], []),
    ("pip", ["install", "-U", "typoguard-test-blocked", "goodpkg-alpha"], "block", [_LISTED], ["goodpkg-alpha"]),
    ("pip", ["install", "goodpkg-alpha"], "block", [_PULLED_IN], ["goodpkg-alpha"]),
    ("pip", ["download", "typoguard-test-blocked"], "block", [_LISTED], []),
    ("poetry", ["add", "typoguard-test-blocked"], "block", [_LISTED], []),
    ("poetry", ["install"], "allow", [], ["goodpkg-alpha", "goodpkg-beta"]),
    ("pip", ["install", "-r", "requirements.txt"], "allow", [], ["goodpkg-alpha", "goodpkg-beta"]),
]


class Machine:
    """What Context says, on a machine that does not exist."""

    def flow(self):
        return {"sa": "192.0.2.17", "iid": "2", "udid": "00" * 20, "ds": "corp.example", "liuid": "DEV-17\\ada",
                "liuida": "DEV-17", "liuidp": "ada", "liuat": "2", "aliul": ""}  # fmt: skip

    def process(self, line):
        pid = line["process"]["pid"]
        return {"pa": "DEV-17\\ada", "paa": "DEV-17", "pap": "ada", "puat": "2", "pn": "python3.12",
                "ppath": "/usr/bin/python3.12", "parg": joined([line["tool_path"], *line["args"]]), "ph": _HASH % 17,
                "pid": str(pid), "pil": "8192", "puid": "%032X" % pid}  # fmt: skip

    def parent(self, line):
        return {"ppa": "DEV-17\\ada", "ppuat": "2", "ppn": "bash", "pppath": "/usr/bin/bash", "pparg": "-l",
                "ppid": "4242", "pph": _HASH % 42, "ppil": "8192"}  # fmt: skip


def sample():
    """The events as lines of JSON."""
    os.environ["TZ"] = "UTC"
    time.tzset()
    for number, (tool, args, verdict, findings, names) in enumerate(COMMANDS):
        line = {
            "id": "%032x" % (number + 1), "time_ns": (BEGUN + 60 * number) * 10**9, "guard": "0.1.0", "where": "shim",
            "tool": tool, "verb": args[0], "tool_path": "/home/ada/venv/bin/" + tool, "tool_version": "", "args": args,
            "cwd": "/home/ada/project", "project": "", "mode": "enforce", "verdict": verdict,
            "list": "2026-05-31-000000000000", "indexes": [], "names": [[name, name, ""] for name in names],
            "findings": [
                {"name": name, "text": text, "verdict": verdict, "kind": kind, "reason": reason, "via": via}
                for name, text, kind, reason, via in findings
            ],
            "process": {"pid": 5000 + number}, "parent": {"pid": 4242},
        }  # fmt: skip
        for event in events(line, Machine(), 1000):
            yield json.dumps(long_form(event), separators=(",", ":"))


if __name__ == "__main__":
    for event in sample():
        print(event)
