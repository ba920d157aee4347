"""Satisfaction: what reporters say of the solution, and how many of those asked say anything."""

from typing import Any

import numpy as np

from data.store import Store
from queries.columns import MISSING
from queries.filters import ComplaintFilter
from queries.kpi.cohort import Cohort, cohort_of, select_everyone
from queries.kpi.comparing import indicators
from queries.kpi.model import Kpi, Scope, Window
from queries.kpi.ratings import SOLVED, Ratings, current_ratings
from queries.kpi.shares import share_of, stars_of
from queries.kpi.trend import trend_parts
from queries.measured import Measured

SATISFIED = 4  # stars, and more
_UNITS = {
    "mean_stars": ("stars", "higher", "mean_stars"),
    "satisfied": ("share", "higher", "satisfied"),
    "rated": ("share", "higher", None),
    "solved": ("share", "higher", "solved"),
    "said_whether_solved": ("share", "higher", None),
}


def satisfaction_kpi(store: Store, complaint_filter: ComplaintFilter, scope: Scope) -> Kpi:
    """Mean stars, share with 4 or 5, share solved, and the answer rates of both questions."""
    everyone, ratings = select_everyone(store, complaint_filter), current_ratings(store)
    parts = trend_parts(store, scope.now)
    whole = cohort_of(everyone, Window(*parts.window, scope.now.seen_at))
    stars, part = ratings.last_of(whole)[0], parts.of(whole["day"])
    points = parts.points(
        [_mean(stars[(part == place) & (stars != MISSING)]) for place in range(len(parts))]
    )

    def measure(window: Window) -> dict[str, Measured]:
        return satisfaction_values(cohort_of(everyone, window), ratings)

    found = indicators(store, scope, _UNITS, measure)
    now = cohort_of(everyone, scope.now)
    return Kpi(
        "satisfaction",
        found,
        points,
        parts.step,
        maturity={"received": len(now), "open": int(now.is_open.sum())},
    )


def satisfaction_values(cohort: Cohort, ratings: Ratings) -> dict[str, Measured]:
    """Asked is whoever's complaint is closed, or was when they rated it."""
    stars, solved = ratings.last_of(cohort)
    rated, told = stars != MISSING, solved != MISSING
    asked = int((~cohort.is_open | rated).sum())
    n, answers = int(rated.sum()), int(told.sum())
    return {
        "mean_stars": _mean(stars[rated]),
        "satisfied": share_of(int((stars >= SATISFIED).sum()), n),
        "rated": share_of(n, asked),
        "solved": share_of(int((solved == SOLVED).sum()), answers),
        "said_whether_solved": share_of(answers, asked),
    }


def _mean(stars: np.ndarray[Any, Any]) -> Measured:
    return stars_of(len(stars), float(stars.sum()), float((stars**2).sum()))
