"""Coordinate systems and the city: what is said, chosen, suggested, refused."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from pyproj import Transformer

from data.layers.model import Choice, LayerError
from data.layers.reading import CityFrame, city_frame, inspect_source, search_crs
from data.layers.reading.crs import Hint, suggest_crs
from data.layers.reading.frame import usual_crs
from data.store import Store
from tests.data.layers.layer_files import (
    JAKARTA,
    PLACES,
    geojson,
    inspect_here,
    parts_of,
    points,
    read_here,
    shapefile,
)

SWAPPED = [shapely.Point(y, x) for x, y in PLACES]


def without_crs(folder: Path, frame: gpd.GeoDataFrame) -> list[Path]:
    shp = shapefile(folder, frame.set_crs(frame.crs or 4326))
    shp.with_suffix(".prj").unlink(missing_ok=True)
    return parts_of(shp)


@pytest.mark.parametrize(
    ("crs", "code", "hint"),
    [
        ("EPSG:32748", "EPSG:32748", "these look like UTM 48S, EPSG:32748"),
        ("EPSG:4326", "EPSG:4326", "these look like degrees, EPSG:4326"),
        ("EPSG:3857", "EPSG:3857", "these look like Pseudo-Mercator, EPSG:3857"),
        ("EPSG:23834", "EPSG:23834", "these look like DGN95 / Indonesia TM-3 48.2"),
    ],
)
def test_a_missing_system_is_asked_for_with_a_hint(
    tmp_path: Path, crs: str, code: str, hint: str
) -> None:
    given = without_crs(tmp_path / "parts", points(crs))
    asked = inspect_here(given, tmp_path)
    assert asked.questions == ("crs",) and not asked.crs_is_known
    assert asked.hint is not None and str(asked.hint.sentence).startswith(hint)
    assert asked.crs == code and asked.features == 3
    # The preview shows where the layer would land.
    assert asked.extent == pytest.approx((106.80, -6.21, 106.85, -6.12), abs=1e-4)
    assert asked.sample is not None and len(asked.sample["features"]) == 3
    with pytest.raises(LayerError, match="does not say its coordinate system; these look like"):
        read_here(given, tmp_path)
    told = read_here(given, tmp_path, crs=code)
    assert told.crs == code
    assert shapely.get_coordinates(told.shapes) == pytest.approx(
        shapely.get_coordinates([shapely.Point(place) for place in PLACES]), abs=1e-6
    )


def test_a_system_may_be_chosen_by_number_and_over_the_file(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", points("EPSG:32748"))
    shp.with_suffix(".prj").write_text(shapefile_prj("EPSG:32749"))
    with pytest.raises(
        LayerError,
        match=r"pompa.shp, read as EPSG:32749, lies outside the city and its surroundings; "
        r"these look like UTM 48S, EPSG:32748; choose it",
    ):
        read_here(parts_of(shp), tmp_path)
    assert read_here(parts_of(shp), tmp_path, crs="32748").crs == "EPSG:32748"
    asked = inspect_here(parts_of(shp), tmp_path)
    assert asked.questions == ("crs",) and asked.refusal is not None
    assert asked.hint == Hint("EPSG:32748", "UTM 48S", False) and asked.crs == "EPSG:32749"


def shapefile_prj(code: str) -> str:
    from pyproj import CRS

    return CRS.from_user_input(code).to_wkt("WKT1_ESRI")


@pytest.mark.parametrize("code", ["EPSG:999999", "banana", "+proj=utm", "EPSG:", "", " "])
def test_a_choice_that_is_no_system(tmp_path: Path, code: str) -> None:
    given = without_crs(tmp_path / "parts", points())
    if not code.strip():
        assert inspect_here(given, tmp_path, crs=code).questions == ("crs",)
        return
    with pytest.raises(LayerError, match="coordinate system"):
        read_here(given, tmp_path, crs=code)


def test_swapped_axes_are_told(tmp_path: Path) -> None:
    path = geojson(tmp_path / "terbalik.geojson", SWAPPED)
    with pytest.raises(LayerError) as refused:
        read_here(path, tmp_path)
    assert "these look like degrees, EPSG:4326, with the two axes swapped" in str(refused.value)
    assert "choose it, and the other order of the axes (xy, yx)" in str(refused.value)
    asked = inspect_here(path, tmp_path)
    assert asked.hint == Hint("EPSG:4326", "degrees", True) and asked.refusal is not None
    assert asked.extent == pytest.approx((106.80, -6.21, 106.85, -6.12), abs=1e-4)
    mended = inspect_here(path, tmp_path, axes="yx")
    assert mended.questions == () and mended.extent == asked.extent
    assert list(read_here(path, tmp_path, axes="yx").shapes) == [shapely.Point(p) for p in PLACES]
    again = inspect_here(
        geojson(tmp_path / "a.geojson", [shapely.Point(p) for p in PLACES]), tmp_path, axes="yx"
    )
    assert again.hint is not None and again.hint.swapped  # back to the usual order


def test_swapped_axes_of_an_unknown_system_are_told(tmp_path: Path) -> None:
    swapped = [shapely.Point(p.y, p.x) for p in points("EPSG:32748").geometry]
    given = without_crs(tmp_path / "parts", gpd.GeoDataFrame({"a": [1, 2, 3]}, geometry=swapped))
    asked = inspect_here(given, tmp_path)
    assert asked.hint == Hint("EPSG:32748", "UTM 48S", True)
    assert asked.extent == pytest.approx((106.80, -6.21, 106.85, -6.12), abs=1e-4)
    table = read_here(given, tmp_path, crs="EPSG:32748", axes="yx")
    assert table.shapes[0].x == pytest.approx(106.80, abs=1e-6)


def test_a_hint_never_names_what_was_refused(tmp_path: Path) -> None:
    thin = shapely.Polygon([(106.80, -6.20), (106.81, -6.20), (106.82, -6.20)])
    asked = inspect_here(geojson(tmp_path / "thin.geojson", [thin]), tmp_path)
    assert asked.refusal is not None and "without length or area" in str(asked.refusal)
    assert asked.hint is None


def test_an_order_of_axes_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="axes 'up' is not one of xy, yx"):
        Choice(axes="up")


def test_metres_that_are_said_to_be_degrees(tmp_path: Path) -> None:
    path = geojson(tmp_path / "meter.geojson", points("EPSG:32748").geometry)
    with pytest.raises(
        LayerError,
        match=r"meter.geojson is said to be in degrees \(EPSG:4326\), but its coordinates "
        r"\(\d{3},\d{3}, 9,\d{3},\d{3} …\) are none; these look like UTM 48S, EPSG:32748; choose",
    ):
        read_here(path, tmp_path)
    assert read_here(path, tmp_path, crs="EPSG:32748").crs == "EPSG:32748"


def test_a_layer_of_another_city_is_refused(tmp_path: Path) -> None:
    path = geojson(tmp_path / "surabaya.geojson", [shapely.Point(112.75, -7.25)])
    with pytest.raises(LayerError, match="lies outside the city and its surroundings; if it is of"):
        read_here(path, tmp_path)


def test_what_lies_outside_is_kept_and_counted(tmp_path: Path) -> None:
    path = geojson(tmp_path / "jawa.geojson", [shapely.Point(106.8, -6.2), shapely.Point(112, -7)])
    table = read_here(path, tmp_path)
    assert [(note.kind, note.count) for note in table.notes] == [("outside", 1)]
    assert len(table) == 2


def test_the_system_an_old_geojson_names(tmp_path: Path) -> None:
    name = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32748"}}
    path = geojson(tmp_path / "a.geojson", points("EPSG:32748").geometry, crs=name)
    table = read_here(path, tmp_path)
    assert table.crs == "EPSG:32748"
    assert table.shapes[0].x == pytest.approx(106.80, abs=1e-6)


def test_gml_with_latitude_first(tmp_path: Path) -> None:
    path = tmp_path / "a.gml"
    path.write_text(
        '<ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="a"><ogr:featureMember>'
        '<ogr:pos gml:id="b"><ogr:g><gml:Point gml:id="c" '
        'srsName="urn:ogc:def:crs:EPSG::4326"><gml:pos>-6.2 106.8</gml:pos></gml:Point></ogr:g>'
        "</ogr:pos></ogr:featureMember></ogr:FeatureCollection>"
    )
    assert read_here(path, tmp_path).shapes[0].equals(shapely.Point(106.8, -6.2))


def test_search_puts_the_usual_ones_first() -> None:
    assert search_crs("", JAKARTA)[:2] == [
        ("EPSG:4326", "WGS 84"), ("EPSG:32748", "WGS 84 / UTM zone 48S"),
    ]  # fmt: skip
    assert search_crs("UTM 48S", JAKARTA)[0] == ("EPSG:32748", "WGS 84 / UTM zone 48S")
    assert search_crs("utm zone 48s dgn95", JAKARTA)[0][0] == "EPSG:23878"
    assert search_crs("EPSG:27700", JAKARTA)[0] == ("EPSG:27700", "OSGB36 / British National Grid")
    assert search_crs("tm-3 48.2", JAKARTA)[0] == ("EPSG:23834", "DGN95 / Indonesia TM-3 zone 48.2")
    assert search_crs("no such thing", JAKARTA) == []
    assert len(search_crs("", JAKARTA, limit=5)) == 5


def test_usual_systems_of_other_cities() -> None:
    assert usual_crs(-71.2, 42.2, -71.0, 42.4)[:2] == ("EPSG:4326", "EPSG:32619")
    assert "EPSG:32760" in usual_crs(178.0, -18.5, 179.9, -17.5)
    assert "EPSG:32701" in usual_crs(178.0, -18.5, 179.9, -17.5)


def test_a_suggestion_needs_most_coordinates() -> None:
    shapes = shapely.points([(0, 0)] * 3 + [(106.8, -6.2)])
    assert suggest_crs(shapes, JAKARTA) is None
    x, y = Transformer.from_crs(4326, 32748, always_xy=True).transform(106.8, -6.2)
    assert suggest_crs(shapely.points([(x, y)]), JAKARTA) == Hint("EPSG:32748", "UTM 48S", False)


def test_the_frame_of_a_city(any_store: Store, tmp_path: Path) -> None:
    city = city_frame(any_store)
    assert (city.west, city.south, city.east, city.north) == pytest.approx(
        (106.80, -6.22, 106.84, -6.18)
    )
    assert city.epsg[:2] == ("EPSG:4326", "EPSG:32748")
    assert isinstance(city, CityFrame)
    path = geojson(tmp_path / "a.geojson", [shapely.Point(106.81, -6.19)])
    assert inspect_source([path], Choice(), city=city).features == 1
