"""The demo's water levels: the same at the same instant, and believable at any."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from data.demo.water_levels import read_at, read_stations, water_levels
from tests.conftest import CITIES, ROOT

ZONE = ZoneInfo("Asia/Jakarta")
WEATHER = {"storm_days": [16, 15, 9, 5, 3, 1.5, 1, 1, 1.5, 4, 9, 12], "storm_hour": 16}
DRY = {**WEATHER, "storm_days": [0] * 12}
STATIONS = read_stations(ROOT / "data" / "cities" / "jakarta")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def levels(at: datetime, weather: dict = WEATHER) -> dict[str, float]:
    assert STATIONS is not None
    found = water_levels(STATIONS, at, ZONE, weather)
    return {f["properties"]["station"]: f["properties"]["level_cm"] for f in found["features"]}


def series(station: str, hours: int, weather: dict = WEATHER) -> np.ndarray:
    return np.array(
        [levels(BEGIN + timedelta(hours=h), weather)[station] for h in range(hours)], float
    )


def test_a_reading_lasts_five_minutes() -> None:
    at = datetime(2026, 2, 3, 4, 5, tzinfo=UTC)
    assert levels(at) == levels(at + timedelta(seconds=299))
    assert levels(at) != levels(at + timedelta(seconds=300))
    assert read_at(at + timedelta(seconds=299)) == at


def test_the_sea_rises_once_a_day() -> None:
    tide = series("pasar-ikan", 24 * 28, DRY)
    assert 50 < np.ptp(tide) < 110
    spectrum = np.abs(np.fft.rfft(tide - tide.mean()))
    assert 26 <= int(spectrum.argmax()) <= 29  # in 28 days


def test_rivers_rise_fast_after_rain_and_fall_slowly() -> None:
    river = series("manggarai", 24 * 60)
    calm = series("manggarai", 24 * 60, DRY)
    assert np.ptp(calm) < 20
    assert river.min() >= calm.min() - 1
    assert 850 < river.max() < 1_000  # alarms, and not the end of the world
    steps = np.diff(river)
    assert steps.max() > -steps.min() > 5
    assert np.abs(steps).max() < 80  # cm in an hour


def test_water_reaches_the_city_later_than_the_hills() -> None:
    hills, city = series("depok", 24 * 60), series("manggarai", 24 * 60)
    lags = range(24)
    fit = [np.corrcoef(hills[: len(hills) - lag], city[lag:])[0, 1] for lag in lags]
    assert 1 <= int(np.argmax(fit)) <= 12


def test_the_dry_season_is_dry() -> None:
    assert STATIONS is not None

    def alarms(month: int) -> int:
        return sum(
            f["properties"]["alarm"] != "4 normal" and f["properties"]["kind"] == "river"
            for day in range(1, 29)
            for f in water_levels(STATIONS, datetime(2026, month, day, tzinfo=UTC), ZONE, WEATHER)[
                "features"
            ]
        )

    assert alarms(1) + alarms(2) > 4 * (alarms(7) + alarms(8))


def test_alarms_and_trends_say_what_the_levels_do() -> None:
    assert STATIONS is not None
    seen = set()
    for hour in range(0, 24 * 60, 3):
        at = BEGIN + timedelta(hours=hour)
        before = levels(at - timedelta(hours=1))
        for feature in water_levels(STATIONS, at, ZONE, WEATHER)["features"]:
            p = feature["properties"]
            seen.add((p["alarm"], p["trend"]))
            for n, word in ((1, "1 danger"), (2, "2 alert"), (3, "3 watch")):
                if p["level_cm"] > p[f"alarm_{n}_cm"]:
                    assert p["alarm"] <= word
            if p["trend"] == "rising":
                assert p["level_cm"] >= before[p["station"]]
            if p["trend"] == "falling":
                assert p["level_cm"] <= before[p["station"]]
    assert len(seen) > 8


def test_a_pack_may_have_no_stations() -> None:
    assert read_stations(CITIES / "tiny") is None


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        levels(datetime(2026, 1, 1))
