"""The complaints of a view as CSV or GeoJSON: facts only, no personal data and no free text."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, select

from data import schema
from data.reference import Reference
from data.spreadsheets import safe_text
from data.store import Store
from data.vocabulary import Outcome, Status
from queries.filters import ComplaintFilter
from queries.layers.features import layer_names
from queries.views import View, local_today, looking

_CHUNK = 2_000  # rows; memory holds one chunk, however many there are
_FACTS = (
    "service_id",
    "status",
    "channel_id",
    "unit_id",
    "district_id",
    "response_outcome",
    "response_due_at",
    "responded_at",
    "resolution_outcome",
    "resolution_due_at",
    "resolved_at",
    "rating",
)

Cell = str | int | float | bool | None


@dataclass(frozen=True)
class _Writer:
    """Turns rows of facts into cells. What depends on an id alone is worked out once per id."""

    columns: tuple[str, ...]
    cells: Callable[[Row[Any]], tuple[Cell, ...]]


def csv_chunks(
    store: Store, complaint_filter: ComplaintFilter, *, language: str
) -> Iterator[bytes]:
    """UTF-8 CSV in pieces: a header, then a line per complaint. Local times with their offset.

    A cell of text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    with looking(store, complaint_filter) as (connection, view):
        writer = _writer(store.reference(), view.seen_at, language)
        yield _csv([writer.columns])
        for rows in _chunks(connection, view):
            yield _csv([[_csv_cell(cell) for cell in writer.cells(row)] for row in rows])


def geojson_chunks(
    store: Store, complaint_filter: ComplaintFilter, *, language: str
) -> Iterator[bytes]:
    """A GeoJSON FeatureCollection in pieces; complaints without a place have geometry null."""
    with looking(store, complaint_filter) as (connection, view):
        writer = _writer(store.reference(), view.seen_at, language)
        reference = store.reference()
        about = {
            "city": reference.city.name,
            "description": complaint_filter.describe(
                reference, language, local_today(store), layer_names(store)
            ),
            "filter": complaint_filter.to_query(),
            "seen_at": view.seen_at.astimezone(reference.city.time_zone).isoformat(),
        }
        yield f'{{"type":"FeatureCollection","pantau":{_json(about)},"features":['.encode()
        comma = ""
        for rows in _chunks(connection, view):
            features = ",\n".join(_feature(writer.columns, writer.cells(row)) for row in rows)
            yield f"{comma}\n{features}".encode()
            comma = ","
        yield b"\n]}\n"


def export_name(store: Store, complaint_filter: ComplaintFilter, ending: str) -> str:
    """A file name that says city, period and the day of export, in plain letters."""
    signs = (s if s.isascii() and s.isalnum() else "-" for s in store.reference().city.name.lower())
    city = "".join(signs).strip("-") or "city"
    today = local_today(store)
    start, end = complaint_filter.dates(today)
    last = None if end is None else end - timedelta(days=1)
    period = f"{start or 'begin'}_to_{last or today}" if start or last else "all"
    return f"pantau_{city}_{period}_seen_{today}.{ending}"


def _chunks(connection: Connection, view: View) -> Iterator[Sequence[Row[Any]]]:
    streaming = connection.execution_options(stream_results=True, yield_per=_CHUNK)
    yield from streaming.execute(_query(view)).partitions()


def _query(view: View) -> Select[Any]:
    facts, complaints = view.facts, schema.complaints
    first = complaints.alias("first")
    # Not a join: the rows come in the order in which they are stored.
    original = (
        select(first.c.service_request_id)
        .where(first.c.id == complaints.c.duplicate_of)
        .scalar_subquery()
    )
    query = select(
        complaints.c.service_request_id,
        original.label("duplicate_of"),
        complaints.c.requested_at,
        complaints.c.latitude,
        complaints.c.longitude,
        *(facts.c[name] for name in _FACTS),
    )
    if facts is not complaints:
        query = query.join_from(facts, complaints, complaints.c.id == facts.c.id)
    return query.where(view.condition)


def _writer(reference: Reference, instant: datetime, language: str) -> _Writer:
    zone = reference.city.time_zone
    levels = [level.id for level in reference.city.levels]
    services = {
        s.id: (
            s.service_code,
            reference.language_text(s.names, language),
            s.group_code,
        )
        for s in reference.services.values()
    }
    districts = {district_id: _tree(reference, district_id) for district_id in reference.districts}
    nowhere: tuple[Cell, ...] = (None, None) * len(levels)
    units = {unit.id: (unit.code, unit.name) for unit in reference.units.values()}
    channels = {channel.id: channel.code for channel in reference.channels.values()}
    statuses = {int(status): status.code for status in Status}

    def cells(row: Row[Any]) -> tuple[Cell, ...]:
        return (
            row.service_request_id,
            *services[row.service_id],
            statuses[row.status],
            channels[row.channel_id],
            *units.get(row.unit_id, (None, None)),
            *districts.get(row.district_id, nowhere),
            _local(row.requested_at, zone),
            _local(row.responded_at, zone),
            _local(row.resolved_at, zone),
            _local(row.response_due_at, zone),
            _local(row.resolution_due_at, zone),
            _hours(row.requested_at, row.responded_at),
            _hours(row.requested_at, row.resolved_at),
            _kept(row.response_outcome, row.responded_at, row.response_due_at, instant),
            _kept(row.resolution_outcome, row.resolved_at, row.resolution_due_at, instant),
            row.rating,
            row.duplicate_of,
            None if row.latitude is None else round(row.latitude, 5),
            None if row.longitude is None else round(row.longitude, 5),
        )

    return _Writer(
        columns=(
            "service_request_id",
            "service_code",
            "service_name",
            "group",
            "status",
            "channel",
            "unit_code",
            "unit_name",
            *(f"{level}_{part}" for level in levels for part in ("code", "name")),
            "requested_datetime",
            "responded_datetime",
            "resolved_datetime",
            "response_due_datetime",
            "resolution_due_datetime",
            "response_hours",
            "resolution_hours",
            "responded_on_time",
            "resolved_on_time",
            "rating",
            "duplicate_of",
            "lat",
            "long",
        ),
        cells=cells,
    )


def _tree(reference: Reference, district_id: int) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for level in range(len(reference.city.levels)):
        district = reference.districts.get(reference.ancestor(district_id, level) or 0)
        found += [district.code, district.name] if district else [None, None]
    return tuple(found)


def _local(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat()


def _hours(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round((end - start).total_seconds() / 3600, 4)


def _kept(
    outcome: int, done: datetime | None, due: datetime | None, instant: datetime
) -> bool | None:
    """Whether the promise was kept; None where there is none, or its time has not passed."""
    if due is None or outcome == Outcome.REJECTED or due > instant:
        return None
    return done is not None and done <= due


def _csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue().encode()


def _csv_cell(cell: Cell) -> Cell:
    if isinstance(cell, bool):
        return "true" if cell else "false"
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
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
