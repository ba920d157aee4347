"""Layers as GeoPackage and as zipped Shapefile, written by GDAL."""

import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from data.layers.model import LayerError
from reports.layer_file_parts import FileAbout, Table, as_text, kind_of, unique_name

_RESERVED = {"fid", "geom", "geometry", "ogc_fid"}  # columns that GDAL makes itself
_LONGEST_NAME = 10  # bytes, in a Shapefile
_LONGEST_TEXT = 254  # the same
_MOST_FIELDS = 255  # the same
_NOTHING: dict[str, Any] = {"boolean": False, "whole": 0, "number": 0.0}
_TYPES = {"boolean": np.bool_, "whole": np.int64, "number": np.float64}
_IN_UTC = 100  # GDAL's number for that zone
_NAMES = (  # by shapely's number of the type
    *("Point", "LineString", "LineString", "Polygon"),
    *("MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection"),
)
# Of types of shapely, what a Shapefile of points, lines or polygons can hold.
_FAMILIES = {"points": (0, 4), "lines": (1, 2, 5), "polygons": (3, 6)}


def write_geopackage(path: Path, table: Table, about: FileAbout) -> None:
    """One layer, called as the file; what is said of it is its description and its metadata."""
    names: dict[str, str] = {}
    for name in table.columns:
        names[name] = unique_name(name, {*names.values(), *_RESERVED})
    said = about.rows()
    types = np.unique(shapely.get_type_id(table.placed))
    _write(
        path,
        table,
        names,
        driver="GPKG",
        layer=path.stem,
        geometry_type=_NAMES[types[0]] if len(types) == 1 else "Unknown",
        layer_options={"IDENTIFIER": said["name"], "DESCRIPTION": about.sentence()},
        layer_metadata={key.upper(): value for key, value in said.items()},
    )


def write_shapefile(path: Path, table: Table, about: FileAbout) -> None:
    """A Shapefile for each kind of shape there is, and README.txt with what they cannot say."""
    table = _split_instants(table)
    if len(table.columns) > _MOST_FIELDS:
        raise LayerError(
            "a Shapefile holds {limit} fields, not {n}; use a GeoPackage",
            limit=_MOST_FIELDS,
            n=len(table.columns),
        )
    names: dict[str, str] = {}
    for name in table.columns:
        short = table.short_names.get(name, name)
        names[name] = unique_name(short, set(names.values()), _LONGEST_NAME)
    table, cut = _cut_texts(table)
    with tempfile.TemporaryDirectory(prefix="pantau-shapefile-") as made:
        folder = Path(made)
        for stem, kind, part in _families(path.stem, table):
            _write(
                folder / f"{stem}.shp",
                part,
                names,
                driver="ESRI Shapefile",
                geometry_type=kind,
                encoding="UTF-8",
            )
        (folder / "README.txt").write_text(_readme(about, names, cut), encoding="utf-8")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in sorted(folder.iterdir()):
                archive.write(file, file.name)


def _write(path: Path, table: Table, names: Mapping[str, str], **options: Any) -> None:
    """By arrays: a frame would know neither days nor integers beside nothing."""
    fields = [_field(values) for values in table.columns.values()]
    instants = {
        names[name]: np.full(len(table.shapes), _IN_UTC)
        for name, values in table.columns.items()
        if kind_of(values) == "instant"
    }
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(table.shapes),
        field_data=[data for data, _ in fields],
        field_mask=[mask for _, mask in fields],
        fields=[names[name] for name in table.columns],
        crs="EPSG:4326",
        promote_to_multi=False,  # what comes back is what went in
        gdal_tz_offsets=instants,
        **options,
    )


