"""What kind of office each unit is: quick, slow, for show, one that passes the case on …"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.demo.streams import stream
from data.reference import Reference

_OFFICE_SPREAD, _AGENCY_SPREAD = 0.38, 0.25
_WORSE_SECONDS = 45 * 86_400
_WORSE_FACTOR = 2.6
# Shares of the district offices; at least one office of each kind in a city of ten or more.
_KINDS = {"fast": 0.10, "slow": 0.09, "show": 0.045, "passes": 0.05, "bulk": 0.02, "brink": 0.03}


@dataclass(frozen=True)
class Skills:
    """Arrays by unit id; id 0 stands for no unit."""

    slowness: NDArray[np.float64]  # multiplies waiting and working times
    show: NDArray[np.bool_]  # closes at once, whatever the case
    passes: NDArray[np.float64]  # multiplies the chance of a hand-over
    bulk: NDArray[np.bool_]  # closes many at once on Friday afternoons
    brink: NDArray[np.bool_]  # closes just before the deadline
    worse_from: NDArray[np.float64]  # epoch seconds; inf: never


def make_skills(reference: Reference, end: int, seed: int) -> Skills:
    """Kinds exclude each other, so that each can be found by what it does."""
    rng = stream(seed, "skills")
    units = list(reference.units.values())
    size = max((unit.id for unit in units), default=0) + 1
    offices = np.asarray([unit.id for unit in units if unit.kind == "district_office"], dtype=int)
    agency = np.ones(size, bool)
    agency[offices] = False
    slowness = np.exp(rng.normal(0, np.where(agency, _AGENCY_SPREAD, _OFFICE_SPREAD)))
    kinds = _deal(offices, size, rng)
    slowness[kinds["fast"]] = rng.uniform(0.15, 0.4, size)[kinds["fast"]]
    slowness[kinds["slow"]] = rng.uniform(2.4, 4.5, size)[kinds["slow"]]
    worse_from = np.full(size, np.inf)
    worse_from[_one_neighbourhood(reference, rng)] = end - _WORSE_SECONDS
    return Skills(
        slowness=slowness,
        show=kinds["show"],
        passes=np.where(kinds["passes"], 5.0, 1.0),
        bulk=kinds["bulk"],
        brink=kinds["brink"],
        worse_from=worse_from,
    )


def _deal(
    offices: NDArray[np.int64], size: int, rng: np.random.Generator
) -> dict[str, NDArray[np.bool_]]:
    shuffled, taken = rng.permutation(offices), 0
    kinds = {}
    for kind, share in _KINDS.items():
        count = round(len(offices) * share)
        count = max(1, count) if len(offices) >= 10 else count
        kinds[kind] = np.zeros(size, bool)
        kinds[kind][shuffled[taken : taken + count]] = True
        taken += count
    return kinds


def _one_neighbourhood(reference: Reference, rng: np.random.Generator) -> list[int]:
    """The offices below one district of the middle level: where things got worse of late."""
    parents = reference.at_level(max(reference.leaf_level - 1, 0))
    if not parents or reference.leaf_level == 0:
        return []
    # Not one of the smallest: a change nobody can see is no use in a demo.
    large = sorted(parents, key=lambda d: d.population or 0)[len(parents) // 2 :]
    chosen = large[int(rng.integers(len(large)))]
    below = reference.leaves_under(chosen.id)
    return [reference.unit_of_district[i] for i in below if i in reference.unit_of_district]


def slowness_at(
    skills: Skills, unit_id: NDArray[np.int64], at: NDArray[np.float64]
) -> NDArray[np.float64]:
    """How slow each unit is at each instant (epoch seconds)."""
    worse = np.where(at >= skills.worse_from[unit_id], _WORSE_FACTOR, 1.0)
    return np.asarray(skills.slowness[unit_id] * worse)
