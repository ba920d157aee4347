"""What pulls of one server refused, kept in a CSV until it is stored.

A server is asked for what is new: what it said once it does not say again, so that a row that was
refused must outlive the next pull, and a kill.
"""

import csv
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from data.imports.rejects import written

COLUMNS = (
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "zipcode",
    "lat",
    "long",
    "media_url",
)
_HEADER = [*COLUMNS, "reason"]
_KEY = COLUMNS.index("service_request_id")


class RefusedRecords:
    """Rows by the id of their record, or by all they hold where they have none."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._rows: dict[str, list[str]] = {}
        self._is_stale = False  # the file says more than `_rows`

    def __enter__(self) -> "RefusedRecords":
        if self.path.exists():
            with self.path.open(encoding="utf-8-sig", newline="") as file:
                for row in list(csv.reader(file))[1:]:
                    if len(row) == len(COLUMNS) + 1:
                        self._rows[_key_of(row)] = row
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not self._is_stale:
            return
        if not self._rows:
            self.path.unlink(missing_ok=True)
            return
        beside = self.path.with_name(f"{self.path.name}.new")
        with beside.open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([_HEADER, *self._rows.values()])
        os.replace(beside, self.path)

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, records: Sequence[tuple[Mapping[str, Any], str]]) -> None:
        """Records and why each was refused; they are in the file when this returns."""
        if not records:
            return
        is_new = not self.path.exists()
        with self.path.open("a", encoding="utf-8-sig" if is_new else "utf-8", newline="") as file:
            writer = csv.writer(file)
            if is_new:
                writer.writerow(_HEADER)
            for record, reason in records:
                row = [written(record.get(name)) for name in COLUMNS]
                row.append(written(reason))
                self._is_stale |= _key_of(row) in self._rows
                self._rows[_key_of(row)] = row
                writer.writerow(row)

    def forget(self, record: Mapping[str, Any]) -> None:
        """It is stored now."""
        key = written(record.get(COLUMNS[_KEY]))
        if self._rows.pop(key, None) is not None:
            self._is_stale = True


def _key_of(row: Sequence[str]) -> str:
    return row[_KEY] or "\0".join(row[:-1])
