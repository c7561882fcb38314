"""Tools that start a pip out of the shims' sight, in environments that they make: which there are, and their Pythons.

A shim sees what is typed. What tox, pipx or a notebook starts afterwards is seen where the Python that they run in is
protected: an environment made by it is born protected, and so is what that environment makes in turn.
"""

import os
import shutil

from guard.core.home import Home
from guard.resolver import entry
from guard.resolver.finder import STARTERS
from guard.setup.shims import is_shim

# Those that have a shim of their own, and those that have none, or one that sees their words alone.
NAMES = (*STARTERS, "virtualenv", "ipython", "jupyter", "pdm", "poetry")


def found(environ) -> dict:
    """{name: path of its Python} of the tools on PATH that are Python scripts, in the order of NAMES."""
    path = environ.get("PATH", os.defpath)
    scripts = {name: _script(name, path) for name in NAMES}
    pythons = {name: python_of(script, path) for name, script in scripts.items() if script}
    if pythons.get("pipx"):  # it runs in one Python, and makes environments with the one behind it, or another
        chosen = environ.get("PIPX_DEFAULT_PYTHON", "")
        pythons["pipx"] = shutil.which(chosen, path=path) or os.path.realpath(pythons["pipx"])
    return {name: python for name, python in pythons.items() if python}


def python_of(script: str, path: str) -> str:
    """The interpreter of a script's first line, ``env python3`` looked up on ``path``; "" where it has none."""
    words = entry.words(Home(""), script, ())
    if words is None:
        return ""
    start = words[: words.index(entry.RUNNER)]
    if os.path.basename(start[0]) != "env":
        return start[0]
    asked = start[-1][2:].split() if start[-1].startswith("-S") else start[-1].split()
    return shutil.which(asked[0], path=path) or ""


def _script(name, path):
    for folder in path.split(os.pathsep):
        tool = os.path.join(folder, name)
        if os.path.isabs(folder) and os.access(tool, os.X_OK) and os.path.isfile(tool) and not is_shim(tool):
            return tool
    return ""
