"""From the columns of a table or a tree to a layer: shapes, attributes, and what had no place."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import shapely

from data.imports.cells import to_text
from data.layers.formats.guessing import says_degrees
from data.layers.formats.interface import Guess
from data.layers.formats.numbers import Floats, read_coordinates, read_numbers, read_pairs
from data.layers.formats.values import clean_text, column_of
from data.layers.formats.written_shapes import read_shapes
from data.layers.model import Choice, Columns, Field, LayerError, Note, RawLayer, Shapes

DEGREES = "EPSG:4326"
_MOSTLY = 0.5  # of the rows decide whether a column can be degrees
_BOOLEANS = {"true": True, "false": False}
_AS_THEY_ARE = {str, int, float, bool, list, dict}


def place(
    columns: Columns, guess: Guess, choice: Choice, name: str, *, recoded: bool = False
) -> RawLayer:
    """A layer of the rows that have usable coordinates; the others are counted as 'unplaced'.

    Columns that are called latitude and longitude, and can be, are degrees on WGS 84; of all
    others the person must say the system. The column of written shapes becomes the shapes.
    `recoded` says that the texts were in another encoding than they should be.
    Raises LayerError where the guess has no coordinates.
    """
    if not guess.has_coordinates:
        raise LayerError(
            "{name} does not say where its coordinates are; choose the columns of latitude "
            "and longitude, or of well-known text",
            name=name,
        )
    if guess.wkt is not None:
        shapes, crs = read_written(columns[guess.wkt])
    else:
        shapes, crs = _points(columns, guess, choice)
    placed = ~shapely.is_missing(shapes)
    rows = None if placed.all() else np.flatnonzero(placed).tolist()
    kept: Columns = {}
    fields: list[Field] = []
    unasked = 0
    for title, cells in columns.items():
        if title == guess.wkt:
            continue
        values, kind = tidy(cells if rows is None else [cells[row] for row in rows])
        kept[title] = values
        fields.append(Field(title, kind))
        if recoded and kind == "text":
            unasked += sum(isinstance(value, str) and not value.isascii() for value in values)
    counts = {"recoded": unasked, "unplaced": int((~placed).sum())}
    notes = tuple(Note(kind, count) for kind, count in counts.items() if count)
    return RawLayer(shapes[placed], kept, tuple(fields), crs, notes)


def read_written(cells: Sequence[Any]) -> tuple[Shapes, str | None]:
    """Shapes and their system; an empty one is as good as none."""
    shapes, crs = read_shapes(cells)
    shapes[shapely.is_empty(shapes)] = None
    return shapes, crs


def tidy(cells: Sequence[Any]) -> tuple[list[Any], str]:
    """Values and their kind of FIELD_KINDS: text that is always a number is one."""
    types = set(map(type, cells)) - {type(None)}
    if types <= {str}:
        return _tidy_texts(cells)
    plain = [_plain(cell) for cell in cells] if types - _AS_THEY_ARE else cells
    if str in types or types & {datetime, date, time}:
        return _tidy_texts([None if cell is None else to_text(cell) for cell in plain])
    values, kind, _ = column_of(plain, "")
    return values, kind


def _tidy_texts(cells: Sequence[str | None]) -> tuple[list[Any], str]:
    texts = [cell.strip() or None if cell else None for cell in cells]
    numbers = read_numbers(texts)
    if numbers is not None:
        return numbers, "number"
    first = next((text.lower() for text in texts if text), None)
    if first in _BOOLEANS and {text.lower() for text in texts if text} <= _BOOLEANS.keys():
        return [None if text is None else _BOOLEANS[text.lower()] for text in texts], "boolean"
    values, kind, _ = column_of(texts, "", clean=False)
    if kind == "text":
        values = [clean_text(value) if value else None for value in values]
    return values, kind


def _plain(cell: Any) -> Any:
    if isinstance(cell, datetime):
        midnight = cell.hour == cell.minute == cell.second == cell.microsecond == 0
        return cell.date().isoformat() if midnight else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, timedelta) else cell


def _points(columns: Columns, guess: Guess, choice: Choice) -> tuple[Shapes, str | None]:
    """Points, None where there is no place: no number, 0 and 0, or beyond the degrees."""
    assert guess.latitude is not None and guess.longitude is not None
    if guess.latitude == guess.longitude:
        north, east = read_pairs(columns[guess.latitude])
        if _share(_are_degrees(east, north)) > _share(_are_degrees(north, east)):
            north, east = east, north  # a cell that says longitude first
    else:
        north = read_coordinates(columns[guess.latitude])
        east = read_coordinates(columns[guess.longitude])
    there = np.isfinite(north) & np.isfinite(east) & ~((north == 0) & (east == 0))
    fit = _are_degrees(north, east)
    crs = None
    if there.any() and says_degrees(guess) and _share(fit[there]) > _MOSTLY:
        crs = DEGREES
        if choice.crs is None or choice.crs.endswith("4326"):
            there &= fit
    shapes = np.full(len(north), None, dtype=object)
    shapes[there] = shapely.points(east[there], north[there])
    return shapes, crs


def _are_degrees(north: Floats, east: Floats) -> Any:
    with np.errstate(invalid="ignore"):
        return (np.abs(north) <= 90) & (np.abs(east) <= 180)


def _share(mask: Any) -> float:
    return float(mask.mean()) if len(mask) else 0.0
