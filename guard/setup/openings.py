"""Ways to pip that the shims alone do not see: which of them this machine has, and what closes each.

Each check is (subject, fault, mend, detail): fault is "" where something of guard stands there. docs/coverage.md tells
the same of every machine.
"""

import os
import shutil

from guard.core.refusal import count, quote
from guard.resolver import door
from guard.resolver.finder import STARTERS
from guard.setup import own_pip, shims, starters, system


def examine(home, environ, is_protected):
    """Yields the checks. ``is_protected``: whether a Python, given by its path, is."""
    path = environ.get("PATH", os.defpath)
    for name, python in starters.found(environ).items():
        shimmed = name in STARTERS and shims.is_shim(shutil.which(name, path=path) or "")
        yield _starter(name, python, shimmed, is_protected(python))
    yield from _bare_path(home, is_protected)
    if shutil.which("uv", path=path):
        told = "its words, requirement files and lock are judged; what it resolves by itself is not"
        yield "uv", told, "uv lock, then guard check -- uv sync, before it syncs", ""
    yield _without_site(home)


def _starter(name, python, shimmed, protected):
    if protected:
        return name, "", "", f"what it starts by itself is seen, since its Python is protected: {python}"
    if shimmed:
        return name, "", "", "what it starts by itself goes through guard's runner"
    return name, f"what it starts by itself, with {python}, no shim sees", f"guard protect {quote(python)}", ""


def _without_site(home):
    """``python -S`` may find a pip all the same, by PYTHONPATH or in the folder it stands in."""
    seen = [folder for folder in door.remembered(home.personal) if own_pip.holds(home, folder)]
    if not seen:
        told = "it reads no start file: where PYTHONPATH leads it to a pip, that pip is not seen"
        return "python -S", told, "guard protect --all --in-pip", ""
    return "python -S", "", "", f"seen in {count(len(seen), 'pip')} that guard was let into, and in no other"


def _bare_path(home, is_protected):
    """``env -i``, cron and sudo bring a PATH of their own: what stands before the pip that is found there?"""
    subject = "cron, sudo, env -i"
    first = shutil.which("pip", path=system.BARE_PATH) or shutil.which("pip3", path=system.BARE_PATH)
    if first is None:
        return
    if shims.is_shim(first):
        yield subject, "", "", f"{first} is guard's shim"
        return
    python = starters.python_of(first, system.BARE_PATH)
    if python and is_protected(python):
        yield subject, "", "", f"they find {first}, whose Python is protected"
    elif python:
        mend = f"guard protect {quote(python)}, or install with --system"
        yield subject, f"they bring a PATH of their own, and find {first}", mend, ""
