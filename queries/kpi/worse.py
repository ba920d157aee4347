"""Where it got worse: the share answered within 24 hours, against the period before.

A difference is named only where its 95% interval excludes zero; the others are counted. Of so many
comparisons one in twenty would exclude it by chance alone: those named are sorted by effect.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.reference import Reference
from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, select_cohort
from queries.kpi.districts import chosen_district, groups_of
from queries.kpi.model import Change, Scope, Window, change_between
from queries.kpi.response import DAY, curves_of
from queries.measured import Measured
from queries.measures import MIN_RANKED


@dataclass(frozen=True)
class Shift:
    """A district or a service, and how its share changed."""

    code: str
    name: str
    now: Measured
    change: Change


@dataclass(frozen=True)
class Shifts:
    """Of one kind. `worse` begins with the largest fall; the rest are counted."""

    kind: str  # 'service', or the id of a level
    worse: tuple[Shift, ...]
    better: tuple[Shift, ...]
    unsure: int  # their interval includes zero
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
    return Worse(basis, districts, _by_service(reference, now, was, language))


def _by_service(reference: Reference, now: Cohort, was: Cohort, language: str) -> Shifts:
    services = list(reference.services.values())
    place = np.full(max(reference.services, default=0) + 2, -1, np.int64)
    for index, service in enumerate(services):
        place[service.id] = index
    names = [(s.service_code, reference.language_text(s.names, language)) for s in services]
    return _shifts("service", names, [(one, place[one["service_id"]]) for one in (now, was)])


def _shifts(
    kind: str, names: list[tuple[str, str]], cohorts: list[tuple[Cohort, NDArray[Any]]]
) -> Shifts:
    """Of two cohorts, now and then, each with the place in `names` of every complaint."""
    present, earlier = (
        curves_of(cohort, group, len(names)).done_within(DAY) for cohort, group in cohorts
    )
    found, unsure, too_few = [], 0, 0
    for (code, name), one, other in zip(names, present, earlier, strict=True):
        if not one.n and not other.n:
            continue
        change = change_between(one, other)
        if min(one.n, other.n) < MIN_RANKED or change.change is None:
            too_few += 1
        elif change.is_sure:
            found.append(Shift(code, name, one, change))
        else:
            unsure += 1
    by_effect = sorted(found, key=lambda shift: (shift.change.change or 0.0, shift.code))
    return Shifts(
        kind,
        tuple(shift for shift in by_effect if (shift.change.change or 0) < 0),
        tuple(shift for shift in reversed(by_effect) if (shift.change.change or 0) > 0),
        unsure,
        too_few,
    )
