"""Who passes a complaint on to whom, and when."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.cases import Cases
from data.demo.skills import Skills
from data.reference import Reference

_BASE = 0.074
_AGAIN = 0.2  # of those, handed on once more
_ANSWERED_FIRST = 0.4
_LATE = 0.25


@dataclass(frozen=True)
class Handovers:
    """Arrays by complaint. Instants are epoch seconds, NaN for never; unit 0 is none."""

    at: NDArray[np.float64]
    on_at: NDArray[np.float64]
    first_unit: NDArray[np.int64]
    to_unit: NDArray[np.int64]
    on_to_unit: NDArray[np.int64]
    last_unit: NDArray[np.int64]
    answered_first: NDArray[np.bool_]
    needs_assignment: NDArray[np.bool_]  # routing found no unit: somebody has to name one


def plan_handovers(
    cases: Cases,
    reference: Reference,
    skills: Skills,
    response: NDArray[np.float64],
    work: NDArray[np.float64],
    rng: np.random.Generator,
) -> Handovers:
    """About 8% are handed over; a few units do it far more often, and late.

    `response` and `work` are the usual seconds for each case.
    """
    n = len(cases.at)
    units = np.asarray(list(reference.units), dtype=int)
    agencies = np.asarray([u.id for u in reference.units.values() if u.kind == "agency"], dtype=int)
    elsewhere = agencies if len(agencies) > 1 else units
    needs = cases.unit_id == 0
    first = np.where(needs, _partner(cases, elsewhere, 3), cases.unit_id)
    office = np.zeros(max(reference.districts, default=0) + 1, dtype=int)
    for district_id, unit_id in reference.unit_of_district.items():
        office[district_id] = unit_id
    local = office[cases.district_id]
    # An agency gives it to another agency or back to the neighbourhood; an office to an agency.
    to = np.where(rng.random(n) < 0.4, local, _partner(cases, elsewhere, 7))
    to = np.where((to == 0) | (to == first), _partner(cases, elsewhere, 11), to)
    chance = _BASE * skills.passes[first]
    happens = (rng.random(n) < chance) & (to != first) & ~skills.show[first]
    delay = rng.exponential(0.6 * response + 900)
    # Kept too long, then passed on: the next unit begins late without being to blame.
    late = rng.random(n) < np.where(skills.passes[first] > 1, 0.8, _LATE)
    delay = np.where(late, work * rng.uniform(0.5, 1.6, n), delay)
    at = np.where(happens, cases.at + delay + 60, np.nan)
    on_to = np.where(rng.random(n) < 0.5, first, _partner(cases, elsewhere, 13))
    onward = happens & (rng.random(n) < _AGAIN) & (on_to != to)
    on_at = np.where(onward, at + rng.exponential(response + 1800) + 60, np.nan)
    return Handovers(
        at=at,
        on_at=on_at,
        first_unit=first,
        to_unit=to,
        on_to_unit=on_to,
        last_unit=np.where(onward, on_to, np.where(happens, to, first)),
        answered_first=rng.random(n) < _ANSWERED_FIRST,
        needs_assignment=needs & (first > 0),
    )


def _partner(cases: Cases, units: NDArray[np.int64], salt: int) -> NDArray[np.int64]:
    """A unit that a service is commonly passed to: mostly the same one for the same service."""
    if len(units) == 0:
        return np.zeros(len(cases.at), dtype=int)
    stray = (cases.ticket // salt) % 10 < 3
    usual = (cases.service_id * salt) % len(units)
    return units[np.where(stray, (cases.ticket // (salt * 31)) % len(units), usual)]
