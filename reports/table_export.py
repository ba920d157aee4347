"""The complaints of a view as CSV or GeoJSON, streamed however many they are."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from data.spreadsheets import safe_text
from data.store import Store
from queries.filters import ComplaintFilter
from queries.views import local_today, looking
from reports.complaint_facts import Cell, fact_rows, fact_writer
from reports.layer_file_parts import FileAbout
from reports.provenance import about_complaints


def csv_chunks(
    store: Store, complaint_filter: ComplaintFilter, *, language: str
) -> Iterator[bytes]:
    """UTF-8 CSV in pieces: a header, then a line per complaint. Local times with their offset.

    A cell of text that a spreadsheet would take for a formula begins with an apostrophe. What it
    is, and whose, stands in the last column of the first line.
    """
    with looking(store, complaint_filter) as (connection, view):
        writer = fact_writer(store.reference(), view.seen_at, language)
        note = about_complaints(store, complaint_filter, view.seen_at, language).sentence()
        yield _csv([[*writer.columns, "about"]])
        for rows in fact_rows(connection, view):
            lines = [[*map(_csv_cell, writer.cells(row)), ""] for row in rows]
            lines[0][-1], note = _csv_cell(note), ""
            yield _csv(lines)


def geojson_chunks(
    store: Store, complaint_filter: ComplaintFilter, *, language: str
) -> Iterator[bytes]:
    """A GeoJSON FeatureCollection in pieces; complaints without a place have geometry null."""
    with looking(store, complaint_filter) as (connection, view):
        writer = fact_writer(store.reference(), view.seen_at, language)
        about = about_complaints(store, complaint_filter, view.seen_at, language)
        yield f'{_json(_head(store, about))[:-1]},"features":['.encode()
        comma = ""
        for rows in fact_rows(connection, view):
            features = ",\n".join(_feature(writer.columns, writer.cells(row)) for row in rows)
            yield f"{comma}\n{features}".encode()
            comma = ","
        yield b"\n]}\n"


def export_name(
    store: Store, complaint_filter: ComplaintFilter, ending: str, *, what: str = ""
) -> str:
    """A file name that says city, what it holds, period and day of export, in plain letters."""
    signs = (s if s.isascii() and s.isalnum() else "-" for s in store.reference().city.name.lower())
    city = "_".join(filter(None, ("".join(signs).strip("-") or "city", what)))
    today = local_today(store)
    start, end = complaint_filter.dates(today)
    last = None if end is None else end - timedelta(days=1)
    period = f"{start or 'begin'}_to_{last or today}" if start or last else "all"
    return f"pantau_{city}_{period}_seen_{today}.{ending}"


def _head(store: Store, about: FileAbout) -> dict[str, Any]:
    rows = about.rows()
    return {
        "type": "FeatureCollection",
        "name": rows["name"],
        "pantau": {"city": store.reference().city.name, "seen_at": rows["date"], **rows},
    }


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat()
    return safe_text(cell) if isinstance(cell, str) else cell


def _feature(columns: Sequence[str], cells: Sequence[Cell]) -> str:
    properties = dict(zip(columns, cells, strict=True))
    latitude, longitude = properties.pop("lat"), properties.pop("long")
    geometry = (
        None
        if latitude is None or longitude is None
        else {"type": "Point", "coordinates": [longitude, latitude]}
    )
    return _json(
        {
            "type": "Feature",
            "id": properties["service_request_id"],
            "geometry": geometry,
            "properties": properties,
        }
    )


def _json(found: Any) -> str:
    return json.dumps(
        found,
        ensure_ascii=False,
        separators=(",", ":"),
        allow_nan=False,
        default=datetime.isoformat,
    )
