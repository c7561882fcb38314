"""What the detection leads to besides its table: the notable and the risk event that Enterprise Security would make.

The risk events can be posted to an HTTP Event Collector as they are, one JSON object a line.
"""

import re

from . import seed
from .definition import EXTRA

RISK_SOURCETYPE, RISK_INDEX = "stash", "risk"
_TOKEN = re.compile(r"\$(\w+)\$")
_ATTACK = {"mitre_attack": [seed.ATTACK_ID]}


def table_row(row):
    """The seed's columns of a row, in their order: what several events can differ in is a list, sorted."""
    return {column: _given(row[column]) for column in row if column not in EXTRA}


def risk(row):
    """The risk event of a row, in HEC's envelope; without a time where no event had one, so that HEC sets its own."""
    time = {} if row["last_seen"] is None else {"time": row["last_seen"]}
    return {
        **time,
        "host": row["src"],
        "source": seed.NAME,
        "sourcetype": RISK_SOURCETYPE,
        "index": RISK_INDEX,
        "event": {
            "search_name": seed.NAME,
            "risk_message": message(row),
            "risk_object": row[seed.RISK_OBJECT],
            "risk_object_type": seed.RISK_OBJECT_TYPE,
            "risk_score": seed.RISK_SCORE,
            "threat_object": row[seed.THREAT_OBJECT],
            "threat_object_type": seed.THREAT_OBJECT,
            "annotations": _ATTACK,
            "annotations.mitre_attack": [seed.ATTACK_ID],
            "annotations.mitre_attack.mitre_tactic": [seed.ATTACK_TACTIC],
            "annotations.mitre_attack.mitre_technique": [seed.ATTACK_TECHNIQUE],
            "count": row["hits"],
            **table_row(row),
        },
    }


def notable(row):
    """The notable of a row. The seed asks for ``user``, which its own table does not have; here it is the flow's."""
    fields = {field: _given(row[field]) for field in seed.NOTABLE_FIELDS}
    return {
        "rule_title": seed.NAME,
        "rule_description": seed.DESCRIPTION,
        **fields,
        "annotations": _ATTACK,
        "firstTime": row["firstTime"],
        "lastTime": row["lastTime"],
        "package_name": row["package_name"],
    }


def message(row):
    """The risk message, its ``$tokens$`` filled; several values are joined with a comma."""
    # In one pass: a value that looks like a token is not filled again.
    return _TOKEN.sub(lambda token: _joined(row[token.group(1)]), seed.RISK_MESSAGE)


def cells(row):
    """A row as text, for a table or CSV: several values stand on lines of their own, as Splunk writes them."""
    return {column: _joined(value, "\n") for column, value in table_row(row).items()}


def _given(value):
    return list(value) if isinstance(value, (list, tuple)) else value


def _joined(value, between=", "):
    return between.join(value) if isinstance(value, (list, tuple)) else "" if value is None else str(value)
