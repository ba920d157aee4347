"""The city of random lives on each database, and what its raw log says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from data import schema
from data.bulk import record_histories
from data.database import read
from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.model import Scope
from queries.kpi.scope import read_scope
from tests.queries.kpi.lives import histories


@pytest.fixture
def city(any_store: Store) -> Iterator[Store]:
    assert record_histories(any_store, histories(seed=11, number=700)).refused == []
    yield any_store


@dataclass
class Life:
    """A complaint's row, and its events up to an instant in order of time."""

    row: Any
    events: list[Any]

    def first(self, *kinds: str) -> datetime | None:
        return next((event.at for event in self.events if event.kind in kinds), None)

    def resolved_at(self) -> datetime | None:
        found = None
        for event in self.events:
            if event.kind == "resolved":
                found = event.at
            if event.kind == "reopened":
                found = None
        return found


def lives_until(store: Store, instant: datetime) -> list[Life]:
    """Complaints received by then, from the log alone."""
    with read(store.engine) as connection:
        rows = connection.execute(
            select(
                schema.complaints.c.id,
                schema.complaints.c.requested_at,
                schema.complaints.c.service_id,
                schema.complaints.c.district_id,
                schema.complaints.c.resolution_due_at,
                schema.complaint_details.c.account_id,
            ).join_from(schema.complaints, schema.complaint_details)
        ).all()
        events = connection.execute(select(schema.events).order_by(schema.events.c.seq)).all()
    by_id: dict[int, list[Any]] = {}
    for event in events:
        if event.at <= instant:
            by_id.setdefault(event.complaint_id, []).append(event)
    return [
        Life(row, sorted(by_id[row.id], key=lambda event: event.at))
        for row in rows
        if row.requested_at <= instant
    ]


def scope_of(store: Store, wanted: ComplaintFilter) -> Scope:
    return read_scope(store, wanted)
