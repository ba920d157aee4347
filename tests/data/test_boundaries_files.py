"""Boundaries as people keep them: other formats, coordinates and codes, and broken files."""

import functools
import threading
import zipfile
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from data.boundaries import BoundaryError, BoundaryReport, import_boundaries, source
from data.boundaries.shapes import read_shapes
from data.database import read
from data.store import Store
from tests.data.boundary_files import CENTRES, collection, saved, square, tiny_squares, without_crs


def bring(store: Store, path: str, **options: Any) -> BoundaryReport:
    given = {"level": "kelurahan", "code": "kode", "name": "nama", **options}
    return import_boundaries(store, path, **given)


def shape_of(store: Store, code: str) -> shapely.Geometry:
    with read(store.engine) as connection:
        return read_shapes(connection, 1)[store.reference().district_by_code[code].id]


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "gml", "kml", "fgb", "shp"])
def test_formats(store: Store, tmp_path: Path, ending: str) -> None:
    frame = tiny_squares(east=0.003)
    path = saved(frame, tmp_path / f"squares.{ending}")
    assert bring(store, path).by_code == 4
    assert shape_of(store, "10.1").symmetric_difference(square(-6.19, 106.813)).area < 1e-9


def test_another_coordinate_system(store: Store, tmp_path: Path) -> None:
    path = saved(tiny_squares(east=0.003).to_crs(32748), tmp_path / "utm.gpkg")
    assert bring(store, path).by_code == 4
    assert shape_of(store, "20.2").symmetric_difference(square(-6.21, 106.833)).area < 1e-9


def test_no_coordinate_system(store: Store, tmp_path: Path) -> None:
    degrees = without_crs(tiny_squares(), tmp_path / "plain.shp")
    assert bring(store, degrees).by_code == 4
    path = without_crs(tiny_squares().to_crs(32748), tmp_path / "metres.shp")
    with pytest.raises(BoundaryError, match=r"names no coordinate system.*--crs EPSG:32748"):
        bring(store, path)
    assert bring(store, path, crs="EPSG:32748").by_code == 4
    with pytest.raises(BoundaryError, match="--crs 'EPSG:nonsense' is not a known"):
        bring(store, path, crs="EPSG:nonsense")


def test_metres_that_call_themselves_degrees(store: Store, tmp_path: Path) -> None:
    metres = tiny_squares().to_crs(32748).geometry
    path = collection(tmp_path / "metres.geojson", dict(zip(CENTRES, metres, strict=True)))
    with pytest.raises(BoundaryError, match="are not degrees; say by --crs"):
        bring(store, path)
    assert bring(store, path, crs="EPSG:32748").by_code == 4


def test_latitude_and_longitude_swapped(store: Store, tmp_path: Path) -> None:
    elsewhere = {code: square(lat + 40, lon - 100) for code, (lat, lon) in CENTRES.items()}
    with pytest.raises(BoundaryError, match=r"far from Kota Uji .*swapped"):
        bring(store, collection(tmp_path / "far.geojson", elsewhere))


def test_zipped_shapefile(store: Store, tmp_path: Path) -> None:
    tiny_squares().to_file(tmp_path / "squares.shp")
    tiny_squares().iloc[:2].to_file(tmp_path / "half.shp")
    archive = tmp_path / "squares.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(tmp_path.glob("squares.*")):
            if path != archive:
                file.write(path, f"deep/down/{path.name}")
    assert bring(store, str(archive)).by_code == 4
    with zipfile.ZipFile(archive, "a") as file:
        for path in sorted(tmp_path.glob("half.*")):
            file.write(path, path.name)
    with pytest.raises(BoundaryError, match=r"several files.*half.shp.*choose one by --layer"):
        bring(store, str(archive))
    assert bring(store, str(archive), layer="half").by_code == 2


