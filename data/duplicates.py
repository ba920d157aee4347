"""Which earlier complaint a new one probably repeats. It is linked to it, never dropped.

A repeat is of the same service, no more than 50 m from the first complaint of its group, received
no more than 24 hours after it, and says something alike; where one of them has no text, place,
time and service decide alone. It is always the first that is compared with, so that a group has no
chains and cannot wander down a street or through a week. Where several would do, the earliest is
taken. A complaint without coordinates repeats nothing and is not repeated.
"""

import math
from bisect import bisect_left, insort
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Connection, Select, func, literal, select, type_coerce

from data import schema
from data.geography import MAX_LATITUDE, TILES
from data.instants import day_of
from data.likeness import LONGEST, are_alike, plain_words
from data.prepare import Prepared

WITHIN_METRES = 50.0
WITHIN_SECONDS = 86_400
_EARTH_METRES = 6_371_008.8  # mean radius
_CELL_METRES = 2 * math.pi * 6_378_137.0 / TILES  # width of a cell at the equator
_BLOCK = 8  # cells; reports in memory are kept by blocks of so many
_MOST_CELLS = 16  # to each side: at 85° cells are that narrow, and there is no city beyond
_ROWS_TO_LOAD = 10  # per new complaint; where a batch's time holds more, each is looked up singly


class Report(NamedTuple):
    """One complaint as far as it can be repeated; sorts by time. `words` are plain_words."""

    at: int  # UTC seconds
    id: int
    service_id: int
    x: int
    y: int
    latitude: float
    longitude: float
    words: str


def report_of(complaint_id: int, prepared: Prepared) -> Report | None:
    """None for a complaint without coordinates."""
    new, fixed = prepared.new, prepared.fixed
    if fixed.x is None or fixed.y is None or new.latitude is None or new.longitude is None:
        return None
    return Report(
        prepared.requested_at,
        complaint_id,
        fixed.service_id,
        fixed.x,
        fixed.y,
        new.latitude,
        new.longitude,
        plain_words(new.description),
    )


