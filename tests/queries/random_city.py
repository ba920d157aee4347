"""A city of random lives, told from a seed: the same on every database."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from data import schema
from data.bulk import Happening, History
from data.complaints import NewComplaint
from data.database import read
from data.store import Store
from data.vocabulary import EventKind

BEGIN = datetime(2026, 2, 20, tzinfo=UTC)
DAYS = 20
KINDS = (
    EventKind.ACKNOWLEDGED,
    EventKind.STARTED,
    EventKind.TRANSFERRED,
    EventKind.RESOLVED,
    EventKind.REOPENED,
    EventKind.RESOLVED,
    EventKind.RATED,
)


def make_histories(seed: int, number: int) -> list[History]:
    """Complaints over DAYS local days, with and without a place, some handed over or reopened;
    at one place many of them, so that some are repeats."""
    chance = random.Random(seed)
    histories = []
    for index in range(number):
        at = BEGIN + timedelta(seconds=chance.randrange(DAYS * 86400))
        where: dict[str, Any] = chance.choice(
            [
                {
                    "latitude": -6.2 + chance.uniform(-0.022, 0.022),
                    "longitude": 106.82 + chance.uniform(-0.022, 0.022),
                },
                {"district_code": chance.choice(["10.1", "10.2", "20.1", "20.2"])},
                {"address_string": "Jalan Melati"},
                {"latitude": -6.195, "longitude": 106.815},  # where many report the same
            ]
        )
        new = NewComplaint(
            service_code=chance.choice(["garbage", "flood", "damaged-road", "noise"]),
            channel_code=chance.choice(["app", "email", "counter"]),
            requested_at=at,
            description=chance.choice(["Sampah menumpuk", "100% banjir", "lubang_besar"]),
            source="old",
            external_id=str(index),
            **where,
        )
        happenings = []
        for kind in KINDS[: chance.randrange(len(KINDS) + 1)]:
            at += timedelta(seconds=chance.randrange(1, 3 * 86400))
            data = {"stars": chance.randrange(1, 6)} if kind is EventKind.RATED else None
            unit = chance.choice(["dbm", "dsda"]) if kind is EventKind.TRANSFERRED else None
            happenings.append(Happening(kind, at, unit_code=unit, data=data))
        if happenings and happenings[-1].kind is EventKind.RATED and chance.random() < 0.3:
            happenings.append(Happening(EventKind.REOPENED, at + timedelta(hours=1)))
        histories.append(History(new, happenings))
    return histories


HISTORIES = make_histories(seed=7, number=400)


def lives(store: Store) -> list[dict[str, Any]]:
    """The raw rows: complaints, and their events in order of time."""
    with read(store.engine) as connection:
        rows = connection.execute(select(schema.complaints)).all()
        events = connection.execute(select(schema.events).order_by(schema.events.c.seq)).all()
    by_id: dict[int, list[Any]] = {}
    for event in events:
        by_id.setdefault(event.complaint_id, []).append(event)
    return [
        {"row": row, "events": sorted(by_id[row.id], key=lambda event: event.at)} for row in rows
    ]
