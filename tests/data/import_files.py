"""Small files of every kind, for the tests of importing. Places lie in the tests' tiny city."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from data.imports.preset import Preset, load_preset
from data.imports.run import ImportReport, import_complaints
from data.store import Store

COLUMNS = ("external_id", "requested", "closed", "status", "service", "channel", "description")
COLUMNS += ("latitude", "longitude")
Row = Sequence[Any]


def row(external_id: Any, **changes: Any) -> list[Any]:
    """A resolved complaint about garbage in district 10.1, unless told otherwise."""
    cells = {
        "external_id": external_id,
        "requested": "2026-03-01 08:00:00",
        "closed": "2026-03-01 20:30:00",
        "status": "closed",
        "service": "garbage",
        "channel": "app",
        "description": "Sampah menumpuk",
        "latitude": "-6.19",
        "longitude": "106.81",
    }
    assert set(changes) <= set(cells)
    return list((cells | changes).values())


def open_row(external_id: Any, **changes: Any) -> list[Any]:
    return row(external_id, **({"closed": "", "status": "open"} | changes))


def csv_text(rows: Sequence[Row], columns: Row = COLUMNS, **options: Any) -> str:
    out = io.StringIO()
    csv.writer(out, **options).writerows([columns, *rows])
    return out.getvalue()


def write_csv(path: Path, rows: Sequence[Row], encoding: str = "utf-8", **options: Any) -> Path:
    path.write_bytes(csv_text(rows, **options).encode(encoding))
    return path


def write_zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def write_xlsx(path: Path, rows: Sequence[Row], columns: Row = COLUMNS) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for cells in (columns, *rows):
        sheet.append(list(cells))
    book.save(path)
    return path


def objects(rows: Sequence[Row]) -> list[dict[str, Any]]:
    return [dict(zip(COLUMNS, cells, strict=True)) for cells in rows]


def write_json(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_preset(folder: Path, text: str = "", **columns: str) -> Preset:
    """A preset of one's own: our column names, or others, and more settings in TOML."""
    names = dict.fromkeys(COLUMNS) | columns
    lines = [f'{field} = "{name or field}"' for field, name in names.items()]
    path = folder / "own.toml"
    path.write_text(
        "\n".join(
            [
                'source = "own"',
                text,
                "[columns]",
                *lines,
                "[statuses]",
                'open = "open"',
                'closed = "closed"',
                'rejected = "rejected"',
            ]
        ),
        encoding="utf-8",
    )
    return load_preset(str(path))


def take(store: Store, path: Path, preset: Preset | str = "plain", **options: Any) -> ImportReport:
    if isinstance(preset, str):
        preset = load_preset(preset)
    return import_complaints(store, path, preset, **options)


def rejected(report: ImportReport) -> list[dict[str, str]]:
    """The rows of the file of refusals."""
    assert report.rejects is not None
    with report.rejects.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
