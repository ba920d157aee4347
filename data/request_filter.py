"""Which complaints an Open311 client asks for, as conditions on `complaints`."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from data.geography import to_tile
from data.schema import complaints, events
from data.vocabulary import EventKind, Status

EARTH_RADIUS_METRES = 6_371_008.8  # the mean radius of WGS 84
_OPEN = tuple(int(status) for status in Status if status.is_open)
_CLOSED = tuple(int(status) for status in Status if not status.is_open)

# When a complaint was closed; null while it is open. A later rating does not move it.
closed_at = case(
    (complaints.c.status == Status.RESOLVED, complaints.c.resolved_at),
    (
        complaints.c.status == Status.REJECTED,
        select(func.max(events.c.at))
        .where(events.c.complaint_id == complaints.c.id, events.c.kind == EventKind.REJECTED)
        .correlate(complaints)
        .scalar_subquery(),
    ),
)
# The standard's updated_datetime: of a closed request the instant of closing.
changed_at = func.coalesce(closed_at, complaints.c.updated_at)


@dataclass(frozen=True)
class Box:
    """WGS 84 degrees, edges included; west is not east of east."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True)
class Circle:
    """All within a great-circle distance of a point, edge included."""

    latitude: float
    longitude: float
    radius_metres: float

    def box(self) -> Box:
        """The least box of degrees around it; all longitudes where it reaches a pole or ±180°."""
        angle = self.radius_metres / EARTH_RADIUS_METRES
        height = math.degrees(angle)
        south, north = self.latitude - height, self.latitude + height
        if south > -90 and north < 90:
            width = math.degrees(
                math.asin(min(math.sin(angle) / math.cos(math.radians(self.latitude)), 1.0))
            )
            if self.longitude - width >= -180 and self.longitude + width <= 180:
                return Box(self.longitude - width, south, self.longitude + width, north)
        return Box(-180.0, max(south, -90.0), 180.0, min(north, 90.0))


@dataclass(frozen=True)
class RequestFilter:
    """All ends are included; what is None or empty does not narrow."""

    start: datetime | None = None
    end: datetime | None = None
    changed_after: datetime | None = None
    changed_before: datetime | None = None
    service_ids: Sequence[int] = ()
    is_open: bool | None = None
    box: Box | None = None
    circle: Circle | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        found: list[ColumnElement[bool]] = []
        if self.start is not None:
            found.append(complaints.c.requested_at >= self.start)
        if self.end is not None:
            found.append(complaints.c.requested_at <= self.end)
        if self.changed_after is not None:
            # The first is what an index answers: nothing is shown to have changed after it did.
            found.append(complaints.c.updated_at >= self.changed_after)
            found.append(changed_at >= self.changed_after)
        if self.changed_before is not None:
            found.append(complaints.c.requested_at <= self.changed_before)  # for an index, too
            found.append(changed_at <= self.changed_before)
        if self.service_ids:
            found.append(complaints.c.service_id.in_(self.service_ids))
        if self.is_open is not None:
            found.append(complaints.c.status.in_(_OPEN if self.is_open else _CLOSED))
        if self.box is not None:
            found += _in_box(self.box)
        if self.circle is not None:
            found += _in_circle(self.circle)
        return found


def _in_box(box: Box) -> list[ColumnElement[bool]]:
    """The tiles are for the index, which begins with them; the degrees decide."""
    left, top = to_tile(box.north, box.west)
    right, bottom = to_tile(box.south, box.east)
    return [
        complaints.c.x.between(left, right),
        complaints.c.y.between(top, bottom),
        complaints.c.latitude.between(box.south, box.north),
        complaints.c.longitude.between(box.west, box.east),
    ]


def _in_circle(circle: Circle) -> list[ColumnElement[bool]]:
    """The haversine formula on a sphere: within 0.6% of the distance on the ellipsoid."""
    half = math.sin(min(circle.radius_metres / EARTH_RADIUS_METRES / 2, math.pi / 2)) ** 2
    latitude, longitude = complaints.c.latitude, complaints.c.longitude
    haversine: ColumnElement[Any] = _squared_sine((latitude - circle.latitude) / 2) + func.cos(
        func.radians(latitude)
    ) * math.cos(math.radians(circle.latitude)) * _squared_sine((longitude - circle.longitude) / 2)
    return [*_in_box(_widened(circle.box())), haversine <= half * (1 + 1e-12)]


def _squared_sine(degrees: ColumnElement[Any]) -> ColumnElement[Any]:
    sine = func.sin(func.radians(degrees))
    return sine * sine


def _widened(box: Box) -> Box:
    """By a hair, so that rounding cuts nothing off the circle."""
    hair = 1e-9
    return Box(box.west - hair, box.south - hair, box.east + hair, box.north + hair)
