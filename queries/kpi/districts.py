"""Districts side by side: those one level down, and one among its peers."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.reference import District, Reference
from data.store import Store
from queries.axes import SLA_MET, SLA_MISSED, SLA_NOT_DUE
from queries.columns import MISSING
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, select_cohort
from queries.kpi.model import Scope
from queries.kpi.ratings import current_ratings
from queries.kpi.response import DAY, curves_of
from queries.kpi.shares import shares_of, stars_of
from queries.measured import Measured

Array = NDArray[Any]


@dataclass(frozen=True)
class DistrictRow:
    code: str
    name: str
    received: int
    open: int
    response_median: Measured
    response_within_24_hours: Measured
    on_time: Measured
    mean_stars: Measured


@dataclass(frozen=True)
class Down:
    """Where one is in the tree, and what lies below."""

    path: tuple[District, ...]  # from the top to the district chosen; empty for the whole city
    level: str | None  # of the rows; None below the lowest, where there are only complaints
    rows: tuple[DistrictRow, ...]
    outside: int  # complaints in no district of that level


@dataclass(frozen=True)
class Peer:
    code: str
    name: str
    parent: str
    median: Measured


@dataclass(frozen=True)
class Peers:
    """All districts of one level, fastest first; `chosen` is the code of one of them, or None."""

    level: str
    chosen: str | None
    rows: tuple[Peer, ...]


def chosen_district(reference: Reference, complaint_filter: ComplaintFilter) -> District | None:
    """The one district that is filtered by; None for none, and for several."""
    if len(complaint_filter.districts) != 1:
        return None
    return reference.district_by_code.get(complaint_filter.districts[0])


def path_to(reference: Reference, district: District | None) -> tuple[District, ...]:
    path: list[District] = []
    while district is not None:
        path.insert(0, district)
        district = reference.districts.get(district.parent_id or 0)
    return tuple(path)


def districts_below(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Down:
    """The districts one level below the chosen one, in order of their names."""
    reference = store.reference()
    chosen = chosen_district(reference, complaint_filter)
    path = path_to(reference, chosen)
    level = 0 if chosen is None else chosen.level + 1
    if level > reference.leaf_level:
        return Down(path, None, (), 0)
    cohort = select_cohort(store, complaint_filter, scope.now)
    shown = [d for d in reference.at_level(level) if chosen is None or d.parent_id == chosen.id]
    group = groups_of(reference, cohort["district_id"], shown, level)
    rows = _rows(store, cohort, group, shown)
    return Down(
        path,
        reference.city.levels[level].id,
        tuple(sorted(rows, key=lambda row: row.name)),
        int((group < 0).sum()),
    )


def district_peers(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Peers:
    """Median response of all districts of the chosen one's level, the top one where none is."""
    reference = store.reference()
    chosen = chosen_district(reference, complaint_filter)
    level = 0 if chosen is None else chosen.level
    shown = reference.at_level(level)
    cohort = select_cohort(store, complaint_filter.replace(districts=()), scope.now)
    group = groups_of(reference, cohort["district_id"], shown, level)
    medians = curves_of(cohort, group, len(shown)).quantiles(0.5)
    rows = [
        Peer(d.code, d.name, _parent_name(reference, d), median)
        for d, median in zip(shown, medians, strict=True)
    ]
    return Peers(
        reference.city.levels[level].id,
        chosen.code if chosen else None,
        tuple(sorted(rows, key=_by_median)),
    )


def _by_median(peer: Peer) -> tuple[bool, float, str]:
    value = peer.median.value
    return value is None, value or 0.0, peer.name


def _parent_name(reference: Reference, district: District) -> str:
    parent = reference.districts.get(district.parent_id or 0)
    return parent.name if parent else ""


def groups_of(
    reference: Reference, leaves: Array, shown: list[District], level: int
) -> NDArray[np.int64]:
    """The position in `shown` of the district each leaf lies in, -1 for none."""
    place = {district.id: index for index, district in enumerate(shown)}
    table = np.full(max(reference.districts, default=0) + 2, -1, np.int64)
    for leaf in reference.at_level(reference.leaf_level):
        table[leaf.id] = place.get(reference.ancestor(leaf.id, level) or 0, -1)
    return table[leaves]  # MISSING looks up the last entry


def _rows(store: Store, cohort: Cohort, group: Array, shown: list[District]) -> list[DistrictRow]:
    number = len(shown)

    def count(mask: Array) -> Array:
        return np.bincount(group[mask & (group >= 0)], minlength=number)

    curves = curves_of(cohort, group, number)
    promise = resolution_promises(cohort)
    due, kept = count(np.isin(promise, (SLA_MET, SLA_MISSED))), count(promise == SLA_MET)
    stars = current_ratings(store).last_of(cohort)[0]
    rated = (stars != MISSING) & (group >= 0)
    n, sums, squares = (
        np.bincount(group[rated], stars[rated].astype(float) ** power, minlength=number)
        for power in (0, 1, 2)
    )
    columns = zip(
        shown,
        count(np.ones(len(group), bool)),
        count(cohort.is_open),
        curves.quantiles(0.5),
        curves.done_within(DAY),
        shares_of(kept, due),
        [stars_of(int(a), b, c) for a, b, c in zip(n, sums, squares, strict=True)],
        strict=True,
    )
    return [
        DistrictRow(d.code, d.name, int(received), int(waiting), *values)
        for d, received, waiting, *values in columns
    ]


def resolution_promises(cohort: Cohort) -> Array:
    """SLA_… of each complaint, as everywhere else."""
    due, done = cohort["resolution_due_at"], cohort["resolved_at"]
    owes = (due != MISSING) & (cohort.rejected_at() == MISSING)
    state = np.where((done != MISSING) & (done <= due), SLA_MET, SLA_MISSED)
    state = np.where(due > cohort.instant, SLA_NOT_DUE, state)
    return np.where(owes, state, 0)
