"""Who reports: half a million registered people, of whom few report often. All are invented."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.demo.arrivals import Hours
from data.demo.character import Character
from data.demo.streams import stream

_ACTIVITY_SIGMA = 1.8  # of the log-normal spread in how often one person reports
_YEAR = 365.25 * 86_400


def registered_at(character: Character, hours: Hours, at: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many people are registered at each instant (epoch seconds) of the period."""
    people = character.people
    first, last = int(hours.starts[0]), int(hours.starts[-1]) + 3600
    done = (at - first) / (last - first)
    begin = float(people["registered_at_start"])
    # Growth slows: most of a city that will register has done so.
    share = begin + (1 - begin) * (1.25 * done - 0.25 * done**2)
    return np.asarray(np.minimum(share, 1.0) * int(people["registered"])).astype(np.int64)


def choose_reporters(
    character: Character,
    hours: Hours,
    at: NDArray[np.int64],
    has_account: NDArray[np.bool_],
    seed: int,
) -> NDArray[np.int64]:
    """An account number below the number registered then; -1 for other channels' unknown people.

    Only part of the registered ever report: as many as make the wanted complaints a year each,
    with log-normal activity, so that a few report every day.
    """
    rng = stream(seed, "people")
    years = (int(hours.starts[-1]) - int(hours.starts[0])) / _YEAR
    registered = int(character.people["registered"])
    rate = float(character.people["complaints_per_reporter_a_year"])
    pool = int(np.clip(1.8 * len(at) / (rate * max(years, 0.1)), 1, registered))
    accounts = rng.choice(registered, pool, replace=False)
    activity = np.cumsum(rng.lognormal(0, _ACTIVITY_SIGMA, pool))
    drawn = accounts[np.searchsorted(activity, rng.random(len(at)) * activity[-1], side="right")]
    then = registered_at(character, hours, at)
    early = drawn >= then
    drawn[early] = drawn[early] * then[early] // registered
    return np.where(has_account, drawn, -1)


def describe_person(character: Character, number: int) -> dict[str, Any]:
    """Name, address at example.org and a number that cannot be dialled, the same for a number.

    Indonesian mobile numbers begin with 8 after the zero or +62; 0000 is never given out.
    """
    first_names, last_names = character.words["first_names"], character.words["last_names"]
    scattered = number * 2_654_435_761 % 2**32 // 7  # neighbours get unlike names
    first = first_names[scattered % len(first_names)]
    last = last_names[(scattered // 1009) % len(last_names)]
    return {
        "first_name": first,
        "last_name": last,
        "email": f"{first}.{last}.{number}@example.org".lower().replace(" ", ""),
        "phone": f"0000-{number // 10000 % 10000:04d}-{number % 10000:04d}",
        "account_id": f"demo-{number:06d}",
    }


def usage_by_day(
    character: Character, hours: Hours, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Day (running number), people registered at its end, and people active on it."""
    rng = stream(seed, "usage")
    last_hour = np.flatnonzero(np.diff(hours.day, append=hours.day[-1] + 1))
    registered = registered_at(character, hours, hours.starts[last_hour] + 3599)
    weekday = hours.weekday[last_hour]
    rhythm = np.asarray([1.06, 1.05, 1.04, 1.03, 1.02, 0.93, 0.87])[weekday]
    noise = np.exp(rng.normal(0, 0.05, len(last_hour)))
    grown = registered / registered.mean()
    covered = np.bincount(hours.day, hours.fraction)[hours.day[last_hour]] / 24
    active = character.people["active_a_day"] * rhythm * noise * grown**0.5 * np.minimum(covered, 1)
    return hours.day[last_hour], registered, np.round(active).astype(np.int64)
