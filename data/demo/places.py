"""Where complaints come from: hot spots in the districts, low ground, and points around them."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from data import schema
from data.demo.character import Character
from data.demo.streams import stream
from data.geography import Locator
from data.reference import District, Reference

_KM_PER_DEGREE = 111.32
_DEFAULT_AREA_KM2 = 1.8
_FEWEST_SPOTS, _MOST_SPOTS = 12, 60
_RIVER_STEP_KM = 0.25
# Around a hot spot: the place itself, its street, its neighbourhood.
_SPREAD_METRES = (14.0, 70.0, 330.0)
_SPREAD_SHARES = (0.45, 0.33, 0.22)


def with_centers(connection: Connection, reference: Reference) -> Reference:
    """The reference with a point inside the boundaries as centre of districts that have none."""
    table = schema.districts
    rows = connection.execute(
        select(table.c.id, table.c.geometry).where(
            table.c.latitude.is_(None), table.c.geometry.is_not(None)
        )
    )
    found = {}
    for district_id, geometry in rows:
        point = shapely.from_geojson(geometry).representative_point()
        district = reference.districts[district_id]
        found[district_id] = replace(district, latitude=point.y, longitude=point.x)
    return replace(reference, districts={**reference.districts, **found})


@dataclass(frozen=True)
class Spots:
    """Places that are reported again and again. Arrays of one length; NaN: no known position."""

    district_id: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    popularity: NDArray[np.float64]  # sums to 1 within a district
    lowness: NDArray[np.float64]  # how readily water gathers, 0 and up


def make_spots(reference: Reference, locator: Locator, character: Character, seed: int) -> Spots:
    """Between 12 and 60 places in every leaf district, more in a large one."""
    rng = stream(seed, "spots")
    districts = reference.at_level(reference.leaf_level)
    area = np.asarray([d.area_km2 or _DEFAULT_AREA_KM2 for d in districts])
    counts = np.clip(10 + 10 * np.sqrt(area), _FEWEST_SPOTS, _MOST_SPOTS).astype(int)
    of = np.repeat(np.arange(len(districts)), counts)
    latitude, longitude = _scatter(districts, of, locator, rng)
    # The n-th most reported place of a district gets about 1/n^0.9 of its complaints.
    rank = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    popularity = rank**-0.9 * rng.lognormal(0, 0.5, len(of))
    popularity /= np.bincount(of, popularity)[of]
    return Spots(
        district_id=np.asarray([d.id for d in districts])[of],
        latitude=latitude,
        longitude=longitude,
        popularity=popularity,
        lowness=_lowness(latitude, longitude, character) * rng.lognormal(0, 0.6, len(of)),
    )


def _scatter(
    districts: list[District], of: NDArray[np.int64], locator: Locator, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points inside each district: drawn in a disc, drawn anew where they fell outside."""
    center_lat = np.asarray([np.nan if d.latitude is None else d.latitude for d in districts])[of]
    center_lon = np.asarray([np.nan if d.longitude is None else d.longitude for d in districts])[of]
    area = np.asarray([d.area_km2 or _DEFAULT_AREA_KM2 for d in districts])[of]
    ids = np.asarray([d.id for d in districts])[of]
    latitude, longitude = center_lat.copy(), center_lon.copy()
    todo = np.flatnonzero(~np.isnan(center_lat))
    for reach in (1.25, 1.1, 1.0, 0.8, 0.6, 0.4, 0.2):
        radius = reach * np.sqrt(area[todo] / np.pi * rng.random(len(todo))) * 1000
        angle = rng.random(len(todo)) * 2 * np.pi
        lat, lon = move(
            center_lat[todo], center_lon[todo], radius * np.sin(angle), radius * np.cos(angle)
        )
        inside = is_in(locator, lat, lon, ids[todo])
        latitude[todo[inside]], longitude[todo[inside]] = lat[inside], lon[inside]
        todo = todo[~inside]
    return latitude, longitude


def is_in(
    locator: Locator,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    district_id: NDArray[np.int64],
) -> NDArray[np.bool_]:
    if not locator.has_boundaries:
        return np.ones(len(latitude), bool)
    return np.asarray(locator.locate_many(latitude, longitude) == district_id)


