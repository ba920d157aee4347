"""Complaints strewn over the tiny city, with personal data that must never come out of it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from sqlalchemy import select

from data import schema
from data.bulk import Happening, History, record_histories
from data.complaints import NewComplaint
from data.database import read
from data.store import Store
from data.vocabulary import EventKind

SECRET = "RAHASIA"  # begins every field that is personal data or free text
NOON = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
_SERVICES = ("garbage", "flood", "damaged-road", "noise")
_CHANNELS = ("app", "email", "counter")


def scatter(store: Store, count: int, *, seed: int = 1, around: float = 0.03) -> None:
    """Store `count` complaints of the 20 days before NOON; one in ten has no coordinates."""
    dice = np.random.default_rng(seed)
    histories = []
    for number in range(count):
        at = NOON - timedelta(seconds=int(dice.integers(3600, 20 * 86_400)))
        has_place = dice.random() > 0.1
        histories.append(
            History(
                NewComplaint(
                    service_code=_SERVICES[dice.integers(4)],
                    channel_code=_CHANNELS[dice.integers(3)],
                    requested_at=at,
                    latitude=-6.2 + dice.uniform(-around, around) if has_place else None,
                    longitude=106.82 + dice.uniform(-around, around) if has_place else None,
                    district_code=None if has_place else ("10.1", "20.2")[number % 2],
                    attributes={"size": [f"{SECRET}-attribute"]},
                    media_urls=(f"https://example.org/{SECRET}.jpg",),
                    **{
                        name: f"{SECRET}-{name}-{number}"
                        for name in (
                            "description",
                            "address_string",
                            "address_id",
                            "zipcode",
                            "first_name",
                            "last_name",
                            "email",
                            "phone",
                            "device_id",
                            "account_id",
                        )
                    },
                ),
                _life(dice, at),
            )
        )
    result = record_histories(store, sorted(histories, key=lambda h: h.new.requested_at or NOON))
    assert result.created == count, result.refused[:3]


def _life(dice: np.random.Generator, at: datetime) -> list[Happening]:
    note = f"{SECRET}-note"
    first = at + timedelta(minutes=int(dice.integers(5, 3_000)))
    last = first + timedelta(minutes=int(dice.integers(5, 9_000)))
    kinds = (EventKind.RESOLVED, EventKind.REJECTED, EventKind.RESOLVED)
    life = [
        Happening(EventKind.ACKNOWLEDGED, first, note=note),
        Happening(kinds[dice.integers(3)], last, note=note),
        Happening(EventKind.RATED, last + timedelta(hours=1), data={"stars": 4, "c": SECRET}),
    ]
    return [happening for happening in life[: dice.integers(4)] if happening.at < NOON]


def all_complaints(store: Store) -> pd.DataFrame:
    """The raw rows, for counting naively."""
    with read(store.engine) as connection:
        return pd.read_sql(select(schema.complaints), connection)
