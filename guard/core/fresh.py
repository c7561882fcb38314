"""How old the list in force is, by one ``stat``: a synced list carries the time of the last good sync as its own.

A sync that finds nothing new sets the time all the same; a list whose source answers is fresh however old its rows are.
A list that was never synced is neither due nor stale: guard opens no connection that nobody asked for, and the first
sync, by a person or a timer, is what asks.
"""

import time

from . import kernel as os
from .errors import Stale
from .verdict import ALLOW, BLOCK, capped

PATIENCE = 6 * 3600  # seconds between two syncs that guard starts by itself: one that failed is not tried at once again


def age(home):
    """Seconds since the last good sync; None where there was none. A time in the future counts as now."""
    try:
        return max(0.0, time.time() - os.stat(home.synced_list).st_mtime)
    except OSError:
        return None


def is_due(home, max_age_days):
    """Whether it is time for a sync in the background. ``max_age_days``: 0 means never."""
    if not max_age_days:
        return False
    seconds = age(home)
    return seconds is not None and seconds > max_age_days * 86400 and _patient(home)


def is_stale(home, stale_age_days):
    """Whether a list that is kept by sync has not been refreshed for too long. ``stale_age_days``: 0 means never."""
    seconds = age(home)
    return bool(stale_age_days) and seconds is not None and seconds > stale_age_days * 86400


def check(home, settings):
    """What is to be said of the list's age before anything is judged by it; "" for nothing.

    Raises Stale where policy does not let it be judged by.
    """
    action = capped(settings["list.stale"], settings["mode"])
    if action == ALLOW or not is_stale(home, settings["list.stale_age_days"]):
        return ""
    message = "the list was last synced %d days ago (guard sync)" % (age(home) / 86400)
    if action == BLOCK:
        raise Stale(message + ": refused, since list.stale is block")
    return message


def _patient(home):
    """Whether the last attempt, which left its mark at ``attempt``, is long enough ago. A future mark is no mark."""
    try:
        return not 0 <= time.time() - os.stat(attempt(home)).st_mtime < PATIENCE
    except OSError:
        return True


def attempt(home):
    """The file whose time is that of the last attempt to sync."""
    return os.path.dirname(home.synced_list) + "/attempt"
