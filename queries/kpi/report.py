"""All KPIs of a filter in one answer, the same numbers as on the page."""

from typing import Any

from data.store import Store
from queries.filters import ComplaintFilter
from queries.kpi.model import Scope
from queries.kpi.panels import DETAILS, KPIS, PANELS, panel
from queries.kpi.plain import COLUMNS, Row, to_plain, to_rows
from queries.kpi.scope import read_scope
from queries.kpi.services import TIMES
from queries.layers.features import layer_names
from queries.views import local_today

VERSION = 1


def kpi_report(
    store: Store, complaint_filter: ComplaintFilter, language: str, wanted: tuple[str, ...] = ()
) -> dict[str, Any]:
    """Plain values: durations in seconds, shares from 0 to 1, None where there is none.

    `wanted` are names of PANELS, all where it is empty. Raises FilterError.
    """
    names = wanted or tuple(PANELS)
    reference = store.reference()
    scope = read_scope(store, complaint_filter)
    found = {name: panel(store, complaint_filter, name, language, scope=scope) for name in names}
    return {
        "version": VERSION,
        "city": reference.city.name,
        "jurisdiction_id": reference.city.jurisdiction_id,
        "time_zone": reference.city.time_zone.key,
        "filter": complaint_filter.to_query(),
        "sentence": complaint_filter.describe(
            reference, language, local_today(store), layer_names(store)
        ),
        "seen_at": scope.now.seen_at.isoformat(),
        "compared": _compared(scope),
        "kpis": {name: to_plain(found[name]) for name in names if name in KPIS},
        "details": {name: to_plain(found[name]) for name in names if name in DETAILS},
        **({"survival_seconds": list(TIMES)} if "survival" in names else {}),
    }


def kpi_table(
    store: Store, complaint_filter: ComplaintFilter, language: str, wanted: tuple[str, ...] = ()
) -> list[Row]:
    """The same as a long table: COLUMNS first, then a row for each number."""
    rows: list[Row] = [COLUMNS]
    scope = read_scope(store, complaint_filter)
    for name in wanted or tuple(PANELS):
        rows += to_rows(name, panel(store, complaint_filter, name, language, scope=scope))
    return rows


def _compared(scope: Scope) -> dict[str, Any]:
    return {
        "period": to_plain(scope.now),
        "before": to_plain(scope.before),
        "year": to_plain(scope.year),
        "missing_because": scope.why_not,
    }
