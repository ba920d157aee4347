"""A layer as a file: nothing lost that the format can hold, and always what it is and whose."""

import csv
import json
import sqlite3
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from data.layers.model import LayerError
from reports.layer_file_parts import FileAbout, Table, unique_name
from reports.layer_files import FILE_FORMATS, write_layer_file

ABOUT = FileAbout(
    name="Pumps & <gates>",
    description="Floods within 250 m of a pump, 1–30 October 2026",
    source="City of Jakarta",
    licence="CC0-1.0",
    date=datetime(2026, 11, 1, 5, tzinfo=UTC),
)
KML = {"k": "http://www.opengis.net/kml/2.2"}
_NAN = float("nan")


def shapes(*texts: str) -> Any:
    return np.asarray(shapely.from_wkt(list(texts)), object)


POINTS = shapes("POINT (106.8 -6.2)", "POINT (106.123456789012 -6.1)", "POINT (106.9 -6.3)")
COLUMNS: dict[str, list[Any]] = {
    "name": ["Pluit", "=2+5", None],
    "pumps": [10, None, -3],
    "depth": [1.5, 2, None],
    "works": [True, None, False],
    "note <ü>": ["a\x0bb", "„é” 水", ""],
    "mixed": [1, "two", None],
    "nothing": [None, None, None],
}
MANY = shapes(
    "POINT (106.8 -6.2)",
    "MULTIPOINT ((106.8 -6.2), (106.9 -6.2))",
    "LINESTRING (106.8 -6.2, 106.9 -6.3)",
    "POLYGON ((106 -6, 107 -6, 107 -5, 106 -6), (106.5 -5.9, 106.6 -5.9, 106.6 -5.8, 106.5 -5.9))",
    "MULTIPOLYGON (((106 -6, 107 -6, 107 -5, 106 -6)))",
    "GEOMETRYCOLLECTION (POINT (106.8 -6.2), LINESTRING (106.8 -6.2, 106.9 -6.3))",
)


def write(folder: Path, ending: str, table: Any, columns: Any) -> Path:
    path = folder / f"out{ending}"
    write_layer_file(path, table, columns, ABOUT)
    return path


def read(path: Path) -> geopandas.GeoDataFrame:
    address = f"/vsizip/{path}" if path.suffix == ".zip" else path
    return geopandas.read_file(address, engine="pyogrio")


def values(frame: geopandas.GeoDataFrame, name: str) -> list[Any]:
    return [None if v is None or v != v else v for v in frame[name].tolist()]


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".zip"])
def test_points_and_values_come_back(tmp_path: Path, ending: str) -> None:
    # Its reader takes a column of numbers and texts for JSON.
    columns = {k: v for k, v in COLUMNS.items() if ending != ".geojson" or k != "mixed"}
    frame = read(write(tmp_path, ending, POINTS, columns))
    assert shapely.equals(np.asarray(frame.geometry), POINTS).all()
    assert frame.crs.to_epsg() == 4326
    assert values(frame, "name") == ["Pluit", "=2+5", None]
    assert values(frame, "pumps") == [10, None, -3]
    assert values(frame, "depth") == [1.5, 2.0, None]
    assert values(frame, "works") == [True, None, False]
    assert values(frame, "note <ü>")[1] == "„é” 水"


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".kml"])
def test_shapes_of_all_kinds_come_back(tmp_path: Path, ending: str) -> None:
    frame = read(write(tmp_path, ending, MANY, {"n": list(range(6))}))
    found = shapely.normalize(np.asarray(frame.geometry))
    wanted = MANY
    if ending == ".kml":  # which has one word for everything of several parts
        found = [shapely.normalize(shapely.union_all(shapely.get_parts(s))) for s in found]
        wanted = np.array([shapely.union_all(shapely.get_parts(s)) for s in MANY], object)
    assert shapely.equals(found, shapely.normalize(wanted)).all()


def test_a_shapefile_is_several_where_shapes_are_of_several_kinds(tmp_path: Path) -> None:
    path = write(tmp_path, ".zip", MANY, {"n": list(range(6))})
    found = {kind: read_part(path, f"out_{kind}.shp") for kind in ("points", "lines", "polygons")}
    assert {kind: frame["n"].tolist() for kind, frame in found.items()} == {
        "points": [0, 1, 5], "lines": [2, 5], "polygons": [3, 4],
    }  # fmt: skip
    assert found["points"].geometry.iloc[2].equals(shapely.Point(106.8, -6.2))
    assert found["polygons"].geometry.iloc[0].equals(MANY[3])


def read_part(path: Path, member: str) -> geopandas.GeoDataFrame:
    return geopandas.read_file(f"/vsizip/{path}/{member}", engine="pyogrio")


def test_a_shapefile_says_what_it_cannot_hold(tmp_path: Path) -> None:
    columns = {
        "a long name of a field": ["x" * 300, "y", None],
        "a long name too": [1, 2, 3],
        "NAME": ["a", "b", "c"],
        "name": ["d", "e", "f"],
        "水位水位水位": [1.5, 2.5, 3.5],
    }
    path = write(tmp_path, ".zip", POINTS, columns)
    with zipfile.ZipFile(path) as archive:
        readme = archive.read("README.txt").decode()
    assert "  a long nam is a long name of a field\r\n" in readme
    assert "Texts longer than 254 bytes that were cut off:\r\n  a long nam: 1\r\n" in readme
    frame = read_part(path, "out.shp")
    assert list(frame.columns) == [
        "a long nam",
        "a long n_2",
        "NAME",
        "name_2",
        "水位水",
        "geometry",
    ]
    assert frame["水位水"].tolist() == [1.5, 2.5, 3.5]


