"""Dates as Indonesian offices write them: 3/2/2026 14.05, 03-Feb-26, Selasa, 3 Februari 2026."""

import re
from datetime import datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "januari jan january",
            "februari feb february pebruari peb",
            "maret mar march",
            "april apr",
            "mei may",
            "juni jun june",
            "juli jul july",
            "agustus agu agt ags aug august",
            "september sep sept",
            "oktober okt oct october",
            "november nov nop nopember",
            "desember des dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES = {"wib": 7, "wita": 8, "wit": 9}  # hours east of Greenwich
_PATTERN = re.compile(
    r"(?:[a-z'’]+,\s*)?"  # the day of the week
    r"(?P<day>\d{1,2})(?P<mark>[-/. ])(?P<month>\d{1,2}|[a-z]+)(?P=mark)(?P<year>\d{4}|\d{2})"
    r"(?:[ t,]+(?:pukul |jam |pkl\.? ?)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
    r"(?:[:.](?P<second>\d{2}))?(?: ?(?P<zone>wib|wita|wit))?)?",
    re.ASCII,
)


def read_day_first(text: str) -> datetime:
    """The wall clock, or an aware instant where the text names a zone. Raises ValueError.

    Two digits of a year are of this century.
    """
    found = _PATTERN.fullmatch(" ".join(text.casefold().split()))
    if found is None:
        raise ValueError(f"{text!r} is not a date with the day first")
    month = found["month"]
    number = int(month) if month.isdigit() else _MONTHS.get(month)
    if number is None:
        raise ValueError(f"{month!r} is not a month")
    year = int(found["year"])
    zone = found["zone"]
    return datetime(
        year if year > 99 else 2000 + year,
        number,
        int(found["day"]),
        int(found["hour"] or 0),
        int(found["minute"] or 0),
        int(found["second"] or 0),
        tzinfo=timezone(timedelta(hours=_ZONES[zone])) if zone else None,
    )
