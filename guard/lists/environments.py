"""Where distributions lie on this machine, found without running code that may be hostile.

A virtual environment is read as folders. An interpreter is asked with ``-I -S``, which runs no ``.pth`` line, no
``sitecustomize`` and nothing of the working directory.
"""

import errno
import glob
import json
import os
import pwd
import stat
import subprocess
from collections.abc import Iterator
from typing import NamedTuple

from guard.core.errors import BadData
from guard.core.names import normalise

_ASK = "import site, sys; print('\\n'.join(site.getsitepackages() + [site.getusersitepackages()]))"
_SITE = ("lib/python*/site-packages", "lib64/python*/site-packages", "Lib/site-packages")
_UNDER_HOME = (
    ".cache/pypoetry/virtualenvs/*",
    ".local/share/pipx/venvs/*",
    ".local/pipx/venvs/*",
    ".local/share/uv/tools/*",
    ".virtualenvs/*",
    ".local/share/virtualenvs/*",
    ".pyenv/versions/*",
    ".local/share/uv/python/*",
    "miniconda3",
    "miniconda3/envs/*",
    "anaconda3",
    "anaconda3/envs/*",
)
_SYSTEM = (
    "/usr/lib/python3*/dist-packages",
    "/usr/lib/python3*/site-packages",
    "/usr/local/lib/python3*/dist-packages",
    "/usr/local/lib/python3*/site-packages",
    "/opt/homebrew/lib/python3*/site-packages",
)
_USER_SITE = (".local/lib/python3*/site-packages", "Library/Python/3*/lib/python/site-packages")


class Installed(NamedTuple):
    """A distribution on disk: ``name`` normalised, ``url`` where it was installed from a link, else ""."""

    name: str
    version: str
    path: str
    url: str


def folders_of(target: str) -> "list[str]":
    """The folders with distributions of a virtual environment, an interpreter, or a folder itself. Raises BadData."""
    target = os.path.abspath(target)
    if os.path.isdir(target):
        found = _site_folders(target)
        if not found and glob.glob(glob.escape(target) + "/*.dist-info"):
            found = [target]
        if not found:
            raise BadData(f"{target}: neither a virtual environment nor a folder of installed packages")
        return found
    if not os.access(target, os.X_OK):
        raise BadData(f"{target}: no such environment or interpreter")
    environment = os.path.dirname(os.path.dirname(target))
    if os.path.exists(environment + "/pyvenv.cfg"):
        return _site_folders(environment)
    return _ask(target)


def everywhere(extra: "tuple[str, ...]" = ()) -> "list[str]":
    """The folders with distributions that are found on this machine; those of every account, where root asks.

    ``extra``: more places that may hold some.
    """
    under = [glob.escape(home) for home in _homes()]
    places = [p for home in under for pattern in _UNDER_HOME for p in glob.glob(f"{home}/{pattern}")] + list(extra)
    found = [folder for place in places for folder in _site_folders(place)]
    found += [folder for pattern in _SYSTEM for folder in glob.glob(pattern)]
    found += [folder for home in under for pattern in _USER_SITE for folder in glob.glob(f"{home}/{pattern}")]
    for folder in os.environ.get("PATH", "").split(os.pathsep):
        if folder and os.path.exists(os.path.join(os.path.dirname(folder), "pyvenv.cfg")):
            found += _site_folders(os.path.dirname(folder))
    return _distinct(found)


def distributions(folder: str) -> "Iterator[Installed]":
    """What is installed in one folder, by the names of its ``.dist-info`` and ``.egg-info``; none is parsed."""
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return
    for entry in names:
        stem, dot, kind = entry.rpartition(".")
        if kind not in ("dist-info", "egg-info") or not dot:
            continue
        name, _, version = stem.partition("-")
        if kind == "egg-info":
            version = version.partition("-")[0]  # behind it stands the Python it was made for
        if name:
            path = f"{folder}/{entry}"
            yield Installed(normalise(name), version, path, _origin(path))


def _homes() -> "list[str]":
    """This account's home; every account's, where root asks."""
    accounts = pwd.getpwall() if not os.getuid() else [pwd.getpwuid(os.getuid())]
    return sorted({account.pw_dir for account in accounts if len(account.pw_dir) > 1 and os.path.isdir(account.pw_dir)})


def regular(path: str, flags: int) -> int:
    """An opener for regular files alone: in a user's folder may lie a pipe, on which a reader waits for ever."""
    fd = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "not a regular file", path)


def _site_folders(environment: str) -> "list[str]":
    return _distinct([folder for pattern in _SITE for folder in glob.glob(f"{glob.escape(environment)}/{pattern}")])


def _distinct(folders: "list[str]") -> "list[str]":
    """Without those that are another by another path: ``lib64`` is often a link to ``lib``."""
    return list({os.path.realpath(folder): folder for folder in reversed(folders)}.values())[::-1]


def _ask(python: str) -> "list[str]":
    try:
        done = subprocess.run(  # the interpreter that the person named
            [python, "-I", "-S", "-c", _ASK], capture_output=True, text=True, timeout=20, check=True, env={}
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise BadData(f"{python}: it does not answer as a Python interpreter does") from error
    return [folder for folder in done.stdout.splitlines() if os.path.isdir(folder)]


def _origin(path: str) -> str:
    """The link a distribution was installed from (PEP 610), or ""."""
    try:
        with open(path + "/direct_url.json", encoding="utf-8", opener=regular) as file:
            return str(json.load(file).get("url", ""))
    except (OSError, ValueError, AttributeError):
        return ""
