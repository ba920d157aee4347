"""Response and resolution times, promises kept, backlog and satisfaction, per group."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from data.reference import Reference
from data.store import Store
from queries.axes import SLA_MET, SLA_MISSED, SLA_NOT_DUE
from queries.cache import Cache
from queries.counts import count_by
from queries.durations import count_outcomes, put_exact_quantiles, read_quantiles, tally
from queries.exact import clock_rows
from queries.filters import ComplaintFilter
from queries.layers.feature_axis import axes_stamp, feature_groups
from queries.views import seen_at, stamp_of

_CACHED = 64
MIN_RANKED = 20  # fewer complaints than that are shown, not ranked
GROUPINGS = ("district", "service", "unit", "channel")
_LAYER = "layer:"
CLOCKS = ("response", "resolution")

SUMMARY_COLUMNS = (
    "name",
    "n",
    "events",
    "censored",
    "rejected",
    "median_seconds",
    "p90_seconds",
    "median_low",
    "median_high",
    "p90_low",
    "p90_high",
    "due",
    "on_time",
    "not_due",
    "on_time_share",
)


@dataclass(frozen=True)
class Grouping:
    """How complaints fall into groups: an axis to count by, and the code and name of a value."""

    axis: str | None
    facts: str
    key_of: Callable[[Any], tuple[str, str] | None]
    is_exact: bool = False  # many small groups, of which bins would hardly decide any


def duration_summary(
    store: Store,
    complaint_filter: ComplaintFilter,
    *,
    by: str | None = None,
    measure: str = "response",
    level: str | None = None,
    language: str | None = None,
) -> pd.DataFrame:
    """How long a cohort took, one row per group, indexed by the group's code.

    Columns are SUMMARY_COLUMNS; durations in seconds, NaN where the survival curve never gets
    there; _low and _high bound the median and the 90th percentile with 95%; on_time_share is NaN
    where nothing is due. `by=None` gives one row. By unit, each hand-over starts a clock anew.
    By `layer:<code>`, groups are features by number, as on the axis `feature:<code>`.
    Raises ValueError for an unknown grouping, measure or level. The frame is shared between
    callers: do not change it.
    """
    if measure not in CLOCKS:
        raise ValueError(f"measure {measure!r} is not one of {', '.join(CLOCKS)}")
    if by is not None and by.startswith(_LAYER):
        axis = f"feature:{by.removeprefix(_LAYER)}"
        grouping = Grouping(axis, "complaints", feature_groups(store, axis), is_exact=True)
    else:
        grouping = grouping_by(store.reference(), by, level, language)
    axes = () if grouping.axis is None else (grouping.axis,)
    key = (
        *(by, measure, level, language, complaint_filter, seen_at(complaint_filter)),
        *(stamp_of(store, complaint_filter), axes_stamp(store, axes), store.latest_seq()),
    )
    cache: Cache = store.kept("summaries", lambda: Cache(_CACHED))
    return cache.get(key, lambda: _summary(store, complaint_filter, grouping, measure))


def _summary(
    store: Store, complaint_filter: ComplaintFilter, grouping: Grouping, measure: str
) -> pd.DataFrame:
    axes = [] if grouping.axis is None else [grouping.axis]
    parts = ("outcome",) if grouping.is_exact else ("outcome", "bin", "open_minute")
    clock = count_by(
        store,
        [*axes, *(f"{measure}_{part}" for part in parts)],
        complaint_filter,
        facts=grouping.facts,
    )
    promises = count_by(store, [*axes, f"{measure}_sla"], complaint_filter, facts=grouping.facts)
    groups = _groups(grouping, clock)
    rows_of, number = groups.row_of(clock), len(groups.keys)
    if grouping.is_exact:
        summary = count_outcomes(clock, rows_of, number, measure=measure)
        unsure = np.ones(number, bool)
    else:
        instant = seen_at(complaint_filter)
        clocks = tally(clock, rows_of, number, measure=measure, seen_at=instant)
        summary, unsure = read_quantiles(clocks)
    if unsure.any():
        decided = {int(v): row for v, row in groups.rows.items() if unsure[row]} or {0: 0}
        rows = clock_rows(
            store,
            complaint_filter,
            measure=measure,
            facts=grouping.facts,
            axis=grouping.axis,
            values=list(decided),
        )
        put_exact_quantiles(summary, rows, _looked_up(rows["value"].to_numpy(), decided))
    summary.insert(0, "name", groups.names)
    for name, column in _kept(promises, groups.row_of(promises), len(groups.keys), measure):
        summary[name] = column
    due = summary["due"].to_numpy()
    summary["on_time_share"] = np.where(due > 0, summary["on_time"] / np.maximum(due, 1), np.nan)
    summary.index = pd.Index(groups.keys, name="key")
    return summary[list(SUMMARY_COLUMNS)].sort_index()


def _looked_up(values: np.ndarray[Any, Any], rows: dict[int, int]) -> np.ndarray[Any, Any]:
    """The row of each value, -1 for those that have none."""
    table = np.full(max(*rows, values.max(initial=0), 0) + 2, -1)
    table[list(rows)] = list(rows.values())
    return table[np.maximum(values, -1)]  # MISSING looks up the last entry


def grouping_by(
    reference: Reference, by: str | None, level: str | None, language: str | None
) -> Grouping:
    """Raises ValueError naming what there is."""
    language = language or reference.city.languages[0]
    if by is None:
        return Grouping(None, "complaints", lambda _: ("all", reference.city.name))
    if by == "district":
        index = reference.leaf_level if level is None else reference.level_index(level)

        def district(leaf: Any) -> tuple[str, str] | None:
            found = reference.districts.get(reference.ancestor(leaf, index) or 0)
            return None if found is None else (found.code, found.name)

        return Grouping("district_id", "complaints", district)
    if by == "service":
        return Grouping(
            "service_id",
            "complaints",
            lambda key: (
                reference.services[key].service_code,
                reference.language_text(reference.services[key].names, language),
            ),
        )
    if by == "unit":
        units = reference.units
        return Grouping("unit_id", "spells", lambda key: (units[key].code, units[key].name))
    if by == "channel":
        channels = reference.channels
        return Grouping(
            "channel_id", "complaints", lambda key: (channels[key].code, channels[key].name)
        )
    raise ValueError(f"cannot group by {by!r}; use {', '.join(GROUPINGS)}")


@dataclass(frozen=True)
class _Groups:
    axis: str | None
    keys: list[str]
    names: list[str]
    rows: dict[Any, int]  # the row of each value of the axis

    def row_of(self, frame: pd.DataFrame) -> np.ndarray[Any, Any]:
        """The group's row for each line of counts; -1 for those in no group."""
        if self.axis is None:
            return np.zeros(len(frame), dtype=int)
        return frame[self.axis].map(self.rows).fillna(-1).to_numpy(dtype=int)


