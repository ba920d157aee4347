"""By service: how long people wait for an answer, and how often a promise is kept."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.reference import Reference
from data.store import Store
from queries.axes import SLA_MET, SLA_MISSED, SLA_NOT_DUE
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, select_cohort
from queries.kpi.districts import resolution_promises
from queries.kpi.model import Scope
from queries.kpi.response import curves_of
from queries.kpi.shares import share_of, shares_of
from queries.measured import Measured

CITY = "all"
_HOUR, _DAY = 3600, 86_400
# Where the curves are read; between, they are steps.
TIMES = tuple(
    sorted(
        {int(t) for t in np.rint(np.geomspace(900, 30 * _DAY, 61))}
        | {_HOUR, 4 * _HOUR, 12 * _HOUR, _DAY, 3 * _DAY, 7 * _DAY, 14 * _DAY, 30 * _DAY}
    )
)


@dataclass(frozen=True)
class ServiceCurve:
    """The share still without an answer after each of TIMES, with 95% bounds; NaN is None."""

    code: str
    name: str
    n: int
    median: Measured
    waiting: tuple[float | None, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]


@dataclass(frozen=True)
class ServicePromise:
    code: str
    name: str
    hours: float | None  # allowed for a resolution
    on_time: Measured
    kept: int
    not_due: int


@dataclass(frozen=True)
class Promises:
    target: float | None
    all: Measured
    rows: tuple[ServicePromise, ...]  # least often kept first, those with too few due last


def survival_by_service(
    store: Store, complaint_filter: ComplaintFilter, scope: Scope, language: str
) -> tuple[ServiceCurve, ...]:
    """All services together first, then each, most complaints first."""
    reference = store.reference()
    cohort = select_cohort(store, complaint_filter, scope.now)
    names, groups = service_groups(reference, cohort, language)
    everyone = np.zeros(len(cohort), np.int64)
    curves = [_curves(cohort, everyone, [(CITY, "")])[0]]
    found = _curves(cohort, groups, names)
    return (*curves, *sorted((c for c in found if c.n), key=lambda c: (-c.n, c.code)))


def _curves(
    cohort: Cohort, groups: NDArray[Any], names: list[tuple[str, str]]
) -> list[ServiceCurve]:
    curves = curves_of(cohort, groups, len(names))
    medians = curves.quantiles(0.5)
    times = np.asarray(TIMES)
    found = []
    for place, (code, name) in enumerate(names):
        of = np.full(len(times), place)
        read = [_known(curve) for curve in curves.waiting_after(times, of)]
        found.append(ServiceCurve(code, name, int(curves.n[place]), medians[place], *read))
    return found


def promises_by_service(
    store: Store, complaint_filter: ComplaintFilter, scope: Scope, language: str
) -> Promises:
    """Of the complaints whose deadline has passed, the share resolved by it."""
    reference = store.reference()
    cohort = select_cohort(store, complaint_filter, scope.now)
    names, groups = service_groups(reference, cohort, language)
    promise = resolution_promises(cohort)

    def count(*states: int) -> NDArray[np.int64]:
        return np.bincount(groups[np.isin(promise, states)], minlength=len(names))

    due, kept, not_due = count(SLA_MET, SLA_MISSED), count(SLA_MET), count(SLA_NOT_DUE)
    rows = [
        ServicePromise(
            code,
            name,
            reference.service_by_code[code].resolution_hours,
            share,
            int(kept[place]),
            int(not_due[place]),
        )
        for place, ((code, name), share) in enumerate(zip(names, shares_of(kept, due), strict=True))
        if due[place] or not_due[place]
    ]
    return Promises(
        reference.city.targets.get("on_time"),
        share_of(int(kept.sum()), int(due.sum())),
        tuple(sorted(rows, key=_by_share)),
    )


def _by_share(row: ServicePromise) -> tuple[bool, float, str]:
    value = row.on_time.value
    return row.on_time.state != "ok", 2.0 if value is None else value, row.code


def service_groups(
    reference: Reference, cohort: Cohort, language: str
) -> tuple[list[tuple[str, str]], NDArray[np.int64]]:
    """Code and name of each service, and the place of each complaint's among them."""
    services = list(reference.services.values())
    place = np.full(max(reference.services, default=0) + 2, -1, np.int64)
    for index, service in enumerate(services):
        place[service.id] = index
    names = [(s.service_code, reference.language_text(s.names, language)) for s in services]
    return names, place[cohort["service_id"]]


def _known(curve: NDArray[Any]) -> tuple[float | None, ...]:
    return tuple(None if np.isnan(value) else float(value) for value in curve)
