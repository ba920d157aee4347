"""Officer performance: late cases of a unit against what its case mix predicts.

A unit answers for the time it had a case itself: its clock begins when it got it, and a case handed
over before its deadline owes nothing. Expected is what would be late if each service were as late
here as in the whole city over the same period. Observed over expected has exact Poisson limits.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.durations import from_bins
from data.reference import Unit
from data.store import Store
from data.vocabulary import Outcome
from queries.columns import MISSING
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, cohort_of, select_everyone
from queries.kpi.comparing import indicators
from queries.kpi.model import NOTHING, Kpi, Measured, Scope, Window, measured
from queries.kpi.shares import share_of
from queries.kpi.spell_columns import Spells, select_spells
from queries.kpi.trend import trend_parts
from queries.measures import MIN_RANKED
from queries.values import poisson_interval

_UNITS = {"units_as_predicted": ("share", "higher", "units_as_predicted")}
Array = NDArray[Any]


@dataclass(frozen=True)
class UnitResult:
    """One unit. `late` is observed over expected; `place` is 'better' (fewer late than its case
    mix predicts), 'as_expected', 'worse', or 'too_few'."""

    unit: Unit
    due: int
    observed: int
    expected: float
    late: Measured
    place: str


@dataclass(frozen=True)
class Standing:
    """Of each unit: cases due, late ones, and those its case mix predicts."""

    due: Array
    observed: Array
    expected: Array

    @property
    def places(self) -> Array:
        """-1 better, 0 as expected, 1 worse; 2 for too few cases."""
        low, high = poisson_interval(self.observed)
        place = np.where(high < self.expected, -1, np.where(low > self.expected, 1, 0))
        return np.where(self.due < MIN_RANKED, 2, place)


def officers_kpi(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Kpi:
    """The share of units that do no worse than predicted, and how many lie on either side."""
    reader = _Reader(store, complaint_filter)

    def measure(window: Window) -> dict[str, Measured]:
        return {"units_as_predicted": _not_worse(reader.standing(window).places)}

    parts = trend_parts(store, scope.now, by_month=True)
    whole = Window(*parts.window, scope.now.seen_at)
    points = [_not_worse(one.places) for one in reader.standings(whole, parts.of, len(parts))]
    standing = reader.standing(scope.now)
    places = standing.places
    return Kpi(
        "officers",
        indicators(store, scope, _UNITS, measure),
        parts.points(points),
        parts.step,
        maturity={
            "better": int((places == -1).sum()),
            "as_expected": int((places == 0).sum()),
            "worse": int((places == 1).sum()),
            "too_few": int(((places == 2) & (standing.due > 0)).sum()),
            "due": int(standing.due.sum()),
            "late": int(standing.observed.sum()),
            "not_due": reader.not_due(scope.now),
        },
    )


def unit_results(
    store: Store, complaint_filter: ComplaintFilter, scope: Scope
) -> tuple[UnitResult, ...]:
    """Every unit with cases due, those furthest above what is predicted first."""
    standing = _Reader(store, complaint_filter).standing(scope.now)
    low, high = poisson_interval(standing.observed)
    names = {1: "worse", 0: "as_expected", -1: "better", 2: "too_few"}
    found = []
    for unit in store.reference().units.values():
        due, expected = int(standing.due[unit.id]), float(standing.expected[unit.id])
        if not due:
            continue
        observed = int(standing.observed[unit.id])
        scale = 1 / expected if expected > 0 else np.nan
        late = measured(observed * scale, low[unit.id] * scale, high[unit.id] * scale, due)
        found.append(
            UnitResult(unit, due, observed, expected, late, names[standing.places[unit.id]])
        )
    return tuple(sorted(found, key=_by_distance))


def _by_distance(one: UnitResult) -> tuple[int, float, str]:
    order = {"worse": 0, "better": 1, "as_expected": 2, "too_few": 3}[one.place]
    ratio = one.late.value if one.late.value is not None else 1.0
    return order, -ratio if one.place == "worse" else ratio, one.unit.code


def _not_worse(places: Array) -> Measured:
    ranked = places[places != 2]
    return share_of(int((ranked != 1).sum()), len(ranked)) if len(ranked) else NOTHING


class _Reader:
    """The spells of the complaints of a filter, and those of the whole city beside them."""

    def __init__(self, store: Store, complaint_filter: ComplaintFilter) -> None:
        reference = store.reference()
        self._units = max(reference.units, default=0) + 1
        self._services = max(reference.services, default=0) + 1
        codes = complaint_filter.units
        self._only = [reference.unit_by_code[code].id for code in codes]
        self._spells = select_spells(store, complaint_filter)
        # A unit has the cases it was accountable for itself, wherever they are now.
        self._mine = select_everyone(store, complaint_filter.replace(units=()))
        self._city = select_everyone(store, _whole_city(complaint_filter))

    def standing(self, window: Window) -> Standing:
        return self.standings(window, lambda days: np.zeros(len(days), np.int64), 1)[0]

    def standings(self, window: Window, part_of: Any, number: int) -> list[Standing]:
        """One for each part of the window; `part_of` has the part of each day, or -1."""
        mine = self._tally(cohort_of(self._mine, window), part_of, number)
        is_same = self._city is self._mine
        city = mine if is_same else self._tally(cohort_of(self._city, window), part_of, number)
        due_by_service, late_by_service = (table.sum(axis=1) for table in city)
        rate = late_by_service / np.maximum(due_by_service, 1)
        due, late = mine
        if self._only:
            others = np.ones(self._units, bool)
            others[self._only] = False
            due, late = due.copy(), late.copy()
            due[:, others], late[:, others] = 0, 0
        expected = (due * rate[:, None, :]).sum(axis=2)
        return [
            Standing(*one) for one in zip(due.sum(axis=2), late.sum(axis=2), expected, strict=True)
        ]

    def not_due(self, window: Window) -> int:
        """Spells whose deadline is still to come."""
        cohort = cohort_of(self._mine, window)
        spells, _ = _spells_of(self._spells, cohort)
        due = self._spells["resolution_due_at"][spells]
        running = self._spells["resolution_outcome"][spells] == int(Outcome.OPEN)
        if self._only:
            running &= np.isin(self._spells["unit_id"][spells], self._only)
        return int((running & (due != MISSING) & (due > cohort.instant)).sum())

    def _tally(self, cohort: Cohort, part_of: Any, number: int) -> tuple[Array, Array]:
        """Cases due, and late, by part, unit and service."""
        spells, of = _spells_of(self._spells, cohort)
        owed, late = _promises(self._spells, spells, cohort.instant)
        part = part_of(cohort["day"])[of]
        counted = owed & (part >= 0)
        unit = self._spells["unit_id"][spells].astype(np.int64)
        key = (part * self._units + unit) * self._services + cohort["service_id"][of]
        shape = (number, self._units, self._services)
        size = number * self._units * self._services
        return tuple(  # type: ignore[return-value]
            np.bincount(key[which], minlength=size).reshape(shape)
            for which in (counted, counted & late)
        )


def _whole_city(complaint_filter: ComplaintFilter) -> ComplaintFilter:
    """The same services and channels, wherever they were and whoever has them."""
    return complaint_filter.replace(
        districts=(), units=(), near=(), far=(), inside=(), outside=(), areas=()
    )


def _spells_of(spells: Spells, cohort: Cohort) -> tuple[Array, Array]:
    """Positions of the cohort's spells, and of each the position of its complaint."""
    ids = cohort["id"]
    wanted = spells["complaint_id"]
    if not len(ids):
        none = np.empty(0, np.int64)
        return none, none
    place = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    there = np.flatnonzero(ids[place] == wanted)
    return there, place[there]


def _promises(spells: Spells, chosen: Array, instant: int) -> tuple[Array, Array]:
    """Of each spell, whether its deadline has passed while it owed something; and not kept."""
    due, done = spells["resolution_due_at"][chosen], spells["resolved_at"][chosen]
    ended = spells["ended_at"][chosen]
    outcome = spells["resolution_outcome"][chosen]
    waited = np.rint(from_bins(np.maximum(spells["resolution_bin"][chosen], 0)))
    rejected_at = spells["started_at"][chosen] + waited.astype(np.int64)
    freed = (outcome == int(Outcome.REJECTED)) & (rejected_at <= instant)
    freed |= (outcome == int(Outcome.HANDED_OVER)) & (ended != MISSING) & (ended <= due)
    owed = (due != MISSING) & (due <= instant) & ~freed
    return owed, owed & ~((done != MISSING) & (done <= due))
