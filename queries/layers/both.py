"""Two measures of each district at once, and how they go together."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from data.store import Store
from queries.classes import classify
from queries.districts import MEASURES, district_values
from queries.filters import ComplaintFilter, FilterError
from queries.layers.exposure import Exposure, district_exposure

STEPS = 3  # classes of each measure: nine colours are as many as one can tell
_FEWEST = 10  # pairs below which a correlation says nothing


@dataclass(frozen=True)
class Together:
    """Rank correlation (Spearman) with 95% bounds; NaN where fewer than 10 districts have both."""

    correlation: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Both:
    """`frame` has one row for each district of the level, in order of code.

    Columns: code, name, first, second, n_first, n_second (what they rest on, NaN for measures of a
    layer), state ('ok' where both are, else why not) and cell: 3 × class of the second + class of
    the first, classes 0 to 2 by tercile; -1 where the state is not 'ok'. Equal values are of one
    class: where they leave but two, these are 0 and 2, and where all are alike it is 1.
    """

    frame: pd.DataFrame
    first_breaks: tuple[float, ...]
    second_breaks: tuple[float, ...]
    together: Together


def two_measures(
    store: Store, complaint_filter: ComplaintFilter, first: str, second: str, *, level: str
) -> Both:
    """Each measure is one of `queries.districts.MEASURES` or the text of an Exposure.

    Raises FilterError for another, or for a layer that is not known.
    """
    left = _values(store, complaint_filter, first, level).set_index("code")
    right = _values(store, complaint_filter, second, level).set_index("code")
    frame = left[["name"]].copy()
    frame["first"], frame["n_first"] = left["value"], left["n"]
    frame["second"], frame["n_second"] = right["value"], right["n"]
    frame["state"] = left["state"].where(left["state"] != "ok", right["state"].reindex(left.index))
    frame["state"] = frame["state"].fillna("none")
    ok = frame["state"] == "ok"
    sides = [frame[side].to_numpy(float) for side in ("first", "second")]
    breaks = [limits(values[ok]) for values in sides]
    cells = [terciles(found, values) for found, values in zip(breaks, sides, strict=True)]
    frame["cell"] = np.where(ok, STEPS * cells[1] + cells[0], -1)
    return Both(
        frame.reset_index(),
        breaks[0],
        breaks[1],
        go_together(frame["first"][ok].to_numpy(float), frame["second"][ok].to_numpy(float)),
    )


def limits(values: np.ndarray) -> tuple[float, ...]:
    """Up to two values that part them in thirds; where most are the lowest, what is above it."""
    found = classify(pd.Series(values), kind="sequential", classes=STEPS).breaks
    if not found and len(values) and np.ptp(values):
        return (float(values[values > values.min()].min()),)
    return found


def terciles(breaks: tuple[float, ...], values: np.ndarray) -> np.ndarray:
    """Classes 0 to 2 of values between 0 to 2 limits; the highest is 2 unless all are alike."""
    found = np.searchsorted(breaks, values, side="right")
    return np.ones_like(found) if not breaks else found * (STEPS - 1) // len(breaks)


def go_together(first: np.ndarray, second: np.ndarray) -> Together:
    """Spearman's rank correlation; bounds by Bonett & Wright (2000)."""
    n = len(first)
    if n < _FEWEST or not np.ptp(first) or not np.ptp(second):
        return Together(math.nan, math.nan, math.nan, n)
    r = float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])
    if abs(r) > 1 - 1e-12:
        return Together(r, r, r, n)
    half = float(norm.ppf(0.975)) * math.sqrt((1 + r**2 / 2) / (n - 3))
    low, high = (math.tanh(math.atanh(r) + side * half) for side in (-1, 1))
    return Together(r, low, high, n)


def _values(
    store: Store, complaint_filter: ComplaintFilter, measure: str, level: str
) -> pd.DataFrame:
    if measure in MEASURES:
        everywhere = complaint_filter.replace(districts=())
        return district_values(store, everywhere, measure=measure, level=level)
    if ":" not in measure:
        raise FilterError(
            f"measure {measure[:80]!r} is not one of {', '.join(MEASURES)}, nor of a layer, "
            "such as pumps:features_per_km2"
        )
    return district_exposure(store, Exposure.from_text(measure), level=level).assign(n=np.nan)
