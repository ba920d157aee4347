"""How complaints went from one unit to another, and in what state they came."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, and_, or_, select
from sqlalchemy import type_coerce as coerce

from data import schema
from data.accountability.calendar import WorkingCalendar
from data.instants import to_epoch
from data.reference import Reference
from data.store import Store
from queries.filters import ComplaintFilter
from queries.views import View, looking, spells_of

_COUNTS = ("received", "passed_on", "late_on_arrival")


def read_handovers(
    store: Store,
    complaint_filter: ComplaintFilter,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """A row for each hand-over of the complaints of a filter, as seen at its instant, by instant.

    Only those from `since` until before `until`, where these are given. A filter by unit asks for
    hand-overs from or to it. Columns: complaint_id, service_request_id, from_unit_id, to_unit_id,
    at (UTC seconds), held_seconds (for which the former unit had the complaint) and
    is_late: it came after its deadline, or after half of the time for its resolution was used, by
    the calendar of that deadline. A complaint without a deadline is never late.
    """
    whole, reference = complaint_filter.replace(units=()), store.reference()
    with looking(store, whole) as (connection, view):
        query = _query(view)
        if complaint_filter.units:
            complaint_filter.check(reference)
            ids = [reference.unit_by_code[code].id for code in complaint_filter.units]
            former, later = query.selected_columns.from_unit_id, query.selected_columns.to_unit_id
            query = query.where(or_(former.in_(ids), later.in_(ids)))
        at = query.selected_columns.at
        if since is not None:
            query = query.where(at >= to_epoch(since))
        if until is not None:
            query = query.where(at < to_epoch(until))
        rows = connection.execute(query).all()
    frame = pd.DataFrame.from_records(
        [tuple(row) for row in rows], columns=list(query.selected_columns.keys())
    )
    frame["held_seconds"] = (frame["at"] - frame["started_at"]).astype("int64")
    frame["is_late"] = _came_late(frame, reference)
    unwanted = ["started_at", "requested_at", "due_at", "calendar_id", "ordinal"]
    frame = frame.sort_values(["at", "complaint_id", "ordinal"]).reset_index(drop=True)
    return frame.drop(columns=unwanted)


def handovers_by_unit(
    store: Store,
    complaint_filter: ComplaintFilter,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
) -> pd.DataFrame:
    """What `summarise` makes of `read_handovers`."""
    return summarise(read_handovers(store, complaint_filter, since=since, until=until))


def summarise(handovers: pd.DataFrame) -> pd.DataFrame:
    """By id of each unit that took part: received, passed_on, late_on_arrival (of those received),
    and mean_held_seconds before it passed one on (NaN where it passed on none).
    """
    received = handovers.groupby("to_unit_id")["is_late"].agg(
        received="size", late_on_arrival="sum"
    )
    passed = handovers.groupby("from_unit_id")["held_seconds"].agg(
        passed_on="size", mean_held_seconds="mean"
    )
    units = pd.concat([received, passed], axis=1).sort_index()
    units.index.name = "unit_id"
    for name in _COUNTS:
        units[name] = units[name].fillna(0).astype("int64")
    return units[[*_COUNTS, "mean_held_seconds"]].astype({"mean_held_seconds": "float64"})


def _query(view: View) -> Any:
    """Each spell that follows another of the same complaint."""
    spells = spells_of(view)
    former, later = spells.alias("former"), spells.alias("later")
    complaints = schema.complaints.alias("stored")  # what no event alters, at any instant

    def seconds(column: Any, name: str) -> Any:
        return coerce(column, BigInteger).label(name)

    return (
        select(
            complaints.c.id.label("complaint_id"),
            complaints.c.service_request_id,
            former.c.unit_id.label("from_unit_id"),
            later.c.unit_id.label("to_unit_id"),
            seconds(later.c.started_at, "at"),
            seconds(former.c.started_at, "started_at"),
            seconds(complaints.c.requested_at, "requested_at"),
            seconds(complaints.c.resolution_due_at, "due_at"),
            complaints.c.resolution_calendar_id.label("calendar_id"),
            later.c.ordinal,
        )
        .select_from(view.facts)
        .join(later, later.c.complaint_id == view.facts.c.id)
        .join(
            former,
            and_(
                former.c.complaint_id == later.c.complaint_id,
                former.c.ordinal == later.c.ordinal - 1,
            ),
        )
        .join(complaints, complaints.c.id == view.facts.c.id)
        .where(later.c.ordinal > 0, view.condition)
    )


def _came_late(frame: pd.DataFrame, reference: Reference) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    received, at = frame["requested_at"].to_numpy(float), frame["at"].to_numpy(float)
    due = frame["due_at"].to_numpy(float)  # NaN: no deadline, and no comparison holds
    late = (at >= due) | (2 * (at - received) > due - received)
    by_calendar = np.flatnonzero(frame["calendar_id"].notna().to_numpy())
    for place in by_calendar.tolist():
        row = frame.iloc[place]
        calendar = reference.calendars[int(row["calendar_id"])]
        late[place] = _is_late(calendar, *(int(row[n]) for n in ("requested_at", "at", "due_at")))
    return np.asarray(late)


def _is_late(calendar: WorkingCalendar, received: int, at: int, due: int) -> bool:
    used, whole = calendar.between(received, at), calendar.between(received, due)
    return at >= due or 2 * used > whole
