"""The value of a group of complaints and its 95% bounds, from counts that carry its `code`."""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from queries.counts import open_statuses
from queries.measures import MIN_RANKED

_Z = 1.959963984540054


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
    mean = sums["one"] / sums["n"]
    variance = (sums["two"] - sums["n"] * mean**2).clip(lower=0) / (sums["n"] - 1).clip(lower=1)
    half = _Z * np.sqrt(variance / sums["n"])
    return pd.DataFrame(
        {
            "value": mean,
            "low": (mean - half).clip(lower=1),
            "high": (mean + half).clip(upper=5),
            "n": sums["n"],
        }
    )


def wilson_interval(successes: np.ndarray, trials: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95% bounds of a share, by Wilson's score (1927); NaN without trials."""
    n = np.where(trials > 0, trials, np.nan).astype(float)
    share = successes / n
    centre = share + _Z**2 / (2 * n)
    spread = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return (centre - spread) / (1 + _Z**2 / n), (centre + spread) / (1 + _Z**2 / n)


def poisson_interval(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """95% exact bounds of a count (Garwood 1936)."""
    counts = np.asarray(counts, dtype=float)
    low = np.where(counts > 0, chi2.ppf(0.025, 2 * np.maximum(counts, 1)) / 2, 0.0)
    return low, chi2.ppf(0.975, 2 * counts + 2) / 2
