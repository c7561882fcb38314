"""A heartbeat: an event at a set interval that says guard stands, how old its list is and what it covers.

Off unless ``[heartbeat] every_minutes`` is set. It comes with a run of the recorder or of ``guard events flush``: by a
timer on a machine that must be heard of regularly, else by the next pip or poetry.
"""

import os
import time

from guard import __version__
from guard.core.errors import CannotJudge

from .files import folder, replace
from .settings import load

HEARTBEAT = "heartbeat"


def beat(home, settings=None):
    """Append a heartbeat to the journal if one is due. Returns whether it did."""
    every = (settings or load(home)).heartbeat["every_minutes"] * 60
    if not every:
        return False
    mark = "%s/spool/%d.heartbeat" % (home.state, os.getuid())
    try:
        if 0 <= time.time() - os.stat(mark).st_mtime < every:  # a mark in the future is a clock that stepped back
            return False
    except OSError:
        pass
    from guard.core.report import report

    try:
        folder(os.path.dirname(mark))
        replace(mark, b"")
        report(home, HEARTBEAT, __version__, **_told(home))
    except (OSError, CannotJudge):
        return False
    return True


def _told(home):
    from guard.core import fresh
    from guard.core.lookup import open_list
    from guard.core.settings import load as load_policy

    policy = load_policy(home, "/", os.environ)
    told = {"mode": policy["mode"], "on_error": policy["on_error"], "shims": _shims(home), **_protected(home)}
    try:
        names = open_list(home)
        told.update(list=names.version, list_names=names.table.rows, list_made=names.table.made)
        names.close()
    except CannotJudge as error:
        told.update(list_fault=error.message)
    age = fresh.age(home)
    told["list_age_hours"] = "never synced" if age is None else int(age // 3600)
    return told


def _shims(home):
    try:
        return sorted(os.listdir(home.shims))
    except OSError:
        return []


def _protected(home):
    """The site-packages folders that guard was let into: in which its line stands, in which it stands no more."""
    from guard.resolver.door import remembered
    from guard.setup.protect import holds

    kept, lost = [], []
    for site in remembered(home.personal):
        if os.path.isdir(site):  # a virtual environment that was removed has nothing to protect
            (kept if holds(home, site) else lost).append(site)
    return {"protected": kept, "protected_lost": lost}
