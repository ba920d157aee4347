"""The saved views: what each shows today, and the mark in the navigation for their alerts."""

from collections.abc import Iterable
from typing import Any

from dash import Dash, Input, Output, State, html, no_update

from components import ids
from components.drawn import awaited, register_drawn
from components.saved_view_list import ShownView, alert_words, view_cards
from data.i18n import current_language
from data.i18n import gettext as _
from data.saved_views import SavedView, is_unseen, latest_alerts, list_views, note_use, raise_alert
from data.store import Store, current_store
from pages.view_routes import owner_of_request
from queries.filters import FilterError
from queries.layers.features import layer_names
from queries.saved_views import filter_of, view_figure
from queries.views import local_today


def layout() -> html.Div:
    return html.Div(
        [
            html.Header(
                [
                    html.H2(_("Saved views")),
                    html.P(
                        _(
                            "Yours are known to this browser alone, until you share them. "
                            "Whoever has a link sees its view."
                        ),
                        className="note",
                    ),
                ]
            ),
            *awaited(ids.VIEW_LIST),
        ],
        className="text-page views-page",
    )


def register(app: Dash) -> None:
    register_drawn(app, ids.VIEW_LIST)
    changed = Input(ids.VIEWS_CHANGED, "data")

    @app.callback(Output(ids.parts(ids.VIEW_LIST), "data"), Input(ids.LIVE_SLOW, "data"), changed)
    def show_views(_live: Any, _changed: Any) -> Any:
        return view_cards(shown_views(current_store(), owner_of_request()))

    @app.callback(
        Output(ids.VIEWS_BADGE, "children"),
        Output(ids.VIEWS_BADGE, "hidden"),
        Output(ids.VIEWS_LINK, "title"),
        Output(ids.VIEWS_LINK, "aria-label"),
        Input(ids.VIEWS_CLOCK, "n_intervals"),
        changed,
        State(ids.VIEWS_LINK, "title"),
    )
    def mark(_clock: Any, _changed: Any, title: str) -> Any:
        unread = unread_alerts(current_store(), owner_of_request())
        words = alert_words(unread)
        if words == title:
            return no_update
        return str(unread or ""), not unread, words, words


def shown_views(store: Store, owner: str | None) -> list[ShownView]:
    """This browser's views and those that others share, each with its figure of now.

    Notes new alerts first: who looks sees in the list what the mark in the navigation counts.
    """
    views = list_views(store, owner)
    _note_alerts(store, views)
    alerts = latest_alerts(store, views)
    names, today, reference = layer_names(store), local_today(store), store.reference()
    found = []
    for view in views:
        try:
            wanted = filter_of(store, view.search)
            sentence = wanted.describe(reference, current_language(), today, names)
            figure = view_figure(store, view)
        except FilterError as error:
            found.append(ShownView(view, "", None, alerts.get(view.id), problem=str(error)))
            continue
        found.append(ShownView(view, sentence, figure, alerts.get(view.id)))
    return found


def unread_alerts(store: Store, owner: str | None) -> int:
    """How many of the owner's views passed their limit and nobody has looked; notes new ones."""
    if owner is None:
        return 0
    mine = [view for view in list_views(store, owner) if view.is_mine]
    note_use(store, mine)
    _note_alerts(store, mine)
    return sum(is_unseen(alert) for alert in latest_alerts(store, tuple(mine)).values())


def _note_alerts(store: Store, views: Iterable[SavedView]) -> None:
    """Of the owner's those that passed their limit and were not seen to until now."""
    for view in views:
        if not view.is_mine or view.alert_above is None:
            continue
        try:
            figure = view_figure(store, view)
        except FilterError:
            continue
        if figure.exceeds:
            raise_alert(store, view, local_today(store), figure.value)
