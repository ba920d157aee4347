"""The value of a group of complaints and its 95% bounds, from counts that carry its `code`."""

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import chi2

from queries.counts import open_statuses
from queries.measures import MIN_RANKED
from queries.survival import Z95

MOST_STARS = 5


def with_states(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` with whole numbers in `n`, and what each value rests on in `state`."""
    n = frame["n"].fillna(0).astype("int64")
    state = np.select(
        [n == 0, n < MIN_RANKED, frame["value"].isna()], ["none", "too_few", "not_reached"], "ok"
    )
    return frame.assign(n=n, state=state)


def clock_of(measure: str) -> str:
    """The clock whose summary holds a measure such as median_response or on_time_share."""
    return "resolution" if measure == "on_time_share" else measure.split("_")[1]


def from_summary(summary: pd.DataFrame, measure: str) -> pd.DataFrame:
    """value, low, high and n of such a measure, from a `duration_summary` of its clock."""
    if measure == "on_time_share":
        low, high = wilson_interval(summary["on_time"].to_numpy(), summary["due"].to_numpy())
        return pd.DataFrame(
            {"value": summary["on_time_share"], "low": low, "high": high, "n": summary["due"]}
        )
    part = measure.split("_")[0]
    return summary[[f"{part}_seconds", f"{part}_low", f"{part}_high", "n"]].set_axis(
        ["value", "low", "high", "n"], axis=1
    )


def backlog(counts: pd.DataFrame) -> pd.DataFrame:
    """How many are open, from counts by status."""
    still_open = counts["n"].where(counts["status"].isin(open_statuses()), 0)
    by_code = counts.assign(value=still_open).groupby("code")[["value", "n"]].sum()
    return by_code.astype({"value": float}).assign(low=np.nan, high=np.nan)


def repeat_share(counts: pd.DataFrame) -> pd.DataFrame:
    """The share that repeats an earlier complaint, from counts by is_repeat."""
    repeats = counts["n"].where(counts["is_repeat"] == 1, 0)
    by_code = counts.assign(repeats=repeats).groupby("code")[["repeats", "n"]].sum()
    found, n = by_code["repeats"].to_numpy(dtype=float), by_code["n"].to_numpy()
    low, high = wilson_interval(found, n)
    return by_code[["n"]].assign(value=found / n, low=low, high=high)


def satisfaction(counts: pd.DataFrame) -> pd.DataFrame:
    """The mean of the stars of those that were rated, from counts by rating."""
    counts = counts.dropna(subset=["rating"])
    stars, n = counts["rating"].astype(float), counts["n"]
    sums = (
        pd.DataFrame({"code": counts["code"], "n": n, "one": stars * n, "two": stars**2 * n})
        .groupby("code")
        .sum()
    )
    value, low, high = mean_stars(*(sums[name].to_numpy() for name in ("n", "one", "two")))
    return sums[["n"]].assign(value=value, low=low, high=high)


def mean_stars(n: Any, total: Any, squares: Any) -> tuple[Any, Any, Any]:
    """The mean of n ratings with this sum and sum of squares, and its 95% bounds; NaN without any.

    Normal bounds of the mean that a vote of 1 and one of MOST_STARS more would give, as Agresti &
    Coull (1998) do for a share: ratings that are all alike, or a single one, are not beyond doubt.
    """
    rated = np.where(np.asarray(n) > 0, n, np.nan)
    many, one = rated + 2, total + 1.0 + MOST_STARS
    middle = one / many
    variance = (squares + 1.0 + MOST_STARS**2 - one * middle) / (many - 1)
    half = Z95 * np.sqrt(variance / many)
    return (
        total / rated,
        np.maximum(middle - half, 1.0),
        np.minimum(middle + half, float(MOST_STARS)),
    )


def wilson_interval(successes: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95% bounds of a share, by Wilson's score (1927); NaN without trials."""
    n = np.where(trials > 0, trials, np.nan).astype(float)
    share = successes / n
    centre = share + Z95**2 / (2 * n)
    spread = Z95 * np.sqrt(share * (1 - share) / n + Z95**2 / (4 * n**2))
    low, high = (centre - spread) / (1 + Z95**2 / n), (centre + spread) / (1 + Z95**2 / n)
    # At either end the formula is exact on paper alone.
    return np.where(successes == 0, low * 0, low), np.where(successes == n, 1.0, high)


def poisson_interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95% exact bounds of a count (Garwood 1936)."""
    counts = np.asarray(counts, dtype=float)
    low = np.where(counts > 0, chi2.ppf(0.025, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return low, chi2.ppf(0.975, 2 * counts + 2) / 2
