"""Rows into columns that have a name each."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from data.imports.table import Row
from data.layers.limits import LIMITS
from data.layers.model import Columns, LayerError

_BLOCK = 50_000


def to_columns(titles: Sequence[str], rows: Iterable[Row], name: str) -> Columns:
    """Cells by title; a title that is missing or comes again gets a number. Short rows are filled.

    Raises LayerError for more rows than a layer may have, or a row longer than the titles.
    """
    width = len(titles)
    columns: list[list[Any]] = [[] for _ in titles]
    stream = iter(rows)
    while block := list(islice(stream, _BLOCK)):
        for column, cells in zip(columns, _turned(block, width, name), strict=True):
            column.extend(cells)
        if columns and len(columns[0]) > LIMITS.features:
            raise LayerError(
                "{name} holds more than {limit} rows; give a part of it",
                name=name,
                limit=LIMITS.features,
            )
    return dict(zip(unique_titles(titles), columns, strict=True))


def _turned(block: Sequence[Row], width: int, name: str) -> Iterable[Sequence[Any]]:
    """The cells of some rows, column by column. Raises LayerError."""
    if all(len(cells) == width for _, cells in block):
        return zip(*(cells for _, cells in block), strict=True)
    for number, cells in block:
        if len(cells) > width and any(cell not in (None, "") for cell in cells[width:]):
            raise LayerError(
                "{name}, line {number} has {n} cells under {width} column names; put quotes "
                "around texts that hold the delimiter",
                name=name,
                number=number,
                n=len(cells),
                width=width,
            )
    return (
        [cells[place] if place < len(cells) else None for _, cells in block]
        for place in range(width)
    )


def unique_titles(titles: Sequence[str]) -> list[str]:
    unique: dict[str, None] = {}
    for number, title in enumerate(titles, start=1):
        plain = title.strip() or f"column {number}"
        name, copy = plain, 2
        while name in unique:
            name, copy = f"{plain} {copy}", copy + 1
        unique[name] = None
    return list(unique)
