"""What is mended or left out is counted, and what remains is fit to be kept."""

from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings

from data.layers.model import Choice, Field, LayerError, RawLayer
from data.layers.reading.table import make_table
from tests.data.layers.layer_files import JAKARTA, counts, geojson, inspect_here, read_here

BOWTIE = shapely.Polygon([(106.8, -6.2), (106.9, -6.1), (106.9, -6.2), (106.8, -6.1)])
SPIKE = shapely.Polygon([(106.8, -6.2), (106.9, -6.2), (106.8, -6.2)])
SQUARE = shapely.box(106.8, -6.2, 106.81, -6.19)


def table_of(*shapes: Any, crs: str | None = "EPSG:4326", **columns: list[Any]) -> Any:
    array = np.empty(len(shapes), object)
    array[:] = shapes
    fields = tuple(Field(name, "text") for name in columns)
    raw = RawLayer(array, dict(columns), fields, crs)
    return make_table(raw, Choice(), JAKARTA, name="a.gpkg", file_format="GeoPackage")


@pytest.mark.parametrize(
    ("shapes", "kinds", "notes"),
    [
        ([BOWTIE, SQUARE], ["MultiPolygon", "Polygon"], {"repaired": 1}),
        ([SPIKE, SQUARE], ["Polygon"], {"empty": 1}),
        ([None, shapely.Point(), SQUARE], ["Polygon"], {"empty": 2}),
        ([shapely.Point(106.8, -6.2, 4), shapely.Point(106.8, -6.2, 0)], ["Point"] * 2,
         {"flattened": 1}),
        ([shapely.from_wkt("POINT M (106.8 -6.2 9)")], ["Point"], {"flattened": 1}),
        ([shapely.from_wkt("POINT ZM (106.8 -6.2 9 9)")], ["Point"], {"flattened": 1}),
        ([SQUARE, SQUARE, shapely.Point(106.8, -6.2)], ["Polygon", "Polygon", "Point"],
         {"mixed": 1}),
        ([shapely.Point(np.nan, -6.2), SQUARE], ["Polygon"], {"unplaced": 1}),
        ([shapely.LineString([(np.inf, 1), (1, 1)]), SQUARE], ["Polygon"], {"unplaced": 1}),
        ([shapely.LineString([(106.8, -6.2), (106.8, -6.2)]), SQUARE], ["Polygon"], {"empty": 1}),
        ([shapely.GeometryCollection([SQUARE, SQUARE])], ["Polygon"], {}),
        ([shapely.GeometryCollection([shapely.Point(106.8, -6.2), shapely.Point(106.9, -6.2)])],
         ["MultiPoint"], {}),
        ([shapely.GeometryCollection([SQUARE, shapely.Point(106.8, -6.2)]), SQUARE],
         ["GeometryCollection", "Polygon"], {"mixed": 1}),
        ([shapely.GeometryCollection([shapely.GeometryCollection([SQUARE])])], ["Polygon"], {}),
        ([shapely.LinearRing([(106.8, -6.2), (106.9, -6.2), (106.9, -6.1)])], ["LineString"], {}),
    ],
)  # fmt: skip
def test_each_repair(shapes: list[Any], kinds: list[str], notes: dict[str, int]) -> None:
    table = table_of(*shapes, nomor=[str(n) for n in range(len(shapes))])
    assert [shape.geom_type for shape in table.shapes] == kinds
    assert counts(table) == notes
    assert shapely.is_valid(table.shapes).all() and not shapely.has_z(table.shapes).any()
    assert not shapely.has_m(table.shapes).any()
    # Attributes stay with their shapes.
    assert len(table.columns["nomor"]) == len(table)
    assert table.columns["nomor"][-1] == str(len(shapes) - 1)


def test_nothing_left_is_refused() -> None:
    with pytest.raises(LayerError, match="holds no shapes"):
        table_of(None, shapely.Polygon())
    with pytest.raises(LayerError, match="holds only shapes without length or area"):
        table_of(SPIKE)
    with pytest.raises(LayerError, match="holds no shapes"):
        table_of()


def test_values_and_names_are_made_fit() -> None:
    table = table_of(
        SQUARE,
        **{"  nama ": ["a"], "nama": ["b"], "": [float("nan")], "x" * 100: [float("inf")],
           "a\nb": [True], "DÃ©sa": [None]},
    )  # fmt: skip
    assert table.columns == {
        "nama": ["a"], "nama 2": ["b"], "field 3": [None], "x" * 80: [None], "a b": [True],
        "Désa": [None],
    }  # fmt: skip
    assert counts(table) == {"renamed": 6 - 0}


def test_features_in_geojson_that_nobody_can_read(tmp_path: Path) -> None:
    path = geojson(
        tmp_path / "a.geojson",
        [
            shapely.Point(106.8, -6.2), None, {"type": "Point", "coordinates": []},
            {"type": "Polygon", "coordinates": []}, {"type": "Blob", "coordinates": [1, 2]},
            {"type": "Point", "coordinates": ["x", 2]},
            {"type": "Polygon", "coordinates": [[[106.8, -6.2], [106.9, -6.2]]]},
        ],
    )  # fmt: skip
    table = read_here(path, tmp_path)
    assert table.columns["nomor"] == [1] and counts(table) == {"empty": 6}


def test_an_inspection_shows_little_of_much(tmp_path: Path) -> None:
    shapes = [shapely.Point(106.8 + n / 10_000, -6.2).buffer(0.01) for n in range(1_200)]
    found = inspect_here(geojson(tmp_path / "a.geojson", shapes), tmp_path)
    assert found.sample is not None and found.features == 1_200
    assert len(found.sample["features"]) <= 500 and len(found.rows) == 20
    assert found.rows[0] == {"nomor": 1} and found.questions == ()
    corners = [len(one["geometry"]["coordinates"][0]) for one in found.sample["features"]]
    assert max(corners) < 65


coordinate = st.tuples(
    st.floats(106.7, 107.0).map(lambda x: round(x, 3)),
    st.floats(-6.3, -6.1).map(lambda y: round(y, 3)),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(coordinate, min_size=3, max_size=9), min_size=1, max_size=8))
def test_whatever_polygon_comes(rings: list[list[tuple[float, float]]]) -> None:
    shapes = [shapely.Polygon(ring) for ring in rings]
    try:
        table = table_of(*shapes, SQUARE)
    except LayerError as error:
        raise AssertionError(error) from error
    told = counts(table)
    assert len(table) + told.get("empty", 0) == len(shapes) + 1
    assert shapely.is_valid(table.shapes).all() and not shapely.is_empty(table.shapes).any()
    assert set(shapely.get_type_id(table.shapes).tolist()) <= {3, 6}
    assert told.get("mixed", 0) == 0
    kept = sum(shape.is_valid for shape in [*shapes, SQUARE])
    assert len(table) == kept + told.get("repaired", 0)
