"""Which row of a table holds the names of its columns: sheets begin with titles and blank lines."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from data.imports.cells import to_text
from data.imports.preset import heading

SEARCHED_ROWS = 30
_ENOUGH = 2  # names in one row that are no coincidence


def count_names(cells: Iterable[Any], names: frozenset[str]) -> int:
    """How many of these headings a row holds."""
    return len({heading(to_text(cell)) for cell in cells} & names)


def find_header(rows: Sequence[Sequence[Any]], names: frozenset[str]) -> int:
    """The row with most of the names; the first row where none has enough of them."""
    counts = [count_names(cells, names) for cells in rows]
    best = max(counts, default=0)
    return counts.index(best) if best >= _ENOUGH else 0


def likely_delimiter(head: str, delimiters: Iterable[str], names: frozenset[str]) -> str | None:
    """The delimiter that makes most of the names cells; None where none makes enough."""
    counts = {}
    for delimiter in delimiters:
        reader = csv.reader(io.StringIO(head, newline=""), delimiter=delimiter)
        best = 0
        try:
            for _, cells in zip(range(SEARCHED_ROWS), reader, strict=False):
                best = max(best, count_names(cells, names))
        except csv.Error:
            pass  # the head may be cut inside a quote
        counts[delimiter] = best
    found = max(counts, key=counts.__getitem__)
    return found if counts[found] >= _ENOUGH else None
