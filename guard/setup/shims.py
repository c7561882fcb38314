"""Shims: copies of one ``sh`` script, one for each tool, that stand in front of the real tools on PATH."""

import os
import re
import shlex
import sys

from guard.core import home as homes
from guard.resolver.finder import STARTERS
from guard.setup import files

MARK = b"# typoguard shim"  # begins the second line of every guard's shim, whichever installation wrote it
ALWAYS = ("pip", "pip3", "poetry")  # a tool that is installed tomorrow is guarded from its first command on
WHERE_FOUND = ("uv", "uvx", "pdm", *STARTERS)
_FIRST_BYTES = 4096


def is_shim(path):
    """Whether the file at ``path`` is a guard's shim; False where it cannot be read."""
    try:
        with open(path, "rb") as script:
            lines = script.read(_FIRST_BYTES).split(b"\n", 2)
    except OSError:
        return False
    return len(lines) > 1 and lines[1].startswith(MARK)


def behind(name, path):
    """The real tool behind the shim ``name``, as the shim itself finds it on ``path``; "" where there is none."""
    for folder in path.split(os.pathsep):
        tool = os.path.join(os.path.abspath(folder), name)
        if os.path.isfile(tool) and os.access(tool, os.X_OK) and not is_shim(tool):
            return tool
    return ""


def wanted(path):
    """The sorted names that should have a shim, given the PATH that users of this machine have."""
    found = set(ALWAYS)
    for folder in path.split(os.pathsep):
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        versions = {name for name in names if name.startswith("pip3.") and name[5:].isdigit()}
        found.update(name for name in versions.union(WHERE_FOUND).intersection(names) if behind(name, folder))
    return sorted(found)


def present(home):
    """The sorted names of the shims that ``home`` (a ``core.home.Home``) has now."""
    try:
        return sorted(name for name in os.listdir(home.shims) if is_shim(os.path.join(home.shims, name)))
    except OSError:
        return []


def template(name="shim.sh"):
    """Path of a script of ``shims/``, inside the installed package or beside it in a checkout."""
    inside = os.path.join(homes.PACKAGE, "shims", name)
    return inside if os.path.exists(inside) else os.path.join(os.path.dirname(homes.PACKAGE), "shims", name)


def script(home, base, gate, tool):
    """The bytes of the shim for ``tool``; ``base`` is the interpreter that runs the program at ``gate``."""
    constants = {
        b"home": home.root,
        b"python": base,
        b"gate": gate,
        b"tool": tool,
        b"system": homes.SYSTEM_SETTINGS,
        b"settings": home.settings,
    }
    with open(template(), "rb") as text:
        return re.sub(rb"@([a-z]+)@", lambda at: os.fsencode(shlex.quote(constants[at.group(1)])), text.read())


def refresh(home, path):
    """Write the shims of the installation that is running, for the tools found on ``path`` today. Returns the names."""
    gate = os.path.join(os.path.realpath(home.root + "/venv"), "site", "guard", "gate.py")
    return write(home, getattr(sys, "_base_executable", None) or sys.executable, gate, path)


def write(home, base, gate, path):
    """Write the shims that are wanted for ``path``, each in one rename. Returns their names.

    A shim that an earlier PATH asked for stays: a shell that remembers it would miss it more than anybody minds it.
    """
    names = sorted(set(wanted(path)).union(present(home)))
    os.makedirs(home.shims, exist_ok=True)
    for name in names:
        files.replace(os.path.join(home.shims, name), script(home, base, gate, name), mode=0o755)
    return names