def _groups(grouping: Grouping, clock: pd.DataFrame) -> _Groups:
    if grouping.axis is None:
        key, name = grouping.key_of(None) or ("", "")
        return _Groups(None, [key], [name], {})
    places: dict[str, int] = {}
    names: list[str] = []
    rows: dict[Any, int] = {}
    for value in clock[grouping.axis].dropna().unique():
        found = grouping.key_of(int(value))
        if found is None:
            continue
        if found[0] not in places:
            places[found[0]] = len(names)
            names.append(found[1])
        rows[value] = places[found[0]]
    return _Groups(grouping.axis, list(places), names, rows)


def _kept(
    promises: pd.DataFrame, rows: np.ndarray[Any, Any], groups: int, measure: str
) -> list[tuple[str, np.ndarray[Any, Any]]]:
    state = promises[f"{measure}_sla"].to_numpy(dtype=int)
    n = promises["n"].to_numpy()

    def total(*states: int) -> np.ndarray[Any, Any]:
        chosen = np.isin(state, states) & (rows >= 0)
        return np.bincount(rows[chosen], weights=n[chosen], minlength=groups).astype(np.int64)

    return [
        ("due", total(SLA_MET, SLA_MISSED)),
        ("on_time", total(SLA_MET)),
        ("not_due", total(SLA_NOT_DUE)),
    ]
