"""From what a format holds to features that can be kept, in degrees and in the city."""

import math
import re
from collections import Counter
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError, ProjError

from data.layers.formats.values import clean_text
from data.layers.limits import LIMITS
from data.layers.model import (
    NOTE_KINDS,
    Choice,
    Columns,
    FeatureTable,
    Field,
    LayerError,
    Note,
    RawLayer,
    Shapes,
)
from data.layers.reading.crs import chosen_crs, crs_code, find_crs, hint_for, to_degrees
from data.layers.reading.frame import CityFrame
from data.layers.reading.repair import (
    count_mixed,
    flatten,
    keep_placed,
    make_valid,
    simplify_collections,
    swap_axes,
)
from data.sentence import say

_LONGEST_NAME = 80
_MOST_FIELDS = 500
_UNFIT = re.compile(r"[\x00-\x1f\x7f]+")


def layer_crs(raw: RawLayer, choice: Choice, name: str) -> CRS | None:
    """What the person chose, else what the file says; None where nobody says it.

    Raises LayerError.
    """
    if choice.crs and choice.crs.strip():
        return chosen_crs(choice.crs)
    return find_crs(raw.crs, name) if raw.crs else None


def make_table(
    raw: RawLayer, choice: Choice, city: CityFrame, *, name: str, file_format: str
) -> FeatureTable:
    """Raises LayerError for what is too much, has no coordinate system, or lies elsewhere."""
    check_size(raw, name)
    crs = layer_crs(raw, choice, name)
    counts: Counter[str] = Counter({note.kind: note.count for note in raw.notes})
    placed = placed_shapes(raw, name, counts)
    flat = flat_shapes(raw.shapes[placed], choice, counts)
    if crs is None:
        raise LayerError(
            "{name} does not say its coordinate system; {remedy}",
            name=name,
            remedy=hint_for(flat, city) or say("choose the one it was made in, such as EPSG:32748"),
        )
    shapes, kept = _located(flat, crs, city, name, counts)
    place = np.flatnonzero(placed)[kept]
    count_mixed(shapes, counts)
    counts["outside"] += int((~city.holds(shapes)).sum())
    columns, fields = fit_columns(raw, place, counts)
    return FeatureTable(shapes, columns, fields, notes_of(counts), crs_code(crs), file_format)


def placed_shapes(raw: RawLayer, name: str, counts: Counter[str]) -> NDArray[np.bool_]:
    """Which have a shape. Raises LayerError where none has: then nothing is left to ask."""
    if not len(raw.shapes):
        raise LayerError("{name} holds no shapes; there is nothing to lay over the map", name=name)
    placed = keep_placed(raw.shapes, counts)
    if not placed.any():
        raise LayerError(
            "{name} holds no shapes ({n} records without); there is nothing to lay over the map",
            name=name,
            n=len(placed),
        )
    return placed


def flat_shapes(placed: Shapes, choice: Choice, counts: Counter[str]) -> Shapes:
    """Without heights, and with the axes in the order that was chosen."""
    flat = flatten(placed, counts)
    return swap_axes(flat) if choice.axes == "yx" else flat


def check_size(raw: RawLayer, name: str) -> None:
    """Raises LayerError."""
    if len(raw.shapes) > LIMITS.features:
        raise LayerError(
            "{name} holds more than {limit} features; give a part of it",
            name=name,
            limit=LIMITS.features,
        )
    if len(raw.fields) > _MOST_FIELDS:
        raise LayerError(
            "{name} has {n} fields; {limit} are kept at most",
            name=name,
            n=len(raw.fields),
            limit=_MOST_FIELDS,
        )


def notes_of(counts: Counter[str]) -> tuple[Note, ...]:
    return tuple(Note(kind, counts[kind]) for kind in NOTE_KINDS if counts[kind])


