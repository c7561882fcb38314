"""Time modifiers as Splunk reads them, in UTC."""

from datetime import datetime, timezone

import pytest

from guard.analytic.clock import read_clock, read_modifier
from guard.core.errors import UsageError

NOW = datetime(2026, 3, 31, 13, 45, 30, 500000, timezone.utc).timestamp()  # a Tuesday


@pytest.mark.parametrize(
    "text, moment",
    [
        ("now", "2026-03-31T13:45:30.5"), ("-70m@m", "2026-03-31T12:35:00"), ("-10m@m", "2026-03-31T13:35:00"),
        ("-70m", "2026-03-31T12:35:30.5"), ("@h", "2026-03-31T13:00:00"), ("@d", "2026-03-31T00:00:00"),
        ("-1d@d", "2026-03-30T00:00:00"), ("-1d@d+2h", "2026-03-30T02:00:00"), ("-7days", "2026-03-24T13:45:30.5"),
        ("@w0", "2026-03-29T00:00:00"), ("@w", "2026-03-29T00:00:00"), ("@w1", "2026-03-30T00:00:00"),
        ("@w3", "2026-03-25T00:00:00"), ("@w7", "2026-03-29T00:00:00"), ("-1mon", "2026-02-28T13:45:30.5"),
        ("-1mon@mon", "2026-02-01T00:00:00"), ("@q", "2026-01-01T00:00:00"), ("-1q@q", "2025-10-01T00:00:00"),
        ("@y", "2026-01-01T00:00:00"), ("-1y", "2025-03-31T13:45:30.5"), ("+1h", "2026-03-31T14:45:30.5"),
        ("-h", "2026-03-31T12:45:30.5"), ("-30s@s", "2026-03-31T13:45:00"), ("2026-01-02", "2026-01-02T00:00:00"),
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05"), ("2026-01-02T03:04:05+01:00", "2026-01-02T02:04:05"),
        ("01/02/2026:03:04:05", "2026-01-02T03:04:05"), ("1767323045", "2026-01-02T03:04:05"),
    ],
)  # fmt: skip
def test_modifiers(text, moment):
    assert read_modifier(text, NOW) == datetime.fromisoformat(moment.replace(".5", ".500000") + "+00:00").timestamp()


@pytest.mark.parametrize("text", ["", "soon", "-70", "-70x", "@", "-1d@", "@w8", "@d1", "-1d x", "-999999999y", "--1d"])
def test_what_is_no_time_is_told(text):
    with pytest.raises(UsageError):
        read_modifier(text, NOW)


@pytest.mark.parametrize(
    "value", ["", "x", "nan", "inf", "-5", "0", None, [], {}, "1e300", "2026-13-01", "Tue Foo 14", True]
)
def test_what_is_no_clock(value):
    assert read_clock(value) in (None, 1.0)  # True is a 1 to JSON's readers
