"""GET requests by place and by what changed since."""

import random
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from pyproj import Geod

from data.complaints import comment, rate, reject, resolve
from data.instants import now
from data.request_filter import EARTH_RADIUS_METRES, Circle
from tests.intake.conftest import Api
from tests.intake.test_querying import ids, receive_at

WEST, SOUTH, EAST, NORTH = 106.80, -6.22, 106.84, -6.18  # the tiny city


@pytest.fixture
def scattered(any_api: Api) -> tuple[Api, dict[str, tuple[float, float]]]:
    """Sixty complaints all over the city and one without a place; latitude and longitude by id."""
    rng = random.Random(7)
    places = [(rng.uniform(SOUTH, NORTH), rng.uniform(WEST, EAST)) for _ in range(60)]
    found = {
        receive_at(any_api, now(), latitude=latitude, longitude=longitude): (latitude, longitude)
        for latitude, longitude in places
    }
    receive_at(any_api, now(), latitude=None, longitude=None, address_string="Somewhere")
    return any_api, found


def test_a_box_holds_what_lies_in_it(scattered: Any) -> None:
    api, places = scattered
    for box in ((106.81, -6.21, 106.83, -6.19), (106.80, -6.22, 106.8101, -6.18)):
        west, south, east, north = box
        inside = {
            name
            for name, (latitude, longitude) in places.items()
            if south <= latitude <= north and west <= longitude <= east
        }
        assert 0 < len(inside) < len(places)
        assert set(ids(api, bbox=",".join(map(str, box)))) == inside
    assert len(ids(api, bbox="-180,-90,180,90")) == len(places)


def test_edges_belong_to_a_box(any_api: Api) -> None:
    found = receive_at(any_api, now(), latitude=-6.2, longitude=106.81)
    assert ids(any_api, bbox="106.81,-6.2,106.81,-6.2") == [found]
    assert ids(any_api, bbox="106.8100001,-6.2,106.82,-6.2") == []


@pytest.mark.parametrize("radius", [600, 1_000, 2_500])
def test_a_radius_is_the_true_distance(scattered: Any, radius: int) -> None:
    """The oracle works on the ellipsoid: those within 1% of the edge may lie on either side."""
    api, places = scattered
    centre = (-6.2, 106.82)
    geod = Geod(ellps="WGS84")
    distances = {
        name: geod.inv(centre[1], centre[0], longitude, latitude)[2]
        for name, (latitude, longitude) in places.items()
    }
    found = set(ids(api, lat=str(centre[0]), long=str(centre[1]), radius=str(radius)))
    surely = {name for name, metres in distances.items() if metres < radius * 0.99}
    perhaps = {name for name, metres in distances.items() if metres <= radius * 1.01}
    assert surely <= found <= perhaps
    assert len(perhaps - surely) < 5 and 0 < len(found) < len(places)
    if radius == 1_000:
        assert set(ids(api, lat=str(centre[0]), long=str(centre[1]))) == found


def test_a_place_and_a_radius_of_nothing_finds_that_place(any_api: Api) -> None:
    found = receive_at(any_api, now(), latitude=-6.2, longitude=106.81)
    assert ids(any_api, lat="-6.2", long="106.81", radius="0") == [found]


