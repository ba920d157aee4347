"""What city.toml says of working hours and holidays, and the calendar that follows from it."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import holidays

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BASES = ("calendar", "working")  # in which a target runs
_YEARS = range(2000, 2061)  # a fixed span: the same library gives the same calendar in any year
_HOURS = re.compile(r"(\d\d):([0-5]\d)\s*[-–]\s*(\d\d):([0-5]\d)")
_DAY = 86_400


class CalendarError(ValueError):
    """What city.toml says of working time is wrong; the message names key, value and remedy."""


def calendar_content(city: Mapping[str, Any]) -> dict[str, Any] | None:
    """The calendar as it is stored: time_zone, hours (Monday first, seconds of the local day),
    holidays (ISO dates, in order) and source. None for a city without working hours.

    Raises CalendarError.
    """
    if "working_hours" not in city:
        return None
    return {
        "time_zone": city["time_zone"],
        "hours": _week(city["working_hours"]),
        "holidays": sorted({day.isoformat() for day in _holidays(city) | _days_off(city)}),
        "source": _source(city),
    }


def fingerprint(content: Mapping[str, Any]) -> str:
    """SHA-256 of what counts: two calendars of one fingerprint give the same deadlines."""
    counting = {key: content[key] for key in ("time_zone", "hours", "holidays")}
    return hashlib.sha256(json.dumps(counting, sort_keys=True).encode()).hexdigest()


def library_version() -> str:
    """Another version of the library may know other holidays."""
    return holidays.__version__


def _week(said: Any) -> list[list[list[int]]]:
    if not isinstance(said, dict):
        raise CalendarError('[working_hours] is no table; write lines like monday = "08:00-16:00"')
    strange = sorted(set(said) - set(WEEKDAYS))
    if strange:
        raise CalendarError(
            f"[working_hours] {strange[0]} is no weekday; write one of {', '.join(WEEKDAYS)}"
        )
    week = [_day(name, said.get(name, [])) for name in WEEKDAYS]
    if not any(week):
        raise CalendarError("[working_hours] has no hours; write some, or leave the table out")
    return week


def _day(name: str, said: Any) -> list[list[int]]:
    texts = [said] if isinstance(said, str) else said
    remedy = 'write "08:00-16:00", or a list of such'
    if not (isinstance(texts, list) and all(isinstance(text, str) for text in texts)):
        raise CalendarError(f"[working_hours] {name} {said!r} is no text; {remedy}")
    hours = []
    for text in texts:
        found = _HOURS.fullmatch(text.strip())
        if found is None:
            raise CalendarError(f"[working_hours] {name} {text!r} is not hours; {remedy}")
        numbers = list(map(int, found.groups()))
        start, end = (numbers[i] * 3600 + numbers[i + 1] * 60 for i in (0, 2))
        if not start < end <= _DAY:
            raise CalendarError(
                f"[working_hours] {name} {text!r} does not end later the same day; "
                "write 24:00 for midnight, and what follows under the next day"
            )
        hours.append([start, end])
    hours.sort()
    for (_, end), (start, _) in pairwise(hours):
        if start < end:
            raise CalendarError(f"[working_hours] {name} {said!r} overlap; part them")
    return hours


def _holidays(city: Mapping[str, Any]) -> set[date]:
    country = city.get("country")
    if country is None:
        return set()
    supported = holidays.list_supported_countries(include_aliases=True)
    if country not in supported:
        raise CalendarError(
            f"country {country!r} has no known holidays; write its ISO 3166 code like 'ID', "
            "or leave it out"
        )
    subdivision = city.get("subdivision")
    if subdivision is not None and subdivision not in supported[country]:
        known = ", ".join(supported[country]) or "none"
        raise CalendarError(
            f"subdivision {subdivision!r} has no holidays of its own in {country}; "
            f"write one of: {known}; or leave it out"
        )
    categories = city.get("holiday_categories", ["public"])
    known_categories = holidays.country_holidays(country).supported_categories
    if not isinstance(categories, list) or not set(map(str, categories)) <= set(known_categories):
        raise CalendarError(
            f"holiday_categories {categories!r} must be a list of: {', '.join(known_categories)}"
        )
    found = holidays.country_holidays(
        country, subdiv=subdivision, years=_YEARS, categories=tuple(categories)
    )
    return set(found)


def _days_off(city: Mapping[str, Any]) -> set[date]:
    """Dates on which the city's offices are closed beside what the library knows."""
    said = city.get("days_off", [])
    if not isinstance(said, list) or not all(type(day) is date for day in said):
        raise CalendarError(f"days_off {said!r} must be a list of dates like [2026-03-20]")
    return set(said)


def _source(city: Mapping[str, Any]) -> str:
    parts = [city.get("country"), city.get("subdivision")]
    place = "-".join(part for part in parts if part)
    return f"holidays {library_version()}, {place}" if place else ""
