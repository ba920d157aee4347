"""A table to be read from a file, whatever the file's format."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

from data.sentence import SaidError

Row = tuple[int, Sequence[Any]]  # the number of its line, and its cells in the columns' order


class TableError(SaidError):
    """A file that cannot be read as a table, or not to its end."""


@dataclass(frozen=True)
class Table:
    """The columns and a stream of rows; `position` of `size` has been read so far."""

    columns: tuple[str, ...]
    rows: Iterator[Row]
    size: int
    position: Callable[[], int]
    description: str


@dataclass(frozen=True)
class Layout:
    """What a preset may say about the file itself; 'auto' means: find out.

    `names` are the headings that its columns may have: by them the header is found.
    """

    encoding: str = "auto"
    delimiter: str = "auto"
    sheet: str | None = None
    records: str | None = None
    names: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Source:
    """A file, or one inside an archive, that can be opened more than once."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]
