"""How high the demo's waters stand, by tide and rain; the same at the same instant, always.

The stations are a GeoJSON file of the city pack, whose properties say how each behaves: `kind`
(river, basin or tide), `usual_cm`, `lag_hours` from rain to peak, `alarm_3_cm` to `alarm_1_cm`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from data.demo.streams import stream
from data.instants import day_of, local_midnight, to_epoch

STEP_SECONDS = 300  # between two readings
FILE = Path("layers") / "water-levels.geojson"
_SEED = 1
_DAYS_BACK = 4  # rain of longer ago has run off
_RISE = 0.42  # of the way from usual to the highest alarm, for a usual storm
_SPILL = 2.6  # usual storms; the nearer rain comes to it, the more water leaves the bed
_TIDES = ((24.2, 23.934, 1.1), (13.0, 25.819, 4.0), (5.0, 12.421, 2.0), (4.5, 12.0, 5.2))
#          cm, hours, radians: the sea off Java rises once a day more than twice
_ALARMS = ((1, "1 danger"), (2, "2 alert"), (3, "3 watch"))
_CALM = "4 normal"
_STEADY_CM = 2  # in an hour


def read_at(instant: datetime) -> datetime:
    """The instant of the reading that is newest at `instant`."""
    seconds = to_epoch(instant)
    return datetime.fromtimestamp(seconds - seconds % STEP_SECONDS, UTC)


def water_levels(
    stations: Mapping[str, Any], instant: datetime, zone: ZoneInfo, weather: Mapping[str, Any]
) -> dict[str, Any]:
    """The stations, a GeoJSON FeatureCollection, with what each reads at `instant`.

    `weather` is that of demo.toml: `storm_days` expected a month, and their `storm_hour`.
    """
    at = read_at(instant)
    storms = _storms(at, zone, weather)
    features = []
    for number, feature in enumerate(stations["features"]):
        about = feature["properties"]
        level = _level(about, number, at, storms)
        hourly = level - _level(about, number, at - timedelta(hours=1), storms)
        reading = {
            "level_cm": round(level),
            "trend": "steady"
            if abs(hourly) < _STEADY_CM
            else "rising"
            if hourly > 0
            else "falling",
            "alarm": _alarm(about, level),
            "read_at": at.astimezone(zone).isoformat(),
        }
        features.append({**feature, "properties": {**about, **reading}})
    return {"type": "FeatureCollection", "features": features}


def read_stations(pack: Path) -> dict[str, Any] | None:
    """The stations of a city pack; None where it has none."""
    path = pack / FILE
    if not path.is_file():
        return None
    stations: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return stations


def _storms(
    at: datetime, zone: ZoneInfo, weather: Mapping[str, Any]
) -> list[tuple[datetime, float]]:
    """When the storms of the last days broke, and how heavy each was; 1 is usual."""
    today = at.astimezone(zone).date()
    found = [_storm(today - timedelta(days=n), zone, weather) for n in range(_DAYS_BACK + 1)]
    return [storm for storm in found if storm is not None and storm[0] <= at]


def _storm(day: date, zone: ZoneInfo, weather: Mapping[str, Any]) -> tuple[datetime, float] | None:
    rng = stream(_SEED, "water", day_of(day))
    falls, strength, hour = (
        rng.random(),
        rng.lognormal(0, 0.6),
        rng.normal(weather["storm_hour"], 2.5),
    )
    if falls >= weather["storm_days"][day.month - 1] / 30.4:
        return None
    return local_midnight(day, zone) + timedelta(hours=min(max(hour, 0.0), 23.9)), strength


def _level(
    about: Mapping[str, Any],
    number: int,
    at: datetime,
    storms: Sequence[tuple[datetime, float]],
) -> float:
    usual, reach = about["usual_cm"], about["alarm_1_cm"] - about["usual_cm"]
    level = usual + _ripple(number, at) * min(6.0, 0.03 * reach)
    rain = sum(force * _run_off(at - since, about["lag_hours"]) for since, force in storms)
    if about["kind"] == "tide":
        return level + _tide(at) + 4 * rain
    return level + _RISE * reach * _SPILL * (1 - math.exp(-rain / _SPILL))


def _run_off(since: timedelta, lag_hours: float) -> float:
    """Up to 1 at the lag after the rain, then falling more slowly than it rose."""
    hours = since.total_seconds() / 3600
    if hours <= 0:
        return 0.0
    return hours / lag_hours * math.exp(1 - hours / lag_hours)


def _tide(at: datetime) -> float:
    hours = to_epoch(at) / 3600
    return sum(cm * math.sin(math.tau * hours / period + turn) for cm, period, turn in _TIDES)


def _ripple(number: int, at: datetime) -> float:
    """Between -1 and 1, and never quite at rest."""
    minutes = to_epoch(at) / 60 + 97 * number
    return 0.6 * math.sin(minutes / 41) + 0.4 * math.sin(minutes / 13.7)


def _alarm(about: Mapping[str, Any], level: float) -> str:
    return next((word for n, word in _ALARMS if level >= about[f"alarm_{n}_cm"]), _CALM)
