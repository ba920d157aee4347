"""Reading polygons with a code and a name from a vector file, as valid shapes in WGS 84."""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from data.boundaries.report import BoundaryError, examples

_GRID = 1e-8  # degrees, about a millimetre: a coarser one moves complaints across borders
_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Feature:
    """One polygon of the file; code or name may be empty."""

    code: str
    name: str
    shape: shapely.Geometry

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True)
class FeatureFile:
    """Everything usable in a file, and how much was not."""

    name: str
    columns: tuple[str, ...]
    features: tuple[Feature, ...]
    read: int
    empty: int
    repaired: int
    notes: tuple[str, ...]


def read_features(
    address: str, label: str, *, code: str, name: str | None, layer: str | None, crs: str | None
) -> FeatureFile:
    """The polygons that GDAL finds at `address`. Raises BoundaryError, beginning with `label`."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        layer = _choose_layer(address, label, layer)
        info = _gdal(label, lambda: pyogrio.read_info(address, layer=layer))
        columns = tuple(str(field) for field in info["fields"])
        wanted = [code] if name is None else [code, name]
        if missing := [column for column in wanted if column not in columns]:
            has = ", ".join(columns) if columns else "none"
            raise BoundaryError(f"{label} has no column {missing[0]!r}; its columns are: {has}")
        frame = _gdal(
            label,
            # One shape nobody can read must not hide the others: it counts as empty.
            lambda: pyogrio.read_dataframe(
                address, layer=layer, columns=wanted, on_invalid="ignore"
            ),
        )
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BoundaryError(f"{label} holds a table without shapes")
    flat = shapely.force_2d(frame.geometry.to_numpy())
    sound, repaired = make_polygons(flat)
    shapes = _to_degrees(gpd.GeoSeries(sound, crs=frame.crs), label, crs)
    usable = ~shapely.is_empty(shapes)
    if not usable.any():
        kinds = sorted({kind for kind in frame.geometry.geom_type.tolist() if kind})
        raise BoundaryError(f"{label} holds no polygons; it holds {', '.join(kinds) or 'nothing'}")
    codes = [_text(value) for value in frame[code]]
    names = [_text(value) for value in frame[name]] if name is not None else [""] * len(frame)
    features = tuple(
        Feature(*row)
        for row, use in zip(zip(codes, names, shapes, strict=True), usable, strict=True)
        if use
    )
    notes = [str(w.message) for w in caught if issubclass(w.category, RuntimeWarning)]
    return FeatureFile(
        name=label,
        columns=columns,
        features=features,
        read=len(frame),
        empty=int((~usable).sum()),
        repaired=repaired,
        notes=tuple(dict.fromkeys(notes)),
    )


def _choose_layer(address: str, label: str, layer: str | None) -> str | None:
    layers = {str(name): kind for name, kind in _gdal(label, lambda: pyogrio.list_layers(address))}
    if layer in layers:
        return layer
    if len(layers) == 1:  # --layer may have named the member of an archive
        return next(iter(layers))
    spatial = [name for name, kind in layers.items() if kind is not None]
    if layer is None and len(spatial) == 1:
        return spatial[0]
    if not layers:
        raise BoundaryError(f"{label} holds no layers")
    problem = "holds several layers" if layer is None else f"has no layer {layer!r}"
    raise BoundaryError(f"{label} {problem}; choose one by --layer: {examples(list(layers))}")


def _gdal(label: str, read: Callable[[], Any]) -> Any:
    try:
        return read()
    except (RuntimeError, ValueError, OSError, shapely.errors.ShapelyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        if "not recognized as being in" in reason:
            reason = "its format is none that GDAL knows"
        raise BoundaryError(f"{label} cannot be read as a vector file: {reason}") from error


def make_polygons(shapes: Shapes) -> tuple[Shapes, int]:
    """The polygonal part of each shape, valid, empty where there is none; and how many were not."""
    polygonal = shapes.copy()
    polygonal[shapely.is_missing(shapes)] = shapely.Polygon()
    invalid = ~shapely.is_valid(polygonal)
    polygonal[invalid] = shapely.make_valid(polygonal[invalid])
    for index in np.flatnonzero(shapely.get_type_id(polygonal) == _COLLECTION):
        parts = shapely.get_parts(shapely.get_parts(polygonal[index]))
        polygonal[index] = shapely.union_all(parts[shapely.get_type_id(parts) == _POLYGON])
    flat = ~np.isin(shapely.get_type_id(polygonal), (_POLYGON, _MULTIPOLYGON))
    polygonal[flat] = shapely.Polygon()
    return polygonal, int((invalid & ~shapely.is_empty(polygonal)).sum())


def _to_degrees(shapes: gpd.GeoSeries, label: str, crs: str | None) -> Shapes:
    remedy = "say by --crs which coordinates these are, such as --crs EPSG:32748"
    if crs is not None:
        try:
            shapes = shapes.set_crs(CRS.from_user_input(crs), allow_override=True)
        except CRSError as error:
            raise BoundaryError(f"--crs {crs!r} is not a known coordinate system") from error
    declared = shapes.crs
    if declared is None or declared.is_geographic:
        west, south, east, north = shapes.total_bounds
        if max(abs(west), abs(east)) > 360 or max(abs(south), abs(north)) > 90:
            why = "names no coordinate system" if declared is None else f"says {declared.name}"
            corner = f"{west:,.0f}, {south:,.0f}"
            raise BoundaryError(
                f"{label} {why}, but its coordinates ({corner} …) are not degrees; {remedy}"
            )
    if declared is None:
        shapes = shapes.set_crs(4326)
    try:
        degrees = shapes.to_crs(4326).to_numpy()
    except (CRSError, RuntimeError) as error:
        raise BoundaryError(f"{label} cannot be turned into degrees; {remedy}") from error
    bounds = shapely.bounds(degrees[~shapely.is_empty(degrees)])
    if not np.isfinite(bounds).all():
        raise BoundaryError(f"{label} does not fit its coordinate system; {remedy}")
    rounded = shapely.set_precision(make_polygons(degrees)[0], _GRID)
    return make_polygons(rounded)[0]


def _text(value: Any) -> str:
    """A code as people write it: a whole number without the .0 that a gap in a column adds."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()