class Firsts:
    """First complaints of their groups, kept by service and place, in order of time."""

    def __init__(self) -> None:
        self._blocks: dict[tuple[int, int, int], list[Report]] = {}
        self._ids: set[int] = set()

    def add(self, report: Report) -> None:
        if report.id not in self._ids:
            self._ids.add(report.id)
            key = (report.service_id, report.x // _BLOCK, report.y // _BLOCK)
            insort(self._blocks.setdefault(key, []), report)

    def first_of(self, report: Report) -> int | None:
        """The id of the earliest that this one repeats."""
        found: Report | None = None
        reach = _cells_around(report.latitude)
        rows = range((report.y - reach) // _BLOCK, (report.y + reach) // _BLOCK + 1)
        for column in range((report.x - reach) // _BLOCK, (report.x + reach) // _BLOCK + 1):
            for row in rows:
                key = (report.service_id, column % (TILES // _BLOCK), row)
                first = _earliest(self._blocks.get(key, ()), report)
                if first is not None and (found is None or first < found):
                    found = first
        return None if found is None else found.id

    def forget_before(self, at: int) -> None:
        """Drop what can no longer be repeated by anything received from `at` on."""
        for key, reports in list(self._blocks.items()):
            gone = bisect_left(reports, (at - WITHIN_SECONDS,))
            self._ids.difference_update(report.id for report in reports[:gone])
            del reports[:gone]
            if not reports:
                del self._blocks[key]


class Linking:
    """Links the complaints of one transaction, each to those stored and to those before it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._firsts = Firsts()

    def link(self, complaint_id: int, prepared: Prepared, zone: ZoneInfo) -> int | None:
        """The id of the first complaint that this one repeats; None: it may be a first itself."""
        report = report_of(complaint_id, prepared)
        if report is None:
            return None
        for near in _stored_near(self._connection, report, zone):
            self._firsts.add(near)
        return place(self._firsts, report)


def link_all(
    connection: Connection, prepared: Sequence[Prepared], first_id: int, zone: ZoneInfo
) -> list[int | None]:
    """For complaints that are to be stored under ids from `first_id` on: what each repeats.

    They are linked in the order in which they were received, whatever their order here.
    """
    firsts = Firsts()
    links: list[int | None] = [None] * len(prepared)
    reports = [
        report
        for complaint_id, one in enumerate(prepared, start=first_id)
        if (report := report_of(complaint_id, one)) is not None
    ]
    if not reports:
        return links
    reports.sort()
    earliest, latest = reports[0].at - WITHIN_SECONDS, reports[-1].at
    singly = _number_stored(connection, earliest, latest) > _ROWS_TO_LOAD * len(reports)
    if not singly:
        for stored in _stored_between(connection, earliest, latest):
            firsts.add(stored)
    for report in reports:
        if singly:
            for near in _stored_near(connection, report, zone):
                firsts.add(near)
        links[report.id - first_id] = place(firsts, report)
    return links


def place(firsts: Firsts, report: Report) -> int | None:
    """Link a report; one that repeats nothing is from now on a first itself."""
    found = firsts.first_of(report)
    if found is None:
        firsts.add(report)
    return found


def _earliest(known: Sequence[Report], report: Report) -> Report | None:
    """The first of those in order of time that the report repeats."""
    for place in range(bisect_left(known, (report.at - WITHIN_SECONDS,)), len(known)):
        first = known[place]
        if first.at > report.at:
            return None
        if (
            metres_between(first.latitude, first.longitude, report.latitude, report.longitude)
            <= WITHIN_METRES
            and first.id != report.id
            and are_alike(first.words, report.words)
        ):
            return first
    return None


def metres_between(
    latitude: float, longitude: float, other_latitude: float, other_longitude: float
) -> float:
    """Along the great circle (haversine), between two places in degrees."""
    phi, other_phi = math.radians(latitude), math.radians(other_latitude)
    half = math.sin((other_phi - phi) / 2) ** 2 + (
        math.cos(phi)
        * math.cos(other_phi)
        * math.sin(math.radians(other_longitude - longitude) / 2) ** 2
    )
    return 2 * _EARTH_METRES * math.asin(math.sqrt(min(half, 1.0)))


def _cells_around(latitude: float) -> int:
    """How many cells to each side hold all that lies within WITHIN_METRES: 2 in Jakarta."""
    shrink = math.cos(math.radians(min(abs(latitude), MAX_LATITUDE)))
    return min(math.ceil(WITHIN_METRES / (_CELL_METRES * shrink)), _MOST_CELLS)


def _stored_near(connection: Connection, report: Report, zone: ZoneInfo) -> list[Report]:
    """Stored firsts of this service in the cells around, of the local days of the last 24 hours.

    Each combination of cell and day is one step down ix_complaints_tile_facts, 50 in Jakarta.
    """
    complaints, reach = schema.complaints, _cells_around(report.latitude)
    days = range(
        _local_day(report.at - WITHIN_SECONDS, zone),
        _local_day(report.at, zone) + 1,
    )
    columns = [(report.x + step) % TILES for step in range(-reach, reach + 1)]
    rows = range(max(report.y - reach, 0), min(report.y + reach, TILES - 1) + 1)
    found = connection.execute(
        _firsts().where(
            complaints.c.x.in_(columns),
            complaints.c.y.in_(list(rows)),
            complaints.c.day.in_(list(days)),
            complaints.c.service_id == report.service_id,
        )
    )
    return [report_in(row) for row in found]


def _stored_between(connection: Connection, start: int, end: int) -> list[Report]:
    return [report_in(row) for row in connection.execute(_firsts().where(_received(start, end)))]


def _number_stored(connection: Connection, start: int, end: int) -> int:
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


def _firsts() -> Select[Any]:
    return located_reports().where(schema.complaints.c.is_repeat == 0)


def report_in(row: Any) -> Report:
    """A row of `located_reports`."""
    at, number, service_id, x, y, latitude, longitude, description, _first = row
    return Report(at, number, service_id, x, y, latitude, longitude, plain_words(description))


def _local_day(seconds: int, zone: ZoneInfo) -> int:
    return day_of(datetime.fromtimestamp(seconds, UTC).astimezone(zone).date())
