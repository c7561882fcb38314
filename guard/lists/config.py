"""The settings of the list: ``[sync]`` and ``[list]`` of the settings files, the stronger layer first.

    [sync]
    auto = true               # whether guard may start a sync by itself when the list is old
    timeout = 30              # seconds without a byte
    max_seconds = 900         # for one source, everything included
    max_bytes = 268435456     # of one download, and of what is unpacked from it times eight
    shrink = 0.2              # share of its names a source may lose at once
    frozen_days = 14          # a feed whose newest record is older is frozen, or somebody keeps its news back; 0: never
    proxy = ""                # default: HTTPS_PROXY and NO_PROXY of the environment
    ca = ""                   # PEM file; default: REQUESTS_CA_BUNDLE, else the shipped authorities

    [sync.sources.NAME]       # osv, datadog and splunk are there already: set `url` to a mirror, or `enabled = false`;
                              # so is names, the index's list of all names: `enabled = true` switches it on
    format = "osv"            # osv, datadog, splunk, plain, table, block, allow, publication, names
    url = "https://…"         # or file:///…, or an absolute path
    owner = "…"               # of a block or allow list, for rows that name none; so is `reason`
    root = "/…/root.json"     # of a publication: the pinned root of trust

Each key is taken from the strongest layer that has it: root's file, then the user's. Block and allow lists that lie
beside a settings file (``block.csv``, ``allow.csv``) are sources without being named.
"""

import os
from dataclasses import dataclass, field
from typing import Any

from guard import parsers
from guard.core.errors import BadData
from guard.core.home import SYSTEM_SETTINGS, Home

FEED, USERS, SYSTEMS = 0, 1, 2  # whose word it is: a feed's, this user's own, this machine's own

FORMATS = ("osv", "datadog", "splunk", "plain", "table", "block", "allow", "publication", "names")
NAMES = "names"  # the format that lists what exists, not what is refused
PUBLIC: "dict[str, dict[str, Any]]" = {
    "osv": {"format": "osv", "url": "https://storage.googleapis.com/osv-vulnerabilities/PyPI/"},
    "datadog": {
        "format": "datadog",
        "url": "https://raw.githubusercontent.com/DataDog/malicious-software-packages-dataset/main/samples/pypi/manifest.json",
    },
    "splunk": {
        "format": "splunk",
        "url": "https://raw.githubusercontent.com/splunk/security_content/develop/lookups/csv/typo_squatted_python_packages.csv",
    },
    "names": {"format": NAMES, "url": "https://pypi.org/simple/", "enabled": False},
}
_LABELS = {"osv": "ossf"}  # the name under which rows credit a format, where it is not that of the source


@dataclass(frozen=True)
class Source:
    """One place names come from. ``rank``: FEED, USERS or SYSTEMS; ``label``: what its claims are credited to."""

    name: str
    format: str
    url: str
    rank: int = FEED
    owner: str = ""
    reason: str = ""
    root: str = ""
    label: str = ""
    optional: bool = False  # a file that need not exist


@dataclass(frozen=True)
class Config:
    """What ``guard sync`` works by. Sizes in bytes, times in seconds."""

    sources: "tuple[Source, ...]" = ()
    auto: bool = True
    timeout: float = 30
    max_seconds: float = 900
    max_bytes: int = 256 << 20
    shrink: float = 0.2
    frozen_days: float = 14
    proxy: str = ""
    ca: str = ""
    origins: "dict[str, str]" = field(default_factory=dict)  # key -> the file that set it


_SCALARS = {"auto": bool, "timeout": (int, float), "max_seconds": (int, float), "max_bytes": int,
            "shrink": (int, float), "frozen_days": (int, float), "proxy": str, "ca": str}  # fmt: skip
_SOURCE_KEYS = {"enabled": bool, "format": str, "url": str, "owner": str, "reason": str, "root": str}


def load(home: Home) -> Config:
    """The Config in force for an installation. Raises BadData naming the file where one does not parse."""
    layers = [(SYSTEMS, SYSTEM_SETTINGS)]
    if os.path.realpath(home.settings) != SYSTEM_SETTINGS:
        layers.append((SYSTEMS if home.system else USERS, home.settings))
    return merged([(rank, path, _read(path)) for rank, path in layers])


