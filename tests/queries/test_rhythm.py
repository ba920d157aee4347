"""Planted rhythms: sound channels are left alone, broken ones are found, quiet nights are quiet."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from queries.rhythm import IMPLAUSIBLE, Rhythm, learn_rhythm

JAKARTA = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 8, 3, tzinfo=JAKARTA)
DAYS = 35


def arrivals(
    per_hour: Any, *, seed: int = 1, days: int = DAYS, busy: float | None = None
) -> np.ndarray:
    """UTC seconds of a Poisson stream whose rate is `per_hour(weekday, hour)`.

    With `busy` the rate of each day is multiplied by a gamma number of mean 1, variance `busy`.
    """
    dice = np.random.default_rng(seed)
    found: list[float] = []
    for day in range(days):
        factor = dice.gamma(1 / busy, busy) if busy else 1.0
        for hour in range(24):
            begin = MONDAY.timestamp() + day * 86_400 + hour * 3_600
            n = dice.poisson(per_hour(day % 7, hour) * factor)
            found += (begin + dice.uniform(0, 3_600, n)).tolist()
    return np.sort(np.asarray(found)).astype(np.int64)


def office(weekday: int, hour: int) -> float:
    """Six an hour from eight to four on working days, nothing else."""
    return 6.0 if weekday < 5 and 8 <= hour < 16 else 0.0


def app(_weekday: int, hour: int) -> float:
    return 10.0 if 6 <= hour < 22 else 1.0


def learned(stream: np.ndarray) -> Rhythm:
    rhythm = learn_rhythm(stream, JAKARTA)
    assert rhythm is not None
    return rhythm


def local(day: int, hour: float) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour)


def test_an_even_stream_is_silent_after_seven_expected_arrivals() -> None:
    minutes = np.arange(0, 30 * 86_400, 1_800) + int(MONDAY.timestamp())  # two an hour
    rhythm = learned(minutes)
    assert rhythm.spread == 0
    expected = timedelta(hours=-math.log(IMPLAUSIBLE) / 2)
    silent_from = rhythm.silent_from()
    assert silent_from is not None
    assert abs(silent_from - rhythm.last - expected) < timedelta(minutes=5)
    assert rhythm.chance_of_nothing(silent_from) == pytest.approx(IMPLAUSIBLE, rel=1e-6)


def test_an_office_is_not_silent_over_night_nor_over_the_weekend() -> None:
    stream = arrivals(office)
    friday = stream[stream < local(32, 16).timestamp()]  # the fifth week's Friday evening
    rhythm = learned(friday)
    for quiet in (local(33, 12), local(34, 23), local(35, 8)):
        assert rhythm.chance_of_nothing(quiet) > 0.3
    silent_from = rhythm.silent_from()
    assert silent_from is not None
    assert local(35, 8.5) < silent_from < local(35, 11)  # Monday morning


def test_an_app_that_broke_at_noon_is_found_within_the_hour_but_not_at_night() -> None:
    stream = arrivals(app)
    at_noon = learned(stream[stream < local(32, 12).timestamp()])
    silent = at_noon.silent_from()
    assert silent is not None and timedelta(minutes=30) < silent - at_noon.last
    assert silent - at_noon.last < timedelta(minutes=75)
    at_night = learned(stream[stream < local(32, 23).timestamp()])
    silent = at_night.silent_from()
    assert silent is not None and silent > local(33, 5)


@pytest.mark.parametrize("busy", [None, 0.3])
@pytest.mark.parametrize("rate", [0.3, 3.0])
def test_a_sound_channel_is_hardly_ever_called_silent(busy: float | None, rate: float) -> None:
    """At most 0.5% of the time over the last five days, for twenty channels of each kind."""
    called, looked = timedelta(), timedelta()
    for seed in range(20):
        stream = arrivals(lambda _day, hour: rate if 6 <= hour < 22 else 0, seed=seed, busy=busy)
        for index in np.flatnonzero(stream > local(30, 0).timestamp())[:-1:3]:
            rhythm = learned(stream[: index + 1])
            silent_from = rhythm.silent_from()
            until = datetime.fromtimestamp(stream[index + 1], UTC)
            looked += until - rhythm.last
            if silent_from is not None and silent_from < until:
                called += until - silent_from
    assert called < 0.005 * looked


def test_days_that_vary_make_the_judge_more_patient() -> None:
    steady, moody = (learned(arrivals(app, busy=busy, seed=5)) for busy in (None, 0.5))
    assert steady.spread < 0.05 < 0.2 < moody.spread
    whole = local(36, 0)
    assert moody.chance_of_nothing(whole) > steady.chance_of_nothing(whole)


def test_a_file_of_thousands_is_one_arrival() -> None:
    nightly = [local(day, 2).timestamp() + np.arange(3_000) / 3_000 for day in range(DAYS)]
    rhythm = learned(np.concatenate(nightly).astype(np.int64))
    assert rhythm.arrivals == 30
    assert rhythm.expected(local(35, 0), local(36, 0)) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize(
    "stream",
    [
        np.empty(0, np.int64),
        arrivals(lambda _day, hour: 1.0 if hour == 12 else 0.0, days=20),  # about twenty
        arrivals(app, days=6),  # many, but for less than a week
    ],
)
def test_too_few_arrivals_say_nothing(stream: np.ndarray) -> None:
    assert learn_rhythm(stream, JAKARTA) is None


def test_the_longest_wait_ends() -> None:
    once_a_week = arrivals(lambda day, hour: 15.0 if (day, hour) == (2, 10) else 0.0)
    rhythm = learned(once_a_week)
    silent_from = rhythm.silent_from()
    assert silent_from is not None
    assert silent_from.astimezone(JAKARTA).weekday() == 2
    assert rhythm.silent_from() == silent_from


def test_the_clock_may_be_changed_in_between() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begin = int(datetime(2026, 10, 1, tzinfo=zone).timestamp())
    rhythm = learn_rhythm(begin + np.arange(0, 30 * 86_400, 1_200), zone)  # over 25 October
    assert rhythm is not None
    start, end = (datetime(2026, 10, day, tzinfo=zone).astimezone(UTC) for day in (25, 26))
    assert rhythm.expected(start, end) == pytest.approx(25 * 3, rel=0.05)
