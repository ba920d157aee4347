"""CSV and its kin: any usual delimiter and encoding, decimal comma or point."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from data.imports.delimited import read_delimited
from data.imports.table import Layout, Source, Table, TableError
from data.layers.formats.encoding import find_encoding
from data.layers.formats.guessing import HEADINGS, SAMPLE, guess_columns
from data.layers.formats.interface import Guess
from data.layers.formats.placing import place
from data.layers.formats.tables import to_columns
from data.layers.model import Choice, LayerError, LayerInfo, RawLayer


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    return (LayerInfo(path.stem),)


def guess(path: Path, choice: Choice) -> Guess:
    """By the header and the first rows."""
    with _open(path) as (table, _):
        columns = to_columns(table.columns, islice(table.rows, SAMPLE), path.name)
    return guess_columns(columns, choice, path.name)


def read(path: Path, choice: Choice) -> RawLayer:
    """A point for every row, or the shape that is written in it."""
    with _open(path) as (table, recoded):
        columns = to_columns(table.columns, table.rows, path.name)
    sample = {name: cells[:SAMPLE] for name, cells in columns.items()}
    found = guess_columns(sample, choice, path.name)
    return place(columns, found, choice, path.name, recoded=recoded)


@contextmanager
def _open(path: Path) -> Iterator[tuple[Table, bool]]:
    """The table, and whether it is in another encoding than UTF-8 or its mark says."""
    encoding, recoded = find_encoding(path)
    # Of Windows-1252 five bytes mean nothing; where it is found and not asked for they may stand.
    layout = Layout(encoding="auto" if recoded else encoding, names=HEADINGS)
    source = Source(path.name, path.stat().st_size, lambda: path.open("rb"))
    try:
        with read_delimited(source, layout) as table:
            yield table, recoded
    except TableError as error:
        raise LayerError(error.sentence) from error
