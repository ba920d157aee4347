"""Quantiles of durations: read off the bins where these decide them, else off the clocks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.durations import BINS, from_bins, to_bins
from data.vocabulary import Outcome
from queries.counts import open_seconds
from queries.survival import QUANTILES, crossing, follow, kaplan_meier

_HALF_MINUTE = 30.0
_MOST_CLOCKS = 200_000


@dataclass(frozen=True)
class Tally:
    """Clocks per group and duration bin, (k, BINS), and how many of each group were rejected.

    Of a clock still running the minute of its start is known, not the second, so its bin may be
    either of two: `soonest` and `latest` have the censored ones at both ends.
    """

    events: NDArray[np.int64]
    soonest: NDArray[np.int64]
    latest: NDArray[np.int64]
    rejected: NDArray[np.int64]


def tally(
    clock: pd.DataFrame, rows: NDArray[Any], groups: int, *, measure: str, seen_at: datetime
) -> Tally:
    """From counts by outcome, bin and open minute; `rows` has each line's group, -1 for none."""
    outcome = clock[f"{measure}_outcome"].to_numpy(dtype=int)
    stopped = clock[f"{measure}_bin"].fillna(0).to_numpy(dtype=int)
    waited = open_seconds(clock[f"{measure}_open_minute"].fillna(0), seen_at)
    running = outcome == int(Outcome.OPEN)
    happened = outcome == int(Outcome.EVENT)
    n = clock["n"].to_numpy()

    def table(chosen: NDArray[Any], bins: NDArray[Any]) -> NDArray[np.int64]:
        counts = np.zeros((groups, BINS), dtype=np.int64)
        chosen = chosen & (rows >= 0)
        np.add.at(counts, (rows[chosen], bins[chosen]), n[chosen])
        return counts

    soonest = to_bins((waited - _HALF_MINUTE).clip(lower=0.0))
    latest = to_bins(waited + _HALF_MINUTE)
    return Tally(
        events=table(happened, stopped),
        soonest=table(~happened, np.where(running, soonest, stopped)),
        latest=table(~happened, np.where(running, latest, stopped)),
        rejected=table(outcome == int(Outcome.REJECTED), stopped).sum(axis=1),
    )


def read_quantiles(clocks: Tally) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Counts and QUANTILES of each group, and for which groups the bins do not decide them.

    Which of two clocks in one bin stopped first is not known. The curve is highest if the events
    of a bin came first and lowest if the censorings did: where both cross a share in the same
    bin, so does the true one. Where they differ, the next event may be days away or never come,
    and the error is not one of 1%.
    """
    highest = kaplan_meier(clocks.events, clocks.latest)
    lowest = kaplan_meier(clocks.events, clocks.soonest, censored_first=True)
    events, censored = clocks.events.sum(axis=1), clocks.latest.sum(axis=1)
    columns: dict[str, Any] = {"n": events + censored, "events": events, "censored": censored}
    unsure = np.zeros(len(events), dtype=bool)
    for name, (curve, share) in QUANTILES.items():
        bins = crossing(getattr(highest, curve), share)
        unsure |= bins != crossing(getattr(lowest, curve), share)
        columns[name] = np.where(bins < 0, np.nan, from_bins(np.maximum(bins, 0)))
    columns["rejected"] = clocks.rejected
    # In a crowd the next event is seconds away: the curve crosses at the edge of two bins, whose
    # middles are both 1% from it. Asking millions of clocks would gain nothing.
    unsure &= events + censored <= _MOST_CLOCKS
    return pd.DataFrame(columns), unsure


def count_outcomes(
    clock: pd.DataFrame, rows: NDArray[Any], groups: int, *, measure: str
) -> pd.DataFrame:
    """What `read_quantiles` gives, from counts by outcome alone; the QUANTILES are yet unknown."""
    outcome = clock[f"{measure}_outcome"].to_numpy(dtype=int)

    def total(chosen: NDArray[Any]) -> NDArray[np.int64]:
        chosen = chosen & (rows >= 0)
        weights = clock["n"].to_numpy()[chosen]
        return np.bincount(rows[chosen], weights, minlength=groups).astype(np.int64)

    events, censored = total(outcome == int(Outcome.EVENT)), total(outcome != int(Outcome.EVENT))
    columns: dict[str, Any] = {"n": events + censored, "events": events, "censored": censored}
    columns |= dict.fromkeys(QUANTILES, np.full(groups, np.nan))
    return pd.DataFrame(columns | {"rejected": total(outcome == int(Outcome.REJECTED))})


def put_exact_quantiles(
    summary: pd.DataFrame, clocks: pd.DataFrame, rows: NDArray[np.integer[Any]]
) -> None:
    """Replace the QUANTILES of some rows of `summary` by those of these clocks.

    `clocks` has `seconds` and `happened`, `rows` the row of the summary each belongs to, -1 for
    none.
    """
    seconds, happened = clocks["seconds"].to_numpy(), clocks["happened"].to_numpy(bool)
    order = np.lexsort((seconds, rows))
    order = order[np.searchsorted(rows[order], 0) :]
    curves = follow(rows[order], seconds[order], happened[order])
    replaced = curves.group[curves.begins]
    for name, (curve, share) in QUANTILES.items():
        values = summary[name].to_numpy(copy=True)
        values[replaced] = curves.reach(curve, share, len(summary))[replaced]
        summary[name] = values
