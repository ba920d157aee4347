"""What is kept of layers and complaints: in step with what arrives, and within its limit."""

from typing import Any

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient

from data.bulk import record_histories
from data.layers.catalogue import publish, remove, replace
from data.layers.model import About, FeatureTable
from data.store import Store
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.layers import keeping
from queries.layers.edges import Edges
from queries.layers.features import forget_layers
from queries.layers.holding import Polygons
from queries.layers.keeping import Keeping, follow_complaints
from queries.layers.positions import Positions
from tests.queries.random_city import make_histories
from tests.scattered import scatter

ASKED = ("near=flood:300", "inside=flood", "area=circle:106.82,-6.2;900")


def table(*shapes: Any) -> FeatureTable:
    return FeatureTable(np.array(shapes, object), {}, ())


def ask(store: Store) -> list[int]:
    counts = [count_by(store, [], ComplaintFilter.from_query(query)) for query in ASKED]
    by_feature = count_by(store, ["feature:flood"], ComplaintFilter()).dropna()
    return [int(one["n"].sum()) for one in (*counts, by_feature)]


@pytest.fixture
def city(store: Store) -> Store:
    record_histories(store, make_histories(3, 100))
    publish(
        store,
        "flood",
        About(names={"en": "Flood"}),
        table(shapely.box(106.81, -6.21, 106.83, -6.2)),
        file_name="flood",
    )
    forget_layers(store)
    return store


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many places something about a layer was worked out."""
    numbers: list[int] = []
    for kind, name in ((Edges, "bounds"), (Edges, "nearest"), (Polygons, "pairs")):
        real = getattr(kind, name)

        def counted(self: Any, x: Any, y: Any, *rest: Any, real: Any = real) -> Any:
            numbers.append(len(x))
            return real(self, x, y, *rest)

        monkeypatch.setattr(kind, name, counted)
    return numbers


def test_the_same_again_works_nothing_out(city: Store, worked: list[int]) -> None:
    first = ask(city)
    assert worked
    worked.clear()
    city.cache.pop("counts")
    assert ask(city) == first
    assert worked == []


def test_what_arrives_joins_at_the_tick_and_alone(
    city: Store, client: FlaskClient, worked: list[int]
) -> None:
    before = ask(city)
    since = city.latest_seq()
    scatter(city, 40, around=0.01)
    worked.clear()
    assert client.get(f"/api/live?since={since}").json["changed"]
    assert max(worked) <= 40
    worked.clear()
    after = ask(city)
    assert worked == [] or max(worked) == 0  # the question does not pay
    assert all(new > old for new, old in zip(after, before, strict=True))
    city.cache.pop("reaches")
    city.cache.pop("counts")
    assert ask(city) == after


def test_a_former_version_and_a_removed_layer_are_let_go(city: Store) -> None:
    ask(city)
    kept: Keeping = city.cache["reaches"]
    assert len(kept) == 2  # the layer, and the area
    replace(city, "flood", table(shapely.box(106.8, -6.3, 106.9, -6.1)), file_name="flood")
    forget_layers(city)
    ask(city)
    assert len(kept) == 3
    follow_complaints(city)
    assert len(kept) == 2
    remove(city, "flood")
    forget_layers(city)
    follow_complaints(city)
    assert len(kept) == 1


class Heavy:
    nbytes = 100

    def follow(self, positions: Positions) -> None:
        raise AssertionError("nobody asked lately")


def test_it_keeps_what_was_asked_last_within_the_limit() -> None:
    kept = Keeping(most_bytes=250)
    first, second = kept.get("first", Heavy), kept.get("second", Heavy)
    assert kept.get("first", Heavy) is first
    kept.get("third", Heavy)
    assert kept.get("first", Heavy) is first
    assert kept.get("second", Heavy) is not second


def test_what_nobody_asks_for_is_not_followed(city: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "_FOLLOWED_SECONDS", 0.0)
    kept = Keeping()
    kept.get("old", Heavy)
    kept.follow(city)
