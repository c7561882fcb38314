"""A finding as an annotation in a CI runner's log.

GitHub Actions reads workflow commands (``::error title=…::message``), Azure Pipelines logging commands
(``##vso[task.logissue …]``); any other runner shows plain lines.
"""

_LEVELS = {"blocked": "error", "warned": "warning"}


def annotation(event, environ):
    """The line (str) for one event (a dict with long names); "" for an event that says of nothing bad."""
    level = _LEVELS.get(event.get("guard_action", ""))
    if level is None:
        return ""
    said = "%s %s" % (event.get("package_name") or event.get("guard_requirement", "?"), event.get("guard_reason", ""))
    if event.get("guard_imitates"):
        said += "; did you mean %s?" % event["guard_imitates"]
    where = event.get("guard_where", "")
    if environ.get("GITHUB_ACTIONS"):
        file, _, line = where.rpartition(":")
        place = "file=%s,line=%s," % (_property(file), line) if file and line.isdigit() else ""
        return "::%s %stitle=guard %s::%s" % (level, place, event["guard_action"], _data(said))
    if environ.get("TF_BUILD"):
        return "##vso[task.logissue type=%s]guard %s: %s" % (level, event["guard_action"], _plain(said))
    return "guard: %s: %s%s" % (event["guard_action"], _plain(said), " (%s)" % _plain(where) if where else "")


def _data(text):
    """Escaped as the runner undoes it, so that no name can end the command and begin another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text):
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text):
    return "".join(c if c.isprintable() else "?" for c in text)
