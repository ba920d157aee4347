"""Single complaints for the map and the list of the newest: places and states, never words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Row, Select, and_, desc, select

from data import schema
from data.geography import TILE_ZOOM, to_tiles
from data.reference import Reference
from data.store import Store
from data.vocabulary import EventKind, Status
from queries.among import IsAmong
from queries.clusters import cells_in_memory, clusters, count_cells
from queries.filters import ComplaintFilter
from queries.present import Present, select_present
from queries.views import View, looking

CAP = 2_000  # complaints drawn one by one
STREET_ZOOM = 18  # from here on a cell of the map is as small as a cluster would be
MAX_ZOOM = 22
_CELLS_PER_TILE_LOG2 = 2  # clusters on a grid of 64 pixels

NEWEST_COLUMNS = (
    "service_request_id",
    "requested_at",
    "service_code",
    "status",
    "channel_code",
    "unit_code",
    "district_code",
    "latitude",
    "longitude",
    "overdue",
)


@dataclass(frozen=True)
class Bounds:
    """A part of the map in degrees. Raises ValueError where it has no size or is not on Earth."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (-360 <= self.west < self.east <= 360 and -90 <= self.south < self.north <= 90):
            raise ValueError(
                f"bounds {self.west},{self.south},{self.east},{self.north} are not "
                "west,south,east,north in degrees"
            )


def viewport(
    store: Store,
    complaint_filter: ComplaintFilter,
    bounds: Bounds | Sequence[float],
    zoom: int,
    *,
    language: str = "en",
) -> dict[str, Any]:
    """What to draw in a part of the map, as a GeoJSON FeatureCollection.

    Up to CAP complaints: one feature each. More: clusters with `point_count` and counts by status;
    from STREET_ZOOM on, the newest CAP of them. `pantau` holds total, shown, capped and mode
    ('points' or 'clusters'). In view is what lies in a zoom-20 cell that the bounds touch.
    """
    if not isinstance(bounds, Bounds):
        bounds = Bounds(*bounds)
    tiles = _tiles(bounds)
    present = select_present(store, complaint_filter)
    shift = max(TILE_ZOOM - min(max(zoom, 0), MAX_ZOOM) - _CELLS_PER_TILE_LOG2, 0)
    with looking(store, complaint_filter) as (connection, view):
        cells: Sequence[Any]
        if present is None:
            inside = and_(view.condition, *_within(view, tiles))
            cells = connection.execute(count_cells(view.facts, inside, shift)).all()
        else:
            cells = cells_in_memory(present, tiles, shift)
        total = sum(cell.n for cell in cells)
        if total > CAP and zoom < STREET_ZOOM:
            features = [
                _feature(c.latitude, c.longitude, c.properties) for c in clusters(connection, cells)
            ]
            return _collection(features, total=total, shown=total, mode="clusters")
        if present is not None:
            inside = IsAmong(view.facts.c.id, newest_ids(present, CAP, tiles))
        rows = connection.execute(_newest(view, inside, CAP)).all()
    reference = store.reference()
    features = [_point(row, reference, view.seen_at, language) for row in rows]
    return _collection(features, total=total, shown=len(rows), mode="points")


def newest(store: Store, complaint_filter: ComplaintFilter, limit: int) -> pd.DataFrame:
    """The complaints received last, newest first: NEWEST_COLUMNS, with codes for the facets.

    `requested_at` is an aware UTC datetime, `status` a code; what is not known is None.
    """
    present = select_present(store, complaint_filter)
    with looking(store, complaint_filter) as (connection, view):
        wanted = (
            view.condition
            if present is None
            else IsAmong(view.facts.c.id, newest_ids(present, limit))
        )
        rows = connection.execute(_newest(view, wanted, limit)).all()
    reference = store.reference()
    return pd.DataFrame(
        [
            (
                row.service_request_id,
                row.requested_at,
                reference.services[row.service_id].service_code,
                Status(row.status).code,
                reference.channels[row.channel_id].code,
                _code(reference.units, row.unit_id),
                _code(reference.districts, row.district_id),
                row.latitude,
                row.longitude,
                _is_overdue(row, view.seen_at),
            )
            for row in rows
        ],
        columns=list(NEWEST_COLUMNS),
    )


