"""The published search read in plain Python, slowly and word by word; and random logs to hold the engines against it.

Nothing here is taken from the code under test but the data of the seed: one dict per event, one loop per command of SPL.
"""

# ruff: noqa: RUF001, RUF003
# The letters that look like others are what this is about.

import json
import re
import time

from guard.analytic import seed

SHORT = {
    "sa": "src", "da": "dest", "dh": "dest_hostname", "dp": "dest_port", "pr": "transport", "pid": "process_id",
    "pppath": "parent_process_path", "ppil": "parent_process_integrity_level", "pparg": "parent_process_arguments",
    "pph": "parent_process_hash", "ppath": "process_path", "pn": "process_name", "pil": "process_integrity_level",
    "parg": "process_arguments", "ph": "process_hash", "mnl": "module_name_list", "mhl": "module_hash_list",
    "aliul": "aliul", "package_name": "package_name", "comment": "comment", "fss": "_time",
    "package_official_url": "package_official_url",
}  # fmt: skip
# PCRE's (?i) folds ſ to s; its \s is ASCII.
REGEX = re.compile(seed.REGEX.replace("install", "in[sſ]tall"), re.ASCII)


def search(lines, rows, conditions=()):
    """The rows of the table that Splunk would give for lines of JSON and a lookup of (key, comment, url)."""
    groups = {}
    for event in filter(None, map(_event, lines)):
        words = event.get("process_arguments")
        if not any(fits(event.get("dest_hostname"), host) for host in seed.HOSTS):
            continue
        if not any(all(fits(words, word) for word in pair) for pair in seed.WORDS):
            continue
        found = REGEX.search(words)
        if found:
            event["package_name"] = found.group("package_name")
        _look_up(event, rows)
        if all(event.get(field) for field in seed.BY):
            groups.setdefault(tuple(event[field] for field in seed.BY), []).append(event)
    table = [_row(by, events) for by, events in sorted(groups.items())]
    return [row for row in table if not any(_all_hold(row, terms) for terms in conditions)]


def fits(text, wildcard):
    """Whether a text fits a pattern in which ``*`` is any run of characters; letter by letter, case does not count."""
    if text is None:
        return False
    pattern = ".*".join(re.escape(_low(part)) for part in wildcard.split("*"))
    return re.fullmatch(pattern, _low(text), re.DOTALL) is not None


def _low(text):
    return "".join("σ" if letter == "ς" else letter.lower() for letter in text)


def _event(line):
    keys = []

    def pairs(found):
        keys.extend(key for key, _ in found)
        return dict(found)

    found = json.loads(line, object_pairs_hook=pairs)
    if len(keys) != len(set(keys)):
        return None
    event = {SHORT[key]: value for key, value in found.items() if key in SHORT and value not in (None, "", "''")}
    if "transport" in event:
        event["transport"] = {"6": "tcp", "17": "udp"}.get(event["transport"], event["transport"])
    return event


def _look_up(event, rows):
    for key, comment, url in rows:
        if fits(event.get("package_name"), key):
            for field, value in (("comment", comment), ("package_official_url", url)):
                if value:
                    event.setdefault(field, value)
            return


def _row(by, events):
    clocks = [float(event["_time"]) for event in events if re.fullmatch(r"\d+", event.get("_time", ""))]
    row = dict(zip(seed.BY, by))
    for field, name in seed.VALUES.items():
        row[name] = sorted({event[field] for event in events if field in event})
    for name, first in (("firstTime", min), ("lastTime", max)):
        row[name] = time.strftime(seed.TIME_FORMAT, time.gmtime(first(clocks))) if clocks else None
    return {column: row[column] for column in seed.COLUMNS}


def _all_hold(row, terms):
    return all(any(fits(value, wanted) for value in _several(row[column])) for column, wanted in terms)


def _several(value):
    return value if isinstance(value, list) else [value]


