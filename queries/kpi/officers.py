"""Officer performance: cases a unit kept on time against what its case mix predicts.

The same funnel as in the monthly evaluation, with its overdispersion within; over all filters the
factor is that of the whole city, so that a part of it never contradicts the whole.
"""

from dataclasses import dataclass

import numpy as np

from data.reference import Unit
from data.store import Store
from queries.evaluation.measured import ratio_of, with_states
from queries.filters import ComplaintFilter
from queries.kpi.comparing import indicators
from queries.kpi.model import Kpi, Scope, Window
from queries.kpi.shares import share_of
from queries.kpi.trend import trend_parts
from queries.kpi.unit_cases import Judged, UnitCases
from queries.measured import NOTHING, Measured

_UNITS = {"units_as_predicted": ("share", "higher", "units_as_predicted")}


@dataclass(frozen=True)
class UnitResult:
    """One unit: cases due, those kept on time, and those its case mix predicts.

    `ratio` is kept ÷ predicted, as in an evaluation. `low998` and `high998` are where the city
    ends, `z` how far off the unit lies: None for one that is not judged. `differs` is 'better',
    'worse', 'as_expected', 'no_other' (hardly another has such cases), or None with too few.
    """

    unit: Unit
    due: int
    observed: int
    expected: float
    ratio: Measured
    low998: float | None
    high998: float | None
    z: float | None
    differs: str | None


def officers_kpi(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Kpi:
    """The share of units that do no worse than predicted, and how many lie on either side."""
    cases = UnitCases(store, complaint_filter)

    def measure(window: Window) -> dict[str, Measured]:
        return {"units_as_predicted": _not_worse(cases.judge(window))}

    parts = trend_parts(store, scope.now, by_month=True)
    whole = Window(*parts.window, scope.now.seen_at)
    points = [_not_worse(one) for one in cases.judge_parts(whole, parts.of, len(parts))]
    now = cases.judge(scope.now)
    sides = now.sides
    return Kpi(
        "officers",
        indicators(store, scope, _UNITS, measure),
        parts.points(points),
        parts.step,
        maturity={
            "better": int((sides == 1).sum()),
            "as_expected": int((sides == 0).sum()),
            "worse": int((sides == -1).sum()),
            "too_few": now.too_few,
            "no_other": int((now.is_alone & (now.due > 0)).sum()),
            "due": int(now.due.sum()),
            "late": int(now.due.sum() - now.standing.observed.sum()),
            "not_due": cases.not_due(scope.now),
            "phi": round(now.standing.phi, 6),
        },
    )


def unit_results(
    store: Store, complaint_filter: ComplaintFilter, scope: Scope
) -> tuple[UnitResult, ...]:
    """Every unit with cases due, the worst first."""
    cases = UnitCases(store, complaint_filter)
    now = cases.judge(scope.now)
    standing = now.standing
    places = np.flatnonzero(now.due > 0)
    ratios = with_states(
        now.due[places],
        *ratio_of(standing.observed[places].astype(float), standing.expected[places]),
        enough=cases.method.min_cases,
        unknown="nothing_expected",
    )
    units = store.reference().units
    found = [
        _result(units[place], now, ratio)
        for place, ratio in zip(places.tolist(), ratios, strict=True)
    ]
    return tuple(sorted(found, key=_by_distance))


def _result(unit: Unit, now: Judged, ratio: Measured) -> UnitResult:
    standing, place = now.standing, unit.id
    due, observed = int(now.due[place]), int(standing.observed[place])
    expected = round(float(standing.expected[place]), 6)
    if not standing.is_there[place]:
        differs = "no_other" if now.is_alone[place] else None
        return UnitResult(unit, due, observed, expected, ratio, None, None, None, differs)
    point = standing.point(place, unit.code)
    return UnitResult(
        unit, due, observed, expected, ratio, point.low998, point.high998, point.z, point.differs
    )


def _by_distance(one: UnitResult) -> tuple[int, float, str]:
    order = {"worse": 0, "better": 1, "as_expected": 2, "no_other": 3, None: 4}[one.differs]
    z = one.z or 0.0
    return order, -z if one.differs == "better" else z, one.unit.code


def _not_worse(judged: Judged) -> Measured:
    sides = judged.sides
    return share_of(int((sides != -1).sum()), len(sides)) if len(sides) else NOTHING
