"""Complaints that came to the tiny city at planted instants, and were stored when a test says."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count

from data.bulk import History, record_histories
from data.complaints import NewComplaint
from data.store import Store

_numbers = count()


def plant(store: Store, channel_code: str, reported: Iterable[datetime], *, lag: int = 0) -> None:
    """One complaint for each instant, stored `lag` seconds after its citizen reported it."""
    histories = [
        History(
            NewComplaint(
                service_code="garbage",
                channel_code=channel_code,
                requested_at=at.astimezone(UTC),
                latitude=-6.2,
                longitude=106.82,
                source="planted",
                external_id=str(next(_numbers)),
            ),
            [],
        )
        for at in sorted(reported)
    ]
    result = record_histories(store, histories, delay_seconds=lambda _new: lag)
    assert result.created == len(histories), result.refused[:3]