# What is drawn for a log: few values of each field, so that events meet in one row, and the odd ones among them.
_NAMES = ("zzlisted", "ZZLİSTED", "zzliſted", "zz_listed", "zzxlisted", "zz%listed", "zzΣother", "zzotherς", "ZZOTHERΣ",
          "zz!listed", "zz\\listed", "my-zzother==1.0", "zz\U0001f40dother", "unlisted", "zz'o", "*", "%")  # fmt: skip
_COMMANDS = ("-m pip install %s", "PIP INSTALL %s", "poetry add %s", "pip inſtall %s install", "pip install -U x %s",
             "pİp install %s", "pip | pip install %s", "pip install %s\n", "poetry install %s", "curl %s", "pip add %s",
             "install=pip pip\tinstall\u00a0%s", "add poetry  add %s", "pip install %s ")  # fmt: skip
_HOSTS = ("pypi.org", "PyPI.org", "files.pythonhosted.org", "pythonhosted.org", "notpypi.org", "pypİ.org", "x.example",
          "python-poetry.org", "pypi.org.x")  # fmt: skip
_NOTHING = (None, "", "''")


def line(chance):
    """One line of JSON as ``chance`` (a random.Random) has it."""
    pick = chance.choice
    event = {
        "fv": "nvzFlow_v11", "dh": pick(_HOSTS[:3] if chance.random() < 0.8 else _HOSTS),
        "parg": pick(_COMMANDS) % pick(_NAMES), "sa": pick(("10.1.2.3", "10.9.9.9")), "da": "203.0.113.7",
        "pr": pick(("6", "6", "17")), "pid": pick(("1", "2")), "ppath": pick(("/bin/py", "C:\\ÄRZTE\\Py", "C:\\ärzte\\py")),
        "pn": "py", "pil": "8192", "pppath": "/bin/sh", "ppil": "4096", "dp": pick(("443", "80", "9", "10")),
        "ph": pick(("AB", "ab")), "pph": "CD", "pparg": pick(("-l", "ä", "z", "\U0001f40d", "\uffee")),
        "mnl": pick(("a.so", "B.so")), "mhl": "EF", "aliul": pick(("H\\x", "")),
        "fss": pick(("1784017733", "1784017800", "1784019720", "?")),
    }  # fmt: skip
    if chance.random() < 0.2:
        event["package_name"] = pick(_NAMES)
    if chance.random() < 0.1:
        event[pick(("comment", "package_official_url"))] = pick(("said before", ""))
    if chance.random() < 0.2:
        event[pick(list(event))] = pick(_NOTHING)
    text = json.dumps(event, ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.05:
        text = text.replace('{"', '{"%s": "pypi.org", "' % pick(("dh", "parg", "x", "fv")), 1)
    return text


_KEYS = ("*zzlisted*", "zzlisted", "zz*ted", "*zz_listed*", "*zz%*", "zz!*", "*\\*", "*zzσother*", "*ZZOTHERΣ*", "zz?other",
         "*zz\U0001f40d*", "zzo*r*", "*İsted", "*iſt*", "*'*", "zzother==1.0", "-*", "*.0", "**zzxlisted**")  # fmt: skip
_CONDITIONS = ("src=10.9.*", "dest_port=80 package_name=ZZ*", "process_path=*ärzte*", "firstTime=2030*",
               "lastTime=2026-07-14T09*", "module_name_list=b.SO process_id=1", "package_name=*_*",
               "parent_process_arguments=Ä", "package_name=*Σ", "comment=said*")  # fmt: skip


def lookup(chance):
    """Some rows of a lookup (key, comment, url), in any order; now and then one without a comment or a URL."""
    keys = chance.sample(_KEYS, chance.randrange(2, 9))
    now_and_then = lambda text: text if chance.random() < 0.95 else ""  # noqa: E731
    some = [(key, now_and_then("why " + key), now_and_then("u")) for key in keys]
    return some + [("*", "any", "u")] * (chance.random() < 0.3)


def conditions(chance):
    """An operator's own filter, as lines of text."""
    return chance.sample(_CONDITIONS, chance.randrange(0, 4))
