"""Complaints near, far from, inside and outside layers, the same on every path."""

import numpy as np
import pytest
import shapely

from data.bulk import record_histories
from data.layers.catalogue import publish, replace
from data.layers.model import About, FeatureTable, Field
from data.store import Store
from queries.columns import current_facts
from queries.counts import count_by
from queries.filters import ComplaintFilter, FilterError
from queries.layers.features import forget_layers
from queries.layers.plane import plane_of
from queries.points import newest, received_since, viewport
from tests.queries.random_city import make_histories

WORLD = (106.7, -6.3, 106.9, -6.1)


def layer(store: Store, code: str, shapes: list[object], **columns: list[object]) -> None:
    table = FeatureTable(
        shapes=np.array(shapes, object),
        columns=dict(columns),
        fields=tuple(Field(name, "text") for name in columns),
    )
    publish(store, code, About(names={"en": code}), table, file_name=code)
    forget_layers(store)


@pytest.fixture
def city(any_store: Store) -> Store:
    record_histories(any_store, make_histories(3, 300))
    layer(
        any_store,
        "pumps",
        [shapely.Point(106.81, -6.2), shapely.Point(106.83, -6.21)],
        state=["broken", "works"],
    )
    layer(any_store, "flood", [shapely.box(106.81, -6.21, 106.83, -6.2)])
    return any_store


def numbers(store: Store, query: str) -> int:
    return int(count_by(store, [], ComplaintFilter.from_query(query))["n"].sum())


def distances(store: Store, *features: shapely.Geometry) -> np.ndarray:
    """Metres from each complaint that has a place to the nearest feature."""
    columns, plane = current_facts(store).columns, plane_of(store)
    placed = ~np.isnan(columns["latitude"])
    x, y = plane.to_metres(columns["longitude"][placed], columns["latitude"][placed])
    moved = plane.shapes_to_metres(np.array(features, object))
    return np.min([shapely.distance(shapely.points(x, y), shape) for shape in moved], axis=0)


@pytest.mark.parametrize("extra", ["", "&as_of=2100-01-01T00:00:00Z"])
def test_what_is_asked_is_counted(city: Store, extra: str) -> None:
    pumps = distances(city, shapely.Point(106.81, -6.2), shapely.Point(106.83, -6.21))
    broken = distances(city, shapely.Point(106.81, -6.2))
    flood = distances(city, shapely.box(106.81, -6.21, 106.83, -6.2))
    assert 0 < (pumps <= 800).sum() < len(pumps)
    assert numbers(city, "near=pumps:800" + extra) == (pumps <= 800).sum()
    assert numbers(city, "far=pumps:800" + extra) == (pumps > 800).sum()
    assert numbers(city, "near=pumps:800:state=broken" + extra) == (broken <= 800).sum()
    assert numbers(city, "inside=flood" + extra) == (flood == 0).sum()
    assert numbers(city, "outside=flood" + extra) == (flood > 0).sum()
    both = (flood == 0) & (pumps > 800)
    assert numbers(city, "inside=flood&far=pumps:800" + extra) == both.sum()
    assert numbers(city, "area=circle:106.81,-6.2;800" + extra) == (broken <= 800).sum()


def test_points_and_the_newest_obey(city: Store) -> None:
    wanted = ComplaintFilter.from_query("period=all&near=pumps:800")
    n = numbers(city, "near=pumps:800")
    found = newest(city, wanted, 1000)
    assert len(found) == n
    assert list(found["requested_at"]) == sorted(found["requested_at"], reverse=True)
    assert viewport(city, wanted, WORLD, 18)["pantau"]["total"] == n
    assert set(received_since(city, wanted, 0, 1000)) == set(found["service_request_id"])
    assert received_since(city, wanted, 0, 5) == received_since(city, wanted, 0, 1000)[:5]


def test_a_layer_that_is_replaced_is_asked_anew(city: Store) -> None:
    before = numbers(city, "inside=flood")
    nothing = FeatureTable(np.array([], object), {}, ())
    replace(city, "flood", nothing, file_name="flood")
    forget_layers(city)
    assert before > 0
    assert numbers(city, "inside=flood") == 0
    assert numbers(city, "outside=flood") == numbers(city, "far=pumps:0")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("near=rivers:20", "layer 'rivers' is not known; there are: flood, pumps"),
        ("near=pumps:20:colour=red", "has no field 'colour'; its fields are: state"),
        ("inside=pumps", "has no polygons to be inside; use near or far with metres"),
    ],
)
def test_an_unknown_layer_is_refused_in_words(city: Store, query: str, words: str) -> None:
    with pytest.raises(FilterError, match=words):
        numbers(city, query)
