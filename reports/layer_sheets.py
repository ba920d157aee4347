"""Layers as tables for a spreadsheet: CSV and XLSX. What looks like a formula stays text."""

import csv
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import shapely
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from data.layers.model import LayerError
from data.spreadsheets import safe_text
from reports.layer_file_parts import FileAbout, Table, kind_of, plain, unique_name

_LONGEST_CELL = 32_767  # characters, in a workbook
_MOST_ROWS = 1_048_575  # the same, below the header


def write_csv(path: Path, table: Table, about: FileAbout) -> None:
    """UTF-8. Points have latitude and longitude, other shapes wkt, in the last columns.

    A CSV has no place for what is said of it: that stands in the first row of the column `about`.
    """
    header = [*_header(table), "about"]
    header[-1] = unique_name("about", header[:-1])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([safe_text(plain(name)) for name in header])
        note = about.sentence()
        for row in _rows(table):
            writer.writerow([*(_csv_cell(cell) for cell in row), _csv_cell(note)])
            note = ""
        if not len(table.shapes):
            writer.writerow([*[""] * (len(header) - 1), _csv_cell(note)])


def write_xlsx(path: Path, table: Table, about: FileAbout) -> None:
    """A sheet of the features, as in write_csv, and the sheet About. Raises LayerError."""
    if len(table.shapes) > _MOST_ROWS:
        raise LayerError(
            "a workbook holds {limit} rows, not {n}; use a GeoPackage or CSV",
            limit=_MOST_ROWS,
            n=len(table.shapes),
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    sheet.append([_cell(sheet, name) for name in _header(table)])
    cut = 0
    for row in _rows(table):
        cut += sum(isinstance(cell, str) and len(cell) > _LONGEST_CELL for cell in row)
        sheet.append([_cell(sheet, value) for value in row])
    said = about.rows()
    if cut:
        long = (
            f"{cut:,} texts or shapes are longer than a cell holds and are left empty; "
            "a GeoPackage has all of them"
        )
        said["note"] = "; ".join(filter(None, (said.get("note"), long)))
    if zones := _zones(table):
        said["times"] = zones
    page = book.create_sheet("About")
    for key, value in said.items():
        page.append([_cell(page, key), _cell(page, value)])
    book.properties.title = said["name"]
    book.properties.description = about.sentence()
    book.save(path)


def _zones(table: Table) -> str:
    """Of which clocks the instants are."""
    found = {
        str(value.tzinfo)
        for values in table.columns.values()
        if kind_of(values) == "instant"
        for value in values
        if value is not None
    }
    return ", ".join(sorted(found))


def _header(table: Table) -> list[str]:
    names = list(table.columns)
    for name in _places(table):
        names.append(unique_name(name, names))
    return names


def _rows(table: Table) -> Iterator[tuple[Any, ...]]:
    return zip(*table.columns.values(), *_places(table).values(), strict=True)


def _places(table: Table) -> dict[str, list[Any]]:
    """The columns that say where; none where the table has them already."""
    if not table.is_of_points:
        return {"wkt": shapely.to_wkt(table.shapes, rounding_precision=-1).tolist()}
    found = {
        name: [None if value != value else value for value in get(table.shapes).tolist()]
        for name, get in (("latitude", shapely.get_y), ("longitude", shapely.get_x))
    }
    return {} if all(table.columns.get(name) == found[name] for name in found) else found


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):  # an instant is one, too
        return value.isoformat()
    return safe_text(plain(value)) if isinstance(value, str) else value


def _cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # a workbook knows no zones; About names it
    if not isinstance(value, str):
        return value
    text = plain(value)
    if len(text) > _LONGEST_CELL:
        return ""
    if not text.startswith("="):
        return text
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"  # also where it begins as a formula does
    return cell
