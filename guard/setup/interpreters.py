"""The Pythons of this machine: what one says of itself, and where they usually lie."""

import glob
import json
import os
import subprocess
from dataclasses import dataclass

from guard.core.errors import BadData, UsageError
from guard.setup import starters

OLDEST = (3, 7)
_PATIENCE = 20  # seconds; a first start from a cold disk takes some
# In the syntax of every Python: it is asked before its version is known.
_QUESTION = (
    "import sys, json, os, site; print(json.dumps([sys.executable, sys.prefix, list(sys.version_info[:2]),"
    " [p for p in getattr(site, 'getsitepackages', list)()], os.path.dirname(os.__file__),"
    " getattr(sys, 'base_prefix', sys.prefix) == sys.prefix]))"
)
_SKIPPED = {".git", "node_modules", "__pycache__", "site-packages", "proc", "sys"}


@dataclass(frozen=True)
class Interpreter:
    """One Python or virtual environment.

    version  (3, 11)
    site     the site-packages folder it reads
    library  the folder of the standard library, which a virtual environment shares with the Python that it is made of
    is_base  whether it is no virtual environment
    pip      the folder of its own pip, of the same account as site; "" where it has none
    own      every site-packages folder of its own, site among them; Debian's Pythons have two
    """

    python: str
    prefix: str
    version: tuple
    site: str
    library: str
    is_base: bool
    pip: str = ""
    own: tuple = ()


def ask(target: str) -> Interpreter:
    """The Interpreter behind ``target``: a path to a Python, a virtual environment's folder, or a word on PATH.

    Raises UsageError where there is none, BadData where it gives no sensible answer. Root asks a Python that another
    account could have written as that account, and believes it of that account's folders alone.
    """
    python = _python(target)
    account = _account(python)
    try:
        # -I: its working directory and PYTHONPATH have no say in the answer.
        done = subprocess.run([python, "-I", "-c", _QUESTION], capture_output=True, text=True, timeout=_PATIENCE,
                              check=False, stdin=subprocess.DEVNULL, cwd="/", **account)  # fmt: skip
        python, prefix, version, sites, library, is_base = json.loads(done.stdout)
    except (OSError, ValueError, TypeError, subprocess.TimeoutExpired):
        raise BadData(f"{python} does not answer as a Python would") from None
    site = next((path for path in sites if os.path.isdir(path)), "")
    if not site:
        raise BadData(f"{python} has no site-packages folder")
    if account and os.stat(site).st_uid != account["user"]:
        raise BadData(f"{python} names a folder of another account's: {site}")
    site, library = os.path.realpath(site), os.path.realpath(library)
    # An environment may see its Python's packages too.
    own = tuple(map(os.path.realpath, sites)) if is_base else (site,)
    pip = next((f"{path}/pip" for path in own if os.path.isdir(f"{path}/pip")), "")
    if pip and os.stat(pip).st_uid != os.stat(site).st_uid:
        pip = ""  # a Python may name whatever folder it likes
    return Interpreter(python, prefix, tuple(version), site, library, is_base, pip, own)


def _account(python: str) -> dict:
    """What makes subprocess run ``python`` as the account that could have written it; {} where it is this one, or root.

    Raises BadData where several could.
    """
    if os.geteuid() != 0:
        return {}
    folder = os.path.dirname(python)
    owners = {found.st_uid: found.st_gid for found in (os.stat(python), os.lstat(python), os.stat(folder))}
    others = [uid for uid in owners if uid]
    if len(others) > 1:
        raise BadData(f"{python} belongs to several accounts")
    return {"user": others[0], "group": owners[others[0]], "extra_groups": []} if others else {}


