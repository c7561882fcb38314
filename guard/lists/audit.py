"""Look back: what is installed, and what was installed in the past, against the list as it is now."""

import datetime
import glob
import json
import os
from collections.abc import Collection, Iterator
from typing import NamedTuple

from guard import __version__
from guard.core.command import Target
from guard.core.home import Home
from guard.core.judge import Judge
from guard.core.lookup import open_list
from guard.core.mask import mask
from guard.core.names import normalise
from guard.core.report import report
from guard.core.settings import load
from guard.core.verdict import Finding

from .environments import distributions, regular

PRESENT = "present"  # what the event says: it is here now
PAST = "past"  # it was asked for here once


class Past(NamedTuple):
    """A name that a command asked for when nothing was known against it."""

    name: str
    requirement: str
    when: str  # ISO time
    where: str  # the folder it was run in


class Audit:
    """One look back: its findings (``present``, ``past``), and how many folders and distributions it saw."""

    def __init__(self, home: Home):
        self.home = home
        self.settings = load(home, os.getcwd(), dict(os.environ))
        self.names = open_list(home)
        self.judge = Judge(home, self.names, self.settings)
        self.present: list[Finding] = []
        self.past: list[Finding] = []
        self.folders = 0
        self.distributions = 0

    def look(self, folders: "Collection[str]", only: "Collection[str] | None" = None) -> None:
        """Judge every distribution in ``folders``; of ``only`` these names, where given."""
        for folder in folders:
            self.folders += 1
            for found in distributions(folder):
                self.distributions += 1
                if only is not None and found.name not in only:
                    continue
                text = f"{found.name}=={found.version}" + (f" @ {mask(found.url)}" if found.url else "")
                self._add(self.present, Target(found.name, text, found.version, found.path))

    def look_back(self, only: "Collection[str] | None" = None) -> None:
        """Judge every name that past commands asked for, by the journal and the events."""
        seen = set()
        for asked in past(self.home):
            if (only is None or asked.name in only) and (asked.name, asked.requirement) not in seen:
                seen.add((asked.name, asked.requirement))
                version = asked.requirement.partition("==")[2].strip().lstrip("=")
                where = f"{asked.when} in {asked.where}" if asked.where else asked.when
                self._add(self.past, Target(asked.name, asked.requirement, version, where))

    def tell(self) -> None:
        """An event for each finding."""
        for action, findings in ((PRESENT, self.present), (PAST, self.past)):
            if findings:
                plain = [finding.plain() for finding in findings]
                report(self.home, action, __version__, action=action, list=self.names.version, findings=plain)

    def _add(self, findings: "list[Finding]", target: Target) -> None:
        finding = self.judge.target(target)
        if finding is not None:
            findings.append(finding)

    def close(self) -> None:
        self.names.close()


def past(home: Home) -> "Iterator[Past]":
    """The names that commands asked for and got, by the journal (not yet recorded) and the log of events.

    Those of this user; of every user, where root asks on a machine that guard protects as a whole.
    """
    journal, log = home.journal, home.events
    if home.system and not os.getuid():
        journal, log = (os.path.join(glob.escape(os.path.dirname(path)), "*.jsonl") for path in (journal, log))
    else:
        journal, log = glob.escape(journal), glob.escape(log)
    for line in (line for path in sorted(glob.glob(journal)) for line in _lines(path)):
        for name in () if line.get("what") else line.get("names") or ():
            if isinstance(name, list) and len(name) > 1:
                yield Past(normalise(str(name[0])), str(name[1]), _iso(line.get("time_ns")), str(line.get("cwd", "")))
    for path in [*sorted(glob.glob(log)), *sorted(glob.glob(log + ".*"))]:
        for event in _lines(path):
            packages = str(event.get("guard_packages", ""))
            asked = str(event.get("guard_requirements", "")).split(" | ")
            for number, name in enumerate(filter(None, packages.split(","))):
                requirement = asked[number] if number < len(asked) else name
                when = _iso(int(str(event.get("fsms", "0")) or 0) * 1_000_000)
                yield Past(normalise(name), requirement, when, str(event.get("guard_cwd", "")))


def _lines(path: str) -> "Iterator[dict]":
    """The JSON objects of a file of lines; what is no object is passed over, since a torn line spoils itself alone."""
    try:
        with open(path, encoding="utf-8", errors="replace", opener=regular) as lines:
            for line in lines:
                try:
                    found = json.loads(line) if line.strip() else None
                except ValueError:
                    continue
                if isinstance(found, dict):
                    yield found
    except OSError:
        return


def _iso(time_ns) -> str:
    seconds = time_ns / 1e9 if isinstance(time_ns, int) else 0
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
