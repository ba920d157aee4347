"""XLSX workbooks: every sheet is a layer."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from data.imports.cells import is_blank
from data.imports.table import Layout, Table, TableError
from data.imports.workbook import read_workbook
from data.layers.formats.guessing import HEADINGS, SAMPLE, guess_columns
from data.layers.formats.interface import Guess
from data.layers.formats.placing import place
from data.layers.formats.tables import to_columns
from data.layers.model import Choice, LayerError, LayerInfo, RawLayer

# What openpyxl and the readers below it raise for parts that are missing, broken or lie.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, OSError, KeyError, ValueError, SyntaxError,
    TypeError, AttributeError, IndexError, RuntimeError, NotImplementedError, OverflowError,
)  # fmt: skip


def list_layers(path: Path, choice: Choice) -> tuple[LayerInfo, ...]:
    """One for each sheet; those without a row below their header have no features."""
    from openpyxl import load_workbook

    with _guarded(path):
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            return tuple(
                LayerInfo(sheet.title, features=_count(sheet)) for sheet in book.worksheets
            )
        finally:
            book.close()


def guess(path: Path, choice: Choice) -> Guess:
    """By the header and the first rows of the chosen sheet."""
    with _open(path, choice) as table:
        if table is None:
            return Guess()
        columns = to_columns(table.columns, islice(table.rows, SAMPLE), path.name)
    return guess_columns(columns, choice, path.name)


def read(path: Path, choice: Choice) -> RawLayer:
    """A point for every row of the chosen sheet, or the shape that is written in it."""
    with _open(path, choice) as table:
        if table is None:
            raise LayerError(
                "{name}, sheet {layer!r} is empty; choose another one",
                name=path.name,
                layer=choice.layer,
            )
        columns = to_columns(table.columns, table.rows, path.name)
    sample = {name: cells[:SAMPLE] for name, cells in columns.items()}
    return place(columns, guess_columns(sample, choice, path.name), choice, path.name)


def _count(sheet: Any) -> int | None:
    """0 where there is at most a header; None for what only reading tells."""
    sheet.reset_dimensions()
    filled = (1 for row in sheet.iter_rows(values_only=True) if not all(map(is_blank, row)))
    return None if sum(islice(filled, 2)) == 2 else 0


@contextmanager
def _open(path: Path, choice: Choice) -> Iterator[Table | None]:
    """The table, or None where the sheet is empty."""
    layout = Layout(sheet=choice.layer, names=HEADINGS)
    with _guarded(path), zipfile.ZipFile(path) as archive:
        if choice.layer is not None and _is_empty(path, choice.layer):
            yield None
            return
        with read_workbook(path, archive, layout) as table:
            yield table


def _is_empty(path: Path, title: str) -> bool:
    sheets = {info.name: info.features for info in list_layers(path, Choice())}
    return title in sheets and sheets[title] == 0


@contextmanager
def _guarded(path: Path) -> Iterator[None]:
    """Turns what a broken workbook raises into one sentence, and is silent about its style."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            yield
        except LayerError:
            raise
        except TableError as error:
            raise LayerError(error.sentence.with_values(path=path.name)) from error
        except _BROKEN as error:
            what = str(error) or type(error).__name__
            raise LayerError(
                "{name} is damaged or no workbook ({what}); save it again as XLSX",
                name=path.name,
                what=what[:100],
            ) from error
