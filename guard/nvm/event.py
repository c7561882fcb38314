"""What a journal line says, as NVM events: one for each finding, one for all clean names of the command together.

A line with ``what`` is a report (guard.core.report): something that happened to guard itself. It becomes one event
of the same shape that names no host of an index, so that the analytic never takes it for an attempt; its other keys are
there as ``guard_KEY``. A report that carries ``findings`` (a look back that found something installed) becomes one
event for each. Docs: docs/reference/event.md, which a test keeps equal to these keys.
"""

import functools
import hashlib
import re
import time

from guard.analytic.seed import REGEX
from guard.core.errors import BadData
from guard.core.mask import mask
from guard.core.names import normalise
from guard.core.verdict import ALLOW, BLOCK, WARN

from .fields import NO_FLOW, UNKNOWN, VERSION

INDEX_HOST = "pypi.org"  # a stand-in, so that the analytic's filter sees an attempt that resolved no host
ATTEMPT = "attempt"
DAMAGED = "damaged"  # lines of the journal that could not be read
ACTIONS = {BLOCK: "blocked", WARN: "warned", ALLOW: "allowed"}
TEXT_LIMIT = 16384  # characters of one value
_OWN = frozenset(("v", "id", "time_ns", "guard", "what", "process", "parent", "findings", "env", "text", "list"))
_PATTERN = re.compile(REGEX)


def checked(line):
    """``line`` (anything that was JSON) as a journal line; BadData where it is none."""
    if not isinstance(line, dict) or not isinstance(line.get("time_ns"), int) or not isinstance(line.get("id"), str):
        raise BadData("no journal line")
    if not 0 <= line["time_ns"] < 1 << 62:
        raise BadData("no time that a clock shows")
    return line


def events(line, context, uid):
    """The events (dicts of short keys and keys of guard's own) of one checked line of user ``uid``'s journal."""
    told = dict(_flow(line), **context.flow())
    told.update(context.process(line))
    told.update(context.parent(line))
    told.update(_command(line))
    made = []
    for finding in _findings(line):
        made.append(_named(dict(told, **_finding(finding)), [_text(finding.get("name"))]))
    clean = _names(line)
    if clean or not made:
        own = _clean(clean)
        made.append(_named(dict(told, **own), [name for name, _ in clean]))
    for number, event in enumerate(made):
        event["guard_event_id"] = _id(uid, line, number)
    return made


def _id(uid, line, number):
    """32 hex digits, the same whenever the same line is recorded again; no other user's journal can make them."""
    told = "%d %s %s %d" % (uid, line["id"], line.get("what") or line.get("where"), number)
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _flow(line):
    """The keys of the flow that would have been. Nothing was sent: what only a packet could tell is a stand-in."""
    seconds, milliseconds = str(line["time_ns"] // 10**9), str(line["time_ns"] // 10**6)
    shown = time.ctime(line["time_ns"] // 10**9)
    attempt = not line.get("what")
    return {
        "fv": VERSION,
        "pr": "6",
        "sp": "0",
        "da": NO_FLOW,
        "dp": "443" if attempt else "0",
        "fd": "1",
        "fss": seconds,
        "fst": shown,
        "fes": seconds,
        "fet": shown,
        "ibc": "0",
        "obc": "0",
        "dh": INDEX_HOST if attempt else UNKNOWN,
        "fsms": milliseconds,
        "fems": milliseconds,
        "fsg": "0",
    }


def _command(line):
    """What guard knows of the whole command."""
    what = _text(line.get("what"))
    if what:
        told = {"guard_" + _text(key): _text(value) for key, value in line.items() if key not in _OWN}
        told["guard_event"] = what
        told["guard_attempt_id"] = line["id"]
        told["guard_version"] = _text(line.get("guard"))
        told["guard_list_version"] = _text(line.get("list"))
        if "text" in line:
            told["guard_reason"] = _text(line["text"])
        return told
    environ = line.get("env") if isinstance(line.get("env"), dict) else {}
    return {
        "guard_event": ATTEMPT,
        "guard_version": _text(line.get("guard")),
        "guard_attempt_id": line["id"],
        "guard_action": _text(line.get("action")) or ACTIONS.get(_text(line.get("verdict")), UNKNOWN),
        "guard_mode": _text(line.get("mode")),
        "guard_seen_by": _text(line.get("where")),
        "guard_list_version": _text(line.get("list")),
        "guard_tool": _text(line.get("tool")),
        "guard_tool_version": _text(line.get("tool_version")),
        "guard_tool_path": _text(line.get("tool_path")),
        "guard_verb": _text(line.get("verb")),
        "guard_index": _text(line.get("indexes")),
        "guard_project": _text(line.get("project")),
        "guard_cwd": _text(line.get("cwd")),
        "guard_environment": ",".join(sorted(_text(name) for name in environ)),
    }


def _finding(finding):
    via = _text(finding.get("via"))
    return {
        "package_name": _text(finding.get("name")),
        "guard_verdict": _text(finding.get("verdict")),
        "guard_kind": _text(finding.get("kind")),
        "guard_reason": _text(finding.get("reason")),
        "guard_requirement": _text(finding.get("text")),
        "guard_release": _text(finding.get("version")),
        "guard_imitates": _text(finding.get("imitates")),
        "guard_evidence": _text(finding.get("evidence")),
        "guard_sources": _text(finding.get("sources")),
        "guard_where": _text(finding.get("where")),
        "guard_dependency": "transitive" if via else "direct",
        "guard_via": via,
        "guard_allowed_by": _text(finding.get("allowed_by")),
    }


def _clean(names):
    if not names:
        return {}
    return {
        "guard_verdict": ALLOW,
        "guard_packages": ",".join([name for name, _ in names]),
        "guard_requirements": _cut(" | ".join([requirement for _, requirement in names])),
    }


def _named(event, names):
    """The event with what the search's pattern takes from its arguments beside it.

    The search's ``rex`` overwrites a ``package_name`` that is there already. Where it would take a name that this event
    is not about (``pip install flask``, which pulled the finding in), a blank at the end of the arguments keeps it from
    matching, and the arguments say nothing else than before.
    """
    found = _extracted(event["parg"])
    if found:
        event["guard_regex_name"] = found
        if _project(found) not in names:
            event["parg"] += " "
    return event


@functools.lru_cache(maxsize=16)
def _extracted(arguments):
    """What the search's pattern takes from a command line, "" for nothing; one command may have many events."""
    found = _PATTERN.search(arguments)
    return found["package_name"] if found else ""


def _project(requirement):
    """The normalised name that a requirement starts with."""
    for number, letter in enumerate(requirement):
        if not (letter.isalnum() or letter in "-_."):
            return normalise(requirement[:number])
    return normalise(requirement)


def _findings(line):
    findings = line.get("findings")
    return [one for one in findings if isinstance(one, dict)] if isinstance(findings, list) else []


def _names(line):
    names = line.get("names")
    pairs = [one for one in names if isinstance(one, list) and len(one) > 1] if isinstance(names, list) else []
    return [(_text(name), _text(requirement)) for name, requirement, *_ in pairs]


def _text(value):
    """A value of a journal line as text, credentials masked once more; lists joined by a comma and a blank."""
    if isinstance(value, str):
        return _cut(mask(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 64 else ""
    return _cut(", ".join([_text(item) for item in value])) if isinstance(value, list) else ""


def _cut(text):
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + "…"
