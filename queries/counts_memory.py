"""Counting in memory: the present, as arrays."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.vocabulary import Outcome, Status
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
from queries.columns import MISSING, Facts
from queries.selection import Selection

_DENSE = 1 << 22  # count into an array up to this many cells; sort beyond
Array = NDArray[Any]


def count_in_memory(
    facts: Facts, axes: Sequence[str], selection: Selection, instant: datetime
) -> pd.DataFrame:
    """`count_by` over present facts, without a text."""
    rows = chosen_rows(facts, selection, instant)
    chosen = facts.columns
    if rows is not None:
        chosen = _Rows(facts.columns, rows)
    total = len(facts) if rows is None else len(rows)
    return _counted({name: _axis(name, chosen, instant) for name in axes}, total)


class _Rows(dict[str, Array]):
    """Columns of some rows, each taken when it is asked for."""

    def __init__(self, columns: dict[str, Array], rows: Array) -> None:
        super().__init__()
        self._columns, self._rows = columns, rows

    def __missing__(self, name: str) -> Array:
        self[name] = self._columns[name][self._rows]
        return self[name]


def chosen_rows(facts: Facts, selection: Selection, instant: datetime) -> Array | None:
    """Positions of the selected complaints; None for all of them."""
    columns = facts.columns
    mask: Array | None = None

    def narrow(condition: Array) -> None:
        nonlocal mask
        mask = condition if mask is None else mask & condition

    if selection.first_day is not None:
        narrow(columns["day"] >= selection.first_day)
    if selection.end_day is not None:
        narrow(columns["day"] < selection.end_day)
    for name, ids in selection.allowed.items():
        narrow(_among(columns[name], ids))
    if selection.overdue:
        narrow(_overdue(columns, instant))
    return None if mask is None else np.flatnonzero(mask)


def _among(values: Array, ids: tuple[int, ...]) -> Array:
    top = max(int(values.max(initial=0)), *ids, 0)
    table = np.zeros(top + 2, dtype=bool)  # MISSING, which is -1, looks up the last entry
    table[list(ids)] = True
    return table[values]


def _overdue(columns: dict[str, Array], instant: datetime) -> Array:
    due = columns["resolution_due_at"]
    return (
        (columns["status"] < int(Status.RESOLVED)) & (due != MISSING) & (due < instant.timestamp())
    )


def _open_minutes(columns: dict[str, Array], clock: str) -> Array:
    """The minute received, for complaints whose clock still runs."""
    running = columns[f"{clock}_outcome"] == int(Outcome.OPEN)
    return np.where(running, columns["minute"], MISSING)


def _axis(name: str, columns: dict[str, Array], instant: datetime) -> Array:
    if name in PLAIN:
        return columns[name]
    if name == "overdue":
        return _overdue(columns, instant).astype(np.int8)
    if name == "place":
        without = np.where(columns["x"] != MISSING, PLACE_OUTSIDE, PLACE_UNKNOWN)
        return np.where(columns["district_id"] != MISSING, PLACE_DISTRICT, without)
    clock, part = split_axis(name)
    if part == "open_minute":
        return _open_minutes(columns, clock)
    return _sla(columns, clock, instant) if part == "sla" else columns[name]


def _sla(columns: dict[str, Array], clock: str, instant: datetime) -> Array:
    due = columns[f"{clock}_due_at"]
    done = columns["responded_at" if clock == "response" else "resolved_at"]
    owes = (due != MISSING) & (columns[f"{clock}_outcome"] != int(Outcome.REJECTED))
    kept = (done != MISSING) & (done <= due)
    state = np.where(kept, SLA_MET, SLA_MISSED)
    state = np.where(due > instant.timestamp(), SLA_NOT_DUE, state)
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
