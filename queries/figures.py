"""The four figures beside the map, and the series and bars under them."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from data.instants import date_of, day_of
from data.store import Store
from queries.axes import (
    PLACE_OUTSIDE,
    PLACE_UNKNOWN,
    SLA_MET,
    SLA_MISSED,
    SLA_NOT_DUE,
)
from queries.counts import count_by, open_statuses
from queries.filters import ComplaintFilter
from queries.measures import duration_summary
from queries.views import local_today

_LONGEST_SERIES = 20 * 366  # days


@dataclass(frozen=True)
class Figures:
    """Durations in seconds, NaN: not reached. Shares from 0 to 1, NaN where there is nothing."""

    received: int
    different: int  # those that repeat no earlier complaint
    outside: int  # have coordinates, but no district holds them
    unlocated: int  # have neither coordinates nor district
    median_response_seconds: float
    p90_response_seconds: float
    response_n: int
    responded: int
    on_time_share: float
    on_time: int
    due: int
    not_due: int
    open_now: int
    open_share: float
    overdue_now: int
    overdue_share: float  # of those open


def figures(store: Store, complaint_filter: ComplaintFilter) -> Figures:
    """What a cohort comes to, at a glance."""
    counts = count_by(
        store, ["status", "overdue", "resolution_sla", "place", "is_repeat"], complaint_filter
    )
    response = duration_summary(store, complaint_filter, measure="response").iloc[0]

    def total(column: str, *values: int) -> int:
        return int(counts.loc[counts[column].isin(values), "n"].sum())

    received = int(counts["n"].sum())
    open_now, overdue = total("status", *open_statuses()), total("overdue", 1)
    due, on_time = total("resolution_sla", SLA_MET, SLA_MISSED), total("resolution_sla", SLA_MET)
    return Figures(
        received=received,
        different=total("is_repeat", 0),
        outside=total("place", PLACE_OUTSIDE),
        unlocated=total("place", PLACE_UNKNOWN),
        median_response_seconds=float(response["median_seconds"]),
        p90_response_seconds=float(response["p90_seconds"]),
        response_n=int(response["n"]),
        responded=int(response["events"]),
        on_time_share=_share(on_time, due),
        on_time=on_time,
        due=due,
        not_due=total("resolution_sla", SLA_NOT_DUE),
        open_now=open_now,
        open_share=_share(open_now, received),
        overdue_now=overdue,
        overdue_share=_share(overdue, open_now),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def daily_series(store: Store, complaint_filter: ComplaintFilter) -> pd.DataFrame:
    """Complaints received each local day of the period: `day` (date) and `n`, none left out."""
    counts = count_by(store, ["day"], complaint_filter)
    start, end = complaint_filter.dates(local_today(store))
    if counts.empty and (start is None or end is None):
        return pd.DataFrame({"day": pd.Series(dtype=object), "n": pd.Series(dtype="int64")})
    first = day_of(start) if start else int(counts["day"].min())
    last = day_of(end) if end else int(counts["day"].max()) + 1
    if last - first > _LONGEST_SERIES:  # dates centuries apart: only where there is something
        if counts.empty:
            first = last
        else:
            first = max(first, int(counts["day"].min()))
            last = min(last, int(counts["day"].max()) + 1)
    n = np.zeros(max(last - first, 0), dtype=np.int64)
    n[counts["day"].to_numpy(dtype=int) - first] = counts["n"]
    days: list[date] = [date_of(first + offset) for offset in range(len(n))]
    return pd.DataFrame({"day": days, "n": n})


def service_bars(
    store: Store, complaint_filter: ComplaintFilter, language: str | None = None
) -> pd.DataFrame:
    """Complaints per service, most first: `code`, `name`, `n`; services without any left out."""
    reference = store.reference()
    language = language or reference.city.languages[0]
    counts = count_by(store, ["service_id"], complaint_filter)
    services = [reference.services[int(key)] for key in counts["service_id"]]
    frame = pd.DataFrame(
        {
            "code": [service.service_code for service in services],
            "name": [reference.language_text(service.names, language) for service in services],
            "n": counts["n"].to_numpy(),
        }
    )
    return frame.sort_values(["n", "code"], ascending=[False, True], ignore_index=True)