@pytest.mark.parametrize("latitude", [-6.2, 0.0, 55.0, -89.9, 90.0])
@pytest.mark.parametrize("longitude", [106.8, 179.99, -180.0])
@pytest.mark.parametrize("radius", [10.0, 5_000.0, 100_000.0])
def test_the_box_around_a_circle_cuts_nothing_off(
    latitude: float, longitude: float, radius: float
) -> None:
    box = Circle(latitude, longitude, radius).box()
    sphere = Geod(a=EARTH_RADIUS_METRES, b=EARTH_RADIUS_METRES)
    bearings = np.arange(0, 360, 1.0)
    repeated = [np.full(len(bearings), number) for number in (longitude, latitude)]
    longitudes, latitudes, _ = sphere.fwd(*repeated, bearings, np.full(len(bearings), radius))
    hair = 1e-9
    assert np.all(np.asarray(latitudes) >= box.south - hair)
    assert np.all(np.asarray(latitudes) <= box.north + hair)
    assert np.all(np.asarray(longitudes) >= box.west - hair)
    assert np.all(np.asarray(longitudes) <= box.east + hair)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"bbox": "1,2,3"}, "bbox '1,2,3' is not four numbers"),
        ({"bbox": "a,b,c,d"}, "is not four numbers"),
        ({"bbox": "nan,0,1,1"}, "is not four numbers"),
        ({"bbox": "1e999,0,1,1"}, "is not four numbers"),
        ({"bbox": "106.9,-6.2,106.8,-6.1"}, "ends before it begins"),
        ({"bbox": "106.8,-6.1,106.9,-6.2"}, "ends before it begins"),
        ({"bbox": "-6.2,106.8,-6.1,106.9"}, "leaves the Earth"),
        ({"lat": "-6.2"}, "long is missing"),
        ({"long": "106.8"}, "lat is missing"),
        ({"lat": "x", "long": "106.8"}, "lat 'x' is not from -90 to 90"),
        ({"lat": "-6.2", "long": "181"}, "long '181' is not from -180 to 180"),
        ({"lat": "-6.2", "long": "106.8", "radius": "-1"}, "radius '-1' is not from 0 to 100000"),
        ({"lat": "-6.2", "long": "106.8", "radius": "1e6"}, "send metres"),
        ({"updated_after": "soon"}, "updated_after 'soon' is not a date"),
        ({"updated_after": "2026-02-01", "updated_before": "2026-01-01"}, "exchange them"),
    ],
)
def test_wrong_places_and_dates_are_named(api: Api, query: dict[str, str], said: str) -> None:
    (error,) = api.get("requests", expect=400, **query)
    assert said in error["description"]


def test_a_radius_alone_asks_for_its_centre(api: Api) -> None:
    errors = api.get("requests", expect=400, radius="500")
    assert len(errors) == 2


def test_what_changed_since_is_found_however_old(any_api: Api) -> None:
    api = any_api
    old = receive_at(api, now() - timedelta(days=200))
    receive_at(api, now() - timedelta(days=199))
    at = (now() - timedelta(hours=1)).replace(second=0)
    resolve(api.store, old, at=at)

    def since(instant: datetime, **query: str) -> list[str]:
        return ids(api, updated_after=instant.strftime("%Y-%m-%dT%H:%M:%SZ"), **query)

    assert since(at) == [old]
    assert since(at, start_date=(now() - timedelta(days=30)).strftime("%Y-%m-%d")) == []
    assert since(at + timedelta(seconds=1)) == []
    until = (at - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(since(now() - timedelta(days=300))) == 2
    assert len(since(now() - timedelta(days=300), updated_before=until)) == 1


@pytest.mark.parametrize("close", [resolve, reject])
def test_a_closed_complaint_is_as_old_as_its_closing(any_api: Api, close: Any) -> None:
    """What citizens say afterwards moves neither what is shown nor what is found."""
    api = any_api
    at = (now() - timedelta(hours=5)).replace(microsecond=0)
    found = receive_at(api, at)
    close(api.store, found, at=at + timedelta(hours=1))
    rate(api.store, found, 2)
    comment(api.store, found, "why?")
    (request,) = api.get(f"requests/{found}")
    assert datetime.fromisoformat(request["updated_datetime"]) == at + timedelta(hours=1)
    later = (at + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert ids(api, updated_after=later) == []
    assert ids(api, updated_before=later) == [found]


def test_what_the_standard_does_not_know_changes_nothing(api: Api) -> None:
    found = receive_at(api, now())
    query = {"attribute[WHICH]": "left", "attribute[X][]": "1", "q": "lamp", "limit": "0"}
    assert ids(api, **query) == [found]
    assert ids(api, jurisdiction_id="city.gov") == [found]
