"""What the saved views show today: a figure, its last days, and whether it passed its limit."""

import logging
from dataclasses import dataclass

from data.saved_views import SavedView, raise_alert, watched_views
from data.store import Store
from queries.cache import Cache
from queries.counts import count_by, open_statuses
from queries.figures import daily_series
from queries.filters import ComplaintFilter, FilterError
from queries.layers.membership import check_places
from queries.views import local_today, seen_at, stamp_of

_KEPT = 2_000  # of a few hundred bytes
_log = logging.getLogger("pantau")


@dataclass(frozen=True)
class ViewFigure:
    """`value` is the view's figure now; `daily` are complaints received in the last 30 days."""

    value: int
    daily: tuple[int, ...]
    exceeds: bool


def view_figure(store: Store, view: SavedView) -> ViewFigure:
    """Received is of today; open and overdue are of the view's own period.

    Computed once for all readers until something happens, or the minute where it moves with time.
    Raises FilterError where the view speaks of what is no longer there.
    """
    wanted = filter_of(store, view.search)
    moving = view.figure == "overdue" or wanted.overdue
    key = (
        wanted,
        view.figure,
        stamp_of(store, wanted),
        store.latest_seq(),
        seen_at(wanted) if moving else None,
    )
    kept: Cache = store.kept("view-figures", lambda: Cache(_KEPT))
    value, daily = kept.get(key, lambda: _counted(store, wanted, view.figure))
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


def _counted(store: Store, wanted: ComplaintFilter, figure: str) -> tuple[int, tuple[int, ...]]:
    lately = wanted.replace(period="30d", start=None, end=None, as_of=None, through_seq=None)
    daily = tuple(int(n) for n in daily_series(store, lately)["n"])
    return (daily[-1] if figure == "received" else _standing(store, wanted, figure)), daily


def _standing(store: Store, wanted: ComplaintFilter, figure: str) -> int:
    is_overdue = figure == "overdue"
    counts = count_by(store, ["status", "overdue"] if is_overdue else ["status"], wanted)
    chosen = counts["status"].isin(open_statuses())
    if is_overdue:
        chosen &= counts["overdue"] == 1
    return int(counts["n"][chosen].sum())
