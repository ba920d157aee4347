"""When complaints arrive: hour and weekday rhythm, slow growth, noise, and storms in season."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from data.demo.character import Character, Rhythm
from data.demo.streams import stream

_HOUR = 3600
_GROWTH = 0.25  # from the first day to the last
_DAY_NOISE = 0.09
_STORM_DECAY_HOURS = 7.0
_STORM_TAIL_HOURS = 40
# How much of a service's volume comes with storms, by its kind of weather.
STORM_SHARE = {"": 0.0, "rain": 0.10, "wind": 0.40, "flood": 0.93}


@dataclass(frozen=True)
class Hours:
    """The hours of the demo's period, as local calendar values; all arrays of one length."""

    starts: NDArray[np.int64]  # UTC epoch seconds
    fraction: NDArray[np.float64]  # of the hour that lies inside the period
    offset: NDArray[np.int64]  # local minus UTC, seconds
    hour: NDArray[np.int64]
    weekday: NDArray[np.int64]
    month: NDArray[np.int64]  # 0…11
    day: NDArray[np.int64]  # running number of the local date


def period_hours(start: int, end: int, zone: ZoneInfo) -> Hours:
    """The UTC hours that touch [start, end] (epoch seconds)."""
    whole = np.arange(start // _HOUR * _HOUR, end + 1, _HOUR, dtype=np.int64)
    starts = np.maximum(whole, start)
    inside = np.minimum(whole + _HOUR, end + 1) - starts
    local = [datetime.fromtimestamp(int(s), UTC).astimezone(zone) for s in starts]
    offsets = [int(when.utcoffset().total_seconds()) for when in local]  # type: ignore[union-attr]
    days = np.asarray([when.toordinal() for when in local])
    return Hours(
        starts=starts,
        fraction=inside / _HOUR,
        offset=np.asarray(offsets),
        hour=np.asarray([when.hour for when in local]),
        weekday=np.asarray([when.weekday() for when in local]),
        month=np.asarray([when.month - 1 for when in local]),
        day=days - days[0],
    )


def storm_signal(hours: Hours, character: Character, seed: int) -> NDArray[np.float64]:
    """Rain intensity of each hour, mean 1 over the period (all zero where no storm fell)."""
    rng = stream(seed, "storms")
    expected = np.asarray(character.weather["storm_days"], float)
    days = int(hours.day[-1]) + 1
    first_hour = np.searchsorted(hours.day, np.arange(days))
    month = hours.month[first_hour]
    falls = rng.random(days) < expected[month] / 30.4
    # A wet month has not only more storms but heavier ones.
    strength = rng.lognormal(0, 1.05, days) * (expected[month] / max(expected.max(), 1e-9)) ** 0.7
    at = first_hour + np.round(rng.normal(character.weather["storm_hour"], 3.5, days)).astype(int)
    signal = np.zeros(len(hours.starts) + _STORM_TAIL_HOURS)
    for place, force in zip(at[falls], strength[falls], strict=True):
        if 0 <= place < len(hours.starts):
            signal[place] += force
    tail = np.arange(_STORM_TAIL_HOURS)
    kernel = (1 - np.exp(-(tail + 0.5) / 1.5)) * np.exp(-tail / _STORM_DECAY_HOURS)
    spread = np.convolve(signal, kernel)[: len(hours.starts)]
    return spread / spread.mean() if spread.any() else spread


def arrival_times(
    hours: Hours, character: Character, counts: dict[int, int], seed: int
) -> dict[int, NDArray[np.int64]]:
    """For each service id, indexes into `hours` and epoch seconds of its complaints: (n, 2)."""
    trend = 1 + _GROWTH * np.arange(len(hours.starts)) / len(hours.starts)
    noise = stream(seed, "days").lognormal(0, _DAY_NOISE, int(hours.day[-1]) + 1)[hours.day]
    storms = storm_signal(hours, character, seed)
    arrivals = {}
    for service_id, count in counts.items():
        service = character.services[service_id]
        calm = _rhythm(hours, character.rhythms[service.rhythm]) * trend * noise
        weight = calm / calm.mean()
        if storms.any():
            share = STORM_SHARE[service.weather]
            # Nobody photographs a flood at three in the morning as readily as at seven.
            awake = 0.35 + 0.65 * weight / weight.max()
            weight = (1 - share) * weight + share * storms * awake * trend
        cumulative = np.cumsum(weight * hours.fraction)
        rng = stream(seed, "arrivals", service_id)
        cell = np.searchsorted(cumulative, rng.random(count) * cumulative[-1], side="right")
        cell = np.minimum(cell, len(hours.starts) - 1)
        within = (rng.random(count) * hours.fraction[cell] * _HOUR).astype(np.int64)
        arrivals[service_id] = np.column_stack([cell, hours.starts[cell] + within])
    return arrivals


def _rhythm(hours: Hours, rhythm: Rhythm) -> NDArray[np.float64]:
    by_hour = np.asarray(rhythm.hours, float)
    return by_hour[hours.hour] * np.asarray(rhythm.weekdays, float)[hours.weekday]
