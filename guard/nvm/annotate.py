"""A finding as an annotation in a CI runner's log.

GitHub Actions reads workflow commands (``::error file=…,title=…::message``), Azure Pipelines logging commands
(``##vso[task.logissue …]``); any other runner shows plain lines.
"""

import os

_LEVELS = {"blocked": "error", "warned": "warning"}


def annotation(event, environ):
    """The line (str) for one event (a dict with long names); "" for an event that says of nothing bad."""
    action = event.get("guard_action", "")
    level = _LEVELS.get(action)
    if level is None or event.get("guard_verdict") == "allow":
        return ""
    said = "%s %s" % (event.get("package_name") or event.get("guard_requirement", "?"), event.get("guard_reason", ""))
    if event.get("guard_imitates"):
        said += "; did you mean %s?" % event["guard_imitates"]
    where = event.get("guard_where", "")
    if environ.get("GITHUB_ACTIONS"):
        place = _place(where, event.get("guard_cwd", ""), environ.get("GITHUB_WORKSPACE", ""))
        return "::%s %stitle=guard %s::%s" % (level, place, action, _data(said))
    if environ.get("TF_BUILD"):
        return "##vso[task.logissue type=%s]guard %s: %s" % (level, action, _plain(said))
    return "guard: %s: %s%s" % (action, _plain(said), " (%s)" % _plain(where) if where else "")


def _place(where, cwd, workspace):
    """``file=…,line=…,`` as GitHub wants it: below the workspace; "" where the finding was in no file of it."""
    file, colon, line = where.rpartition(":")
    if not colon or not line.isdigit():
        file, line = where, ""
    path = os.path.normpath(os.path.join(cwd, file))
    if not file or not workspace or not path.startswith(workspace.rstrip("/") + "/"):
        return ""
    told = "file=%s," % _property(os.path.relpath(path, workspace))
    return told + ("line=%s," % line if line else "")


def _data(text):
    """Escaped as the runner undoes it, so that no name can end the command and begin another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text):
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text):
    return "".join(c if c.isprintable() else "?" for c in text)
