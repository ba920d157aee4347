"""The evaluation of a month: read once, then arithmetic; the same inputs give the same bytes."""

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.evaluation.method import Method, read_method
from data.store import Store
from queries.accountability import terms_by_unit
from queries.evaluation.bootstrap import draw_weights, seed_of
from queries.evaluation.canonical import rounded
from queries.evaluation.cases import is_open
from queries.evaluation.fairness import compare_rules
from queries.evaluation.flags import find_flags, list_flags
from queries.evaluation.measured import measure_all
from queries.evaluation.model import Evaluation, Maturity, Subject
from queries.evaluation.month import Month, read_month, seen_text
from queries.evaluation.offices import Offices, by_office
from queries.evaluation.proof import prove
from queries.evaluation.subjects import Named, judge
from queries.evaluation.sums import group_rows, sum_groups
from queries.evaluation.table import Table, make_table
from queries.measured import Measured


def evaluate(
    store: Store,
    month: str,
    *,
    seen_at: datetime,
    method: str | Method = "1.0",
    through_seq: int | None = None,
    known_at: datetime | None = None,
) -> Evaluation:
    """The complaints received in a calendar month of the city, as they stood at `seen_at`.

    `month` is such as '2026-10', or '2026-07..2026-12' for several in a row.

    `through_seq` is the last event of the log that was known; None: the newest there is. Whoever
    wants the same again later gives the one that the evaluation states, and as `known_at` the
    instant at which it was made: terms of office count as they were known then; None: as now.
    Raises MonthError for a month that is none or had not begun, MethodError for a version there
    is not.
    """
    rules = method if isinstance(method, Method) else read_method(method)
    reference = store.reference()
    known = read_month(store, month, seen_at, through_seq)
    codes = {unit.id: unit.code for unit in reference.units.values()}
    proof = prove(known, rules)
    flagged = find_flags(known, proof, rules.flags)
    table = make_table(known, rules, proof)
    weights = draw_weights(
        seed_of(reference.city.name, month, rules.version),
        rules.rounds,
        len(known.lives) + len(known.older),
    )
    units, funnel = judge(
        known,
        table,
        group_rows([(codes[unit], row) for row, unit in enumerate(table.unit_id.tolist())]),
        {unit.code: Named(unit.name, unit.kind) for unit in reference.units.values()},
        flagged,
        rules,
        weights,
    )
    return Evaluation(
        city=reference.city.name,
        month=month,
        seen_at=seen_text(known),
        through_seq=known.through_seq,
        method=rules.version,
        units=units,
        officers=_officers(store, known, known_at, rules, weights),
        city_figures=_city(table, rules),
        flags=list_flags(known, flagged, codes),
        funnel=funnel,
        fairness=compare_rules(known, units, codes, rules),
        maturity=_maturity(known),
        counts=_counts(known, units),
    )


def _officers(
    store: Store,
    month: Month,
    known_at: datetime | None,
    method: Method,
    weights: NDArray[np.uint8],
) -> tuple[Subject, ...]:
    """Who led a unit while it had a case answers for that time; by unit and officer.

    Whoever led two units in the month is judged for each.
    """
    terms = terms_by_unit(store, known_at)
    if not terms.terms:
        return ()
    offices = Offices(terms)
    told = by_office(month, offices)
    units_led = np.array([office.unit_id for office in offices.listed], np.int64)
    proof = prove(told, method)
    table = make_table(told, method, proof, units=units_led)
    flagged = find_flags(told, proof, method.flags)
    units = store.reference().units
    pairs, names, codes = [], {}, {}
    for row, number in enumerate(table.unit_id.tolist()):
        place = offices.listed[number].term
        if place < 0:
            continue
        term = terms.terms[place]
        unit = units[term.unit_id]
        key = f"{unit.code}\x1f{term.officer_code}"
        pairs.append((key, row))
        names[key] = Named(term.officer_name, "officer", unit.code)
        codes[key] = term.officer_code
    found, _ = judge(told, table, group_rows(pairs), names, flagged, method, weights)
    return tuple(replace(officer, code=codes[officer.code]) for officer in found)


def _city(table: Table, method: Method) -> dict[str, Measured]:
    whole = group_rows([("city", row) for row in range(len(table))])
    if not len(whole):
        whole = replace(whole, codes=("city",))
    components, _, on_time = measure_all(table, whole, sum_groups(table, whole), method.min_cases)
    figures = {name: values[0] for name, values in components.items()}
    return figures | {"on_time_share": on_time[0]}


def _maturity(month: Month) -> Maturity:
    """By the citizen's own clock, whoever has the complaint."""
    received, still = len(month.lives), sum(map(is_open, month.lives))
    due = [life.due_at for life in month.lives if life.due_at is not None]
    passed = sum(at <= month.seen_at for at in due)
    return Maturity(
        received=received,
        open=still,
        due=passed,
        not_yet_due=len(due) - passed,
        without_deadline=received - len(due),
        share_open=rounded(still / received) if received else None,
    )


def _counts(month: Month, units: tuple[Subject, ...]) -> dict[str, int]:
    placed = {case.life for case in month.cases}
    return {
        "complaints": len(month.lives),
        "complaints_of_no_unit": len(month.lives) - len(placed),
        "cases": len(month.cases),
        "handovers": sum(len(case.passed_on) for case in month.cases),
        "older_read": len(month.older),
        "units": len(units),
        "units_ranked": sum(unit.is_ranked for unit in units),
        "units_too_few": sum(not unit.is_ranked and unit.differs != "no_other" for unit in units),
        "units_without_others": sum(unit.differs == "no_other" for unit in units),
    }
