"""CSV and its kin."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, Any

from data.imports.encodings import find_encoding
from data.imports.header import SEARCHED_ROWS, find_header, likely_delimiter
from data.imports.table import Layout, Row, Source, Table, TableError
from data.spreadsheets import unguarded

_CELL_LIMIT = 64 << 20  # a longer one is a quote that was never closed
_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")


@contextmanager
def read_delimited(source: Source, layout: Layout) -> Iterator[Table]:
    """Rows as lists of str. Lines that hold nothing are passed over."""
    encoding, words = find_encoding(source.name, source.open, layout.encoding)
    delimiter = layout.delimiter
    with source.open() as binary, _text(binary, encoding) as start:
        head = start.read(65536)
    if len(_CONTROL.findall(head)) > len(head) / 20:
        raise TableError("{path} is not text: it is neither CSV, XLSX nor JSON", path=source.name)
    if delimiter == "auto":
        delimiter = likely_delimiter(head, _DELIMITERS, layout.names) or _likely_delimiter(head)
    former = csv.field_size_limit(_CELL_LIMIT)
    try:
        with source.open() as binary, _text(binary, encoding) as file:
            reader = csv.reader(file, delimiter=delimiter)
            first, rest = _start(_rows(source.name, reader))
            if not first:
                raise TableError("{path} has no line of column names", path=source.name)
            header = find_header([cells for _, cells in first], layout.names)
            yield Table(
                columns=tuple(str(name).strip() for name in first[header][1]),
                rows=chain(first[header + 1 :], rest),
                size=source.size,
                position=binary.tell,
                description=f"CSV, {words}, {_DELIMITERS.get(delimiter, delimiter)}-separated",
            )
    finally:
        csv.field_size_limit(former)


def _start(rows: Iterator[Row]) -> tuple[list[Row], Iterator[Row]]:
    """The first rows, and those that follow; where they break off, it is told after them."""
    start: list[Row] = []
    try:
        for row in islice(rows, SEARCHED_ROWS):
            start.append(row)
    except TableError as error:
        return start, _broken(error)
    return start, rows


def _broken(error: TableError) -> Iterator[Row]:
    yield from ()
    raise error


def _text(binary: IO[bytes], encoding: str) -> io.TextIOWrapper:
    # newline="" leaves line ends to the csv reader, which also knows those inside quotes.
    return io.TextIOWrapper(binary, encoding=encoding, errors="replace", newline="")


def _likely_delimiter(head: str) -> str:
    first = next((line for line in re.split(r"[\r\n]+", head) if line.strip()), "")
    return max(_DELIMITERS, key=first.count)


def _rows(name: str, reader: Any) -> Iterator[Row]:
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(
                "{path}, line {line}: {reason}", path=name, line=reader.line_num, reason=error
            ) from error
        if any(cells):
            yield reader.line_num, unguarded(cells)
