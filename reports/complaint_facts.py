"""What an export says of each complaint: facts only, no personal data and no free text."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, Select, select

from data import schema
from data.reference import Reference
from data.vocabulary import Outcome, Status
from queries.views import View

CHUNK = 2_000  # rows; memory holds one chunk, however many there are
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

Cell = str | int | float | bool | datetime | None


@dataclass(frozen=True)
class FactWriter:
    """Turns rows of facts into cells. What depends on an id alone is worked out once per id."""

    columns: tuple[str, ...]
    cells: Callable[[Row[Any]], tuple[Cell, ...]]


def fact_rows(connection: Connection, view: View) -> Iterator[Sequence[Row[Any]]]:
    """The rows of a view in pieces, in the order in which they are stored."""
    streaming = connection.execution_options(stream_results=True, yield_per=CHUNK)
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


def fact_writer(reference: Reference, instant: datetime, language: str) -> FactWriter:
    """Instants in the city's clock; `instant` is that from which one looks."""
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

    return FactWriter(
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


def _local(instant: datetime | None, zone: ZoneInfo) -> datetime | None:
    return None if instant is None else instant.astimezone(zone)


def _hours(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else round((end - start).total_seconds() / 3600, 4)


def _kept(
    outcome: int, done: datetime | None, due: datetime | None, instant: datetime
) -> bool | None:
    """Whether the promise was kept; None where there is none, or its time has not passed."""
    if due is None or outcome == Outcome.REJECTED or due > instant:
        return None
    return done is not None and done <= due