def move(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    north_metres: NDArray[np.float64],
    east_metres: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    degree = _KM_PER_DEGREE * 1000
    return (
        latitude + north_metres / degree,
        longitude + east_metres / (degree * np.cos(np.radians(latitude))),
    )


def _lowness(
    latitude: NDArray[np.float64], longitude: NDArray[np.float64], character: Character
) -> NDArray[np.float64]:
    """Nearness to the low points and rivers of demo.toml: each adds weight·exp(-(km/reach)²)."""
    low = np.full(len(latitude), 0.02)
    for point in character.weather["low_points"]:
        line = np.asarray([[point["latitude"], point["longitude"]]])
        low += point["weight"] * _nearness(latitude, longitude, line, point["km"])
    for river in character.weather["rivers"]:
        line = _dense(np.asarray(river["course"], float))
        low += river["weight"] * _nearness(latitude, longitude, line, river["km"])
    return np.where(np.isnan(low), 0.02, low)


def _dense(course: NDArray[np.float64]) -> NDArray[np.float64]:
    """The course of a river as points close enough together to measure distances to."""
    pieces = []
    for here, there in pairwise(course):
        steps = int(np.hypot(*(there - here)) * _KM_PER_DEGREE / _RIVER_STEP_KM) + 1
        pieces.append(here + (there - here) * np.arange(steps)[:, None] / steps)
    return np.concatenate([*pieces, course[-1:]])


def _nearness(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    line: NDArray[np.float64],
    reach_km: float,
) -> NDArray[np.float64]:
    shrink = np.cos(np.radians(line[:, 0].mean()))
    north = latitude[:, None] - line[None, :, 0]
    east = (longitude[:, None] - line[None, :, 1]) * shrink
    km = np.sqrt((north**2 + east**2).min(axis=1)) * _KM_PER_DEGREE
    return np.exp(-((km / reach_km) ** 2))


def points_around(
    spots: Spots, chosen: NDArray[np.int64], locator: Locator, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """One point for each chosen spot, in the spot's own district; NaN where it has no position."""
    spread = rng.choice(_SPREAD_METRES, len(chosen), p=_SPREAD_SHARES)
    north, east = rng.normal(0, spread), rng.normal(0, spread)
    home_lat, home_lon = spots.latitude[chosen], spots.longitude[chosen]
    latitude, longitude = move(home_lat, home_lon, north, east)
    known = np.flatnonzero(~np.isnan(latitude))
    for shrink in (0.15, 0.0):  # over the border: nearer to the spot, at last on it
        inside = is_in(locator, latitude[known], longitude[known], spots.district_id[chosen[known]])
        known = known[~inside]
        latitude[known], longitude[known] = move(
            home_lat[known], home_lon[known], north[known] * shrink, east[known] * shrink
        )
    return np.round(latitude, 6), np.round(longitude, 6)


def spot_weights(
    reference: Reference, character: Character, spots: Spots, service_ids: list[int], seed: int
) -> NDArray[np.float64]:
    """Relative volume of each spot for each service: (spots, services).

    A district's volume is its population times a heavy-tailed factor, so that volumes differ
    tenfold and more; cities without population get equal weights times the same factor.
    """
    rng = stream(seed, "volumes")
    districts = reference.at_level(reference.leaf_level)
    known = [d.population for d in districts if d.population]
    usual = float(np.median(known)) if known else 1.0
    volume = np.asarray([d.population or usual for d in districts], float) ** 0.9
    volume *= rng.lognormal(0, 0.5, len(districts))
    volume *= [character.district_factors.get(d.code, 1.0) for d in districts]
    place_of = {d.id: place for place, d in enumerate(districts)}
    of = np.asarray([place_of[district_id] for district_id in spots.district_id.tolist()])
    weights = np.empty((len(of), len(service_ids)))
    for column, service_id in enumerate(service_ids):
        taste = rng.lognormal(0, 0.35, len(districts))
        within = spots.popularity * rng.lognormal(0, 0.8, len(of))
        if character.services[service_id].weather == "flood" and spots.lowness.max() > 0.1:
            within *= 0.01 + spots.lowness
            taste *= np.bincount(of, within) / np.bincount(of, spots.popularity)
        within /= np.bincount(of, within)[of]
        weights[:, column] = (volume * taste)[of] * within
    return weights
