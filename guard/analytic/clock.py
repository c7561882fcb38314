"""Clocks as logs write them, and Splunk's time modifiers (``-70m@m``); everything in UTC, as seconds since 1970.

``read_clock``: epoch seconds, milliseconds or microseconds (told apart by size), ``Tue Jul 14 13:58:53 2026``, ISO.
A written time without a zone is taken as UTC: NVM writes the endpoint's local time there and does not say which.
"""

import calendar
import re
from datetime import datetime, timedelta, timezone

from guard.core.errors import UsageError

_WRITTEN = ("%a %b %d %H:%M:%S %Y", "%m/%d/%Y:%H:%M:%S", "%m/%d/%Y")
_LATEST = 253402300799.0  # the last second of the year 9999: what is larger is no time
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$")
_STEP = re.compile(r"([+-]\d*)([a-z]+)|@([a-z]+)(\d?)")
_UNITS = {
    "s": ("s", "sec", "secs", "second", "seconds"), "m": ("m", "min", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "hour", "hours"), "d": ("d", "day", "days"), "w": ("w", "week", "weeks"),
    "mon": ("mon", "month", "months"), "q": ("q", "qtr", "qtrs", "quarter", "quarters"),
    "y": ("y", "yr", "yrs", "year", "years"),
}  # fmt: skip
_UNIT = {word: unit for unit, words in _UNITS.items() for word in words}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_MONTHS = {"mon": 1, "q": 3, "y": 12}


def read_clock(value):
    """Seconds since 1970 (float), or None where ``value`` (text or number) is no time."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return _written(value) if isinstance(value, str) else None
    for scale in (1, 1e3, 1e6, 1e9):  # 1e11 seconds is the year 5138, 1e11 milliseconds is 1973
        if 0 < number / scale < 1e11:
            return number / scale
    return None


def _written(text):
    text = " ".join(text.split())
    iso = _ISO.match(text)
    try:
        if iso:
            day, hours, fraction, zone = iso.groups()
            hours = (hours or "00:00") + ":00" * (len(hours or "") < 6)
            moment = datetime.fromisoformat("%sT%s+00:00" % (day, hours))
            seconds = moment.timestamp() + float("0." + (fraction or "0"))
            if zone and zone[0] in "+-":
                offset = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
                seconds -= offset if zone[0] == "+" else -offset
            return seconds
    except ValueError:
        return None
    for form in _WRITTEN:
        try:
            return datetime.strptime(text, form).replace(tzinfo=timezone.utc).timestamp()
        except ValueError:
            continue
    return None


def read_modifier(text, now):
    """The moment a Splunk time modifier means (``-70m@m``, ``@d``, ``now``, ``-1d@d+2h``, a time), in seconds.

    ``now``: seconds since 1970. Raises UsageError.
    """
    text = text.strip()
    if text == "now":
        return float(now)
    absolute = read_clock(text)
    if absolute is not None and not text.startswith(("+", "-")):
        return absolute
    moment = datetime.fromtimestamp(now, timezone.utc)
    position = 0
    try:
        while position < len(text):
            step = _STEP.match(text, position)
            if not step:
                raise ValueError
            amount, unit, snap, weekday = step.groups()
            moment = _snap(moment, snap, weekday) if snap else _move(moment, amount, _UNIT[unit])
            position = step.end()
        if not position:
            raise ValueError
        return moment.timestamp()
    except (ValueError, KeyError, OverflowError):
        raise UsageError(
            "%r is not a time" % text, "write -70m@m, @d, now, 2026-07-14T13:00:00Z or seconds since 1970"
        ) from None


def _move(moment, amount, unit):
    number = int(amount + "1" if amount in ("+", "-") else amount)
    if unit in _SECONDS:
        return moment + timedelta(seconds=number * _SECONDS[unit])
    months = moment.year * 12 + moment.month - 1 + number * _MONTHS[unit]
    year, month = divmod(months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _snap(moment, word, weekday):
    """Round down. ``@w0`` (and ``@w``) is the Sunday before, ``@w1`` the Monday, … ``@w7`` the Sunday again."""
    unit = _UNIT[word]
    if weekday and unit != "w":
        raise ValueError
    if unit == "s":
        return moment.replace(microsecond=0)
    if unit == "m":
        return moment.replace(second=0, microsecond=0)
    if unit == "h":
        return moment.replace(minute=0, second=0, microsecond=0)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit == "d":
        return day
    if unit == "w":
        if int(weekday or 0) > 7:
            raise ValueError
        return day - timedelta(days=(day.isoweekday() - int(weekday or 0)) % 7)
    if unit == "y":
        return day.replace(month=1, day=1)
    return day.replace(month=day.month - (day.month - 1) % _MONTHS[unit], day=1)
