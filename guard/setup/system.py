"""A machine-wide installation: root's, in front of every user's pip and poetry (docs/how-to/system.md).

    /opt/typoguard               PREFIX
    /etc/typoguard/guard.toml    the settings, made by the administrator
    /var/lib/typoguard/          the state
      journal/ users/            1733: every user makes his own file or folder, and can touch or list no other's
      list/                      0755: read by every gate, written by root
      events/ spool/             0700

What shells do not bring first on PATH, links in /usr/local do: sudo, systemd and containers look into /usr/local/sbin
before all else, ssh and su into /usr/local/bin. A link whose shim is gone is skipped by every shell, so that a guard
that was deleted breaks nothing; nothing of the distribution's is moved, diverted or overwritten.
"""

import os
import shutil
import subprocess

from guard.core import home as homes
from guard.core.errors import UsageError
from guard.setup import files, protect, shells, shims

PREFIX = "/opt/typoguard"
STATE = "/var/lib/typoguard"
BARE_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"  # sudo's, systemd's, root's, a container's
LINKED = ("/usr/local/sbin", "/usr/local/bin")
_STATE_FOLDERS = {"journal": 0o1733, "users": 0o1733, "list": 0o755, "events": 0o700, "spool": 0o700}
_BASHRCS = ("/etc/bash.bashrc", "/etc/bashrc", "/etc/bash/bashrc")  # Debian, Arch, SUSE; Fedora; Alpine, Gentoo
_ZSHRCS = ("/etc/zsh/zshrc", "/etc/zshrc")
_SYSTEMD_RUNS = "/run/systemd/system"
_UNITS = "/etc/systemd/system"
_CRON = "/etc/cron.d"
_TIMER = "typoguard-collect.timer"


def home(root):
    """The Home of a machine-wide installation in ``root``. Raises UsageError where it could not be root's alone."""
    if os.geteuid() != 0:
        raise UsageError("--system wants root", "sudo sh installer/install.sh --system")
    above = root
    while not os.path.exists(above):
        above = os.path.dirname(above)
    for folder in protect.way(above):
        reason = protect.loose(folder, owner=0)
        if reason:
            raise UsageError("every user would run what lies in %s, but %s" % (root, reason))
    return homes.Home(root, root + "/venv/bin/python", STATE, homes.SYSTEM_SETTINGS, system=True)


def write_state(home, manifest):
    """Make the state and the folder of the settings. Raises OSError."""
    manifest.folder(os.path.dirname(homes.SYSTEM_SETTINGS))
    for name, mode in _STATE_FOLDERS.items():
        folder = os.path.join(home.state, name)
        manifest.folder(folder)
        os.chmod(folder, mode)


def start_files(home):
    """What the shells of all users read, as a list of ``shells.StartFile``; only for shells that this machine has."""
    starts = [shells.StartFile("/etc/profile.d/typoguard.sh", shells.load("sh", home), whole=True)]
    starts += [shells.StartFile(path, shells.load("bash", home)) for path in _BASHRCS if os.path.isfile(path)]
    existing = [path for path in _ZSHRCS if os.path.isfile(path)]
    if not existing and shutil.which("zsh", path=BARE_PATH):
        existing = [path for path in _ZSHRCS if os.path.isdir(os.path.dirname(path))][:1]
    starts += [shells.StartFile(path, shells.load("zsh", home)) for path in existing]
    if os.path.isdir("/etc/fish") or shutil.which("fish", path=BARE_PATH):
        starts.append(shells.StartFile("/etc/fish/conf.d/typoguard.fish", shells.load("fish", home), whole=True))
    return starts


def link(home, manifest):
    """Link the shims of the tools that there are, and the command, into /usr/local. Returns the new links.

    A name that is taken is left alone: a pip that the administrator installed there himself stays.
    """
    wanted = [("guard", home.root + "/bin/guard", LINKED[1:])]
    wanted += [(name, home.shims + "/" + name, LINKED) for name in shims.present(home) if shims.behind(name, BARE_PATH)]
    made = []
    for name, target, places in wanted:
        for path in [os.path.join(place, name) for place in places if os.path.isdir(place)]:
            if not os.path.lexists(path):
                os.symlink(target, path)
                made.append(path)
            if os.path.islink(path) and os.readlink(path) == target:
                manifest.link(path, target)
    return made


# --- the collector ----------------------------------------------------------------------------------------------------


def start_collector(home, manifest, units):
    """Let root's recorder run each minute: by systemd where it runs, else by cron. ``units``: folder of the templates.

    Returns the sentence to tell.
    """
    if os.path.isdir(_SYSTEMD_RUNS):
        for name in ("typoguard-collect.service", _TIMER):
            _write_unit(home, manifest, os.path.join(units, "systemd", name), os.path.join(_UNITS, name))
        _systemctl("daemon-reload")
        _systemctl("enable", "--now", _TIMER)
        return "collector %s/%s" % (_UNITS, _TIMER)
    if os.path.isdir(_CRON):
        path = os.path.join(_CRON, "typoguard-collect")
        _write_unit(home, manifest, os.path.join(units, "cron", "typoguard-collect"), path)
        return "collector %s" % path
    return "neither systemd nor cron runs here: events are collected when root runs pip, or guard events flush"


def stop_collector():
    """Before its files are removed."""
    if os.path.isdir(_SYSTEMD_RUNS) and os.path.exists(os.path.join(_UNITS, _TIMER)):
        _systemctl("disable", "--now", _TIMER)


def _write_unit(home, manifest, template, path):
    with open(template, "rb") as text:
        unit = text.read().replace(b"@PYTHON@", os.fsencode(home.python)).replace(b"@PREFIX@", os.fsencode(home.root))
    manifest.folder(os.path.dirname(path))
    files.replace(path, unit, mode=0o644)
    manifest.file(path)


def _systemctl(*words):
    subprocess.run(["systemctl", *words], check=False, stdin=subprocess.DEVNULL)


# --- the end ----------------------------------------------------------------------------------------------------------


def remove_settings(manifest):
    """Remove /etc/typoguard where this installation made it; else what was compiled there."""
    folder = os.path.dirname(homes.SYSTEM_SETTINGS)
    if folder in manifest.made and os.path.isdir(folder):
        shutil.rmtree(folder)
    elif os.path.exists(homes.SYSTEM_SETTINGS + ".compiled"):
        os.unlink(homes.SYSTEM_SETTINGS + ".compiled")
