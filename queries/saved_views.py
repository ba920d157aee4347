"""What the saved views show today: a figure, its last days, and whether it passed its limit."""

import logging
from dataclasses import dataclass

from data.saved_views import SavedView, raise_alert, watched_views
from data.store import Store
from queries.counts import count_by, open_statuses
from queries.figures import daily_series
from queries.filters import ComplaintFilter, FilterError
from queries.layers.membership import check_places
from queries.views import local_today

_log = logging.getLogger("pantau")


@dataclass(frozen=True)
class ViewFigure:
    """`value` is the view's figure now; `daily` are complaints received in the last 30 days."""

    value: int
    daily: tuple[int, ...]
    exceeds: bool


def view_figure(store: Store, view: SavedView) -> ViewFigure:
    """Received is of today; open and overdue are of the view's own period.

    Raises FilterError where the view speaks of what is no longer there.
    """
    wanted = filter_of(store, view.search)
    lately = wanted.replace(period="30d", start=None, end=None, as_of=None)
    daily = tuple(int(n) for n in daily_series(store, lately)["n"])
    value = daily[-1] if view.figure == "received" else _standing(store, wanted, view.figure)
    return ViewFigure(value, daily, view.alert_above is not None and value > view.alert_above)


def filter_of(store: Store, search: str) -> ComplaintFilter:
    """Raises FilterError where it means nothing in this city (any more)."""
    wanted = ComplaintFilter.from_query(search)
    wanted.check(store.reference())
    check_places(store, wanted)
    return wanted


def raise_alerts(store: Store) -> list[tuple[SavedView, int]]:
    """Look at every view with a limit; those that passed it today for the first time."""
    raised = []
    today = local_today(store)
    for view in watched_views(store):
        try:
            figure = view_figure(store, view)
        except FilterError as error:
            _log.warning("the saved view %s cannot be watched: %s", view.slug, error)
            continue
        if figure.exceeds and raise_alert(store, view, today, figure.value):
            raised.append((view, figure.value))
    return raised


def _standing(store: Store, wanted: ComplaintFilter, figure: str) -> int:
    counts = count_by(store, ["status", "overdue"], wanted)
    chosen = counts["status"].isin(open_statuses())
    if figure == "overdue":
        chosen &= counts["overdue"] == 1
    return int(counts["n"][chosen].sum())
