"""Problems that several people report: how many, and which are still open.

A group is a first complaint and those that repeat it (data/duplicates.py). It is open while any of
its complaints is. Reporters are counted, never told: complaints of one account, device, address
or number are one person, and a complaint without any of them is a person of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    String,
    cast,
    distinct,
    func,
    or_,
    select,
)

from data import schema
from data.reference import Reference
from data.store import Store
from data.vocabulary import Status
from queries.columns import MISSING
from queries.counts import open_statuses
from queries.filters import ComplaintFilter
from queries.present import Present, select_present
from queries.views import View, looking

MOST_REPORTED_COLUMNS = (
    "service_request_id",
    "requested_at",
    "service_code",
    "district_code",
    "reports",
    "people",
    "seconds",
)
_MOST_MEMBERS = 50
_details = schema.complaint_details


@dataclass(frozen=True)
class Member:
    """One complaint of a group."""

    service_request_id: str
    requested_at: datetime
    status: Status


@dataclass(frozen=True)
class Repeated:
    """A group as seen from one of its complaints; `members` leaves that one out."""

    reports: int
    people: int
    is_first: bool
    members: tuple[Member, ...]  # in order of time, the first first; no more than fifty


def find_repeated(connection: Connection, complaint: Row[Any]) -> Repeated | None:
    """The group of a row of `complaints`; None where nobody else reports the same."""
    complaints = schema.complaints
    first = complaint.duplicate_of or complaint.id
    in_group = or_(complaints.c.id == first, complaints.c.duplicate_of == first)
    reports, people = connection.execute(
        select(func.count(), _people()).select_from(_with_details()).where(in_group)
    ).one()
    if reports < 2:
        return None
    rows = connection.execute(
        select(complaints.c.service_request_id, complaints.c.requested_at, complaints.c.status)
        .where(in_group, complaints.c.id != complaint.id)
        .order_by(complaints.c.requested_at, complaints.c.id)
        .limit(_MOST_MEMBERS)
    )
    members = tuple(Member(number, at, Status(status)) for number, at, status in rows)
    return Repeated(reports, people, first == complaint.id, members)


def most_reported(store: Store, complaint_filter: ComplaintFilter, limit: int) -> pd.DataFrame:
    """The open problems that most people report, of those a filter selects a complaint of.

    Columns are MOST_REPORTED_COLUMNS, of the first complaint of each: its number, when it came
    (aware, UTC), codes, all complaints of the group, people, and its age in seconds.
    """
    present = select_present(store, complaint_filter)
    with looking(store, complaint_filter) as (connection, view):
        if present is None:
            firsts = _largest_in_database(connection, view, limit)
        else:
            firsts = _largest_in_memory(store, present, limit)
        is_past = complaint_filter.as_of is not None
        rows = _describe(connection, firsts, view.facts if is_past else None)
        seen_at = view.seen_at
    return _frame(rows, store.reference(), seen_at)


def _largest_in_memory(store: Store, present: Present, limit: int) -> list[int]:
    everything = select_present(store, ComplaintFilter())
    assert everything is not None
    repeated = everything["duplicate_of"]
    sizes = np.bincount(repeated[repeated != MISSING])
    is_open = present["status"] < int(Status.RESOLVED)
    numbers, linked = present["id"][is_open], present["duplicate_of"][is_open]
    firsts = np.unique(np.where(linked == MISSING, numbers, linked))
    firsts = firsts[firsts < len(sizes)]
    firsts = firsts[sizes[firsts] > 0]
    order = np.lexsort((-firsts, -sizes[firsts]))
    return [int(first) for first in firsts[order[:limit]]]


def _largest_in_database(connection: Connection, view: View, limit: int) -> list[int]:
    complaints, facts = schema.complaints, view.facts
    source: Any = facts
    if facts is not complaints:
        source = facts.join(complaints, complaints.c.id == facts.c.id)
    open_firsts = (
        select(func.coalesce(complaints.c.duplicate_of, complaints.c.id))
        .select_from(source)
        .where(view.condition, facts.c.status.in_(open_statuses()))
    )
    query = (
        select(complaints.c.duplicate_of)
        .select_from(source)
        .where(complaints.c.duplicate_of.in_(open_firsts))
        .group_by(complaints.c.duplicate_of)
        .order_by(func.count().desc(), complaints.c.duplicate_of.desc())
        .limit(limit)
    )
    return list(connection.scalars(query))


def _describe(
    connection: Connection, firsts: Sequence[int], past: FromClause | None
) -> Sequence[Row[Any]]:
    """The first complaint of each group, and how many complaints and people it has; of a past
    instant, of the complaints that were there then."""
    complaints = schema.complaints
    first = complaints.alias("first")
    belongs = or_(complaints.c.duplicate_of == first.c.id, complaints.c.id == first.c.id)
    query = (
        select(
            first.c.service_request_id,
            first.c.requested_at,
            first.c.service_id,
            first.c.district_id,
            func.count().label("reports"),
            _people().label("people"),
        )
        .select_from(first.join(_with_details(), belongs))
        .where(first.c.id.in_(firsts))
        .group_by(first.c.id)
    )
    if past is not None:
        query = query.where(complaints.c.id.in_(select(past.c.id)))
    return connection.execute(query).all()


def _with_details() -> Any:
    complaints = schema.complaints
    return complaints.outerjoin(_details, _details.c.complaint_id == complaints.c.id)


def _people() -> ColumnElement[int]:
    known = (_details.c.account_id, _details.c.device_id, _details.c.email, _details.c.phone)
    nobody = "#" + cast(schema.complaints.c.id, String)
    return func.count(distinct(func.coalesce(*(func.nullif(one, "") for one in known), nobody)))


def _frame(rows: Sequence[Row[Any]], reference: Reference, seen_at: datetime) -> pd.DataFrame:
    found = [
        (
            row.service_request_id,
            row.requested_at,
            reference.services[row.service_id].service_code,
            reference.districts[row.district_id].code if row.district_id else None,
            row.reports,
            row.people,
            max((seen_at - row.requested_at).total_seconds(), 0.0),
        )
        for row in rows
    ]
    found.sort(key=lambda one: (-one[5], -one[4], one[6]))
    return pd.DataFrame(found, columns=list(MOST_REPORTED_COLUMNS))