def merged(layers: "list[tuple[int, str, dict[str, Any]]]") -> Config:
    """The Config of parsed layers (rank, path, tables), the strongest first."""
    scalars: dict[str, Any] = {}
    origins: dict[str, str] = {}
    named: dict[str, dict[str, Any]] = {}
    ranks: dict[str, int] = {}
    for rank, path, table in layers:
        sync = _table(table.get("sync", {}), path, "sync")
        for key, value in sync.items():
            if key != "sources":
                _check(_SCALARS, key, value, path, "sync")
                scalars.setdefault(key, value)
                origins.setdefault("sync." + key, path)
        for name, keys in _table(sync.get("sources", {}), path, "sync.sources").items():
            ranks.setdefault(name, rank)
            for key, value in _table(keys, path, "sync.sources." + name).items():
                _check(_SOURCE_KEYS, key, value, path, "sync.sources." + name)
                named.setdefault(name, {}).setdefault(key, value)
                origins.setdefault(f"sync.sources.{name}.{key}", path)
    for name, keys in PUBLIC.items():
        for key, value in keys.items():
            named.setdefault(name, {}).setdefault(key, value)
    own = [source for rank, path, _ in layers for source in _beside(rank, path)]
    sources = [_source(name, keys, ranks.get(name, USERS)) for name, keys in named.items() if keys.get("enabled", True)]
    _check_ranges(scalars, origins)
    if sum(source.format == NAMES for source in sources) > 1:
        raise BadData("sync.sources: one list of all names is in force; two of them are enabled")
    return Config(sources=tuple(sources + own), origins=origins, **scalars)


def _beside(rank: int, settings: str) -> "list[Source]":
    """The block and allow lists that lie beside a settings file."""
    folder = os.path.dirname(settings)
    where = "system" if rank == SYSTEMS else "user"
    return [
        Source(f"{where}-{form}", form, f"{folder}/{form}.csv", rank, where, label=f"own:{where}", optional=True)
        for form in ("block", "allow")
    ]


def _source(name: str, keys: "dict[str, Any]", rank: int) -> Source:
    form = keys.get("format", "")
    if form not in FORMATS:
        raise BadData(f"sync.sources.{name}: format takes {', '.join(FORMATS)}")
    if not keys.get("url"):
        raise BadData(f"sync.sources.{name}: it needs a url")
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii():
        raise BadData(f"sync.sources.{name}: a source is named in ASCII letters, digits, - and _")
    if form == "publication" and not keys.get("root"):
        raise BadData(f"sync.sources.{name}: a publication needs root, the file with the pinned root of trust")
    own = form in ("block", "allow", "publication")
    owner = keys.get("owner", name)
    label = f"own:{owner}" if form in ("block", "allow") else _LABELS.get(name, name)
    reason, root = keys.get("reason", ""), keys.get("root", "")
    return Source(name, form, keys["url"], rank if own else FEED, owner, reason, root, label)


def _read(path: str) -> "dict[str, Any]":
    try:
        with open(path, "rb") as file:
            return parsers.toml(file.read().decode("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BadData(f"{path}: {error.strerror}") from error
    except ValueError as error:  # of TOML and of UTF-8
        raise BadData(f"{path}: {error}") from error


def _table(value: Any, path: str, key: str) -> "dict[str, Any]":
    if not isinstance(value, dict):
        raise BadData(f"{path}: {key} is not a table")
    return value


def _check(known: "dict[str, Any]", key: str, value: Any, path: str, table: str) -> None:
    if key not in known:
        raise BadData(f"{path}: guard knows no setting {table}.{key}")
    if not isinstance(value, known[key]) or (isinstance(value, bool) and known[key] is not bool):
        raise BadData(f"{path}: {table}.{key} has a value of the wrong type")


def _check_ranges(scalars: "dict[str, Any]", origins: "dict[str, str]") -> None:
    for key in ("timeout", "max_seconds", "max_bytes"):
        if not 0 < scalars.get(key, 1) < 1 << 40:
            raise BadData(f"{origins['sync.' + key]}: sync.{key} must be above zero")
    if not 0 <= scalars.get("frozen_days", 0) < 1 << 20:
        raise BadData(f"{origins['sync.frozen_days']}: sync.frozen_days is a number of days, or 0 for never")
    if not 0 <= scalars.get("shrink", 0) <= 1:
        raise BadData(f"{origins['sync.shrink']}: sync.shrink is a share between 0 and 1")
