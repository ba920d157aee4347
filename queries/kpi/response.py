"""Response time: received until the first act of an accountable unit."""

import numpy as np

from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.clocks import GroupedCurves, grouped_curves
from queries.kpi.cohort import Cohort, cohort_of, select_everyone
from queries.kpi.comparing import indicators
from queries.kpi.model import Kpi, Scope, Window
from queries.kpi.trend import trend_parts
from queries.measured import Measured

DAY = 86_400
_UNITS = {
    "response_median": ("seconds", "lower", "response_median_hours"),
    "response_p90": ("seconds", "lower", "response_p90_hours"),
    "response_within_24_hours": ("share", "higher", "response_within_24_hours"),
    "response_within_7_days": ("share", "higher", "response_within_7_days"),
}


def response_kpi(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Kpi:
    """Median, 90th percentile, and the shares answered within 24 hours and 7 days."""
    everyone = select_everyone(store, complaint_filter)

    def measure(window: Window) -> dict[str, Measured]:
        return response_values(cohort_of(everyone, window))

    parts = trend_parts(store, scope.now)
    whole = cohort_of(everyone, Window(*parts.window, scope.now.seen_at))
    waiting = cohort_of(everyone, scope.now)
    return Kpi(
        "response",
        indicators(store, scope, _UNITS, measure),
        parts.points(curves_of(whole, parts.of(whole["day"]), len(parts)).quantiles(0.5)),
        parts.step,
        maturity={
            "received": len(waiting),
            "without_response": int((~waiting.clock("response")[1]).sum()),
            "open": int(waiting.is_open.sum()),
        },
    )


def response_values(cohort: Cohort) -> dict[str, Measured]:
    curves = curves_of(cohort, np.zeros(len(cohort), np.int64), 1)
    return {
        "response_median": curves.quantiles(0.5)[0],
        "response_p90": curves.quantiles(0.1)[0],
        "response_within_24_hours": curves.done_within(DAY)[0],
        "response_within_7_days": curves.done_within(7 * DAY)[0],
    }


def curves_of(cohort: Cohort, groups: np.ndarray, number: int) -> GroupedCurves:
    """Survival of the response clock in each group."""
    return grouped_curves(groups, number, *cohort.clock("response"))
