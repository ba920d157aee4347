"""A picture shows what the page shows: two measures, features of a layer, hot spots."""

import io

import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient
from matplotlib.colors import to_hex
from PIL import Image

from components.both_map import both_colours
from components.hot_spot_map import hot_spot_colours
from data.store import Store
from queries.classes import classify
from queries.filters import ComplaintFilter
from queries.layers.both import two_measures
from queries.layers.by_feature import feature_values
from tests.layers_given import publish_shapes
from tests.scattered import scatter

ALL = "period=all&layers=districts&level=kelurahan"
EVERYTHING = ComplaintFilter(period="all")


@pytest.fixture(autouse=True)
def _city(store: Store) -> None:
    scatter(store, 400)
    publish_shapes(
        store,
        "flood",
        [shapely.box(106.79, -6.23, 106.82, -6.19), shapely.box(106.82, -6.23, 106.85, -6.19)],
        {"depth": [1, 2]},
    )
    publish_shapes(store, "pumps", [shapely.Point(106.81, -6.21)])


def colours_of(client: FlaskClient, query: str) -> set[str]:
    answer = client.get(f"/export/map.png?{ALL}&{query}")
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.data)).convert("RGB")
    counts = image.getcolors(10**7) or []
    return {to_hex(np.array(colour) / 255) for n, colour in counts if n > 200}


def test_two_measures_are_in_their_colours(client: FlaskClient, store: Store) -> None:
    second = "flood:share_covered"
    found = two_measures(store, EVERYTHING, "per_10000", second, level="kelurahan").frame
    cells = found.loc[found["state"] == "ok", "cell"]
    wanted = {both_colours()[cell] for cell in cells}
    assert len(wanted) > 1
    assert wanted <= colours_of(client, f"measure=per_10000&second={second}")


def test_features_are_in_the_classes_of_the_measure(client: FlaskClient, store: Store) -> None:
    values = feature_values(store, EVERYTHING, "flood", "per_km2")
    shown = values.loc[values["state"] == "ok", "value"]
    colours = {classify(shown, kind="sequential").colour(value) for value in shown}
    assert len(shown) == 2
    assert colours <= colours_of(client, "measure=per_10000&areas=flood")
    assert client.get(f"/export/map.svg?{ALL}&measure=per_10000&areas=pumps").status_code == 200


@pytest.mark.parametrize("measure", ["hot_spots", "hot_cells"])
def test_hot_spots_are_in_their_colours(client: FlaskClient, measure: str) -> None:
    assert set(hot_spot_colours().values()) & colours_of(client, f"measure={measure}")


@pytest.mark.parametrize("query", ["second=nope", "second=nope:kind", "areas=nope", "second=:::"])
def test_what_there_is_not_is_refused_in_words(client: FlaskClient, query: str) -> None:
    answer = client.get(f"/export/map.png?{ALL}&measure=per_10000&{query}")
    assert answer.status_code == 400 and answer.json["error"]
