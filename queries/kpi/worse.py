"""Where it got worse: the share answered within 24 hours, against the period before.

Of so many comparisons one in twenty has an interval without zero by chance alone. So it is of all
those named, not of all compared, that one in twenty may be chance (Benjamini & Hochberg, Journal of
the Royal Statistical Society B 57, 1995); the others are counted.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, select_cohort
from queries.kpi.districts import chosen_district, groups_of
from queries.kpi.model import Change, Scope, Window, change_between
from queries.kpi.response import DAY, curves_of
from queries.kpi.services import service_groups
from queries.measured import Measured
from queries.measures import MIN_RANKED
from queries.survival import Z95

_BY_CHANCE = 0.05  # of those that are named


@dataclass(frozen=True)
class Shift:
    """A district or a service, and how its share changed."""

    code: str
    name: str
    now: Measured
    change: Change


@dataclass(frozen=True)
class Shifts:
    """Of one kind. `worse` begins with the surest large fall, by the bound of its interval that is
    nearest to zero; the rest are counted."""

    kind: str  # 'service', or the id of a level
    worse: tuple[Shift, ...]
    better: tuple[Shift, ...]
    compared: int  # with enough in both periods
    unsure: int  # of these, neither worse nor better: it may be chance
    too_few: int


@dataclass(frozen=True)
class Worse:
    basis: Window | None  # what it is compared with; None where there is nothing
    districts: Shifts | None
    services: Shifts | None


def where_worse(
    store: Store, complaint_filter: ComplaintFilter, scope: Scope, language: str
) -> Worse:
    """Districts two levels below the chosen one, or the lowest there are; and services."""
    basis = scope.before or scope.year
    if basis is None:
        return Worse(None, None, None)
    now = select_cohort(store, complaint_filter, scope.now)
    was = select_cohort(store, complaint_filter, basis)
    reference = store.reference()
    chosen = chosen_district(reference, complaint_filter)
    level = min((0 if chosen is None else chosen.level + 1) + 1, reference.leaf_level)
    if chosen is not None and chosen.level == reference.leaf_level:
        level = chosen.level
    shown = reference.at_level(level)
    districts = _shifts(
        reference.city.levels[level].id,
        [(d.code, d.name) for d in shown],
        [(one, groups_of(reference, one["district_id"], shown, level)) for one in (now, was)],
    )
    names, present = service_groups(reference, now, language)
    _, earlier = service_groups(reference, was, language)
    return Worse(basis, districts, _shifts("service", names, [(now, present), (was, earlier)]))


def _shifts(
    kind: str, names: list[tuple[str, str]], cohorts: list[tuple[Cohort, NDArray[Any]]]
) -> Shifts:
    """Of two cohorts, now and then, each with the place in `names` of every complaint."""
    present, earlier = (
        curves_of(cohort, group, len(names)).done_within(DAY) for cohort, group in cohorts
    )
    compared, too_few = [], 0
    for (code, name), one, other in zip(names, present, earlier, strict=True):
        if not one.n and not other.n:
            continue
        change = change_between(one, other)
        if min(one.n, other.n) < MIN_RANKED or change.change is None:
            too_few += 1
        else:
            compared.append(Shift(code, name, one, change))
    named = beyond_chance([one.change for one in compared])
    found = [one for one, is_named in zip(compared, named, strict=True) if is_named]
    worse = [one for one in found if (one.change.change or 0.0) < 0]
    better = [one for one in found if (one.change.change or 0.0) > 0]
    return Shifts(
        kind,
        tuple(sorted(worse, key=lambda one: (one.change.high or 0.0, one.code))),
        tuple(sorted(better, key=lambda one: (-(one.change.low or 0.0), one.code))),
        len(compared),
        len(compared) - len(found),
        too_few,
    )


def beyond_chance(changes: list[Change]) -> NDArray[np.bool_]:
    """Which of them are, so that of those _BY_CHANCE is expected to be none; Benjamini & Hochberg.

    How unlikely a change is follows from how far the bound of its interval towards zero lies.
    """
    p = np.array([_likelihood(change) for change in changes])
    order = np.sort(p)
    allowed = _BY_CHANCE * np.arange(1, len(p) + 1) / max(len(p), 1)
    return p <= max(order[order <= allowed], default=-1.0)


def _likelihood(change: Change) -> float:
    """Of a change so far from zero, either way, if there were none."""
    if change.change is None or change.low is None or change.high is None:
        return 1.0
    half = change.high - change.change if change.change < 0 else change.change - change.low
    return 2 * float(ndtr(-Z95 * abs(change.change) / half)) if half > 0 else 1.0
