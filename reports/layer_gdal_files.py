"""Layers as GeoPackage and as zipped Shapefile, written by GDAL."""

import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from data.layers.model import LayerError, geometry_of
from reports.layer_file_parts import FileAbout, Table, as_text, kind_of, unique_name

_RESERVED = {"fid", "geom", "geometry", "ogc_fid"}  # columns that GDAL makes itself
_LONGEST_NAME = 10  # bytes, in a Shapefile
_LONGEST_TEXT = 254  # the same
_MOST_FIELDS = 255  # the same
_TYPES = {"boolean": "boolean", "whole": "Int64", "number": "Float64"}
# Of types of shapely, what a Shapefile of points, lines or polygons can hold.
_FAMILIES = {"points": (0, 4), "lines": (1, 2, 5), "polygons": (3, 6)}


def write_geopackage(path: Path, table: Table, about: FileAbout) -> None:
    """One layer, called as the file; what is said of it is its description and its metadata."""
    names: dict[str, str] = {}
    for name in table.columns:
        names[name] = unique_name(name, {*names.values(), *_RESERVED})
    said = about.rows()
    _frame(table, names).to_file(
        path,
        driver="GPKG",
        engine="pyogrio",
        layer=path.stem,
        geometry_type="Unknown" if table.geometry == "mixed" or not len(table.shapes) else None,
        layer_options={"IDENTIFIER": said["name"], "DESCRIPTION": about.sentence()},
        layer_metadata={key.upper(): value for key, value in said.items()},
    )


def write_shapefile(path: Path, table: Table, about: FileAbout) -> None:
    """A Shapefile for each kind of shape there is, and README.txt with what they cannot say."""
    if len(table.columns) > _MOST_FIELDS:
        raise LayerError(
            f"a Shapefile holds {_MOST_FIELDS} fields, not {len(table.columns)}; use a GeoPackage"
        )
    names: dict[str, str] = {}
    for name in table.columns:
        names[name] = unique_name(name, set(names.values()), _LONGEST_NAME)
    table, cut = _cut_texts(table)
    with tempfile.TemporaryDirectory(prefix="pantau-shapefile-") as made:
        folder = Path(made)
        for stem, part in _families(path.stem, table):
            _frame(part, names).to_file(
                folder / f"{stem}.shp", driver="ESRI Shapefile", engine="pyogrio", encoding="UTF-8"
            )
        (folder / "README.txt").write_text(_readme(about, names, cut), encoding="utf-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)


def _frame(table: Table, names: dict[str, str]) -> geopandas.GeoDataFrame:
    columns = {names[name]: _series(values) for name, values in table.columns.items()}
    return geopandas.GeoDataFrame(
        columns, geometry=table.shapes, crs=4326, index=range(len(table.shapes))
    )


def _series(values: Sequence[Any]) -> pd.Series:
    kind = kind_of(values)
    if kind == "text":
        return pd.Series([as_text(value) for value in values], dtype=object)
    return pd.Series(list(values), dtype=_TYPES[kind])


def _families(stem: str, table: Table) -> list[tuple[str, Table]]:
    """The features by kind of shape; of a collection each kind has its part."""
    shapes, rows = shapely.get_parts(table.shapes, return_index=True)
    whole = shapely.get_type_id(table.shapes) != 7
    found = []
    for family, types in _FAMILIES.items():
        of_family = np.isin(shapely.get_type_id(shapes), types) & ~whole[rows]
        kept = np.isin(shapely.get_type_id(table.shapes), types)
        gathered = _gathered(shapes[of_family], rows[of_family], types[-1])
        places = np.concatenate([np.flatnonzero(kept), np.array(list(gathered), int)])
        if not len(places):
            continue
        parts = np.concatenate(
            [table.shapes[kept], np.array(list(gathered.values()), object)]
        ).astype(object)
        order = np.argsort(places, kind="stable")
        found.append((family, _part(table, parts[order], places[order])))
    if not found:
        return [(stem, table)]
    if len(found) == 1:
        return [(stem, found[0][1])]
    return [(f"{stem}_{family}", part) for family, part in found]


def _gathered(shapes: NDArray[Any], rows: NDArray[Any], multi: int) -> dict[int, Any]:
    """The parts of each collection that are of one kind, as one shape."""
    make = {4: shapely.multipoints, 5: shapely.multilinestrings, 6: shapely.multipolygons}[multi]
    found = {}
    for row in np.unique(rows):
        single = shapely.get_parts(shapes[rows == row])
        found[int(row)] = make(single)
    return found


def _part(table: Table, shapes: NDArray[Any], places: NDArray[Any]) -> Table:
    if geometry_of(shapes) == "point" and len(np.unique(shapely.get_type_id(shapes))) > 1:
        # The format has points or multipoints, never both in one file.
        shapes = np.array([shapely.multipoints(shapely.get_parts(one)) for one in shapes], object)
    columns = {name: [values[place] for place in places] for name, values in table.columns.items()}
    return Table(shapes, columns)


def _cut_texts(table: Table) -> tuple[Table, dict[str, int]]:
    """The table as a Shapefile holds it, and how many texts of each field were longer."""
    columns, found = {}, {}
    for name, values in table.columns.items():
        is_long = [
            isinstance(value, str) and len(value.encode()) > _LONGEST_TEXT for value in values
        ]
        columns[name] = [
            value.encode()[:_LONGEST_TEXT].decode(errors="ignore") if long else value
            for value, long in zip(values, is_long, strict=True)
        ]
        if any(is_long):
            found[name] = sum(is_long)
    return Table(table.shapes, columns), found


def _readme(about: FileAbout, names: dict[str, str], cut: dict[str, int]) -> str:
    lines = [f"{key.capitalize()}: {value}" for key, value in about.rows().items()]
    renamed = [f"  {short} is {name}" for name, short in names.items() if short != name]
    if renamed:
        lines += ["", "Fields whose names are too long for a Shapefile:", *renamed]
    if cut:
        lines += ["", f"Texts longer than {_LONGEST_TEXT} bytes that were cut off:"]
        lines += [f"  {names[name]}: {count:,}" for name, count in cut.items()]
    return "\r\n".join(lines) + "\r\n"
