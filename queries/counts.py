"""The one measure: how many complaints, by small integers. All else is arithmetic on it."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from data.store import Store
from data.vocabulary import Status
from queries.axes import moves_with_time
from queries.cache import Cache
from queries.counts_memory import count_in_memory
from queries.counts_sql import count_in_database
from queries.filters import ComplaintFilter
from queries.layers.feature_axis import axes_stamp, with_features
from queries.present import select_present
from queries.views import seen_at, stamp_of

_CACHED = 256


def count_by(
    store: Store,
    axes: Sequence[str],
    complaint_filter: ComplaintFilter,
    *,
    facts: str = "complaints",
) -> pd.DataFrame:
    """Count complaints, or with `facts="spells"` the times a unit was accountable for one.

    Returns one row per combination that occurs: a nullable integer column for each axis, and `n`.
    Axes: service_id, status, channel_id, unit_id, district_id, x, y, day, rating, is_repeat (0/1),
    overdue (0/1), place (PLACE_…), and for each clock (response, resolution) its _outcome, _bin,
    _open_minute (minute of the start, for clocks still running) and _sla (SLA_…); and
    `feature:<layer>`, the number of a feature (see layers.feature_axis). Raises ValueError for
    another axis, FilterError for an unknown code or layer. The frame is shared between callers:
    do not change it.
    """
    moving = complaint_filter.overdue or any(moves_with_time(axis) for axis in axes)
    key = (
        tuple(axes),
        facts,
        complaint_filter,
        stamp_of(store, complaint_filter),
        axes_stamp(store, axes),
        store.latest_seq(),
        seen_at(complaint_filter) if moving else None,
    )
    cache: Cache = store.kept("counts", lambda: Cache(_CACHED))
    return cache.get(key, lambda: _count(store, axes, complaint_filter, facts))


def _count(
    store: Store, axes: Sequence[str], complaint_filter: ComplaintFilter, facts: str
) -> pd.DataFrame:
    present = select_present(store, complaint_filter) if facts == "complaints" else None
    if present is None:
        return count_in_database(store, axes, complaint_filter, facts)
    return count_in_memory(with_features(store, present, axes), axes)


def open_seconds(minutes: pd.Series, instant: datetime) -> pd.Series:
    """How long clocks that began in these minutes have run by `instant`, in seconds."""
    return (instant.timestamp() - (minutes.astype(float) * 60.0 + 30.0)).clip(lower=0.0)


def open_statuses() -> list[int]:
    return [int(status) for status in Status if status.is_open]
