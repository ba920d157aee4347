"""The event log and the rows that follow from it, as raw values: instants are UTC seconds here."""

import json
import secrets
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, BigInteger, Connection, Table, func, literal, select, type_coerce

from data import schema
from data.accountability.calendar import WorkingCalendar
from data.fold import Fact, Folded, Unchanging, complaint_facts, spell_facts
from data.instants import Instant
from data.prepare import DETAIL_FIELDS, Prepared
from data.vocabulary import EventKind

_COPY_FROM_ROWS = 50  # below that a COPY costs more than it saves
Row = Mapping[str, Any]


def next_seq(connection: Connection) -> int:
    """The number of the next event. Only inside `write`, whose lock makes it gap-free."""
    return (connection.scalar(select(func.max(schema.events.c.seq))) or 0) + 1


def next_numbers(connection: Connection) -> tuple[int, int]:
    """The numbers of the next event and the next complaint. Only inside `write`."""
    seq, complaint_id = connection.execute(_NEWEST).one()
    return (seq or 0) + 1, (complaint_id or 0) + 1


_NEWEST = select(
    select(func.max(schema.events.c.seq)).scalar_subquery(),
    select(func.max(schema.complaints.c.id)).scalar_subquery(),
)


def new_token() -> str:
    """The secret by which a reporter comes back to a complaint."""
    return secrets.token_urlsafe(16)


def complaint_row(
    complaint_id: int,
    token: str,
    prepared: Prepared,
    state: Folded,
    seq: int,
    zone: ZoneInfo,
    *,
    duplicate_of: int | None = None,
) -> dict[str, Any]:
    new = prepared.new
    return {
        "id": complaint_id,
        "service_request_id": str(complaint_id),
        "token": token,
        "source": new.source,
        "external_id": new.external_id,
        "requested_at": prepared.requested_at,
        "latitude": new.latitude,
        "longitude": new.longitude,
        "last_seq": seq,
        "duplicate_of": duplicate_of,
        "response_calendar_id": _id_of(prepared.fixed.response_calendar),
        "resolution_calendar_id": _id_of(prepared.fixed.resolution_calendar),
        **complaint_facts(state, prepared.fixed, zone),
        "is_repeat": int(duplicate_of is not None),
    }


def _id_of(calendar: WorkingCalendar | None) -> int | None:
    return None if calendar is None else calendar.id


def details_row(complaint_id: int, prepared: Prepared) -> dict[str, Any]:
    new = prepared.new
    return {
        "complaint_id": complaint_id,
        "attributes": {code: list(values) for code, values in new.attributes.items()} or None,
        "media_urls": list(new.media_urls) or None,
        **{name: getattr(new, name) for name in DETAIL_FIELDS},
    }


def photo_rows(complaint_id: int, prepared: Prepared) -> list[dict[str, Any]]:
    ids = prepared.new.photo_ids
    return [{"complaint_id": complaint_id, "photo_id": photo_id} for photo_id in ids]


def spell_rows(complaint_id: int, state: Folded, fixed: Unchanging) -> list[dict[str, Any]]:
    return [
        {"complaint_id": complaint_id, "ordinal": ordinal, **facts}
        for ordinal, facts in enumerate(spell_facts(state, fixed))
    ]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert many rows of like keys by the fastest way the driver has."""
    if not rows:
        return
    columns = list(rows[0])
    pick = itemgetter(*columns)
    coded = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, JSON)]
    values = [_coded(pick(row), coded) for row in rows] if coded else [pick(row) for row in rows]
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)
    elif len(values) < _COPY_FROM_ROWS:
        marks = ", ".join(["%s"] * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", values)
    else:
        cursor = connection.connection.cursor()
        with cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for value in values:
                copy.write_row(value)


def _coded(values: tuple[Any, ...], places: Sequence[int]) -> tuple[Any, ...]:
    """The row with its JSON values as text; most rows have none."""
    for place in places:
        if values[place] is not None:
            values = (*values[:place], json.dumps(values[place]), *values[place + 1 :])
    return values


def raw_values(table: Table, row: Row) -> dict[str, Any]:
    """Raw values for an UPDATE: integers go into instant columns as they are."""
    return {
        name: literal(value, BigInteger)
        if isinstance(table.c[name].type, Instant) and value is not None
        else value
        for name, value in row.items()
    }


def read_facts(connection: Connection, complaint_id: int) -> list[Fact]:
    """The events of one complaint in the order they were stored."""
    rows = connection.execute(
        select(*_FACT).where(schema.events.c.complaint_id == complaint_id).order_by(_FACT[1])
    )
    return [_fact(row) for row in rows]


def facts_by_complaint(
    connection: Connection, condition: Any, *, until: int, through_seq: int | None = None
) -> dict[int, list[Fact]]:
    """The events up to an instant (UTC seconds), and up to a number where one is given, of all
    complaints that meet a condition on `complaints`, in the order they were stored."""
    events, complaints = schema.events, schema.complaints
    query = (
        select(*_FACT)
        .join_from(events, complaints, complaints.c.id == events.c.complaint_id)
        .where(condition, events.c.at <= literal(until, BigInteger))
        .order_by(events.c.seq)
    )
    if through_seq is not None:
        query = query.where(events.c.seq <= through_seq)
    rows = connection.execute(query)
    found: dict[int, list[Fact]] = {}
    for row in rows:
        found.setdefault(row.complaint_id, []).append(_fact(row))
    return found


_FACT = (
    schema.events.c.complaint_id,
    schema.events.c.seq,
    schema.events.c.kind,
    type_coerce(schema.events.c.at, BigInteger).label("at"),
    schema.events.c.unit_id,
    schema.events.c.data,
)


def _fact(row: Any) -> Fact:
    return Fact(EventKind(row.kind), row.at, row.unit_id, (row.data or {}).get("stars"))


def unchanging(row: Any, calendars: Mapping[int, WorkingCalendar]) -> Unchanging:
    """What a row of `complaints` says that no event alters; instants of `row` are raw.

    `calendars` are all that the city ever had, by id.
    """
    response, resolution = row.response_calendar_id, row.resolution_calendar_id
    return Unchanging(
        service_id=row.service_id,
        channel_id=row.channel_id,
        district_id=row.district_id,
        x=row.x,
        y=row.y,
        response_due_at=row.response_due_at,
        resolution_due_at=row.resolution_due_at,
        is_repeat=row.is_repeat,
        response_calendar=None if response is None else calendars[response],
        resolution_calendar=None if resolution is None else calendars[resolution],
    )


def raw_columns(table: Table) -> list[Any]:
    """Every column of a table, instants as UTC seconds."""
    return [
        type_coerce(column, BigInteger).label(column.name)
        if isinstance(column.type, Instant)
        else column
        for column in table.c
    ]
