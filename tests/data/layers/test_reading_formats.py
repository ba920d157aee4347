"""Every format, written here with Indonesian names, comes back as it was written."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from data.layers.model import Choice, Field, LayerError
from data.layers.reading import inspect_source, read_source
from tests.data.layers.layer_files import (
    JAKARTA,
    NAMES,
    PLACES,
    archive_of,
    counts,
    geojson,
    inspect_here,
    kml,
    parts_of,
    points,
    read_here,
    shapefile,
    topojson,
    zipped,
)


def places(table: object) -> list[tuple[float, float]]:
    coordinates = shapely.get_coordinates(table.shapes)  # type: ignore[attr-defined]
    return [(round(x, 6), round(y, 6)) for x, y in coordinates.tolist()]


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:32748", "EPSG:3857"])
@pytest.mark.parametrize(
    ("suffix", "driver", "file_format"),
    [("gpkg", "GPKG", "GeoPackage"), ("gml", "GML", "GML"), ("geojson", "GeoJSON", "GeoJSON")],
)
def test_a_file_of_one_layer(
    tmp_path: Path, suffix: str, driver: str, file_format: str, crs: str
) -> None:
    path = tmp_path / f"data.{suffix}"
    points(crs).to_file(path, driver=driver)
    table = read_here(path, tmp_path)
    assert places(table) == PLACES
    assert table.columns["nama"] == NAMES and table.columns["jumlah"] == [1, 2, 3]
    assert (table.crs, table.file_format, table.notes) == (crs, file_format, ())
    kinds = {field.name: field.kind for field in table.fields}
    assert kinds["nama"] == "text" and kinds["jumlah"] == "number"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
@pytest.mark.parametrize("says", [True, False])
def test_a_shapefile_in_either_encoding(tmp_path: Path, encoding: str, says: bool) -> None:
    shp = shapefile(tmp_path / "parts", points("EPSG:32748"), encoding=encoding)
    if not says:
        shp.with_suffix(".cpg").unlink()
        content = bytearray(shp.with_suffix(".dbf").read_bytes())
        content[29] = 0  # what else says the encoding
        shp.with_suffix(".dbf").write_bytes(content)
    for given in (zipped(tmp_path / "pompa.zip", parts_of(shp)), parts_of(shp)):
        table = read_here(given, tmp_path)
        assert places(table) == PLACES and table.columns["nama"] == NAMES
        assert (table.crs, table.file_format) == ("EPSG:32748", "Shapefile")
        told = encoding == "cp1252" and not says
        assert counts(table) == ({"recoded": 2} if told else {})


def test_a_shapefile_that_says_a_wrong_encoding(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", points(), encoding="cp1252")
    shp.with_suffix(".cpg").write_text("UTF-8")
    table = read_here(parts_of(shp), tmp_path)
    assert table.columns["nama"] == NAMES and counts(table) == {"recoded": 2}


def test_a_text_cut_amid_a_letter_stays_utf_8(tmp_path: Path) -> None:
    long = "é" * 200
    with pytest.warns(RuntimeWarning, match="truncated"):
        shp = shapefile(tmp_path / "parts", points(panjang=[long, "x", "y"]), encoding="utf-8")
    content = bytearray(shp.with_suffix(".dbf").read_bytes())
    cut = content.index(long[:127].encode())
    content[cut : cut + 254] = b"x" + long.encode()[:253]
    shp.with_suffix(".dbf").write_bytes(content)
    table = read_here(parts_of(shp), tmp_path)
    assert table.columns["nama"] == NAMES
    assert table.columns["panjang"][0] == "x" + long[:126] and counts(table) == {}


def test_mojibake_of_former_hands_is_put_right(tmp_path: Path) -> None:
    broken = [name.encode().decode("cp1252", "replace") for name in ["Désa", "Pulau Seribu", "“A”"]]
    path = tmp_path / "rusak.gpkg"
    points().assign(nama=["DÃ©sa", "Pulau Seribu", "Kafé"]).to_file(path)
    table = read_here(path, tmp_path)
    assert broken[0] == "DÃ©sa"
    assert table.columns["nama"] == ["Désa", "Pulau Seribu", "Kafé"]
    assert counts(table) == {"recoded": 1}


@pytest.mark.parametrize(
    ("encoding", "recoded"),
    [("utf-8", 0), ("utf-8-sig", 0), ("utf-16", 0), ("cp1252", 2)],
)
def test_geojson_in_any_encoding(tmp_path: Path, encoding: str, recoded: int) -> None:
    path = tmp_path / "pompa.geojson"
    points().to_file(path)
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    table = read_here(path, tmp_path)
    assert table.columns["nama"] == NAMES
    assert counts(table) == ({"recoded": recoded} if recoded else {})


def test_geojson_of_one_feature_a_line(tmp_path: Path) -> None:
    path = tmp_path / "pompa.txt"
    points().to_file(path, driver="GeoJSONSeq")
    assert places(read_here(path, tmp_path)) == PLACES


def test_geojson_whose_type_comes_last(tmp_path: Path) -> None:
    path = geojson(tmp_path / "a.json", [shapely.Point(place) for place in PLACES])
    text = path.read_text().replace('{"type": "FeatureCollection", ', "{")[:-1]
    path.write_text(f'{text}, "type": "FeatureCollection"}}')
    assert places(read_here(path, tmp_path)) == PLACES


def test_topojson_by_hand(tmp_path: Path) -> None:
    table = read_here(topojson(tmp_path / "desa.json"), tmp_path)
    assert (table.file_format, table.crs) == ("TopoJSON", "EPSG:4326")
    assert table.columns["nama"] == ["Désa Barat", "Désa Timur"]
    assert [shape.bounds for shape in table.shapes] == [
        pytest.approx((106.79, -6.2, 106.8, -6.19)), pytest.approx((106.8, -6.2, 106.81, -6.19)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "declared", "recoded"),
    [
        ("utf-8", None, 0),
        ("cp1252", "windows-1252", 0),
        ("cp1252", "utf-8", 1),
        ("utf-16", None, 0),
    ],
)
def test_kml_by_hand(tmp_path: Path, encoding: str, declared: str | None, recoded: int) -> None:
    table = read_here(kml(tmp_path / "pompa.kml", encoding, declared), tmp_path)
    assert [shape.geom_type for shape in table.shapes] == ["Point", "LineString", "LineString"]
    assert table.columns == {
        "id": ["a", None, None],
        "name": ["Pompa Désa", "Sungai", "Jejak"],
        "timestamp": ["2024-01-01T20:04:05Z", None, None],
        "tinggi": [2.5, None, None],
        "aktif": [True, None, None],
        "folder": ["Utara", "Selatan / Dalam", "Selatan"],
        "lebar": [None, "12 m", None],
    }
    assert {f.name: f.kind for f in table.fields} == {
        "id": "text", "name": "text", "timestamp": "instant", "tinggi": "number",
        "aktif": "boolean", "folder": "text", "lebar": "text",
    }  # fmt: skip
    expected = {"empty": 1, "flattened": 1, "mixed": 1}
    assert counts(table) == expected | ({"recoded": recoded} if recoded else {})


def test_kmz_with_a_picture(tmp_path: Path) -> None:
    document = kml(tmp_path / "x.kml").read_bytes()
    path = archive_of(tmp_path / "a.kmz", {"files/p.png": b"\x89PNG\r\n", "doc.kml": document})
    table = read_here(path, tmp_path)
    assert (len(table), table.file_format) == (3, "KMZ")


def test_gpx_by_gdal(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame({"name": NAMES}, geometry=points().geometry, crs=4326)
    frame.to_file(tmp_path / "pos.gpx", driver="GPX", layer="waypoints")
    table = read_here(tmp_path / "pos.gpx", tmp_path)
    assert places(table) == PLACES and table.columns["name"] == NAMES


def test_a_geopackage_of_two_layers_asks_which(tmp_path: Path) -> None:
    path = tmp_path / "kota.gpkg"
    points().to_file(path, layer="pompa")
    points().head(2).to_file(path, layer="pos")
    asked = inspect_here(path, tmp_path)
    assert asked.questions == ("layer",)
    assert [(one.name, one.geometry, one.features) for one in asked.layers] == [
        ("pompa", "Point", 3), ("pos", "Point", 2),
    ]  # fmt: skip
    assert len(read_here(path, tmp_path, layer="pos")) == 2
    with pytest.raises(LayerError, match="no layer 'x'; choose one of: pompa, pos"):
        read_here(path, tmp_path, layer="x")


def test_an_archive_of_two_shapefiles_asks_which(tmp_path: Path) -> None:
    first = shapefile(tmp_path / "a", points(), "pompa")
    second = shapefile(tmp_path / "b", points().head(1), "pos")
    path = zipped(tmp_path / "dua.zip", [*parts_of(first), *parts_of(second)])
    asked = inspect_here(path, tmp_path)
    assert [one.name for one in asked.layers] == ["pompa", "pos"]
    assert len(read_here(path, tmp_path, layer="pos")) == 1


def test_a_readme_beside_the_layer_is_not_asked_about(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", points())
    (tmp_path / "parts" / "pompa.shp.xml").write_text("<metadata><title>x</title></metadata>")
    (tmp_path / "parts" / "README.txt").write_text("hello, world")
    (tmp_path / "parts" / "peta.pdf").write_bytes(b"%PDF-1.4")
    path = zipped(tmp_path / "a.zip", sorted(shp.parent.iterdir()))
    assert len(read_here(path, tmp_path)) == 3


def test_kinds_of_values(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":['
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,-6.2]},"properties":'
        '{"i":1,"f":1.5,"b":true,"t":"x","at":"2024-01-02T03:04:05+07:00","l":[1,"a"],"n":null,'
        '"big":9007199254740993}},'
        '{"type":"Feature","geometry":{"type":"Point","coordinates":[106.8,-6.2]},"properties":'
        '{"i":null,"f":2,"b":null,"t":null,"at":null,"l":null,"n":null,"big":1}}]}'
    )
    table = read_here(path, tmp_path)
    assert table.columns == {
        "i": [1, None], "f": [1.5, 2.0], "b": [True, None], "t": ["x", None],
        "at": ["2024-01-01T20:04:05Z", None], "l": ['[ 1, "a" ]', None], "n": [None, None],
        "big": [9007199254740993, 1],
    }  # fmt: skip
    assert table.fields[2] == Field("b", "boolean") and table.fields[4] == Field("at", "instant")


def test_the_process_says_the_same(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", points("EPSG:32748"), encoding="cp1252")
    given = parts_of(shp)
    table = read_source(given, Choice(), city=JAKARTA)
    here = read_here(given, tmp_path)
    assert table.columns == here.columns and table.fields == here.fields
    assert shapely.equals_exact(table.shapes, here.shapes, 0).all()
    assert (table.crs, table.notes, table.file_format) == (here.crs, here.notes, here.file_format)
    assert inspect_source(given, Choice(), city=JAKARTA) == inspect_here(given, tmp_path)
