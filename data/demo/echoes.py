"""Several people report one thing: some complaints are echoes of one that came a little before."""

import numpy as np
from numpy.typing import NDArray

from data.demo.character import Character
from data.demo.places import Spots, is_in, move
from data.demo.streams import stream
from data.geography import Locator

# The share of complaints that are echoes, by a service's kind of weather: a flooded street is
# reported by everyone who comes by, a full bin by its neighbour.
_SHARES = {"": 0.05, "rain": 0.07, "wind": 0.14, "flood": 0.22}
_ECHOES_EACH = 1.8  # of a complaint that has any, on average
_UNEVENNESS = 1.0
_DELAY_HOURS = 2.5
_LONGEST_HOURS = 22.0
_STEP_METRES = 9.0
_HOUR = 3600


def choose_sources(
    service: NDArray[np.int64], character: Character, seed: int
) -> NDArray[np.int64]:
    """For each complaint the position of the one it echoes, -1 for none; never of an echo."""
    source = np.full(len(service), -1)
    for service_id, known in character.services.items():
        rng = stream(seed, "echoes", service_id)
        members = rng.permutation(np.flatnonzero(service == service_id))
        echoes = round(_SHARES[known.weather] * len(members))
        loud = members[echoes : echoes + max(round(echoes / _ECHOES_EACH), 1)]
        if echoes and len(loud):
            weights = rng.lognormal(0, _UNEVENNESS, len(loud))
            source[members[:echoes]] = rng.choice(loud, echoes, p=weights / weights.sum())
    return source


def delay_echoes(
    at: NDArray[np.int64], source: NDArray[np.int64], last: int, seed: int
) -> NDArray[np.int64]:
    """The times of all: an echo comes within hours of its source, and not after `last`."""
    rng = stream(seed, "delays")
    echo = np.flatnonzero(source >= 0)
    hours = np.minimum(rng.exponential(_DELAY_HOURS, len(echo)), _LONGEST_HOURS)
    began = at[source[echo]]
    room = np.maximum(last - began, 0)
    delayed = at.copy()
    delayed[echo] = began + np.minimum(hours * _HOUR, room * rng.random(len(echo))).astype(int)
    return delayed


def gather_echoes(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    source: NDArray[np.int64],
    spots: Spots,
    spot: NDArray[np.int64],
    locator: Locator,
    seed: int,
) -> None:
    """Move echoes to within a few steps of their sources, in the same district."""
    rng = stream(seed, "steps")
    echo = np.flatnonzero((source >= 0) & ~np.isnan(latitude))
    home_lat, home_lon = latitude[source[echo]], longitude[source[echo]]
    north, east = rng.normal(0, _STEP_METRES, (2, len(echo)))
    lat, lon = move(home_lat, home_lon, north, east)
    inside = is_in(locator, lat, lon, spots.district_id[spot[echo]])
    latitude[echo] = np.round(np.where(inside, lat, home_lat), 6)
    longitude[echo] = np.round(np.where(inside, lon, home_lon), 6)