def received_since(
    store: Store, complaint_filter: ComplaintFilter, seq: int, limit: int = 50
) -> list[str]:
    """service_request_ids of the newest complaints recorded after `seq` that the filter selects."""
    events, complaints = schema.events, schema.complaints
    present = select_present(store, complaint_filter)
    with looking(store, complaint_filter) as (connection, view):
        query = (
            select(complaints.c.service_request_id)
            .select_from(view.facts)
            .join(events, events.c.complaint_id == view.facts.c.id)
            .where(events.c.seq > seq, events.c.kind == EventKind.RECEIVED)
            .order_by(desc(events.c.seq))
            .limit(limit)
        )
        if view.facts is not complaints:
            query = query.join(complaints, complaints.c.id == view.facts.c.id)
        if present is None:
            return list(connection.scalars(query.where(view.condition)))
        # Complaints are numbered as they are recorded: the newest have the highest ids.
        among = present["id"][-limit:]
        return list(connection.scalars(query.where(IsAmong(view.facts.c.id, among))))


def newest_ids(
    present: Present, limit: int, tiles: tuple[int, int, int, int] | None = None
) -> NDArray[Any]:
    """Ids of the complaints received last, in `tiles` (west, north, east, south, inclusive)."""
    ids, requested = present["id"], present["requested_at"]
    if tiles is not None:
        west, north, east, south = tiles
        x, y = present["x"], present["y"]
        inside = np.flatnonzero((x >= west) & (x <= east) & (y >= north) & (y <= south))
        ids, requested = ids[inside], requested[inside]
    if len(ids) > limit:
        # All of the last instant that still has a place: among them the higher id decides.
        last = np.partition(requested, -limit)[-limit]
        late = requested >= last
        ids, requested = ids[late], requested[late]
    return ids[np.lexsort((ids, requested))[::-1][:limit]]


def _tiles(bounds: Bounds) -> tuple[int, int, int, int]:
    """The zoom-20 tiles the bounds touch: west, north, east, south, all inclusive."""
    (west, east), (north, south) = to_tiles(
        [bounds.north, bounds.south], [bounds.west, bounds.east]
    )
    return int(west), int(north), int(east), int(south)


def _within(view: View, tiles: tuple[int, int, int, int]) -> list[ColumnElement[bool]]:
    west, north, east, south = tiles
    x, y = view.facts.c.x, view.facts.c.y
    return [x.between(west, east), y.between(north, south)]


def _newest(view: View, condition: ColumnElement[bool], limit: int) -> Select[Any]:
    facts, complaints = view.facts, schema.complaints
    names = ("service_id", "status", "channel_id", "unit_id", "district_id", "resolution_due_at")
    query = select(
        complaints.c.service_request_id,
        complaints.c.requested_at,
        complaints.c.latitude,
        complaints.c.longitude,
        *(facts.c[name] for name in names),
    )
    if facts is not complaints:
        query = query.join_from(facts, complaints, complaints.c.id == facts.c.id)
    return (
        query.where(condition)
        .order_by(desc(complaints.c.requested_at), desc(complaints.c.id))
        .limit(limit)
    )


def _point(row: Row[Any], reference: Reference, instant: datetime, language: str) -> dict[str, Any]:
    service = reference.services[row.service_id]
    unit = reference.units.get(row.unit_id)
    district = reference.districts.get(row.district_id)
    return _feature(
        row.latitude,
        row.longitude,
        {
            "id": row.service_request_id,
            "status": Status(row.status).code,
            "service_code": service.service_code,
            "service_name": reference.language_text(service.names, language),
            "requested": row.requested_at.astimezone(reference.city.time_zone).isoformat(),
            "unit": unit.name if unit else None,
            "district": district.name if district else None,
            "overdue": _is_overdue(row, instant),
        },
    )


def _feature(latitude: float, longitude: float, properties: dict[str, Any]) -> dict[str, Any]:
    position = [round(float(longitude), 5), round(float(latitude), 5)]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": position},
        "properties": properties,
    }


def _collection(
    features: list[dict[str, Any]], *, total: int, shown: int, mode: str
) -> dict[str, Any]:
    about = {"total": total, "shown": shown, "capped": shown < total, "mode": mode}
    return {"type": "FeatureCollection", "features": features, "pantau": about}


def _is_overdue(row: Row[Any], instant: datetime) -> bool:
    due = row.resolution_due_at
    return bool(Status(row.status).is_open and due is not None and due < instant)


def _code(known: Mapping[int, Any], found_id: int | None) -> str | None:
    return None if found_id is None else known[found_id].code
