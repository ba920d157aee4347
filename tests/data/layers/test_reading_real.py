"""Files other people made: counts and extents as independent readers have them."""

import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pyogrio
import pytest
import shapely

from data.layers.model import Choice, LayerError
from data.layers.reading import WORLD, inspect_source, read_source
from tests.conftest import REAL, real_file
from tests.data.layers.layer_files import JAKARTA, counts

Extent = tuple[float, ...]


def extent(shapes: Any) -> Extent:
    return tuple(float(edge) for edge in shapely.total_bounds(shapes))


def by_gdal(path: Path, layer: str | None = None) -> tuple[int, Extent]:
    """In degrees. Reads from memory: GDAL writes beside some files."""
    frame = pyogrio.read_dataframe(path.read_bytes(), layer=layer)
    if frame.crs is not None:
        frame = frame.to_crs(4326)
    return len(frame), extent(frame.geometry.to_numpy())


def by_json(path: Path) -> tuple[int, Extent]:
    features = json.loads(path.read_text())["features"]
    return len(features), extent([shapely.geometry.shape(one["geometry"]) for one in features])


def by_xml(content: bytes) -> tuple[int, Extent]:
    """Placemarks that have coordinates, and the extent of all coordinates."""
    spots: list[list[float]] = []
    placed = 0
    for mark in ElementTree.fromstring(content).iter():
        if not mark.tag.endswith("}Placemark"):
            continue
        texts = [one.text or "" for one in mark.iter() if one.tag.endswith("}coordinates")]
        found = [[float(n) for n in spot.split(",")[:2]] for text in texts for spot in text.split()]
        placed += bool(found)
        spots += found
    west, south = np.min(spots, axis=0).tolist()
    east, north = np.max(spots, axis=0).tolist()
    return placed, (west, south, east, north)


@pytest.mark.parametrize(
    "name", ["kota_6.geojson", "kecamatan_44.geojson", "kelurahan_267.geojson"]
)
def test_districts_of_jakarta_as_plain_json_has_them(name: str) -> None:
    path = real_file("jakarta", name)
    table = read_source([path], Choice(), city=JAKARTA)
    count, edges = by_json(path)
    assert len(table) == count == int(name.split("_")[1].split(".")[0])
    assert extent(table.shapes) == pytest.approx(edges, abs=1e-9)
    assert table.crs == "EPSG:4326"


@pytest.mark.parametrize(
    ("name", "count", "notes"),
    [
        ("flood_2007_rw_1009.shp.zip", 1009, {"repaired": 7}),
        ("roads_18574.shp.zip", 18574, {}),
    ],
)
def test_shapefiles_of_jakarta_as_gdal_has_them(
    name: str, count: int, notes: dict[str, int]
) -> None:
    path = real_file("jakarta", name)
    table = read_source([path], Choice(), city=JAKARTA)
    read, edges = by_gdal(path)
    assert len(table) == read == count
    assert extent(table.shapes) == pytest.approx(edges, abs=1e-9)
    assert counts(table) == notes
    assert table.file_format == "Shapefile"
    assert shapely.is_valid(table.shapes).all()


@pytest.mark.parametrize(
    ("name", "file_format", "count"),
    [
        ("bom.gml", "GML", 3),
        ("gnis_pop_100.gml", "GML", 20),
        ("fr-departments.topojson.json", "TopoJSON", 96),
    ],
)
def test_files_of_elsewhere_as_gdal_has_them(name: str, file_format: str, count: int) -> None:
    path = real_file("formats", name)
    table = read_source([path], Choice(), city=WORLD)
    read, edges = by_gdal(path)
    assert (len(table), table.file_format) == (read, file_format) == (count, file_format)
    assert extent(table.shapes) == pytest.approx(edges, abs=1e-6)


@pytest.mark.parametrize(
    ("layer", "count"), [("waypoints", 86), ("routes", 1), ("route_points", 46)]
)
def test_a_gpx_asks_which_and_reads_each(layer: str, count: int) -> None:
    path = real_file("formats", "fells_loop.gpx")
    asked = inspect_source([path], Choice(), city=WORLD)
    assert asked.questions == ("layer",) and asked.chosen is None
    assert [(one.name, one.features) for one in asked.layers] == [
        ("waypoints", 86), ("routes", 1), ("route_points", 46),
    ]  # fmt: skip
    with pytest.raises(LayerError, match="several layers; choose one of: waypoints, routes"):
        read_source([path], Choice(), city=WORLD)
    table = read_source([path], Choice(layer=layer), city=WORLD)
    assert (len(table), extent(table.shapes)) == (count, pytest.approx(by_gdal(path, layer)[1]))


@pytest.mark.parametrize(
    ("name", "count"),
    [("2012_Earthquakes_Mag5.kml", 1535), ("geometries.kml", 13), ("iceland.kmz", 83)],
)
def test_kml_as_plain_xml_has_it(name: str, count: int) -> None:
    path = real_file("formats", name)
    content = path.read_bytes()
    if name.endswith("kmz"):
        content = zipfile.ZipFile(path).read("doc.kml")
    table = read_source([path], Choice(), city=WORLD)
    placed, edges = by_xml(content)
    assert len(table) == placed == count
    assert extent(table.shapes) == pytest.approx(edges, abs=1e-9)
    assert table.file_format == ("KMZ" if name.endswith("kmz") else "KML")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bad.kmz", "is a JPEG picture, not a layer"),
        ("bad-too-large.kmz", "would unpack to 4,096 MB; 1,024 MB are unpacked at most"),
        ("multikml-doc.kmz", "holds no shapes; there is nothing"),
        ("truncated.kml", "is not whole XML: no element found at line 35"),
    ],
)
def test_a_bad_file_gets_one_sentence(name: str, said: str) -> None:
    path = real_file("formats", name)
    before = path.read_bytes()
    for read in (inspect_source, read_source):
        with pytest.raises(LayerError) as refused:
            read([path], Choice(), city=WORLD)
        sentence = str(refused.value)
        assert sentence.startswith(name) and said in sentence and "\n" not in sentence
    assert path.read_bytes() == before


def test_nothing_is_written_beside_the_files() -> None:
    path = real_file("formats", "bom.gml")
    before = sorted(REAL.joinpath("formats").iterdir())
    read_source([path], Choice(), city=WORLD)
    assert sorted(REAL.joinpath("formats").iterdir()) == before
