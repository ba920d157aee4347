"""Stored complaints that may be repeated, looked up by place and day or by time."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Select, func, literal, select, type_coerce

from data import schema
from data.firsts import WITHIN_SECONDS, Report, cells_around
from data.geography import TILES
from data.instants import day_of
from data.likeness import LONGEST, plain_words

_FOUND = f"""
    c.requested_at, c.id, c.service_id, c.x, c.y, c.latitude, c.longitude,
    substr(d.description, 1, {LONGEST}), c.duplicate_of"""
_THERE = """
    c.x {x} AND c.y {y} AND c.day {day} AND c.service_id = p.service_id AND c.is_repeat = 0"""
# OFFSET 0 and CROSS JOIN: one walk down ix_complaints_tile_facts for each report, nothing else.
_POSTGRESQL = f"""
SELECT {_FOUND}
FROM unnest(%s::int[], %s::int[], %s::int[], %s::int[], %s::int[])
    AS p (service_id, x, y, first_day, last_day)
CROSS JOIN LATERAL (SELECT * FROM complaints c WHERE {_THERE} OFFSET 0) c
LEFT JOIN complaint_details d ON d.complaint_id = c.id"""
_SQLITE = f"""
WITH p AS MATERIALIZED (
    SELECT value ->> 0 AS service_id, value ->> 1 AS x, value ->> 2 AS y,
        value ->> 3 AS first_day, value ->> 4 AS last_day
    FROM json_each(?)
)
SELECT {_FOUND}
FROM p CROSS JOIN complaints c ON {_THERE}
LEFT JOIN complaint_details d ON d.complaint_id = c.id"""


def stored_near(connection: Connection, reports: Sequence[Report], zone: ZoneInfo) -> list[Report]:
    """Stored firsts of the reports' services, in the cells around and of the last 24 hours' days.

    Each combination of cell and day is one step down an index, 50 for a report in Jakarta. One
    that is near to several reports comes several times.
    """
    if not reports:
        return []
    probes = [
        (
            report.service_id,
            report.x,
            report.y,
            _local_day(report.at - WITHIN_SECONDS, zone),
            _local_day(report.at, zone),
        )
        for report in reports
    ]
    reach = max(cells_around(report.latitude) for report in reports)
    steps = range(-reach, reach + 1)
    # Columns go round the Earth; their number is a power of two.
    x = ", ".join(f"(p.x + {TILES + step} & {TILES - 1})" for step in steps)
    y = ", ".join(f"p.y + {step}" for step in steps)
    day = "p.first_day, p.first_day + 1, p.last_day"  # 24 hours touch three days where clocks turn
    if connection.dialect.name == "postgresql":
        arrays = tuple(list(column) for column in zip(*probes, strict=True))
        rows = connection.exec_driver_sql(
            _among(_POSTGRESQL, "= ANY (ARRAY[{}])", x, y, day), arrays
        )
    else:
        rows = connection.exec_driver_sql(
            _among(_SQLITE, "IN ({})", x, y, day), (json.dumps(probes),)
        )
    return [report_in(row) for row in rows]


def _among(statement: str, form: str, x: str, y: str, day: str) -> str:
    return statement.format(x=form.format(x), y=form.format(y), day=form.format(day))


def stored_between(connection: Connection, start: int, end: int) -> list[Report]:
    """Stored firsts received from `start` to `end`, UTC seconds, both included."""
    query = located_reports().where(_received(start, end), schema.complaints.c.is_repeat == 0)
    return [report_in(row) for row in connection.execute(query)]


def number_stored(connection: Connection, start: int, end: int) -> int:
    query = select(func.count()).select_from(schema.complaints).where(_received(start, end))
    return connection.scalar(query) or 0


def _received(start: int, end: int) -> Any:
    at = schema.complaints.c.requested_at
    return at.between(literal(start, BigInteger), literal(end, BigInteger))


def located_reports() -> Select[Any]:
    """Every stored complaint that has coordinates, as Report's fields and its link."""
    complaints, details = schema.complaints, schema.complaint_details
    return (
        select(
            type_coerce(complaints.c.requested_at, BigInteger),
            complaints.c.id,
            complaints.c.service_id,
            complaints.c.x,
            complaints.c.y,
            complaints.c.latitude,
            complaints.c.longitude,
            func.substr(details.c.description, 1, LONGEST),
            complaints.c.duplicate_of,
        )
        .outerjoin_from(complaints, details, details.c.complaint_id == complaints.c.id)
        .where(complaints.c.x.is_not(None))
    )


def report_in(row: Any) -> Report:
    """A row of `located_reports`."""
    at, number, service_id, x, y, latitude, longitude, description, _first = row
    return Report(at, number, service_id, x, y, latitude, longitude, plain_words(description))


def _local_day(seconds: int, zone: ZoneInfo) -> int:
    return day_of(datetime.fromtimestamp(seconds, UTC).astimezone(zone).date())
