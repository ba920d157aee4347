"""What is known of a file before it becomes a layer, and what a person has still to say."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from data.layers.formats.interface import Guess
from data.layers.model import Choice, Field, LayerError, LayerInfo, Note, RawLayer, Shapes
from data.layers.reading.crs import Hint, crs_code, suggest_crs
from data.layers.reading.frame import CityFrame
from data.layers.reading.table import (
    check_size,
    fit_columns,
    flat_shapes,
    layer_crs,
    make_table,
    notes_of,
    placed_shapes,
)
from data.sentence import Sentence

QUESTIONS = ("layer", "records", "coordinates", "crs")
_SAMPLE = 500
_ROWS = 20
_STEPS = 1_000  # of the sample's extent: no screen shows less than one of them
_LONGEST_SHOWN = 200  # characters of a text in the rows

Extent = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """`questions` are those of QUESTIONS still open; with none open, `read_source` will read it.

    `features` counts what will be kept once all is said. `extent` (west, south, east, north) and
    `sample` (a GeoJSON FeatureCollection) are in degrees: by `crs`, and where `refusal` says why
    the layer cannot be kept by that, as the system that `hint` names would place it, with the axes
    the other way round if it says so. `rows` are the first records.
    """

    file_format: str
    layers: tuple[LayerInfo, ...]
    chosen: str | None = None
    fields: tuple[Field, ...] = ()
    crs: str | None = None
    crs_is_known: bool = False
    guess: Guess = field(default_factory=Guess)
    questions: tuple[str, ...] = ()
    features: int | None = None
    extent: Extent | None = None
    sample: dict[str, Any] | None = None
    rows: tuple[dict[str, Any], ...] = ()
    notes: tuple[Note, ...] = ()
    hint: Hint | None = None  # never what was refused
    refusal: Sentence | None = None


def inspect_layer(
    raw: RawLayer, choice: Choice, city: CityFrame, *, name: str, file_format: str
) -> dict[str, Any]:
    """The fields of an Inspection that a layer's content gives. Raises LayerError."""
    check_size(raw, name)
    crs = layer_crs(raw, choice, name)
    if crs is not None:
        try:
            table = make_table(raw, choice, city, name=name, file_format=file_format)
        except LayerError as error:
            return _undecided(raw, choice, city, name, refused=crs_code(crs)) | {
                "crs": crs_code(crs),
                "crs_is_known": True,
                "questions": ("crs",),
                "refusal": error.sentence,
            }
        return {
            "fields": table.fields,
            "crs": table.crs,
            "crs_is_known": True,
            "features": len(table),
            "extent": _extent(table.shapes),
            "sample": _sample(table.shapes),
            "rows": _rows(table.columns),
            "notes": table.notes,
        }
    return _undecided(raw, choice, city, name) | {"questions": ("crs",)}


def _undecided(
    raw: RawLayer, choice: Choice, city: CityFrame, name: str, *, refused: str | None = None
) -> dict[str, Any]:
    """Where the layer would land by the system that fits best, if any does. Raises LayerError."""
    counts: Counter[str] = Counter({note.kind: note.count for note in raw.notes})
    placed = placed_shapes(raw, name, counts)
    shapes = flat_shapes(raw.shapes[placed], choice, counts)
    columns, fields = fit_columns(raw, np.flatnonzero(placed), counts)
    found: dict[str, Any] = {
        "fields": fields,
        "rows": _rows(columns),
        "features": len(shapes),
        "notes": notes_of(counts),
    }
    hint = suggest_crs(shapes, city)
    if hint is None or (hint.code == refused and not hint.swapped):
        return found
    found["hint"] = hint
    wanted = Choice(
        crs=hint.code, axes="yx" if hint.swapped else "xy"
    )  # of what is swapped already
    try:
        table = make_table(
            RawLayer(shapes, {}, (), hint.code), wanted, city, name="", file_format=""
        )
    except LayerError:
        return found
    return found | {
        "crs": hint.code,
        "extent": _extent(table.shapes),
        "sample": _sample(table.shapes),
    }


def _extent(shapes: Shapes) -> Extent:
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    return west, south, east, north


def _sample(shapes: Shapes) -> dict[str, Any]:
    step = max(1, -(-len(shapes) // _SAMPLE))
    some = shapes[::step]
    west, south, east, north = shapely.total_bounds(some)
    coarse = max(east - west, north - south) / _STEPS
    simple = shapely.simplify(some, coarse, preserve_topology=False)
    simple = np.where(shapely.is_empty(simple), shapely.centroid(some), simple)
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {}, "geometry": json.loads(shape)}
            for shape in shapely.to_geojson(simple)
        ],
    }


def _rows(columns: dict[str, list[Any]]) -> tuple[dict[str, Any], ...]:
    some = {name: values[:_ROWS] for name, values in columns.items()}
    count = len(next(iter(some.values()), []))
    return tuple({name: _shown(some[name][row]) for name in some} for row in range(count))


def _shown(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST_SHOWN:
        return value[: _LONGEST_SHOWN - 1] + "…"
    return value