def _python(target: str) -> str:
    if os.path.isdir(target):
        python = os.path.join(target, "bin", "python")
        if os.access(python, os.X_OK):
            return os.path.abspath(python)
        raise UsageError(f"{target} is no virtual environment: it has no bin/python")
    if os.sep not in target:
        found = _on_path({target})
        if found:
            return found[0]
        raise UsageError(f"there is no {target} on PATH")
    if os.access(target, os.X_OK):
        return os.path.abspath(target)
    raise UsageError(f"there is no {target}")


def everywhere(home_folder: str, environ) -> list:
    """Paths of the Pythons that are found without searching the disk: PATH, version managers, tools' environments.

    Also those that tools on PATH run in, wherever they lie: pipx, tox and the like start pip there by themselves. Each
    will be run to ask what it is, so that root is given none that another account could have written.
    """
    found = _on_path({"python", "python3", *(f"python3.{minor}" for minor in range(7, 30))})
    found += starters.found(environ).values()
    if environ.get("VIRTUAL_ENV"):
        found.append(environ["VIRTUAL_ENV"] + "/bin/python")
    conda = environ.get("CONDA_PREFIX", "")
    pyenv = environ.get("PYENV_ROOT") or f"{home_folder}/.pyenv"
    pipxs = [environ.get("PIPX_HOME", ""), f"{home_folder}/.local/share/pipx", f"{home_folder}/.local/pipx"]
    patterns = [
        f"{glob.escape(pyenv)}/versions/*",
        f"{home_folder}/.local/share/uv/python/*",
        f"{home_folder}/.asdf/installs/python/*",
        f"{home_folder}/.local/share/mise/installs/python/*",
        f"{home_folder}/miniconda3",
        f"{home_folder}/miniforge3",
        f"{home_folder}/anaconda3",
        f"{home_folder}/*conda3/envs/*",
        f"{home_folder}/miniforge3/envs/*",
        *(f"{pipx}/{inside}" for pipx in pipxs if pipx for inside in ("shared", "venvs/*")),
        f"{home_folder}/.local/share/pypoetry/venv",
        f"{home_folder}/.cache/pypoetry/virtualenvs/*",
        f"{home_folder}/.local/share/uv/tools/*",
        f"{home_folder}/.virtualenvs/*",
        f"{home_folder}/.local/share/virtualenvs/*",
        "/usr/local",
        "/usr",
        *([glob.escape(conda)] if conda else []),
    ]
    for pattern in patterns:
        for prefix in sorted(glob.glob(pattern)):
            found += [p for p in (f"{prefix}/bin/python3", f"{prefix}/bin/python") if os.access(p, os.X_OK)][:1]
    return _distinct(filter(_is_trusted, found))


def _is_trusted(python) -> bool:
    return os.geteuid() != 0 or os.stat(python).st_uid == 0


def scan(folder: str) -> list:
    """The virtual environments at and below ``folder``, by their pyvenv.cfg; links are not followed."""
    found = []
    for here, folders, files in os.walk(folder):
        if "pyvenv.cfg" in files and os.access(here + "/bin/python", os.X_OK):
            found.append(os.path.abspath(here))
            folders[:] = []
        folders[:] = sorted(name for name in folders if name not in _SKIPPED)
    return found


def _on_path(names) -> list:
    # A version manager's shims stand for several Pythons; those are found where they lie.
    folders = os.environ.get("PATH", "").split(os.pathsep)
    folders = [folder for folder in folders if os.path.isabs(folder) and "shims" not in folder.split("/")]
    found = [os.path.join(folder, name) for folder in folders for name in sorted(names)]
    return [path for path in found if os.access(path, os.X_OK) and not os.path.isdir(path)]


def _distinct(pythons) -> list:
    """One path for each environment: a virtual environment's python is a link to another's, so folders tell."""
    seen: dict[str, str] = {}
    for python in pythons:
        folder = os.path.dirname(os.path.abspath(python))
        prefix = os.path.dirname(folder)
        own = os.path.isfile(prefix + "/pyvenv.cfg")
        seen.setdefault(os.path.realpath(prefix) if own else os.path.realpath(python), python)
    return list(seen.values())
