"""Clocks to the second, one row each: for the few groups whose quantiles bins do not decide."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, FromClause, case, literal, select, type_coerce

from data import schema
from data.durations import from_bins
from data.store import Store
from data.vocabulary import Outcome
from queries.filters import ComplaintFilter
from queries.layers.feature_axis import (
    beside_features,
    feature_relation,
    is_feature_axis,
    with_features,
)
from queries.present import Present, select_present
from queries.views import looking, spells_of


def clock_rows(
    store: Store,
    complaint_filter: ComplaintFilter,
    *,
    measure: str,
    facts: str,
    axis: str | None,
    values: Sequence[int],
) -> pd.DataFrame:
    """One row per clock whose `axis` has one of these values: `value`, `seconds`, `happened`.

    Seconds are exact, but for rejected complaints: of them the facts keep only the bin.
    """
    of_spells = facts == "spells"
    present = None if of_spells else select_present(store, complaint_filter)
    if present is not None:
        features = () if axis is None else (axis,)
        return _from_memory(with_features(store, present, features), measure, axis, values)
    units = complaint_filter.units if of_spells else ()
    whole = complaint_filter.replace(units=()) if units else complaint_filter
    with looking(store, whole) as (connection, view):
        clock, source, start = _clock(view.facts, spells_of(view) if of_spells else None)
        place: ColumnElement[Any] = literal(0)
        condition = view.condition
        if axis is not None and is_feature_axis(axis):
            relation = feature_relation(store, axis)
            source = beside_features(source, view.facts, relation)
            place = relation.c.feature
            condition &= place.is_not(None)  # there may be too many to name
        elif axis is not None:
            place = (clock if axis == "unit_id" else view.facts).c[axis]
            condition &= place.in_(values)
        if units:
            ids = [store.reference().unit_by_code[code].id for code in units]
            condition &= clock.c.unit_id.in_(ids)
        outcome = clock.c[f"{measure}_outcome"]
        stopped_at = clock.c["responded_at" if measure == "response" else "resolved_at"]
        stops = [(outcome == int(Outcome.EVENT), _seconds(stopped_at))]
        if of_spells:
            stops.append((outcome == int(Outcome.HANDED_OVER), _seconds(clock.c.ended_at)))
        query = (
            select(
                place.label("value"),
                _seconds(start).label("start"),
                case(*stops).label("stop"),
                outcome.label("outcome"),
                clock.c[f"{measure}_bin"].label("bin"),
            )
            .select_from(source)
            .where(condition)
        )
        rows = connection.execute(query).all()
    frame = pd.DataFrame.from_records(
        [tuple(row) for row in rows], columns=["value", "start", "stop", "outcome", "bin"]
    ).astype(float)
    stop = frame["stop"].fillna(view.seen_at.timestamp())
    by_bin = frame["outcome"] == int(Outcome.REJECTED)
    binned = from_bins(frame["bin"].fillna(0))
    return pd.DataFrame(
        {
            "value": frame["value"].astype(int),
            "seconds": np.where(by_bin, binned, (stop - frame["start"]).clip(lower=0.0)),
            "happened": frame["outcome"] == int(Outcome.EVENT),
        }
    )


def _from_memory(
    present: Present, measure: str, axis: str | None, values: Sequence[int]
) -> pd.DataFrame:
    outcome = present[f"{measure}_outcome"]
    place = np.zeros(len(present), int) if axis is None else present[axis]
    rows = slice(None) if axis is None else np.flatnonzero(np.isin(place, values))
    outcome, place = outcome[rows], place[rows]
    happened = outcome == int(Outcome.EVENT)
    stopped_at = present["responded_at" if measure == "response" else "resolved_at"][rows]
    stop = np.where(happened, stopped_at, present.seen_at.timestamp())
    seconds = np.maximum(stop - present["requested_at"][rows], 0.0)
    binned = from_bins(np.maximum(present[f"{measure}_bin"][rows], 0))
    seconds = np.where(outcome == int(Outcome.REJECTED), binned, seconds)
    return pd.DataFrame({"value": place, "seconds": seconds, "happened": happened})


def _clock(
    facts: FromClause, spells: FromClause | None
) -> tuple[FromClause, FromClause, ColumnElement[Any]]:
    """The relation that has the clocks, what to select from, and when each clock began."""
    if spells is not None:
        source = facts.join(spells, spells.c.complaint_id == facts.c.id)
        return spells, source, spells.c.started_at
    complaints = schema.complaints
    if facts is complaints:
        return facts, facts, complaints.c.requested_at
    source = facts.join(complaints, complaints.c.id == facts.c.id)
    return facts, source, complaints.c.requested_at


def _seconds(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(instant, BigInteger)
