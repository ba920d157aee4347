"""Instants as the standard writes and reads them: the W3C profile of ISO 8601."""

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.instants import local_midnight

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,40})?)?)(Z|[+ -]\d{2}:?\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)  # beyond these, zones overflow the calendar


def write(instant: datetime, zone: ZoneInfo) -> str:
    """In the city's own time with its offset, such as 2026-10-01T09:00:00+07:00."""
    local = instant.astimezone(zone)
    if (local.utcoffset() or timedelta(0)).seconds % 60:
        local = instant.astimezone(UTC)  # a local mean time of old, whose offset W3C cannot say
    return local.isoformat(timespec="seconds")


def read(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """An aware instant. A year, month or day alone is its first second in the city, or its last
    where `end`.

    An instant without an offset is the city's time. Raises ValueError.
    """
    text = text.strip()
    if dated := _DATE.fullmatch(text):
        year, month, day = dated.groups()
        first = _within(date(int(year), int(month or 1), int(day or 1)))
        if not end:
            return local_midnight(first, zone)
        following = _following(first, has_month=month is not None, has_day=day is not None)
        return local_midnight(following, zone) - timedelta(seconds=1)
    parts = _INSTANT.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not an instant")
    # In an address a bare "+" means a space; nobody means a space before an offset.
    offset = (parts[3] or "").replace(" ", "+").upper()
    instant = datetime.fromisoformat(f"{parts[1]}T{parts[2]}{offset}")
    _within(instant.date())
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _following(first: date, *, has_month: bool, has_day: bool) -> date:
    """The first day after the year, month or day that begins on `first`."""
    if has_day:
        return first + timedelta(days=1)
    if has_month and first.month < 12:
        return date(first.year, first.month + 1, 1)
    return date(first.year + 1, 1, 1)


def _within(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise ValueError(f"{day} is out of range")
    return day