def _located(
    flat: Shapes, crs: CRS, city: CityFrame, name: str, counts: Counter[str]
) -> tuple[Shapes, NDArray[np.intp]]:
    """Valid shapes in degrees, and which of `flat` they are."""
    _check_range(flat, crs, city, name)
    sound, mended = make_valid(simplify_collections(flat))
    try:
        degrees = to_degrees(sound, crs)
    except (CRSError, ProjError, RuntimeError) as error:
        raise LayerError(
            "{name} cannot be turned from {crs} into degrees; choose another system",
            name=name,
            crs=crs_code(crs),
        ) from error
    coordinates, index = shapely.get_coordinates(degrees, return_index=True)
    lost = np.zeros(len(degrees), bool)
    lost[index[~np.isfinite(coordinates).all(axis=1)]] = True
    if lost.all():
        raise _elsewhere(flat, crs, city, name)
    degrees[lost] = None
    degrees, again = _valid_again(degrees, ~lost)
    gone = ~lost & shapely.is_empty(degrees)
    kept = np.flatnonzero(~lost & ~gone)
    counts["unplaced"] += int(lost.sum())
    counts["empty"] += int(gone.sum())
    counts["repaired"] += int((mended | again)[kept].sum())
    shapes = degrees[kept]
    if not len(shapes):
        raise LayerError("{name} holds only shapes without length or area", name=name)
    if not city.holds(shapes).any():
        raise _elsewhere(flat, crs, city, name)
    return shapes, kept


def _valid_again(degrees: Shapes, there: NDArray[np.bool_]) -> tuple[Shapes, NDArray[np.bool_]]:
    """Turning corners into another system can fold a thin shape over itself."""
    again = np.zeros(len(degrees), bool)
    shapes = degrees.copy()
    shapes[there], again[there] = make_valid(degrees[there])
    return shapes, again


def _check_range(flat: Shapes, crs: CRS, city: CityFrame, name: str) -> None:
    if not crs.is_geographic:
        return
    west, south, east, north = shapely.total_bounds(flat)
    scale = math.degrees(crs.axis_info[0].unit_conversion_factor) if crs.axis_info else 1.0
    if max(abs(west), abs(east)) * scale > 361 or max(abs(south), abs(north)) * scale > 90.001:
        raise LayerError(
            "{name} is said to be in degrees ({crs}), but its coordinates ({west}, "
            "{south} …) are none; {remedy}",
            name=name,
            crs=crs_code(crs),
            west=round(west),
            south=round(south),
            remedy=hint_for(flat, city) or say("choose the system it was made in"),
        )


def _elsewhere(flat: Shapes, crs: CRS, city: CityFrame, name: str) -> LayerError:
    return LayerError(
        "{name}, read as {crs}, lies outside the city and its surroundings; {remedy}",
        name=name,
        crs=crs_code(crs),
        remedy=hint_for(flat, city)
        or say("if it is of this city, choose the coordinate system it was made in"),
    )


def fit_columns(
    raw: RawLayer, place: NDArray[np.intp], counts: Counter[str]
) -> tuple[Columns, tuple[Field, ...]]:
    """Values of the features at `place`, under names that are fit and differ."""
    columns: Columns = {}
    fields: list[Field] = []
    everything = len(place) == len(raw.shapes)
    rows = place.tolist()
    for number, field in enumerate(raw.fields, 1):
        name = _fit_name(field.name, number, columns)
        counts["renamed"] += name != field.name
        values = raw.columns[field.name]
        columns[name] = [_json(value) for value in (values if everything else _at(values, rows))]
        fields.append(Field(name, field.kind))
    return columns, tuple(fields)


def _at(values: list[Any], rows: list[int]) -> list[Any]:
    return [values[row] for row in rows]


def _fit_name(name: str, number: int, taken: Columns) -> str:
    fit = _UNFIT.sub(" ", clean_text(name)).strip()[:_LONGEST_NAME] or f"field {number}"
    unique, copy = fit, 2
    while unique in taken:
        unique, copy = f"{fit} {copy}", copy + 1
    return unique


def _json(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return str(value)
