"""Counting in the database: one statement for every engine."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, FromClause, case, func, literal, select
from sqlalchemy import type_coerce as coerce

from data.store import Store
from data.vocabulary import Outcome
from queries.axes import (
    PLACE_DISTRICT,
    PLACE_OUTSIDE,
    PLACE_UNKNOWN,
    PLAIN,
    SLA_MET,
    SLA_MISSED,
    SLA_NONE,
    SLA_NOT_DUE,
    split_axis,
)
from queries.filters import ComplaintFilter
from queries.layers.feature_axis import beside_features, feature_relation, is_feature_axis
from queries.views import View, is_overdue, looking, spells_of


def count_in_database(
    store: Store, axes: Sequence[str], complaint_filter: ComplaintFilter, kind: str
) -> pd.DataFrame:
    """`count_by` in SQL: any instant, any text, complaints or spells."""
    # Of spells, a unit has those it was itself accountable for, wherever the complaint is now.
    units = complaint_filter.units if kind == "spells" else ()
    whole = complaint_filter.replace(units=()) if units else complaint_filter
    with looking(store, whole) as (connection, view):
        source, columns = _source(view, kind)
        for name in filter(is_feature_axis, dict.fromkeys(axes)):
            columns[name] = feature_relation(store, name)
            source = beside_features(source, view.facts, columns[name])
        chosen = [_axis(name, columns, view, kind).label(name) for name in axes]
        query = select(*chosen, func.count().label("n")).select_from(source).where(view.condition)
        if units:
            ids = [store.reference().unit_by_code[code].id for code in units]
            query = query.where(columns["clock"].c.unit_id.in_(ids))
        if chosen:
            query = query.group_by(*chosen)
        rows = connection.execute(query).all()
    frame = pd.DataFrame.from_records([tuple(row) for row in rows], columns=[*axes, "n"])
    return frame.astype(dict.fromkeys(axes, "Int64") | {"n": "int64"})


def _source(view: View, kind: str) -> tuple[Any, dict[str, FromClause]]:
    """What to select from, and which relation answers for clocks and for the unit."""
    if kind == "complaints":
        return view.facts, {"clock": view.facts}
    if kind != "spells":
        raise ValueError(f"facts {kind!r} is neither 'complaints' nor 'spells'")
    spells = spells_of(view)
    return view.facts.join(spells, spells.c.complaint_id == view.facts.c.id), {"clock": spells}


def _axis(name: str, columns: dict[str, FromClause], view: View, kind: str) -> ColumnElement[Any]:
    clock = columns["clock"]
    if is_feature_axis(name):
        return columns[name].c.feature
    if name == "unit_id":
        return clock.c.unit_id
    if name in PLAIN:
        return view.facts.c[name]
    if name == "overdue":
        return case((is_overdue(view.facts, view.seen_at), 1), else_=0)
    if name == "place":
        facts = view.facts
        return case(
            (facts.c.district_id.is_not(None), PLACE_DISTRICT),
            (facts.c.x.is_not(None), PLACE_OUTSIDE),
            else_=PLACE_UNKNOWN,
        )
    which, part = split_axis(name)
    if part == "open_minute":
        start = view.facts.c.minute if kind == "complaints" else _minute(clock.c.started_at)
        return case((clock.c[f"{which}_outcome"] == int(Outcome.OPEN), start))
    if part == "sla":
        return _sla(which, clock, view, kind)
    return clock.c[name]


def _minute(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    return coerce(instant, BigInteger) // literal(60, BigInteger)


def _sla(which: str, clock: FromClause, view: View, kind: str) -> ColumnElement[Any]:
    """A promise counts once its time has passed; who rejected or rightly handed over owes none."""
    due = clock.c[f"{which}_due_at"]
    done = clock.c["responded_at" if which == "response" else "resolved_at"]
    outcome = clock.c[f"{which}_outcome"]
    freed = [(outcome == int(Outcome.REJECTED), SLA_NONE)]
    if kind == "spells":
        freed.append(((outcome == int(Outcome.HANDED_OVER)) & (clock.c.ended_at <= due), SLA_NONE))
    return case(
        (due.is_(None), SLA_NONE),
        *freed,
        (due > view.seen_at, SLA_NOT_DUE),
        (done <= due, SLA_MET),
        else_=SLA_MISSED,
    )
