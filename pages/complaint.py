"""A complaint's own page, and the field to look one up."""

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update

from components import ids
from components.complaint_view import complaint_article, look_up, unknown_complaint
from data.i18n import gettext as _
from data.store import current_store
from queries.timeline import complaint_page


def look_up_page() -> html.Div:
    return html.Div([html.H2(_("Look up a complaint")), look_up()], className="text-page")


def layout(service_request_id: str) -> html.Div:
    return html.Div(
        [
            look_up(service_request_id),
            html.Div(article(service_request_id), id="complaint-article"),
            dcc.Store(id="complaint-shown", data=service_request_id),
        ],
        className="text-page",
    )


def article(service_request_id: str) -> Any:
    store = current_store()
    found = complaint_page(store, service_request_id)
    if found is None:
        return unknown_complaint(service_request_id, store.reference())
    return complaint_article(found, store.reference())


def register(app: Dash) -> None:
    @app.callback(
        Output("complaint-article", "children"),
        Input(ids.LIVE_SLOW, "data"),
        State("complaint-shown", "data"),
        prevent_initial_call=True,
    )
    def follow(live: Any, shown: str | None) -> Any:
        return article(shown) if live and shown else no_update
