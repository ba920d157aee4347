"""The evaluation as an Excel workbook whose bytes depend on its values alone."""

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import xlsxwriter

from data.i18n import format_instant, use_language
from data.i18n import gettext as _
from reports.demo_mark import demo_words
from reports.evaluation.front import title
from reports.evaluation.material import Material
from reports.evaluation.sheets import Cell, Sheet, all_sheets
from reports.evaluation.words import month_text, standing_text

_LONGEST_NAME = 31  # of a sheet, and of a cell's text: limits of the format
_LONGEST_TEXT = 32_767
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
_NUMBERS = {
    "text": "@",
    "count": "#,##0",
    "hours": "#,##0.0",
    "share": "0.0%",
    "ratio": "0.00",
    "points": "0.0",
}
_FIRST_ROW = 2  # above: what the sheet shows, and the heads of its columns


def evaluation_workbook(material: Material, language: str) -> bytes:
    """One sheet for each table and component, and one for the method."""
    buffer = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with use_language(language), xlsxwriter.Workbook(buffer, options) as book:
        book.set_properties(
            {
                "title": title(material),
                "author": "Pantau",
                "comments": material.fingerprint,
                "created": material.seen_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        _write_all(book, material)
    return _stored(buffer.getvalue())


def sheet_name(name: str, taken: Sequence[str]) -> str:
    """Within what Excel allows: 31 letters, none of []:*?/\\, and not twice."""
    plain = "".join(" " if letter in "[]:*?/\\" else letter for letter in name)
    plain = " ".join(plain.split()).strip("'")[:_LONGEST_NAME].rstrip() or "-"
    number, found = 2, plain
    while found.lower() in {other.lower() for other in taken}:
        found = f"{plain[: _LONGEST_NAME - 4]} ({number})"
        number += 1
    return found


def _write_all(book: Any, material: Material) -> None:
    formats = {name: book.add_format({"num_format": code}) for name, code in _NUMBERS.items()}
    formats["head"] = book.add_format(
        {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#eef1f6"}
    )
    formats["about"] = book.add_format({"italic": True, "font_color": "#5a6985"})
    names: list[str] = []
    for sheet in all_sheets(material):
        names.append(sheet_name(sheet.name, names))
        about = " · ".join(part for part in (demo_words(material.is_demo), sheet.about) if part)
        _write_sheet(book.add_worksheet(names[-1]), about, sheet, formats)
    _write_method(book.add_worksheet(sheet_name(_("Method"), names)), material, formats)


def _write_sheet(page: Any, about: str, sheet: Sheet, formats: dict[str, Any]) -> None:
    page.write_string(0, 0, about[:_LONGEST_TEXT], formats["about"])
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, column.width, formats[column.format])
        page.write_string(_FIRST_ROW - 1, place, column.title, formats["head"])
    for number, row in enumerate(sheet.rows, start=_FIRST_ROW):
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _write_cell(page, number, place, cell, formats[column.format])
    names = sum(column.format == "text" for column in sheet.columns[:2])
    page.freeze_panes(_FIRST_ROW, names)
    last = _FIRST_ROW - 1 + max(len(sheet.rows), 1)
    page.autofilter(_FIRST_ROW - 1, 0, last, len(sheet.columns) - 1)
    page.set_landscape()
    page.repeat_rows(_FIRST_ROW - 1)
    page.fit_to_pages(1, 0)


def _write_cell(page: Any, row: int, column: int, cell: Cell, form: Any) -> None:
    if isinstance(cell, str):
        page.write_string(row, column, cell[:_LONGEST_TEXT], form)
    elif cell is not None:
        page.write_number(row, column, cell, form)


def _write_method(page: Any, material: Material, formats: dict[str, Any]) -> None:
    evaluation, outline = material.evaluation, material.outline
    facts = [
        (_("Evaluation"), f"{evaluation.city}, {month_text(evaluation.month)}"),
        (
            _("Seen as of"),
            format_instant(material.seen_at, abbreviation=outline.zone_abbreviation),
        ),
        (_("Edition"), standing_text(material.standing.edition, material.standing.state)),
        (_("Newest event known"), str(evaluation.through_seq)),
        (_("Method"), evaluation.method),
        *([(_("Data"), demo_words(material.is_demo))] if material.is_demo else []),
        (_("Fingerprint of the figures (SHA-256)"), material.fingerprint),
    ]
    page.set_column(0, 0, 40, formats["text"])
    page.set_column(1, 1, 90, formats["text"])
    page.write_string(0, 0, _("As declared, version {version}").format(version=evaluation.method))
    for row, (label, fact) in enumerate(facts, start=1):
        page.write_string(row, 0, label, formats["text"])
        page.write_string(row, 1, fact[:_LONGEST_TEXT], formats["text"])
    for row, line in enumerate(material.method.splitlines(), start=len(facts) + 2):
        page.write_string(row, 0, line[:_LONGEST_TEXT], formats["text"])
    page.freeze_panes(1, 0)


def _stored(packed: bytes) -> bytes:
    """The same archive without compression, which differs from one zlib to another."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.create_system = 3  # else it says on which kind of machine it was made
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return buffer.getvalue()
