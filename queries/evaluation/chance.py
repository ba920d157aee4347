"""Who does something more often than the services of its cases explain."""

import math
from collections import Counter, defaultdict

from scipy.special import pdtrc

from queries.evaluation.cases import Case

_TAIL = 0.001  # at either side of 99.8%


def beyond_chance(cases: list[Case], own: list[int], chosen: list[int]) -> set[int]:
    """The ids of units with more `chosen` cases than their services' share in the city explains.

    At 99.8%, by the exact Poisson tail. `own` are the places of all cases that could have been
    chosen.
    """
    of_service, of_unit = Counter[int](), Counter[int]()
    whole = Counter(cases[place].service_id for place in own)
    for place in chosen:
        of_service[cases[place].service_id] += 1
        of_unit[cases[place].unit_id] += 1
    mix: dict[int, Counter[int]] = defaultdict(Counter)
    for place in own:
        mix[cases[place].unit_id][cases[place].service_id] += 1
    found = set()
    for unit_id, number in of_unit.items():
        expected = math.fsum(
            n * of_service[service] / whole[service] for service, n in mix[unit_id].items()
        )
        if is_beyond_chance(number, expected):
            found.add(unit_id)
    return found


def is_beyond_chance(number: int, expected: float) -> bool:
    """Whether so many or more come by chance in fewer than one of a thousand (Poisson, exact)."""
    return bool(pdtrc(number - 1, expected) < _TAIL) if number else False
