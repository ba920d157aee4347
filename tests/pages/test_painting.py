"""What the map colours, in each way it can, and the panels that look across layers."""

import json

import pytest
import shapely
from dash import html
from flask import Flask
from flask.testing import FlaskClient

from components.both_map import both_colours, together_words
from components.near_far_view import near_far_view, rate_sentence, response_sentence
from data.bulk import record_histories
from data.i18n import use_language
from data.store import Store
from pages.combining import compared_condition, repeat_view, without
from pages.painting import View, names_of_layers, paint
from queries.filters import ComplaintFilter, FilterError
from queries.layers.both import Together
from queries.layers.near_far import near_against_far
from tests.layer_files import put_layer
from tests.queries.random_city import make_histories

EVERYTHING = ComplaintFilter(period="all")


@pytest.fixture
def city(store: Store) -> Store:
    record_histories(store, make_histories(5, 600))
    put_layer(store, "river", [shapely.LineString([(106.7, -6.2), (106.9, -6.21)])])
    put_layer(store, "flood", [shapely.box(106.81, -6.21, 106.83, -6.2)], names={"en": "Flood"})
    return store


def text_of(part: object) -> str:
    """The words of html components."""
    if part is None:
        return ""
    if isinstance(part, list | tuple):
        return " ".join(text_of(one) for one in part)
    return text_of(getattr(part, "children", None)) if hasattr(part, "children") else str(part)


def leaf(store: Store) -> str:
    return store.reference().city.levels[-1].id


def test_two_measures_have_nine_colours_and_their_axes(city: Store) -> None:
    view = View("median_response", leaf(city), second="river:share_near:200")
    values, told = paint(city, EVERYTHING, view)
    assert values["view"]["second"] == "river:share_near:200"
    assert len(set(values["colours"])) == 9
    assert {row[0] for row in values["values"].values()} <= set(range(-3, 9))
    words = text_of(told)
    assert "River: share within 200 m" in words
    assert "Median response time" in words
    assert "say how they go together" in words  # four districts are too few


@pytest.mark.parametrize("measure", ["hot_spots", "hot_cells"])
@pytest.mark.parametrize("compare", ["off", "before"])
def test_hot_spots_are_told_in_words(city: Store, measure: str, compare: str) -> None:
    values, told = paint(city, EVERYTHING, View(measure, leaf(city), compare))
    assert values["values"]
    for row in values["values"].values():
        assert row[0] < len(values["colours"])
        assert row[1] and "z " in row[2]
    assert "Getis-Ord Gi*" in text_of(told)
    json.dumps(values, allow_nan=False)


@pytest.mark.parametrize("compare", ["off", "before"])
@pytest.mark.parametrize(("layer", "words"), [("flood", "per km²"), ("river", "nearest within")])
def test_each_feature_has_its_value(city: Store, layer: str, words: str, compare: str) -> None:
    view = View("per_10000", leaf(city), compare, areas=layer)
    wanted = ComplaintFilter.from_query("start=2026-03-01&end=2026-03-08")
    values, told = paint(city, wanted, view)
    assert list(values["values"]) == ["#0"]
    assert values["values"]["#0"][6]
    assert words in text_of(told)
    json.dumps(values, allow_nan=False)


def test_features_are_served_to_be_coloured(app: Flask, client: FlaskClient) -> None:
    store: Store = app.extensions["pantau"]
    put_layer(store, "flood", [shapely.box(106.81, -6.21, 106.83, -6.2)])
    version = client.get("/api/layers.json").get_json()["layers"][0]["version"]
    answer = client.get(f"/api/layers/flood/areas.geojson?v={version}")
    assert [one["properties"]["code"] for one in answer.get_json()["features"]] == ["#0"]
    assert "immutable" in answer.headers["Cache-Control"]
    assert "no-cache" in client.get("/api/layers/flood/areas.geojson").headers["Cache-Control"]
    assert client.get("/api/layers/lakes/areas.geojson").status_code == 404


def test_an_unknown_layer_is_refused_in_words(city: Store) -> None:
    with pytest.raises(FilterError, match="layer 'lakes' is not known"):
        paint(city, EVERYTHING, View("per_10000", leaf(city), second="lakes:share_near:9"))


@pytest.mark.parametrize("basis", ["area", "residents"])
@pytest.mark.parametrize("language", ["en", "id"])
def test_near_and_far_make_a_sentence_to_quote(city: Store, basis: str, language: str) -> None:
    wanted = ComplaintFilter.from_query("period=all&near=river:300")
    condition = compared_condition(wanted)
    assert condition is not None
    with use_language(language):
        found = near_against_far(city, without(wanted, condition), condition, basis=basis)
        view = near_far_view(found, condition, city.reference(), names_of_layers(city))
        words = text_of(view)
    assert "River" in words
    assert f"n {found.near.n}" in words
    assert str(found.far.n) in words
    assert "95%" in words


def test_inside_is_compared_with_outside(city: Store) -> None:
    wanted = ComplaintFilter.from_query("inside=flood")
    condition = compared_condition(wanted)
    assert condition is not None
    found = near_against_far(city, without(wanted, condition), condition)
    assert rate_sentence(found, condition, "Flood").startswith("Inside Flood ")
    assert response_sentence(found).startswith("The median response ")
    assert compared_condition(ComplaintFilter.from_query("far=river:3")) is None


def test_how_measures_go_together_is_said_with_its_interval() -> None:
    assert together_words(Together(0.5, 0.3, 0.7, 40)).startswith("They rise together: ρ 0.50")
    assert together_words(Together(-0.5, -0.7, -0.3, 40)).startswith("One falls where the other")
    assert "beyond chance" in together_words(Together(0.1, -0.1, 0.3, 40))
    assert len(set(both_colours())) == 9


def test_repeat_places_lead_to_the_map(city: Store) -> None:
    found = repeat_view(city, EVERYTHING)
    lines = [line for line in found.children if isinstance(line, html.Button)]
    assert lines
    latitude, longitude = map(float, getattr(lines[0], "data-fly").split(","))
    assert -7 < latitude < -6 and 106 < longitude < 107
    assert "reported 3 times" in text_of(repeat_view(city, EVERYTHING.replace(period="today")))


def test_squares_of_hot_spots_are_served(app: Flask, client: FlaskClient) -> None:
    answer = client.get("/api/hot-cells.geojson?v=1")
    features = answer.get_json()["features"]
    assert answer.mimetype == "application/geo+json"
    assert "max-age" in answer.headers["Cache-Control"]
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in features]
    assert shapes and all(shape.is_valid for shape in shapes)
    assert len({one["properties"]["code"] for one in features}) == len(features)
