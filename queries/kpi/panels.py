"""Every part of the KPI page by its name; what the page shows and the interface answers."""

from collections.abc import Callable, Mapping
from typing import Any

from data.store import Store
from queries.cache import Cache
from queries.filters import ComplaintFilter
from queries.kpi.backlog import backlog_by_age
from queries.kpi.districts import district_peers, districts_below
from queries.kpi.model import Scope
from queries.kpi.officers import officers_kpi, unit_results
from queries.kpi.response import response_kpi
from queries.kpi.satisfaction import satisfaction_kpi
from queries.kpi.scope import read_scope
from queries.kpi.services import promises_by_service, survival_by_service
from queries.kpi.times import hours_of_week, months_over_years
from queries.kpi.users import users_kpi
from queries.kpi.worse import where_worse
from queries.views import stamp_of

_KEPT = 128
Panel = Callable[[Store, ComplaintFilter, Scope, str], Any]


def _spoken(panel: Callable[[Store, ComplaintFilter, Scope], Any]) -> Panel:
    """One that says nothing in any language."""
    return lambda store, complaint_filter, scope, _language: panel(store, complaint_filter, scope)


KPIS: Mapping[str, Panel] = {
    "response": _spoken(response_kpi),
    "officers": _spoken(officers_kpi),
    "satisfaction": _spoken(satisfaction_kpi),
    "users": _spoken(users_kpi),
}
DETAILS: Mapping[str, Panel] = {
    "worse": where_worse,
    "districts": _spoken(districts_below),
    "peers": _spoken(district_peers),
    "units": _spoken(unit_results),
    "survival": survival_by_service,
    "on_time": promises_by_service,
    "backlog": _spoken(backlog_by_age),
    "hours": _spoken(hours_of_week),
    "months": _spoken(months_over_years),
}
PANELS: Mapping[str, Panel] = {**KPIS, **DETAILS}


def panel(
    store: Store,
    complaint_filter: ComplaintFilter,
    name: str,
    language: str,
    *,
    scope: Scope | None = None,
) -> Any:
    """What a part of the page shows; computed once while nothing changes.

    With the same `scope` several parts are seen from the same instant. Raises FilterError for
    codes that the city does not have.
    """
    scope = scope or read_scope(store, complaint_filter)
    key = (
        name,
        complaint_filter,
        language,
        scope,
        stamp_of(store, complaint_filter),
        store.latest_seq(),
    )
    cache: Cache = store.kept("kpi panels", lambda: Cache(_KEPT))
    return cache.get(key, lambda: PANELS[name](store, complaint_filter, scope, language))
