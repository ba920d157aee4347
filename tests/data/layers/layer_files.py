"""Files of layers, good and bad, made for one test each."""

import json
import struct
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely

from data.layers.model import Choice, FeatureTable
from data.layers.reading import CityFrame
from data.layers.reading.inspection import Inspection
from data.layers.reading.reader import inspect_files, read_files

JAKARTA = CityFrame(
    106.68, -6.38, 106.98, -5.18,
    ("EPSG:4326", "EPSG:32748", "EPSG:32747", "EPSG:32749", "EPSG:3857", "EPSG:32648"),
)  # fmt: skip
NAMES = ["Pompa Pluit", "Café Désa “Lama”", "Rumah Sakit – Utara"]
PLACES = [(106.80, -6.12), (106.82, -6.18), (106.85, -6.21)]


def points(crs: str = "EPSG:4326", **columns: Any) -> gpd.GeoDataFrame:
    """Three places in Jakarta, with a name and a count each."""
    frame = gpd.GeoDataFrame(
        {"nama": NAMES, "jumlah": [1, 2, 3], **columns},
        geometry=[shapely.Point(place) for place in PLACES],
        crs=4326,
    )
    return frame.to_crs(crs)


def zipped(path: Path, files: Iterable[Path], **options: Any) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for file in files:
            archive.write(file, file.name)
    return path


def archive_of(path: Path, members: Mapping[str | zipfile.ZipInfo, bytes | str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def shapefile(folder: Path, frame: gpd.GeoDataFrame, name: str = "pompa", **options: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    frame.to_file(folder / f"{name}.shp", **options)
    return folder / f"{name}.shp"


def parts_of(shp: Path) -> list[Path]:
    return sorted(shp.parent.glob(f"{shp.stem}.*"), key=lambda path: path.suffix != ".shp")


def geojson(path: Path, shapes: Iterable[Any], **members: Any) -> Path:
    """One feature a shape, numbered from 1; a shape may be a geometry, a dict, or None."""
    features = [
        {
            "type": "Feature",
            "properties": {"nomor": number},
            "geometry": shapely.geometry.mapping(shape)
            if isinstance(shape, shapely.Geometry)
            else shape,
        }
        for number, shape in enumerate(shapes, 1)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features} | members))
    return path


def topojson(path: Path) -> Path:
    """Two squares that share an arc, quantized as TopoJSON does."""
    arcs = [[[0, 0], [0, 10]], [[0, 10], [-10, 0], [0, -10], [10, 0]], [[0, 0], [10, 0], [0, 10], [-10, 0]]]  # fmt: skip  # noqa: E501
    collection = {
        "type": "GeometryCollection",
        "geometries": [
            {"type": "Polygon", "arcs": [[0, 1]], "properties": {"nama": "Désa Barat"}},
            {"type": "Polygon", "arcs": [[2, -1]], "properties": {"nama": "Désa Timur"}},
        ],
    }
    transform = {"scale": [0.001, 0.001], "translate": [106.8, -6.2]}
    path.write_text(
        json.dumps(
            {"type": "Topology", "transform": transform, "objects": {"desa": collection},
             "arcs": arcs},
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )  # fmt: skip
    return path


KML = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>
<Schema name="s"><SimpleField name="tinggi" type="double"/><SimpleField name="aktif" type="bool"/>
</Schema>
<Folder><name>Utara</name>
<Placemark id="a"><name>Pompa Désa</name>
<TimeStamp><when>2024-01-02T03:04:05+07:00</when></TimeStamp>
<ExtendedData><SchemaData schemaUrl="#s"><SimpleData name="tinggi">2.5</SimpleData>
<SimpleData name="aktif">1</SimpleData></SchemaData></ExtendedData>
<Point><coordinates>106.8,-6.12,7</coordinates></Point></Placemark></Folder>
<Folder><name>Selatan</name><Folder><name>Dalam</name>
<Placemark><name>Sungai</name>
<ExtendedData><Data name="lebar"><value>12 m</value></Data></ExtendedData>
<LineString><coordinates>106.8, -6.2, 0
 106.81, -6.21, 0</coordinates></LineString></Placemark></Folder>
<Placemark><name>Kosong</name></Placemark>
<Placemark><name>Jejak</name><gx:Track><when>2024-01-02T03:04:05Z</when>
<gx:coord>106.8 -6.2 0</gx:coord><gx:coord>106.82 -6.22 0</gx:coord></gx:Track></Placemark>
</Folder></Document></kml>
"""


def kml(path: Path, encoding: str = "utf-8", declared: str | None = None) -> Path:
    """A point with a height, a line, a placemark without a shape, and a track; in two folders."""
    path.write_bytes(KML.format(encoding=declared or encoding).encode(encoding))
    return path


def read_here(
    paths: Path | list[Path], folder: Path, *, city: CityFrame = JAKARTA, **choice: Any
) -> FeatureTable:
    """What the process would read, in this one."""
    given = [paths] if isinstance(paths, Path) else paths
    return read_files(given, Choice(**choice), city, _scratch(folder))


def inspect_here(
    paths: Path | list[Path], folder: Path, *, city: CityFrame = JAKARTA, **choice: Any
) -> Inspection:
    given = [paths] if isinstance(paths, Path) else paths
    return inspect_files(given, Choice(**choice), city, _scratch(folder))


def _scratch(folder: Path) -> Path:
    number = len(list(folder.glob("scratch-*")))
    made = folder / f"scratch-{number}"
    made.mkdir()
    return made


def counts(table: FeatureTable | Inspection) -> dict[str, int]:
    return {note.kind: note.count for note in table.notes}


def patch(path: Path, offset: int, layout: str, value: int) -> None:
    """Write a number over what a file says at `offset`."""
    content = bytearray(path.read_bytes())
    struct.pack_into(layout, content, offset, value)
    path.write_bytes(content)
