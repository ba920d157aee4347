"""Arcs of a GeoPackage or GML become straight pieces, and that is told."""

import sqlite3
import struct
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from data.layers.formats.curved_wkb import has_arc
from tests.data.layers.layer_files import read_here

_ROUND = [106.80, -6.20, 106.81, -6.19, 106.82, -6.20, 106.81, -6.21, 106.80, -6.20]


def wkb(kind: int, body: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}BI", order == "<", kind) + body


def run(numbers: Sequence[float], dimensions: int = 2, order: str = "<") -> bytes:
    count = struct.pack(f"{order}I", len(numbers) // dimensions)
    return count + struct.pack(f"{order}{len(numbers)}d", *numbers)


def of(*parts: bytes) -> bytes:
    return struct.pack("<I", len(parts)) + b"".join(parts)


ARC = wkb(8, run(_ROUND[:6]))
LINE = wkb(2, run(_ROUND[:4]))
STRAIGHT_RING = wkb(2, run(_ROUND))
DISC = wkb(10, of(wkb(8, run(_ROUND))))


@pytest.mark.parametrize(
    ("shape", "is_curved"),
    [
        (ARC, True),
        (wkb(1_008, run([*_ROUND[:6], 1, 2, 3], 3)), True),
        (wkb(0x80000008, run([*_ROUND[:6], 1, 2, 3], 3)), True),
        (wkb(8, run(_ROUND[:6], order=">"), ">"), True),
        (wkb(9, of(LINE, ARC)), True),
        (wkb(9, of(LINE, LINE)), False),
        (DISC, True),
        (wkb(10, of(STRAIGHT_RING)), False),
        (wkb(11, of(LINE, wkb(9, of(LINE, ARC)))), True),
        (wkb(12, of(wkb(3, of(run(_ROUND))), wkb(10, of(STRAIGHT_RING)))), False),
        (wkb(12, of(wkb(3, of(run(_ROUND), run(_ROUND))), DISC)), True),
        (wkb(7, of(wkb(1, struct.pack("<2d", 1, 2)), ARC)), True),
        (wkb(1_007, of(wkb(1_001, bytes(24)), wkb(1_002, run([0] * 6, 3)))), False),
        (b"", False),
        (wkb(12, of(LINE)[:20]), False),
        (wkb(12, struct.pack("<I", 2**32 - 1)), False),
        (wkb(99, struct.pack("<I", 2**32 - 1)), False),
        (wkb(9_008, b""), False),
        (wkb(7, struct.pack("<I", 1)) * 5_000, False),
    ],
)  # fmt: skip
def test_an_arc_is_found_however_deep(shape: bytes, is_curved: bool) -> None:
    assert has_arc(shape) is is_curved


def geopackage(path: Path, *shapes: bytes, bounds: bytes = b"", flags: int = 1) -> Path:
    """Features of any shape, as no library here writes them."""
    points = [shapely.Point(106.8, -6.2)] * len(shapes)
    frame = gpd.GeoDataFrame({"nomor": range(len(shapes))}, geometry=points, crs=4326)
    frame.to_file(path, engine="pyogrio", geometry_type="Unknown", layer="pipa")
    with closing(sqlite3.connect(path)) as database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        for number, shape in enumerate(shapes, start=1):
            head = b"GP\x00" + bytes([flags]) + struct.pack("<i", 4326) + bounds
            database.execute("UPDATE pipa SET geom = ? WHERE fid = ?", (head + shape, number))
        database.commit()
    return path


@pytest.mark.parametrize(
    ("flags", "bounds"), [(1, b""), (3, struct.pack("<4d", 106.8, 106.82, -6.21, -6.19))]
)
def test_arcs_of_a_geopackage_are_counted(tmp_path: Path, flags: int, bounds: bytes) -> None:
    path = geopackage(tmp_path / "a.gpkg", ARC, LINE, DISC, flags=flags, bounds=bounds)
    table = read_here(path, tmp_path)
    assert {note.kind: note.count for note in table.notes}["curves"] == 2
    assert shapely.get_num_coordinates(table.shapes[2]) > 20


def test_a_geopackage_of_curve_types_without_an_arc_has_no_note(tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", LINE, wkb(10, of(STRAIGHT_RING)))
    assert "curves" not in {note.kind for note in read_here(path, tmp_path).notes}


def gml(path: Path, *members: str) -> Path:
    path.write_text(
        '<?xml version="1.0"?><ogr:FeatureCollection xmlns:ogr="http://ogr.maptools.org/" '
        'xmlns:gml="http://www.opengis.net/gml/3.2" gml:id="all">'
        + "".join(
            f'<ogr:featureMember><ogr:{name} gml:id="f{number}"><ogr:g>'
            f'<gml:Curve gml:id="g{number}" srsName="urn:ogc:def:crs:EPSG::4326"><gml:segments>'
            f"<gml:{segment}><gml:posList>-6.2 106.8 -6.19 106.81 -6.2 106.82</gml:posList>"
            f"</gml:{segment}></gml:segments></gml:Curve></ogr:g></ogr:{name}></ogr:featureMember>"
            for number, (name, segment) in enumerate(member.split("/") for member in members)
        )
        + "</ogr:FeatureCollection>"
    )
    return path


def test_arcs_of_gml_are_counted_by_layer(tmp_path: Path) -> None:
    path = gml(tmp_path / "a.gml", "pipe/Arc", "pipe/LineStringSegment", "pipe/Arc", "road/Arc")
    notes = {layer: read_here(path, tmp_path, layer=layer).notes for layer in ("pipe", "road")}
    counts = {
        layer: [note.count for note in notes[layer] if note.kind == "curves"] for layer in notes
    }
    assert counts == {"pipe": [2], "road": [1]}
    straight = gml(tmp_path / "b.gml", "pipe/LineStringSegment")
    assert "curves" not in {note.kind for note in read_here(straight, tmp_path).notes}
