"""What is known the moment a complaint arrives: when, what, where, by whom, over which channel."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.arrivals import Hours, arrival_times
from data.demo.character import Character
from data.demo.echoes import choose_sources, delay_echoes, gather_echoes
from data.demo.people import choose_reporters
from data.demo.places import Spots, make_spots, points_around, spot_weights
from data.demo.streams import stream
from data.geography import Locator
from data.reference import Reference

_WITHOUT_POINT = 0.06
_WITHOUT_PLACE = 0.01
_WITHOUT_POINT_IN_MAIN_CHANNEL = 0.003


@dataclass(frozen=True)
class Cases:
    """Complaints in the order they came; arrays of one length."""

    service_id: NDArray[np.int64]
    at: NDArray[np.int64]  # epoch seconds
    offset: NDArray[np.int64]  # local minus UTC, seconds
    spot: NDArray[np.int64]
    district_id: NDArray[np.int64]  # 0: not known
    latitude: NDArray[np.float64]  # NaN: not known
    longitude: NDArray[np.float64]
    channel_id: NDArray[np.int64]
    reporter: NDArray[np.int64]  # account number, in order of registration; -1: no account
    unit_id: NDArray[np.int64]  # first accountable by routing; 0: none
    ticket: NDArray[np.int64]  # a fixed number to derive small choices from


def make_cases(
    reference: Reference,
    locator: Locator,
    character: Character,
    hours: Hours,
    count: int,
    seed: int,
) -> tuple[Cases, Spots]:
    service_ids = list(reference.services)
    shares = np.asarray([character.services[i].share for i in service_ids], float)
    counts = stream(seed, "services").multinomial(count, shares / shares.sum())
    arrivals = arrival_times(
        hours, character, dict(zip(service_ids, counts.tolist(), strict=True)), seed
    )
    spots = make_spots(reference, locator, character, seed)
    weights = spot_weights(reference, character, spots, service_ids, seed)
    chosen = []
    for column, service_id in enumerate(service_ids):
        rng = stream(seed, "spot", service_id)
        cumulative = np.cumsum(weights[:, column])
        drawn = rng.random(int(counts[column])) * cumulative[-1]
        chosen.append(
            np.minimum(np.searchsorted(cumulative, drawn, side="right"), len(weights) - 1)
        )
    service = np.repeat(service_ids, counts)
    source = choose_sources(service, character, seed)
    times = np.concatenate([arrivals[service_id] for service_id in service_ids])[:, 1]
    times = delay_echoes(times, source, _last_second(hours), seed)
    order = np.argsort(times, kind="stable")
    service, at = service[order], times[order]
    spot = np.concatenate(chosen)
    spot = np.where(source >= 0, spot[source], spot)[order]
    source = np.where(source >= 0, np.argsort(order)[source], -1)[order]
    cell = np.searchsorted(hours.starts, at, side="right") - 1
    rng = stream(seed, "cases")
    channel = _channels(character, count, rng)
    latitude, longitude = points_around(spots, spot, locator, rng)
    gather_echoes(latitude, longitude, source, spots, spot, locator, seed)
    district = spots.district_id[spot].copy()
    _forget_places(channel, latitude, longitude, district, rng)
    main = channel == max(character.channels, key=lambda i: character.channels[i])
    return Cases(
        service_id=service,
        at=at,
        offset=hours.offset[cell],
        spot=spot,
        district_id=district,
        latitude=latitude,
        longitude=longitude,
        channel_id=channel,
        reporter=choose_reporters(character, hours, at, main, seed),
        unit_id=_route(reference, service, district),
        ticket=rng.integers(0, 2**62, count),
    ), spots


def _last_second(hours: Hours) -> int:
    return int(hours.starts[-1] + hours.fraction[-1] * 3600) - 1


def _channels(character: Character, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    weights = np.asarray(list(character.channels.values()), float)
    return rng.choice(list(character.channels), count, p=weights / weights.sum())


def _forget_places(
    channel: NDArray[np.int64],
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    district: NDArray[np.int64],
    rng: np.random.Generator,
) -> None:
    """The app sends coordinates; a letter or a tweet often names a place, or none."""
    main = channel == np.bincount(channel).argmax()
    others = max(1 - main.mean(), 1e-9)
    wanted = (
        _WITHOUT_POINT + _WITHOUT_PLACE - main.mean() * _WITHOUT_POINT_IN_MAIN_CHANNEL
    ) / others
    without = rng.random(len(channel)) < np.where(main, _WITHOUT_POINT_IN_MAIN_CHANNEL, wanted)
    latitude[without] = longitude[without] = np.nan
    share = _WITHOUT_PLACE / (_WITHOUT_POINT + _WITHOUT_PLACE)
    district[without & (rng.random(len(channel)) < share)] = 0


def _route(
    reference: Reference, service: NDArray[np.int64], district: NDArray[np.int64]
) -> NDArray[np.int64]:
    """`Reference.route` for many."""
    services = reference.services
    size = max(services) + 1
    agency = np.zeros(size, int)
    by_agency = np.zeros(size, bool)
    for service_id, known in services.items():
        by_agency[service_id] = known.unit_kind == "agency"
        agency[service_id] = known.agency_id or 0
    office = np.zeros(max(reference.districts, default=0) + 1, int)
    for district_id, unit_id in reference.unit_of_district.items():
        office[district_id] = unit_id
    return np.where(by_agency[service], agency[service], office[district])
