"""Writes fire-posts.xlsx and flood-prone.zip beside it: the demo layers that are no text.

Run it after a change: python data/cities/jakarta/layers/make_binary.py
"""

import csv
import io
import math
import tempfile
import tomllib
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import geopandas
import shapely
from openpyxl import Workbook
from shapely import affinity

_HERE = Path(__file__).resolve().parent
_MADE_AT = (2026, 1, 1, 0, 0, 0)  # the same input gives the same bytes
_KM = 1 / 111.32  # degrees, near the equator
_NEAR = 0.83  # of the reach at which water's weight is half
_OFTEN = ((1.0, "every year"), (0.6, "most years"), (0.0, "some years"))


def main() -> None:
    (_HERE / "fire-posts.xlsx").write_bytes(_same_dates(fire_posts()))
    (_HERE / "flood-prone.zip").write_bytes(flood_prone())


def fire_posts() -> bytes:
    """A workbook: a post in the middle of each subdistrict."""
    places: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with (_HERE.parent / "districts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = (row["kecamatan"], row["kota"])
            place = (float(row["latitude"]), float(row["longitude"]))
            places.setdefault(key, []).append(place)
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(*_MADE_AT)
    sheet = book.active
    sheet.title = "Pos"
    sheet.append(["name", "city", "latitude", "longitude"])
    for (name, city), found in places.items():
        middle = [round(sum(axis) / len(found), 4) for axis in zip(*found, strict=True)]
        sheet.append([f"Pos Sektor {name}", city, *middle])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def flood_prone() -> bytes:
    """A zipped Shapefile: the low points and banks of demo.toml, where its floods are reported."""
    with (_HERE.parent / "demo.toml").open("rb") as file:
        weather = tomllib.load(file)["weather"]
    rows = [_around(point) for point in weather["low_points"]]
    rows += [_along(river) for river in weather["rivers"][:-1]]  # the last is the whole coast
    frame = geopandas.GeoDataFrame(
        [{"name": name, "often": often} for name, often, _shape in rows],
        geometry=[shape for _name, _often, shape in rows],
        crs=4326,
    )
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "flood-prone.shp", encoding="UTF-8")
        return _zipped(sorted(Path(folder).iterdir()))


def _around(point: dict[str, Any]) -> tuple[str, str, Any]:
    reach = point["km"] * _NEAR * _KM
    turns = [math.tau * step / 48 for step in range(48)]
    ring = [
        (math.cos(t) * _uneven(t), math.sin(t) * _uneven(t + point["longitude"])) for t in turns
    ]
    shape = affinity.scale(shapely.Polygon(ring), reach, reach, origin=(0, 0))
    place = affinity.translate(shape, point["longitude"], point["latitude"])
    return point["name"], _often(point["weight"]), place


def _uneven(turn: float) -> float:
    return 1 + 0.14 * math.sin(2 * turn) + 0.09 * math.sin(3 * turn + 1)


def _along(river: dict[str, Any]) -> tuple[str, str, Any]:
    course = shapely.LineString([(longitude, latitude) for latitude, longitude in river["course"]])
    bank = shapely.buffer(course, river["km"] * 0.6 * _KM, quad_segs=4)
    return f"Bantaran {river['name']}", _often(river["weight"]), bank


def _often(weight: float) -> str:
    return next(word for least, word in _OFTEN if weight >= least)


def _zipped(paths: list[Path]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in paths:
            body = bytearray(path.read_bytes())
            if path.suffix == ".dbf":
                body[1:4] = bytes([_MADE_AT[0] - 1900, *_MADE_AT[1:3]])  # the day of writing
            archive.writestr(zipfile.ZipInfo(path.name, _MADE_AT), bytes(body))
    return content.getvalue()


def _same_dates(book: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book)) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            body = old.read(name)
            if name == "docProps/core.xml":  # saving stamps it with the time of day
                start = body.index(b"<dcterms:modified")
                start = body.index(b">", start) + 1
                body = body[:start] + b"2026-01-01T00:00:00Z" + body[body.index(b"<", start) :]
            new.writestr(zipfile.ZipInfo(name, _MADE_AT), body, compress_type=zipfile.ZIP_DEFLATED)
    return content.getvalue()


if __name__ == "__main__":
    main()
