"""Reads exported files with readers that the program does not write with, where there are any."""

import csv
import io
import json
import sqlite3
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas
import openpyxl
import pandas as pd
import pyogrio
import shapely

ENDINGS = ("geojson", "gpkg", "shp.zip", "kml", "csv", "xlsx")
KML = {"k": "http://www.opengis.net/kml/2.2"}


def kept(folder: Path, ending: str, content: bytes) -> Path:
    path = folder / f"got.{ending}"
    path.write_bytes(content)
    return path


def frame_of(path: Path) -> pd.DataFrame:
    """Rows with `geometry` (shapely, None for none)."""
    if path.name.endswith((".geojson", ".gpkg")):
        return geopandas.read_file(path, engine="pyogrio")
    if path.name.endswith(".zip"):
        with zipfile.ZipFile(path) as archive:
            member = next(name for name in archive.namelist() if name.endswith(".shp"))
        return geopandas.read_file(f"/vsizip/{path}/{member}", engine="pyogrio")
    if path.name.endswith(".kml"):
        return _placemarks(path)
    if path.name.endswith(".csv"):
        with path.open(encoding="utf-8", newline="") as file:
            frame = pd.DataFrame(list(csv.DictReader(file)))
    else:
        rows = list(openpyxl.load_workbook(path)["Data"].iter_rows(values_only=True))
        frame = pd.DataFrame(rows[1:], columns=rows[0])
    return frame.assign(geometry=[_placed(row) for row in frame.to_dict("records")])


def _placed(row: dict[str, Any]) -> Any:
    if row.get("wkt"):
        return shapely.from_wkt(row["wkt"])
    y, x = row.get("latitude", row.get("lat")), row.get("longitude", row.get("long"))
    return None if x in (None, "") or x != x else shapely.Point(float(x), float(y))


def _placemarks(path: Path) -> pd.DataFrame:
    rows = []
    geometry = pyogrio.read_dataframe(path).geometry
    for mark, shape in zip(
        ElementTree.parse(path).iterfind("k:Document/k:Placemark", KML), geometry, strict=True
    ):
        data = {
            d.get("name"): d.findtext("k:value", "", KML) for d in mark.iter(f"{{{KML['k']}}}Data")
        }
        name = mark.findtext("k:name", None, KML)
        rows.append({"name": name, **data, "geometry": shape})
    return pd.DataFrame(rows)


def said_in(path: Path) -> str:
    """All that the file says of itself."""
    if path.name.endswith(".geojson"):
        found = json.loads(path.read_text(encoding="utf-8"))
        return "\n".join(map(str, (found.get("metadata") or found["pantau"]).values()))
    if path.name.endswith(".gpkg"):
        database = sqlite3.connect(path)
        [said] = database.execute("SELECT description FROM gpkg_contents").fetchone()
        [held] = database.execute("SELECT group_concat(metadata) FROM gpkg_metadata").fetchone()
        database.close()
        assert set(pyogrio.read_info(path)["layer_metadata"]) >= {"SOURCE", "LICENCE", "DATE"}
        return f"{said}\n{held}"
    if path.name.endswith(".zip"):
        return zipfile.ZipFile(path).read("README.txt").decode()
    if path.name.endswith(".kml"):
        return ElementTree.parse(path).findtext("k:Document/k:description", "", KML)
    if path.name.endswith(".csv"):
        return next(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))["about"]
    page = openpyxl.load_workbook(path)["About"]
    return "\n".join(str(row[1]) for row in page.iter_rows(values_only=True))