def _field(values: Sequence[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """The values, and which of them are nothing."""
    kind = kind_of(values)
    if kind in _TYPES:
        nothing = np.array([value is None for value in values], bool)
        filled = [_NOTHING[kind] if value is None else value for value in values]
        return np.array(filled, _TYPES[kind]), nothing
    if kind == "instant":
        moments = [v and v.astimezone(UTC).replace(tzinfo=None) for v in values]
        return np.array(moments, "datetime64[ms]"), None
    if kind == "day":
        return np.array(values, "datetime64[D]"), None
    return np.array([as_text(value) for value in values], object), None


def _split_instants(table: Table) -> Table:
    """An instant as a date and a time: a Shapefile has no field for both."""
    columns: dict[str, Sequence[Any]] = {}
    short: dict[str, str] = {}
    for name, values in table.columns.items():
        if kind_of(values) != "instant":
            columns[name] = values
            short[name] = table.short_names.get(name, name)
            continue
        stem = name.removesuffix("datetime").removesuffix("_") or name
        brief = table.short_names.get(name, stem)[: _LONGEST_NAME - 2]
        for ending, made in (
            ("date", [v and v.date() for v in values]),
            ("time", [v and v.timetz().isoformat("seconds") for v in values]),
        ):
            part = unique_name(f"{stem}_{ending}", {*columns, *table.columns})
            columns[part], short[part] = made, f"{brief}_{ending[0]}"
    return Table(table.shapes, columns, short)


def _families(stem: str, table: Table) -> list[tuple[str, str, Table]]:
    """The features by kind of shape, with its name; of a collection each kind has its part.

    Rows without a place stand with the first kind.
    """
    shapes, rows = shapely.get_parts(table.shapes, return_index=True)
    whole = shapely.get_type_id(table.shapes) != 7
    missing = shapely.is_missing(table.shapes)
    found: list[tuple[str, Table]] = []
    for family, types in _FAMILIES.items():
        of_family = np.isin(shapely.get_type_id(shapes), types) & ~whole[rows]
        kept = np.isin(shapely.get_type_id(table.shapes), types)
        gathered = _gathered(shapes[of_family], rows[of_family], types[-1])
        places = np.concatenate([np.flatnonzero(kept), np.array(list(gathered), int)])
        if not len(places):
            continue
        unplaced = np.flatnonzero(missing & (not found))
        places = np.concatenate([places, unplaced])
        parts = np.concatenate(
            [table.shapes[kept], np.array([*gathered.values(), *(None for _ in unplaced)], object)]
        ).astype(object)
        order = np.argsort(places, kind="stable")
        found.append((family, _part(table, parts[order], places[order])))
    if not found:
        return [(stem, "Point", table)]
    return [
        (stem if len(found) == 1 else f"{stem}_{family}", _kind(part), part)
        for family, part in found
    ]


def _kind(part: Table) -> str:
    """What a Shapefile of these is of; lines and polygons of several parts are no other kind."""
    name = _NAMES[int(shapely.get_type_id(part.placed[0]))]
    return name if name == "MultiPoint" else name.removeprefix("Multi")


def _gathered(shapes: NDArray[Any], rows: NDArray[Any], multi: int) -> dict[int, Any]:
    """The parts of each collection that are of one kind, as one shape."""
    make = {4: shapely.multipoints, 5: shapely.multilinestrings, 6: shapely.multipolygons}[multi]
    found = {}
    for row in np.unique(rows):
        single = shapely.get_parts(shapes[rows == row])
        found[int(row)] = make(single)
    return found


def _part(table: Table, shapes: NDArray[Any], places: NDArray[Any]) -> Table:
    kinds = set(shapely.get_type_id(shapes).tolist())
    if kinds >= {0, 4}:
        # The format has points or multipoints, never both in one file.
        shapes = np.array(
            [one and shapely.multipoints(shapely.get_parts(one)) for one in shapes], object
        )
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
    return Table(table.shapes, columns, table.short_names), found


def _readme(about: FileAbout, names: dict[str, str], cut: dict[str, int]) -> str:
    lines = [f"{key.capitalize()}: {value}" for key, value in about.rows().items()]
    renamed = [f"  {short} is {name}" for name, short in names.items() if short != name]
    if renamed:
        lines += [
            "",
            "Fields whose names are too long for a Shapefile:",
            *renamed,
        ]
    if cut:
        lines += ["", f"Texts longer than {_LONGEST_TEXT} bytes that were cut off:"]
        lines += [f"  {names[name]}: {count:,}" for name, count in cut.items()]
    return "\r\n".join(lines) + "\r\n"
