"""One value per district of a level, with what it rests on: the numbers behind a choropleth."""

import numpy as np
import pandas as pd
from scipy.stats import chi2

from data.reference import Reference
from data.store import Store
from queries.counts import count_by, open_statuses
from queries.filters import ComplaintFilter
from queries.measures import MIN_RANKED, duration_summary, grouping_by

MEASURES = (
    "median_response",
    "p90_response",
    "median_resolution",
    "p90_resolution",
    "on_time_share",
    "per_10000",
    "open_backlog",
    "satisfaction",
    "repeat_share",
)
_Z = 1.959963984540054


def district_values(
    store: Store, complaint_filter: ComplaintFilter, *, measure: str, level: str
) -> pd.DataFrame:
    """One row for every district of the level, in order of code.

    Columns: code, name, value, low, high (95%, NaN where it has none), n (what the value rests
    on) and state: 'ok', 'too_few' (n under MIN_RANKED), 'not_reached', or 'none' (n is 0).
    Durations in seconds, shares from 0 to 1, satisfaction in stars. Raises ValueError for an
    unknown measure or level.
    """
    if measure not in MEASURES:
        raise ValueError(f"measure {measure!r} is not one of {', '.join(MEASURES)}")
    reference = store.reference()
    found = _found(store, complaint_filter, measure, level)
    districts = sorted(reference.at_level(reference.level_index(level)), key=lambda d: d.code)
    frame = pd.DataFrame(
        {"code": [d.code for d in districts], "name": [d.name for d in districts]}
    ).join(found, on="code")
    frame["n"] = frame["n"].fillna(0).astype("int64")
    frame["state"] = np.select(
        [frame["n"] == 0, frame["n"] < MIN_RANKED, frame["value"].isna()],
        ["none", "too_few", "not_reached"],
        "ok",
    )
    return frame


def district_differences(
    store: Store,
    complaint_filter: ComplaintFilter,
    earlier: ComplaintFilter,
    *,
    measure: str,
    level: str,
) -> pd.DataFrame:
    """`district_values` of one cohort less those of an earlier one.

    `value` is the difference; `now` and `before` are what it is between, `n_before` the
    earlier n. A district is 'ok' only where it is so in both.
    """
    now = district_values(store, complaint_filter, measure=measure, level=level)
    before = district_values(store, earlier, measure=measure, level=level)
    frame = now[["code", "name", "n"]].copy()
    frame["now"], frame["before"], frame["n_before"] = now["value"], before["value"], before["n"]
    frame["value"] = now["value"] - before["value"]
    frame["low"] = frame["high"] = np.nan
    frame["state"] = now["state"].where(now["state"] != "ok", before["state"])
    return frame


def _found(
    store: Store, complaint_filter: ComplaintFilter, measure: str, level: str
) -> pd.DataFrame:
    """value, low, high and n by district code, for districts that have any."""
    if measure == "per_10000":
        return _per_resident(store, complaint_filter, level)
    if measure == "open_backlog":
        return _backlog(store, complaint_filter, level)
    if measure == "satisfaction":
        return _satisfaction(store, complaint_filter, level)
    if measure == "repeat_share":
        return _repeats(store, complaint_filter, level)
    if measure == "on_time_share":
        summary = duration_summary(
            store, complaint_filter, by="district", measure="resolution", level=level
        )
        low, high = wilson_interval(summary["on_time"].to_numpy(), summary["due"].to_numpy())
        return pd.DataFrame(
            {"value": summary["on_time_share"], "low": low, "high": high, "n": summary["due"]}
        )
    part, clock = measure.split("_")
    summary = duration_summary(store, complaint_filter, by="district", measure=clock, level=level)
    return summary[[f"{part}_seconds", f"{part}_low", f"{part}_high", "n"]].set_axis(
        ["value", "low", "high", "n"], axis=1
    )


def _coded(reference: Reference, counts: pd.DataFrame, level: str) -> pd.DataFrame:
    """Counts with the code of the district of `level`; those without a district left out."""
    grouping = grouping_by(reference, "district", level, None)
    codes = {
        leaf: found[0]
        for leaf in counts["district_id"].dropna().unique()
        if (found := grouping.key_of(int(leaf))) is not None
    }
    return counts.assign(code=counts["district_id"].map(codes)).dropna(subset=["code"])


def _per_resident(store: Store, complaint_filter: ComplaintFilter, level: str) -> pd.DataFrame:
    reference = store.reference()
    counts = _coded(reference, count_by(store, ["district_id"], complaint_filter), level)
    n = counts.groupby("code")["n"].sum()
    residents = n.index.map(
        lambda code: reference.district_by_code[code].population or np.nan
    ).to_numpy(dtype=float)
    low, high = poisson_interval(n.to_numpy())
    scale = 10_000 / residents
    return pd.DataFrame(
        {"value": n * scale, "low": low * scale, "high": high * scale, "n": n}, index=n.index
    )


def _backlog(store: Store, complaint_filter: ComplaintFilter, level: str) -> pd.DataFrame:
    counts = count_by(store, ["district_id", "status"], complaint_filter)
    counts = _coded(store.reference(), counts, level)
    still_open = counts["n"].where(counts["status"].isin(open_statuses()), 0)
    by_code = counts.assign(value=still_open).groupby("code")[["value", "n"]].sum()
    return by_code.astype({"value": float}).assign(low=np.nan, high=np.nan)


def _repeats(store: Store, complaint_filter: ComplaintFilter, level: str) -> pd.DataFrame:
    counts = count_by(store, ["district_id", "is_repeat"], complaint_filter)
    counts = _coded(store.reference(), counts, level)
    repeats = counts["n"].where(counts["is_repeat"] == 1, 0)
    by_code = counts.assign(repeats=repeats).groupby("code")[["repeats", "n"]].sum()
    found, n = by_code["repeats"].to_numpy(dtype=float), by_code["n"].to_numpy()
    low, high = wilson_interval(found, n)
    return by_code[["n"]].assign(value=found / n, low=low, high=high)


def _satisfaction(store: Store, complaint_filter: ComplaintFilter, level: str) -> pd.DataFrame:
    counts = count_by(store, ["district_id", "rating"], complaint_filter)
    counts = _coded(store.reference(), counts.dropna(subset=["rating"]), level)
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
