"""Excel workbooks."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any

from data.imports.cells import is_blank, to_text
from data.imports.header import SEARCHED_ROWS, count_names, find_header
from data.imports.table import Layout, Row, Table, TableError
from data.spreadsheets import unguarded

_PART_LIMIT = 2 << 30  # unpacked; more is a bomb or needs a CSV


@contextmanager
def read_workbook(path: Path, archive: zipfile.ZipFile, layout: Layout) -> Iterator[Table]:
    """Rows as lists of str, number, bool, datetime or None; a formula gives its last value."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    for part in archive.infolist():
        if part.file_size > _PART_LIMIT:
            raise TableError("{path} unpacks to more than 2 GB; export it as CSV", path=path)
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError, SyntaxError) as error:
        raise TableError(
            "{path} is not a workbook Excel would open: {reason}", path=path, reason=error
        ) from error
    try:
        names = book.sheetnames
        if layout.sheet is not None and layout.sheet not in names:
            raise TableError(
                "{path} has no sheet {sheet!r}; it has {names}",
                path=path,
                sheet=layout.sheet,
                names=", ".join(names),
            )
        sheet = book[layout.sheet or _likely_sheet(book, layout)]
        # The size some programs write into the file is wrong; without it every row is read.
        length = sheet.max_row or 0
        sheet.reset_dimensions()
        done = 0

        def rows() -> Iterator[Row]:
            nonlocal done
            for number, cells in _filled(sheet):
                done = number
                yield number, cells

        stream = rows()
        start = list(islice(stream, SEARCHED_ROWS))
        if not start:
            raise TableError("{path}, sheet {sheet!r} is empty", path=path, sheet=sheet.title)
        header = find_header([cells for _, cells in start], layout.names)
        columns = tuple(_names(start[header][1]))
        below = chain(start[header + 1 :], stream)
        yield Table(
            columns, _trimmed(below, len(columns)), length, lambda: done, f"XLSX, {sheet.title}"
        )
    finally:
        book.close()


def _likely_sheet(book: Any, layout: Layout) -> str:
    """The sheet in whose first rows most of the names stand; else the first."""
    counts = {}
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        start = islice(_filled(sheet), SEARCHED_ROWS)
        counts[sheet.title] = max((count_names(c, layout.names) for _, c in start), default=0)
    return max(counts, key=counts.__getitem__) if counts else book.sheetnames[0]


def _filled(sheet: Any) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        if not all(map(is_blank, cells)):
            yield number, cells


def _names(cells: Any) -> Iterator[str]:
    names = [to_text(cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    yield from names


def _trimmed(rows: Iterator[Row], width: int) -> Iterator[Row]:
    """Sheets leave out empty cells at the end of a row, or carry more than there are columns."""
    for number, cells in rows:
        trimmed = unguarded(cells)
        while len(trimmed) > width and is_blank(trimmed[-1]):
            trimmed.pop()
        trimmed.extend([None] * (width - len(trimmed)))
        yield number, trimmed
