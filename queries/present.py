"""The complaints a filter selects, now or as of a past instant, as arrays in memory."""

from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store import Store
from data.vocabulary import Status
from queries.columns import MISSING, Facts, current_facts
from queries.filters import ComplaintFilter
from queries.layers.membership import place_mask
from queries.past import past_facts
from queries.selection import Selection, select_ids
from queries.views import local_today, seen_at

Array = NDArray[Any]


class Present(dict[str, Array]):
    """Fact columns, `id` and `requested_at` of the complaints selected, each cut when asked for.

    Integers, MISSING for none; instants in UTC seconds.
    """

    def __init__(self, facts: Facts, rows: Array | None, instant: datetime) -> None:
        super().__init__()
        self.facts, self.rows = facts, rows
        self.seen_at = instant

    def __len__(self) -> int:
        return len(self.facts) if self.rows is None else len(self.rows)

    def __missing__(self, name: str) -> Array:
        column = self.facts.ids if name == "id" else self.facts.columns[name]
        self[name] = column if self.rows is None else column[self.rows]
        return self[name]


def select_present(store: Store, complaint_filter: ComplaintFilter) -> Present | None:
    """None for a past instant or a text: those are for the database. Raises FilterError."""
    if complaint_filter.as_of is not None or complaint_filter.text:
        return None
    selection = select_ids(complaint_filter, store.reference(), local_today(store))
    facts, instant = current_facts(store), seen_at(complaint_filter)
    places = place_mask(store, complaint_filter, facts)
    return Present(facts, _chosen_rows(facts, selection, instant, places), instant)


def select_past(store: Store, complaint_filter: ComplaintFilter) -> Present | None:
    """As they stood `as_of`; None without one, and for a text. Raises FilterError."""
    if complaint_filter.as_of is None or complaint_filter.text:
        return None
    selection = select_ids(complaint_filter, store.reference(), local_today(store))
    facts, instant = past_facts(store, complaint_filter), seen_at(complaint_filter)
    places = None
    if complaint_filter.asks_for_places:  # where a complaint is never changes
        known = current_facts(store)
        mask = place_mask(store, complaint_filter, known)
        places = np.isin(facts.ids, known.ids[mask], assume_unique=True)
    return Present(facts, _chosen_rows(facts, selection, instant, places), instant)


def _chosen_rows(
    facts: Facts, selection: Selection, instant: datetime, places: Array | None
) -> Array | None:
    """Positions of the selected complaints; None for all of them."""
    columns = facts.columns
    mask = places

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
        narrow(overdue(columns, instant))
    return None if mask is None else np.flatnonzero(mask)


def _among(values: Array, ids: tuple[int, ...]) -> Array:
    top = max(int(values.max(initial=0)), *ids, 0)
    table = np.zeros(top + 2, dtype=bool)  # MISSING, which is -1, looks up the last entry
    table[list(ids)] = True
    return table[values]


def overdue(columns: dict[str, Array], instant: datetime) -> Array:
    due = columns["resolution_due_at"]
    return (
        (columns["status"] < int(Status.RESOLVED)) & (due != MISSING) & (due < instant.timestamp())
    )
