"""The rows that were refused, with the reason, for a person to correct in a spreadsheet."""

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from data.imports.cells import to_text
from data.spreadsheets import safe_text


def rejects_path(path: Path) -> Path:
    """Beside the file; in the current folder where the file's own cannot be written."""
    name = f"{path.name}.rejects.csv"
    return path.parent / name if os.access(path.parent, os.W_OK) else Path.cwd() / name


def written(cell: Any) -> str:
    """A cell as it stands in a file of refused rows."""
    return safe_text(to_text(cell).replace("\0", "\N{REPLACEMENT CHARACTER}"))


class Rejects:
    """A CSV that comes into being with the first refused row; a former one is taken away."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self.count = 0
        self._columns = columns
        self._file: TextIO | None = None
        self._writer: Any = None

    def __enter__(self) -> "Rejects":
        self.path.unlink(missing_ok=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, cells: Sequence[Any], reason: str) -> None:
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._file)
            self._writer.writerow([*map(written, self._columns), self._reason_column()])
        padded = [*cells, *[None] * (len(self._columns) - len(cells))][: len(self._columns)]
        self._writer.writerow([*map(written, padded), written(reason)])
        self.count += 1

    def _reason_column(self) -> str:
        return "reason" if "reason" not in self._columns else "refused_because"
