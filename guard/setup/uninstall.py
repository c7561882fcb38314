"""Removes an installation of guard, with everything it wrote anywhere: settings, list and events too."""

import contextlib
import os
import shutil

import psutil

from guard.core import home as homes
from guard.core.errors import GuardError, UsageError
from guard.setup import blocks, system
from guard.setup.manifest import Manifest


def remove(home):
    """Remove the installation ``home``. Returns what could not be removed, one sentence each.

    PREFIX goes last. Nothing may be imported after that: the running code lies in PREFIX itself.
    """
    if not os.path.exists(os.path.join(home.root, homes.MARK)):
        raise UsageError("no guard is installed in %s" % home.root)
    if home.system and os.geteuid() != 0:
        raise UsageError("this guard is the whole machine's", "sudo %s/bin/guard uninstall" % home.root)
    manifest = Manifest(home)
    left = _unprotect(home)
    if home.system:
        system.stop_collector()
        left += _attempt(system.remove_settings, manifest)
    for path in manifest.blocks:
        left += _attempt(_take_block, path, manifest.made)
    for path in manifest.files:
        left += _attempt(_unlink, path)
    for path, target in manifest.links.items():
        if os.path.islink(path) and os.readlink(path) == target:
            left += _attempt(os.unlink, path)
    _stop_recorders(home)
    left += _attempt(_remove_root, home, home.root in manifest.made)
    for folder in reversed(manifest.made):
        if os.path.isdir(folder) and not os.listdir(folder):
            left += _attempt(os.rmdir, folder)
    return left


def _unprotect(home):
    try:
        from guard.setup.protect import unprotect_all
    except ModuleNotFoundError:
        return []
    return list(unprotect_all(home) or [])


def _stop_recorders(home):
    """End the recorders of this installation: one that is still at work would make the state directory again."""
    at_work = []
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "guard.nvm.record" in words and words[-1] == home.root:
            at_work.append(process)
            with contextlib.suppress(psutil.Error):
                process.terminate()
    psutil.wait_procs(at_work, timeout=5)


def _attempt(step, *about):
    try:
        step(*about)
    except GuardError as error:
        return [error.message]
    except OSError as error:
        return ["%s: %s" % (error.filename, error.strerror)]
    return []


def _take_block(path, made):
    blocks.take(path)
    if path in made and os.path.exists(path) and not os.path.getsize(path):
        os.unlink(path)


def _unlink(path):
    if os.path.lexists(path):
        os.unlink(path)


def _remove_root(home, made):
    """Remove PREFIX, and the state where it is kept elsewhere. A folder that was there before us is emptied."""
    if not home.state.startswith(home.root + "/"):
        shutil.rmtree(home.state)
    if made:
        doomed = "%s.removed-%d" % (home.root, os.getpid())
        os.rename(home.root, doomed)
        shutil.rmtree(doomed)
        return
    for entry in list(os.scandir(home.root)):
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            os.unlink(entry.path)
