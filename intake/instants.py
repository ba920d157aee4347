"""Instants as the standard writes and reads them: the W3C profile of ISO 8601."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from data.instants import local_midnight

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+ -]\d{2}:\d{2})?",
    re.ASCII | re.IGNORECASE,
)
_FIRST, _LAST = date(1900, 1, 1), date(9000, 1, 1)  # beyond these, zones overflow the calendar


def write(instant: datetime, zone: ZoneInfo) -> str:
    """In the city's own time with its offset, such as 2026-10-01T09:00:00+07:00."""
    return instant.astimezone(zone).isoformat(timespec="seconds")


def read(text: str, zone: ZoneInfo, *, end: bool = False) -> datetime:
    """An aware instant. A date alone is its first second in the city, or its last where `end`.

    An instant without an offset is the city's time. Raises ValueError.
    """
    text = text.strip()
    if _DATE.fullmatch(text):
        day = _within(date.fromisoformat(text))
        if end:
            return local_midnight(day + timedelta(days=1), zone) - timedelta(seconds=1)
        return local_midnight(day, zone)
    parts = _INSTANT.fullmatch(text)
    if parts is None:
        raise ValueError(f"{text!r} is not an instant")
    # In an address a bare "+" means a space; nobody means a space before an offset.
    offset = (parts[3] or "").replace(" ", "+").upper()
    instant = datetime.fromisoformat(f"{parts[1]}T{parts[2]}{offset}")
    _within(instant.date())
    return instant if instant.tzinfo else instant.replace(tzinfo=zone)


def _within(day: date) -> date:
    if not _FIRST <= day <= _LAST:
        raise ValueError(f"{day} is out of range")
    return day