@pytest.mark.parametrize("ending", FILE_FORMATS)
def test_every_file_says_what_it_is(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, ending, POINTS, COLUMNS)
    said = what_is_said(path)
    for text in ("Pumps & <gates>", ABOUT.description, ABOUT.source, "CC0-1.0", "2026-11-01T05:00"):
        assert text in said


def what_is_said(path: Path) -> str:
    if path.suffix == ".geojson":
        return " ".join(json.loads(path.read_text())["metadata"].values())
    if path.suffix == ".gpkg":
        with sqlite3.connect(path) as database:
            assert database.execute("SELECT identifier FROM gpkg_contents").fetchone()[0]
            description = database.execute("SELECT description FROM gpkg_contents").fetchone()[0]
        database.close()
        metadata = pyogrio.read_info(path)["layer_metadata"]
        assert metadata["LICENCE"] == "CC0-1.0"
        return description
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return archive.read("README.txt").decode()
    if path.suffix == ".kml":
        return ElementTree.parse(path).findtext("k:Document/k:description", "", KML)
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return next(csv.DictReader(file))["about"]
    book = openpyxl.load_workbook(path)
    return " ".join(str(row[1]) for row in book["About"].iter_rows(values_only=True))


def test_formulas_stay_text(tmp_path: Path) -> None:
    columns = {"=name": ["=2+5", "+1", "@x"], "n": [-1, 2, 3]}
    with write(tmp_path, ".csv", POINTS, columns).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][:2] == ["'=name", "n"]
    assert [row[:2] for row in rows[1:]] == [["'=2+5", "-1"], ["+1", "2"], ["'@x", "3"]]
    sheet = openpyxl.load_workbook(write(tmp_path, ".xlsx", POINTS, columns))["Data"]
    assert {cell.data_type for cell in sheet["A"]} == {"s"}
    assert [cell.value for cell in sheet["A"]] == ["=name", "=2+5", "+1", "@x"]


def test_tables_say_where(tmp_path: Path) -> None:
    columns = {"latitude": ["mine", "mine", "mine"], "wkt": [1, 2, 3], "about": [4, 5, 6]}
    with write(tmp_path, ".csv", POINTS, columns).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["latitude", "wkt", "about", "latitude_2", "longitude", "about_2"]
    assert rows[2][3:5] == ["-6.1", "106.123456789012"]
    known = {"longitude": [106.8, 106.123456789012, 106.9], "latitude": [-6.2, -6.1, -6.3]}
    with write(tmp_path, ".csv", POINTS, known).open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == ["longitude", "latitude", "about"]
    sheet = openpyxl.load_workbook(write(tmp_path, ".xlsx", MANY, {}))["Data"]
    found = shapely.from_wkt([cell.value for cell in sheet["A"]][1:])
    assert shapely.equals(found, MANY).all()


def test_a_shape_that_is_too_long_for_a_cell_is_told(tmp_path: Path) -> None:
    circle = np.array([shapely.Point(106, -6).buffer(0.1, quad_segs=600)], object)
    book = openpyxl.load_workbook(write(tmp_path, ".xlsx", circle, {"n": [1]}))
    assert book["Data"]["B2"].value in (None, "")
    assert "1 texts or shapes are longer" in str(book["About"]["B6"].value)


@pytest.mark.parametrize("ending", FILE_FORMATS)
def test_a_layer_without_features_is_a_file(tmp_path: Path, ending: str) -> None:
    path = write(tmp_path, ending, np.array([], object), {"n": []})
    assert "Pumps & <gates>" in what_is_said(path)
    if ending in (".geojson", ".gpkg", ".zip"):
        assert len(read(path)) == 0


@pytest.mark.parametrize("ending", FILE_FORMATS)
def test_there_is_a_whole_file_or_none(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, ending, POINTS, COLUMNS)
    before = path.read_bytes()

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("reports.layer_files.os.replace", full)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, ending, MANY, {})
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_is_no_file_of_a_layer(tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=r"out.pdf does not end in one of .geojson, .gpkg, .zip"):
        write(tmp_path, ".pdf", POINTS, {})
    with pytest.raises(LayerError, match="is no folder"):
        write(tmp_path / "away", ".csv", POINTS, {})
    with pytest.raises(ValueError, match="column 'n' has 1 values for 3 shapes"):
        Table(POINTS, {"n": [1]})
    with pytest.raises(LayerError, match="255 fields, not 300"):
        write(tmp_path, ".zip", POINTS, {str(n): [1, 2, 3] for n in range(300)})


def test_names_are_made_unique() -> None:
    assert unique_name("Fid", {"fid"}) == "Fid_2"
    assert unique_name("abcdefghijkl", {"ABCDEFGHIJ", "abcdefgh_2"}, 10) == "abcdefgh_3"
    assert unique_name("éééééé", set(), 10) == "ééééé"
