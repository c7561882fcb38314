"""A made-up fleet: NVM v2 flow events in any number, the same for the same seed, with a known number of hits.

The wire form, the keys and their order are those of a real ``cisco:nvm:flowdata:v2`` event; hosts, users, addresses and
package names are invented. One event is about 1.2 kB, as the real one is.
"""

import csv
import json
import random
import time

from .lookup import Row
from .seed import LOOKUP_GIVES, LOOKUP_KEY

_START = 1784016000  # 2026-07-14 13:20:00 UTC, the day of the real event this is modelled on
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_HEX = "0123456789ABCDEF"
_KINDS = 4096  # events drawn once and then repeated with fresh clocks, ports and ids: drawing each would take hours

_PROCESSES = (
    # name, path, arguments, parent name, parent path, destination
    ("svchost.exe", r"C:\Windows\System32\svchost.exe", "-k UnistackSvcGroup -s WpnUserService", "services.exe",
     r"C:\Windows\System32\services.exe", "tile-service.weather.example"),
    ("chrome.exe", r"C:\Program Files\Google\Chrome\Application\chrome.exe",
     "--type=utility --utility-sub-type=network.mojom.NetworkService --lang=en-US --service-sandbox-type=none",
     "explorer.exe", r"C:\Windows\explorer.exe", "www.intranet.example"),
    ("msiexec.exe", r"C:\Windows\system32\msiexec.exe", r'/i "C:\Users\Public\setup.msi" /qn', "cmd.exe",
     r"C:\Windows\system32\cmd.exe", "downloads.example"),
    ("git", "/usr/bin/git", "fetch --all --prune origin", "bash", "/usr/bin/bash", "git.example"),
    ("node", "/usr/bin/node", "/usr/lib/node_modules/npm/bin/npm-cli.js install --no-audit", "sh", "/usr/bin/sh",
     "registry.example"),
    ("python3.12", "/usr/bin/python3.12", "/opt/agent/pipeline/worker.py --queue mail --add-host", "systemd",
     "/usr/lib/systemd/systemd", "queue.example"),
)  # fmt: skip
_HOSTS = ("pypi.org", "files.pythonhosted.org", "python-poetry.org", "PyPI.org", "test.pypi.org")
_HONEST = ("-m pip install %s", "/usr/bin/pip3 install --upgrade %s", "install -r requirements.txt", "add %s")
_CAUGHT = ("-m pip install %s", "/usr/bin/pip3 install %s", "/home/dev/bin/poetry add %s", "-m pip install %s==1")
_MISSED = ("-m pip install %s --user", 'install "%s"', "-m pip download %s", "-m pip install x %s", "list | install %s")


def lookup(seed=7, count=568):
    """An invented lookup in the published form's shape: ``count`` Rows whose keys are ``*name*``."""
    chance = random.Random(seed)
    names = []
    while len(names) < count:
        # The digits keep a key from being part of another key, so the first match is the only one.
        names.append("%s%03d%s" % (_word(chance, 4), len(names), _word(chance, 5)))
    return [Row("*%s*" % name, "Potential typo squatting, variations of " + name[:4], name[:4]) for name in names]


def events(count, hits, seed=7, rows=None):
    """Yield ``count`` events as JSON lines (bytes); exactly ``hits`` of them, evenly spread, are found by the analytic.

    One event in 200 is an honest installation or one that the search cannot see; every hit has a process id of its
    own, so that each is a row of the result.
    """
    chance = random.Random(seed)
    names = [row.key.strip("*") for row in rows or lookup(seed)]
    kinds = [_split(_event(chance, *_drawn(chance, names))) for _ in range(_KINDS)]
    every = count // hits if hits else count + 1
    found = 0
    draw, bits = chance.random, chance.getrandbits
    for number in range(count):
        if number % 50 == 0:
            second = _START + number // 50
            clocks = second, _written(second), second + 60, _written(second + 60)
        if found < hits and number % every == every - 1:
            found += 1
            arguments = _CAUGHT[found % len(_CAUGHT)] % names[found % len(names)]
            parts = _split(_event(chance, _PROCESSES[5], arguments, _HOSTS[found % len(_HOSTS)]))
            pid = 1_000_000 + found
        else:
            parts = kinds[int(draw() * _KINDS)]
            pid = bits(15)
        yield parts % (*clocks, pid, second * 1000 + number % 1000, (second + 60) * 1000)


def write(path, count, hits, seed=7):
    """Write ``events`` to a file, one per line; the rows of the lookup they go with are returned."""
    rows = lookup(seed)
    with open(path, "wb", buffering=1 << 20) as out:
        out.writelines(events(count, hits, seed, rows))
    return rows


def write_lookup(path, rows):
    """Write Rows in the published form; the path is returned."""
    with open(path, "w", newline="", encoding="utf-8") as out:
        csv.writer(out).writerows([(LOOKUP_KEY, *LOOKUP_GIVES), *rows])
    return path


def _word(chance, length):
    return "".join(chance.choice(_LETTERS) for _ in range(length))


def _hex(chance, length):
    return "".join(chance.choice(_HEX) for _ in range(length))


def _drawn(chance, names):
    """A process, its arguments and its destination for an event that the analytic must not find."""
    process = chance.choice(_PROCESSES)
    if chance.random() >= 0.005:
        return process, process[2], process[5]
    if chance.random() < 0.5:
        honest = chance.choice(_HONEST)
        return _PROCESSES[5], honest % "honestpackage" if "%s" in honest else honest, chance.choice(_HOSTS)
    return _PROCESSES[5], chance.choice(_MISSED) % chance.choice(names), chance.choice(_HOSTS)


def _event(chance, process, arguments, host):
    """One event as a dict; what changes from event to event is left as a number that ``_split`` finds."""
    name, path, _, parent, parent_path, _ = process
    device = "HOST-%04d" % chance.randrange(10000)
    user = "%s\\%s" % (device, _word(chance, 7))
    return {
        "fv": "nvzFlow_v11", "pr": "6", "sa": "10.%d.%d.%d" % tuple(chance.randrange(1, 255) for _ in range(3)),
        "sp": str(chance.randrange(1024, 65536)), "da": "203.0.113.%d" % chance.randrange(1, 255), "dp": "443",
        "fd": "1", "fss": "@fss@", "fst": "@fst@", "fes": "@fes@", "fet": "@fet@",
        "udid": _hex(chance, 40), "liuid": user, "liuida": device, "liuidp": user.partition("\\")[2], "liuat": "2",
        "pa": user, "puat": "2", "pn": name, "ph": _hex(chance, 64), "pid": "@pid@", "ppath": path, "parg": arguments,
        "ppn": parent, "ppid": "684", "pppath": parent_path, "pparg": "--login", "pph": _hex(chance, 64),
        "ibc": str(chance.randrange(100000)), "obc": str(chance.randrange(10000)), "ds": "corp.example", "dh": host,
        "iid": "50", "mnl": "wpnuserservice.dll", "mhl": _hex(chance, 64), "fsms": "@fsms@", "fems": "@fems@",
        "pil": "8192", "ppil": "16384", "fsg": "0", "puid": _hex(chance, 32),
    }  # fmt: skip


def _split(event):
    """The event as a bytes template that takes its clocks and its process id, in the order of their keys."""
    text = json.dumps(event).replace("%", "%%")
    for key in ("fss", "fes", "pid", "fsms", "fems"):
        text = text.replace("@%s@" % key, "%d")
    for key in ("fst", "fet"):
        text = text.replace("@%s@" % key, "%b")
    return text.encode() + b"\n"


def _written(second):
    return time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(second)).encode()
