"""Numbers, durations and dates as each language writes them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from data.i18n import (
    current_language,
    format_change,
    format_date_range,
    format_duration,
    format_instant,
    format_number,
    format_percent,
    gettext,
    ngettext,
    use_language,
)


@pytest.mark.parametrize(
    ("seconds", "english", "indonesian"),
    [
        (40, "40 s", "40 dtk"),
        (2_700, "45 min", "45 mnt"),
        (18_720, "5.2 h", "5,2 jam"),
        (294_000, "3.4 days", "3,4 hari"),
        (12_960_000, "150 days", "150 hari"),
        (-240, "−4 min", "−4 mnt"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_durations(seconds: float | None, english: str, indonesian: str) -> None:
    with use_language("en"):
        assert format_duration(seconds) == english
    with use_language("id"):
        assert format_duration(seconds) == indonesian


def test_numbers() -> None:
    with use_language("en"):
        assert (format_number(12_480), format_percent(0.814)) == ("12,480", "81.4%")
    with use_language("id"):
        assert (format_number(12_480), format_percent(0.814)) == ("12.480", "81,4%")
        assert format_change(-3.25, 1) == "−3,2"
        assert format_change(0.04, 1) == "±0,0"


def test_date_ranges_end_the_day_before_their_exclusive_end() -> None:
    with use_language("en"):
        assert format_date_range(date(2026, 10, 1), date(2026, 10, 31)) == "1–30 October 2026"
        assert format_date_range(date(2026, 10, 1), date(2026, 10, 2)) == "1 October 2026"
        assert format_date_range(None, None) == "all time"
    with use_language("id"):
        assert format_date_range(date(2026, 9, 28), date(2026, 10, 5)) == (
            "28 September – 4 Oktober 2026"
        )


def test_instants_are_local_and_name_their_zone() -> None:
    with use_language("en"):
        text = format_instant(
            datetime(2026, 11, 23, 7, 2, tzinfo=UTC), ZoneInfo("Asia/Jakarta"), "WIB"
        )
    assert text == "23 Nov 2026, 14:02 WIB"


def test_unknown_languages_speak_english_and_the_language_ends_with_its_block() -> None:
    with use_language("id"):
        with use_language("xx"):
            assert (current_language(), gettext("Received")) == ("en", "Received")
        assert gettext("Received") == "Diterima"
        assert ngettext("{n} district", "{n} districts", 3) == "{n} wilayah"
    assert ngettext("{n} district", "{n} districts", 1) == "{n} district"
