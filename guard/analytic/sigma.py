"""The definition as a Sigma rule, for the searches that are neither Splunk nor SQL.

Sigma has no lookup: with keys at hand each becomes an expression of its own; without, a placeholder stands for them. It
has no ``stats`` either: the fields to group by are named under ``fields``.
"""

import json

from . import seed
from .lookup import WILDCARD

_ID = "5f5d3b0e-6c2f-5d0e-9a53-0f1d7a0c3b9e"
_CAPTURE = r"(?P<package_name>[^\s\"']+)"


def rule(keys=None):
    """The rule as YAML. ``keys``: the lookup's Keys, or None for a placeholder."""
    if keys is None:
        names = ["    package:", "        process_arguments|contains|expand: '%%%s%%'" % seed.LOOKUP]
    else:
        names = ["    package:", "        process_arguments|re|i:", *(_item(_regex(key)) for key in keys)]
    hosts = ["    host:", "        dest_hostname|endswith:", *(_item(host.lstrip("*")) for host in seed.HOSTS)]
    words = []
    for number, pair in enumerate(seed.WORDS, 1):
        words += ["    words%d:" % number, "        process_arguments|contains|all:"]
        words += [_item(word.strip("*")) for word in pair]
    return "\n".join(
        [
            "title: %s" % seed.NAME,
            "id: %s" % _ID,
            "status: test",
            "description: %s" % _yaml(seed.DESCRIPTION),
            "tags:",
            "    - attack.%s" % seed.ATTACK_TACTIC.lower(),
            "    - attack.%s" % seed.ATTACK_ID.lower(),
            "logsource:",
            "    product: cisco",
            "    service: nvm",
            "    category: network_connection",
            "detection:",
            *hosts, *words, *names,
            "    condition: host and 1 of words* and package",
            "fields:",
            *("    - %s" % field for field in (*seed.BY[:9], *seed.VALUES)),
            "falsepositives:",
            "    - A package whose name contains a listed one",
            "level: high",
        ]
    )  # fmt: skip


def _regex(key):
    """The seed's expression with the captured name replaced by one key."""
    some = r"[^\s\"']*"
    parts = key.key.split("%") if key.kind == WILDCARD else [key.key]
    return seed.REGEX.removeprefix("(?i)").replace(_CAPTURE, some.join(_plain(part) for part in parts))


def _plain(text):
    """A part of a ``LIKE`` pattern as an expression."""
    text = text.replace("!_", "_").replace("!!", "!")
    return "".join("\\" + letter if letter in r".^$*+?{}[]\|()" else letter for letter in text)


def _item(text):
    return "            - " + _yaml(text)


def _yaml(text):
    """A YAML string: what JSON quotes, YAML reads."""
    return json.dumps(text)
