"""Which version of a tool lies behind a script: by the dist-info of the interpreter that the script names."""

from .. import kernel as os

_FOLDERS = ("site-packages", "dist-packages")


def version(script, project):
    """The version of ``project`` (its normalised name) installed for ``script`` (a path), "" where it is not known."""
    for prefix in _prefixes(script):
        for lib in _listed(prefix + "/lib"):
            if lib.startswith("python"):
                for folder in _FOLDERS:
                    found = _version_in("%s/lib/%s/%s" % (prefix, lib, folder), project)
                    if found:
                        return found
    return ""


def _prefixes(script):
    """The prefix of the interpreter in the first line, then the one the script itself lies in."""
    try:
        with open(script, "rb") as file:
            first = file.readline(512)
    except (OSError, ValueError):
        return []
    words = os.fsdecode(first[2:]).split() if first.startswith(b"#!") else []
    found = [os.path.dirname(os.path.dirname(words[0]))] if words and words[0].startswith("/") else []
    beside = os.path.dirname(os.path.dirname(script))
    return found if beside in found else [*found, beside]


def _version_in(folder, project):
    start = project.replace("-", "_") + "-"
    for entry in _listed(folder):
        if entry.startswith(start) and entry.endswith(".dist-info"):
            return entry[len(start) : -len(".dist-info")]
    return ""


def _listed(folder):
    try:
        return os.listdir(folder)
    except OSError:
        return []