def test_layers(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "layers.gpkg"
    tiny_squares().to_file(path, layer="kelurahan")
    tiny_squares().iloc[:2].to_file(path, layer="rw", mode="a")
    with pytest.raises(BoundaryError, match="several layers; choose one by --layer: kelurahan, rw"):
        bring(store, str(path))
    with pytest.raises(BoundaryError, match="has no layer 'rt'"):
        bring(store, str(path), layer="rt")
    assert bring(store, str(path), layer="kelurahan").by_code == 4


def test_heights_are_dropped_and_bow_ties_repaired(store: Store, tmp_path: Path) -> None:
    bow_tie = shapely.Polygon([(106.80, -6.20), (106.82, -6.18), (106.82, -6.20), (106.80, -6.18)])
    shapes: dict[str, Any] = {code: square(*place) for code, place in CENTRES.items()}
    shapes["10.1"] = bow_tie
    shapes["10.2"] = shapely.force_3d(shapes["10.2"], 12.0)
    shapes["20.1"] = shapely.GeometryCollection([shapes["20.1"], shapely.Point(106.9, -6.2)])
    shapes["nowhere"] = None
    report = bring(store, collection(tmp_path / "odd.geojson", shapes))
    assert (report.read, report.repaired, report.empty, report.by_code) == (5, 1, 1, 4)
    repaired = shape_of(store, "10.1")
    assert repaired.is_valid and repaired.area == pytest.approx(0.0002, rel=1e-6)
    assert not shape_of(store, "10.2").has_z
    assert shape_of(store, "20.1").symmetric_difference(square(*CENTRES["20.1"])).area < 1e-9


def test_features_of_one_code_are_joined(store: Store, tmp_path: Path) -> None:
    frame = tiny_squares()
    island = frame.iloc[[0]].set_geometry([square(-6.1, 106.8)], crs=4326)
    frame = gpd.GeoDataFrame(pd.concat([frame, island]), crs=4326)
    report = bring(store, saved(frame, tmp_path / "islands.gpkg"))
    assert (report.read, report.merged, report.by_code) == (5, 1, 4)
    assert len(shape_of(store, "10.1").geoms) == 2


@pytest.mark.parametrize(
    "write", [lambda code: code.replace(".", ""), lambda c: f" {c[0]}{c[1:]} "]
)
def test_codes_written_otherwise(store: Store, tmp_path: Path, write: Any) -> None:
    frame = tiny_squares()
    frame["kode"] = [write(code) for code in frame["kode"]]
    assert bring(store, saved(frame, tmp_path / "codes.gpkg")).by_code == 4


def test_numbers_as_codes(store: Store, tmp_path: Path) -> None:
    frame = tiny_squares()
    frame["kode"] = [101.0, 102.0, 201.0, None]
    report = bring(store, saved(frame, tmp_path / "numbers.gpkg"))
    assert (report.by_code, report.by_name) == (3, 1)


def test_names_match_where_codes_do_not(store: Store, tmp_path: Path) -> None:
    frame = tiny_squares()
    frame["kode"] = ["a", "b", "20.1", "c"]
    frame["nama"] = ["ANGSANA", "Bering-in", "Cemara", "Elsewhere"]
    report = bring(store, saved(frame, tmp_path / "names.gpkg"))
    assert (report.by_code, report.by_name) == (1, 2)
    assert report.unmatched == ("c Elsewhere",) and report.without_polygon == ("20.2 Dadap",)


def test_strangers_are_refused(store: Store, tmp_path: Path) -> None:
    frame = tiny_squares()
    frame["kode"], frame["nama"] = ["x1", "x2", "x3", "20.2"], ["A", "B", "C", "Dadap"]
    with pytest.raises(BoundaryError) as refused:
        bring(store, saved(frame, tmp_path / "strange.gpkg"))
    message = str(refused.value)
    assert "only 1 of 4 features of strange.gpkg are a kelurahan" in message
    assert "x1 A" in message and "10.1 Angsana" in message and "kode, nama" in message


def test_wrong_column_and_level(store: Store, tmp_path: Path) -> None:
    path = saved(tiny_squares(), tmp_path / "squares.geojson")
    with pytest.raises(BoundaryError, match="no column 'code'; its columns are: kode, nama"):
        bring(store, path, code="code")
    with pytest.raises(BoundaryError, match="no column 'name'"):
        bring(store, path, name="name")
    with pytest.raises(BoundaryError, match="level 'rw' is not one of kota, kelurahan"):
        bring(store, path, level="rw")


@pytest.mark.parametrize("ending", ["geojson", "gpkg", "fgb", "kml", "gml", "shp"])
def test_truncated_files(store: Store, tmp_path: Path, ending: str) -> None:
    path = Path(saved(tiny_squares(), tmp_path / f"cut.{ending}"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(BoundaryError, match=r"^cut\."):
        bring(store, str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"hello", "cannot be read as a vector file"),
        (b"PK\x03\x04 and then nothing", "damaged or locked archive"),
        (b'<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', "only points to other"),
        (b'{"type": "FeatureCollection", "features": []}', "no column 'kode'"),
    ],
)
def test_what_is_no_file_of_boundaries(
    store: Store, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(BoundaryError, match=message):
        bring(store, str(path))


def test_points_are_no_boundaries(store: Store, tmp_path: Path) -> None:
    frame = tiny_squares()
    frame = frame.set_geometry(shapely.centroid(frame.geometry.to_numpy()), crs=4326)
    with pytest.raises(BoundaryError, match="holds no polygons; it holds Point"):
        bring(store, saved(frame, tmp_path / "points.geojson"))


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A web server on loopback for the files of `tmp_path`."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_an_address(
    store: Store, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(tiny_squares(), tmp_path / "squares.geojson")
    assert bring(store, f"{address}/squares.geojson?f=1").by_code == 4
    assert store.reference().city.boundaries == "squares.geojson"
    with pytest.raises(BoundaryError, match=r"none.geojson answers 404"):
        bring(store, f"{address}/none.geojson")
    monkeypatch.setattr(source, "LARGEST_DOWNLOAD", 100)
    with pytest.raises(BoundaryError, match="is more than 0 MB"):
        bring(store, f"{address}/squares.geojson")


def test_other_addresses(store: Store) -> None:
    with pytest.raises(BoundaryError, match="not an http or https address"):
        bring(store, "ftp://127.0.0.1/squares.geojson")
    with pytest.raises(BoundaryError, match=r"squares.geojson cannot be fetched: .*refused"):
        bring(store, "http://127.0.0.1:9/squares.geojson")
