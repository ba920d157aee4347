"""Office hours and heavy tails. Instants are float epoch seconds, NaN for what never happens."""

import numpy as np
from numpy.typing import NDArray

_DAY = 86_400.0
_OPENS, _CLOSES = 7.0 * 3600, 19.0 * 3600
_THURSDAY = 3  # 1970-01-01 was one
_SUNDAY = 6


def lasting(
    rng: np.random.Generator, median_seconds: NDArray[np.float64], sigma: float
) -> NDArray[np.float64]:
    """Log-normal durations with these medians."""
    return np.asarray(median_seconds * np.exp(rng.normal(0, sigma, len(median_seconds))))


def in_office_hours(
    at: NDArray[np.float64],
    offset: NDArray[np.int64],
    rng: np.random.Generator,
    *,
    share: float,
    sunday_share: float = 0.5,
) -> NDArray[np.float64]:
    """Of the instants outside 07–19 h local time, move this share to the next morning.

    `offset` is local minus UTC in seconds. Sundays are passed over likewise by `sunday_share`.
    """
    local = at + offset
    day = np.floor(local / _DAY)
    second = local - day * _DAY
    # Instants of people who keep office hours only; the rest are the night shift.
    keeps = rng.random(len(at)) < share
    late, early = keeps & (second > _CLOSES), keeps & (second < _OPENS)
    day = day + late
    moved = late | early
    sunday = ((day + _THURSDAY) % 7 == _SUNDAY) & keeps & (rng.random(len(at)) < sunday_share)
    day, moved = day + sunday, moved | sunday
    morning = day * _DAY + _OPENS + rng.gamma(1.6, 3000, len(at)) - offset
    return np.where(moved, morning, at)


def friday_afternoon(at: NDArray[np.float64], offset: NDArray[np.int64]) -> NDArray[np.float64]:
    """The first Friday, 15:40 local time, that is not before each instant."""
    local = at + offset
    target = 15 * 3600 + 40 * 60.0
    day = np.floor((local - target) / _DAY) + 1
    day += (4 - (day + _THURSDAY)) % 7
    return np.asarray(day * _DAY + target - offset)
