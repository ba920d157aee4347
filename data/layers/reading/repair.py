"""Making shapes fit to be kept: flat, whole, valid. Everything done or left out is counted."""

from collections import Counter

import numpy as np
import shapely
from numpy.typing import NDArray

from data.layers.model import Shapes

Mask = NDArray[np.bool_]
_POINT, _LINE, _RING, _POLYGON = 0, 1, 2, 3
_COLLECTION = 7
# Of each GEOS type: point 0, line 1, polygon 2, collection 3.
_DIMENSIONS = np.array([0, 1, 1, 2, 0, 1, 2, 3])


def flatten(shapes: Shapes, counts: Counter[str]) -> Shapes:
    """Without heights and measures; those that were said, and not nought, are counted."""
    tall = _with_heights(shapes) | shapely.has_m(shapes)
    counts["flattened"] += int(tall.sum())
    return np.asarray(shapely.force_2d(shapes), dtype=object)


def swap_axes(flat: Shapes) -> Shapes:
    """Each coordinate's second number first."""
    swapped = shapely.get_coordinates(flat)[:, ::-1]
    return np.asarray(shapely.set_coordinates(flat.copy(), swapped), dtype=object)


def _with_heights(shapes: Shapes) -> Mask:
    found = np.zeros(len(shapes), bool)
    places = np.flatnonzero(shapely.has_z(shapes))
    if len(places):
        coordinates, index = shapely.get_coordinates(
            shapes[places], include_z=True, return_index=True
        )
        heights = np.nan_to_num(coordinates[:, 2])
        found[places[np.unique(index[heights != 0])]] = True
    return found


def keep_placed(shapes: Shapes, counts: Counter[str]) -> Mask:
    """Which have a shape with usable coordinates; those without either are counted apart."""
    present = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    counts["empty"] += int((~present).sum())
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    unusable = np.zeros(len(shapes), bool)
    unusable[index[~np.isfinite(coordinates).all(axis=1)]] = True
    counts["unplaced"] += int((present & unusable).sum())
    return present & ~unusable


def make_valid(shapes: Shapes) -> tuple[Shapes, Mask]:
    """Valid shapes of the same dimension, empty where nothing of it is left; which were mended."""
    sound = shapes.copy()
    invalid = ~shapely.is_valid(sound)
    if invalid.any():
        before = _DIMENSIONS[shapely.get_type_id(sound[invalid])]
        mended = np.asarray(shapely.make_valid(sound[invalid]), dtype=object)
        for place in np.flatnonzero(_DIMENSIONS[shapely.get_type_id(mended)] != before):
            mended[place] = _of_dimension(mended[place], int(before[place]))
        sound[invalid] = mended
    return sound, invalid


def _of_dimension(shape: shapely.Geometry, dimension: int) -> shapely.Geometry:
    """The parts of a shape that are points, lines, or polygons; all of a mixed one."""
    if dimension == int(_DIMENSIONS[_COLLECTION]):
        return shape
    parts = shapely.get_parts(shapely.get_parts([shape]))
    fitting = parts[_DIMENSIONS[shapely.get_type_id(parts)] == dimension]
    return shapely.union_all(fitting)


def simplify_collections(shapes: Shapes) -> Shapes:
    """Collections of one kind as what they are: a multi-polygon, a multi-line, a multi-point."""
    plain = shapes.copy()
    for place in np.flatnonzero(shapely.get_type_id(plain) == _COLLECTION):
        parts = _leaves(plain[place])
        kinds = set(_DIMENSIONS[shapely.get_type_id(parts)].tolist())
        if len(kinds) == 1:
            make = (shapely.multipoints, shapely.multilinestrings, None)[kinds.pop()]
            # Polygons of a collection may overlap, which those of a multi-polygon must not.
            plain[place] = make(parts) if make else shapely.union_all(parts)
        elif len(parts):
            plain[place] = shapely.geometrycollections(parts)
    rings = shapely.get_type_id(plain) == _RING
    plain[rings] = [shapely.LineString(ring) for ring in plain[rings]]
    return plain


def _leaves(shape: shapely.Geometry) -> Shapes:
    parts = shapely.get_parts([shape])
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)]


def count_mixed(shapes: Shapes, counts: Counter[str]) -> None:
    """Features of another kind (point, line, polygon, collection) than most."""
    kinds = np.bincount(_DIMENSIONS[shapely.get_type_id(shapes)])
    counts["mixed"] += int(kinds.sum() - kinds.max())
