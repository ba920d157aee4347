"""Counting in memory: the present, as arrays."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.vocabulary import Outcome
from queries.axes import (
    PLACE_DISTRICT,
    PLACE_OUTSIDE,
    PLACE_UNKNOWN,
    PLAIN,
    SLA_MET,
    SLA_MISSED,
    SLA_NONE,
    SLA_NOT_DUE,
    split_axis,
)
from queries.columns import MISSING
from queries.layers.feature_axis import is_feature_axis
from queries.present import Present, overdue

_DENSE = 1 << 22  # count into an array up to this many cells; sort beyond
Array = NDArray[Any]


def count_in_memory(present: Present, axes: Sequence[str]) -> pd.DataFrame:
    """`count_by` over the complaints selected."""
    return _counted({name: _axis(name, present) for name in axes}, len(present))


def _open_minutes(columns: Present, clock: str) -> Array:
    """The minute received, for complaints whose clock still runs."""
    running = columns[f"{clock}_outcome"] == int(Outcome.OPEN)
    return np.where(running, columns["minute"], MISSING)


def _axis(name: str, columns: Present) -> Array:
    if name in PLAIN or is_feature_axis(name):
        return columns[name]
    if name == "overdue":
        return overdue(columns, columns.seen_at).astype(np.int8)
    if name == "place":
        without = np.where(columns["x"] != MISSING, PLACE_OUTSIDE, PLACE_UNKNOWN)
        return np.where(columns["district_id"] != MISSING, PLACE_DISTRICT, without)
    clock, part = split_axis(name)
    if part == "open_minute":
        return _open_minutes(columns, clock)
    return _sla(columns, clock) if part == "sla" else columns[name]


def _sla(columns: Present, clock: str) -> Array:
    due = columns[f"{clock}_due_at"]
    done = columns["responded_at" if clock == "response" else "resolved_at"]
    owes = (due != MISSING) & (columns[f"{clock}_outcome"] != int(Outcome.REJECTED))
    kept = (done != MISSING) & (done <= due)
    state = np.where(kept, SLA_MET, SLA_MISSED)
    state = np.where(due > columns.seen_at.timestamp(), SLA_NOT_DUE, state)
    return np.where(owes, state, SLA_NONE)


def _counted(axes: dict[str, Array], rows: int) -> pd.DataFrame:
    """Count the combinations that occur; nullable integer columns and `n`."""
    if not axes:
        return pd.DataFrame({"n": np.asarray([rows], np.int64)})
    offsets, widths = {}, {}
    for name, values in axes.items():
        low = int(values.min(initial=MISSING))
        offsets[name], widths[name] = low, int(values.max(initial=MISSING)) - low + 1
    key = np.zeros(rows, np.int64)
    for name, values in axes.items():
        key = key * widths[name] + (values.astype(np.int64) - offsets[name])
    cells = int(np.prod(list(widths.values()), dtype=float))
    if cells <= _DENSE:
        counts = np.bincount(key, minlength=0)
        keys = np.flatnonzero(counts)
        counts = counts[keys]
    else:
        keys, counts = np.unique(key, return_counts=True)
    found: dict[str, Any] = {}
    for name in reversed(axes):
        keys, value = np.divmod(keys, widths[name])
        value = value + offsets[name]
        found[name] = pd.arrays.IntegerArray(value, value == MISSING)
    frame = {name: found[name] for name in axes}
    return pd.DataFrame(frame | {"n": counts.astype(np.int64)})
