"""One value per district of a level, with what it rests on: the numbers behind a choropleth."""

import numpy as np
import pandas as pd

from data.reference import Reference
from data.store import Store
from queries.counts import count_by
from queries.filters import ComplaintFilter
from queries.measures import duration_summary, grouping_by
from queries.values import (
    backlog,
    clock_of,
    from_summary,
    poisson_interval,
    repeat_share,
    satisfaction,
    with_states,
)

MEASURES = (
    "median_response",
    "p90_response",
    "median_resolution",
    "p90_resolution",
    "on_time_share",
    "per_10000",
    "open_backlog",
    "satisfaction",
    "repeat_share",
)


def district_values(
    store: Store, complaint_filter: ComplaintFilter, *, measure: str, level: str
) -> pd.DataFrame:
    """One row for every district of the level, in order of code.

    Columns: code, name, value, low, high (95%, NaN where it has none), n (what the value rests
    on) and state: 'ok', 'too_few' (n under MIN_RANKED), 'not_reached', or 'none' (n is 0).
    Durations in seconds, shares from 0 to 1, satisfaction in stars. Raises ValueError for an
    unknown measure or level.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure {measure!r} is not one of {', '.join(MEASURES)}")
    reference = store.reference()
    found = _found(store, complaint_filter, measure, level)
    districts = sorted(reference.at_level(reference.level_index(level)), key=lambda d: d.code)
    frame = pd.DataFrame(
        {"code": [d.code for d in districts], "name": [d.name for d in districts]}
    ).join(found, on="code")
    return with_states(frame)


def district_differences(
    store: Store,
    complaint_filter: ComplaintFilter,
    earlier: ComplaintFilter,
    *,
    measure: str,
    level: str,
) -> pd.DataFrame:
    """`district_values` of one cohort less those of an earlier one.

    `value` is the difference; `now` and `before` are what it is between, `n_before` the
    earlier n. A district is 'ok' only where it is so in both.
    """
    return difference_of(
        district_values(store, complaint_filter, measure=measure, level=level),
        district_values(store, earlier, measure=measure, level=level),
    )


def difference_of(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The same of values of like rows, whatever they are of."""
    frame = now[["code", "name", "n"]].copy()
    frame["now"], frame["before"], frame["n_before"] = now["value"], before["value"], before["n"]
    frame["value"] = now["value"] - before["value"]
    frame["low"] = frame["high"] = np.nan
    frame["state"] = now["state"].where(now["state"] != "ok", before["state"])
    return frame


def _found(
    store: Store, complaint_filter: ComplaintFilter, measure: str, level: str
) -> pd.DataFrame:
    """value, low, high and n by district code, for districts that have any."""
    if measure == "per_10000":
        return _per_resident(store, complaint_filter, level)
    if measure == "open_backlog":
        counts = count_by(store, ["district_id", "status"], complaint_filter)
        return backlog(_coded(store.reference(), counts, level))
    if measure == "satisfaction":
        counts = count_by(store, ["district_id", "rating"], complaint_filter)
        return satisfaction(_coded(store.reference(), counts, level))
    if measure == "repeat_share":
        counts = count_by(store, ["district_id", "is_repeat"], complaint_filter)
        return repeat_share(_coded(store.reference(), counts, level))
    clock = clock_of(measure)
    summary = duration_summary(store, complaint_filter, by="district", measure=clock, level=level)
    return from_summary(summary, measure)


def _coded(reference: Reference, counts: pd.DataFrame, level: str) -> pd.DataFrame:
    """Counts with the code of the district of `level`; those without a district left out."""
    grouping = grouping_by(reference, "district", level, None)
    codes = {
        leaf: found[0]
        for leaf in counts["district_id"].dropna().unique()
        if (found := grouping.key_of(int(leaf))) is not None
    }
    return counts.assign(code=counts["district_id"].map(codes)).dropna(subset=["code"])


def _per_resident(store: Store, complaint_filter: ComplaintFilter, level: str) -> pd.DataFrame:
    reference = store.reference()
    counts = _coded(reference, count_by(store, ["district_id"], complaint_filter), level)
    n = counts.groupby("code")["n"].sum()
    residents = n.index.map(
        lambda code: reference.district_by_code[code].population or np.nan
    ).to_numpy(dtype=float)
    low, high = poisson_interval(n.to_numpy())
    scale = 10_000 / residents
    return pd.DataFrame(
        {"value": n * scale, "low": low * scale, "high": high * scale, "n": n}, index=n.index
    )
