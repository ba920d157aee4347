"""The application around the pages: frame, filters, state, and the live clock."""

import json
import logging
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from dash import (
    ClientsideFunction,
    Dash,
    Input,
    Output,
    State,
    ctx,
    dcc,
    html,
    no_update,
    set_props,
)
from flask import Flask

from components import ids
from components.filter_panel import filter_panel
from components.frame import banners, header, help_dialog, navigation
from components.layer_filter import layer_choices
from components.map_view import LAYERS
from components.saved_view_list import save_dialog
from components.words import status_word
from data.i18n import current_language
from data.i18n import gettext as _
from data.instants import now
from data.reference import Reference
from data.saved_view_checks import LONGEST_SEARCH
from data.store import Store, current_store
from data.vocabulary import Status
from pages import channels, complaint, document, kpi, layers, map, reports, views
from queries.filters import ComplaintFilter, FilterError
from queries.layers.features import known_layers, layer_names

_log = logging.getLogger(__name__)


def build(server: Flask, store: Store) -> Dash:
    """The pages on this server. Its content policy may need `app.csp_hashes()`."""
    document.init_app(server)
    app = document.Document(
        "pantau",
        server=server,
        assets_folder=str(document.ASSETS),
        assets_ignore=r"^vendor",
        serve_locally=True,
        suppress_callback_exceptions=True,
        use_pages=False,  # its registry is global to the process, and its title script is inline
        update_title=None,
        on_error=_say_what_failed,
        title="Pantau",
    )
    app.layout = layout
    register(app)
    map.register(app)
    kpi.register(app)
    complaint.register(app)
    channels.register(app)
    layers.register(app)
    views.register(app)
    reports.register(app)
    return app


def layout() -> html.Div:
    """The frame; the page itself comes into its container."""
    store = current_store()
    reference = store.reference()
    today = local_today(reference)
    return html.Div(
        [
            dcc.Location(id=ids.LOCATION, refresh=False),
            dcc.Store(id=ids.QUERY),
            dcc.Store(id=ids.VIEW),
            dcc.Store(id=ids.LIVE),
            dcc.Store(id=ids.LIVE_SLOW),
            dcc.Store(id=ids.SHOWN),
            dcc.Store(id=ids.RETURNED),
            dcc.Store(id=ids.NOTICE),
            dcc.Store(id=ids.VIEWS_CHANGED),
            dcc.Store(id=ids.REPORTS_CHANGED),
            dcc.Store(id=ids.SCALE, data=1),
            dcc.Store(id=ids.THEME, data=document.theme_of_request()),
            html.Div(id="page-config", hidden=True, **{"data-config": _config(store, reference)}),
            html.A(_("To the content"), href="#content", className="skip-link"),
            navigation(),
            header(reference),
            filter_panel(reference, today=today, layers=_layer_choices(store)),
            html.Div(id="drawer-shade"),
            html.Main(id=ids.CONTENT, tabIndex="-1"),
            *banners(),
            help_dialog(),
            save_dialog(),
        ],
        id=ids.PAGE,
        className="frame",
    )


def _config(store: Store, reference: Reference) -> str:
    """What the scripts must know, as JSON."""
    city = reference.city
    districts = reference.districts
    return json.dumps(
        {
            "seq": store.latest_seq(),
            "version": reference.version,
            "zone": city.time_zone.key,
            "zoneName": city.zone_abbreviation,
            "zoom": city.zoom,
            "levels": [level.id for level in city.levels],
            "tree": {
                d.code: [
                    d.level,
                    districts[d.parent_id].code if d.parent_id in districts else None,
                    d.name,
                ]
                for d in districts.values()
            },
            "longestLink": LONGEST_SEARCH,
            "layers": dict(zip(LAYERS, (_("Districts"), _("Complaints"), _("Heat")), strict=True)),
            "statuses": {status.code: status_word(status) for status in Status},
            "texts": {
                "map": _("Map of the city; arrow keys move it, plus and minus zoom"),
                "capped": _("Newest {shown} of {total} shown as points; zoom in for all"),
                "cluster": _("{n} complaints; click to come closer"),
                "offline": _(
                    "No connection since {time}. What you see is as of then; it returns by itself."
                ),
                "refused": _(
                    "The server refuses this filter ({status}): new complaints are not followed."
                ),
                "dropped": _("Left out of this link, for it means nothing here: {parts}"),
                "tooLong": _(
                    "This view is too long for a link, a reload or an export: choose less, "
                    "or draw with fewer points."
                ),
                "copied": _("The link to this view is copied."),
                "opacity": _("Opacity"),
                "pointsFailed": _("The points could not be loaded; everything else still works."),
                "districtsFailed": _(
                    "The district boundaries could not be loaded; everything else still works."
                ),
                "overdue": _("overdue"),
                "saveView": _("Save this view"),
                "changeView": _("Change the view"),
                "viewSaved": _("“{name}” is saved."),
                "deleteView": _("Delete “{name}”? Its link will no longer open."),
                "ago": _("{duration} ago"),
                "durations": [_("{n} s"), _("{n} min"), _("{n} h"), _("{n} days")],
                "day": _("Day"),
                "received": _("Received"),
                "saved": _("Saved."),
                "objected": _("Your objection is kept as number {n}."),
                "unreachable": _("The server does not answer; try again when it does."),
                "series": _("Complaints received per day"),
                "makingFile": _("The file is being made …"),
                "madeFile": _("The file is ready."),
            },
        },
        separators=(",", ":"),
    )


def register(app: Dash) -> None:
    """The callbacks of the frame: URL ↔ controls → filter, and the sentence."""
    controls = [
        (ids.PERIOD, "value"),
        (ids.START, "value"),
        (ids.END, "value"),
        (ids.SERVICES, "value"),
        (ids.GROUPS, "value"),
        (ids.STATUSES, "value"),
        (ids.CHANNELS, "value"),
        (ids.UNITS, "value"),
        (ids.DISTRICTS, "value"),
        (ids.OVERDUE, "value"),
        (ids.TEXT, "value"),
        (ids.AS_OF, "data"),
        (ids.PLACES, "data"),
    ]
    app.clientside_callback(
        ClientsideFunction("pantau", "readUrl"),
        [Output(*control) for control in controls],
        Input(ids.LOCATION, "search"),
        [
            State(name, "options")
            for name in (ids.PERIOD, ids.SERVICES, ids.GROUPS, ids.CHANNELS, ids.UNITS)
        ],
        State(ids.LAYER_CHOICES, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("pantau", "compose"),
        Output(ids.QUERY, "data"),
        [Input(*control) for control in controls],
        State(ids.QUERY, "data"),
    )

    app.clientside_callback(
        ClientsideFunction("pantau", "showPlaces"),
        Input(ids.PLACES, "data"),
        Input(ids.LAYER_CHOICES, "data"),
    )

    # With the page: a layer may have come or gone on the page of layers.
    @app.callback(
        Output(ids.LAYER_CHOICES, "data"),
        Input(ids.SHOWN, "data"),
        State(ids.LAYER_CHOICES, "data"),
        prevent_initial_call=True,
    )
    def show_layer_choices(_shown: str | None, before: Any) -> Any:
        found = _layer_choices(current_store())
        return no_update if found == before else found

    app.clientside_callback(ClientsideFunction("pantau", "say"), Input(ids.NOTICE, "data"))
    app.clientside_callback(
        ClientsideFunction("pantau", "entitle"),
        Input(ids.SENTENCE, "children"),
        Input(ids.LOCATION, "pathname"),
    )

    @app.callback(
        Output(ids.CONTENT, "children"),
        Output(ids.SHOWN, "data"),
        Input(ids.LOCATION, "pathname"),
        Input(ids.RETURNED, "data"),
        State(ids.SHOWN, "data"),
    )
    def show_page(path: str | None, _returned: Any, shown: str | None) -> Any:
        if ctx.triggered_id == ids.RETURNED and path == shown:
            return no_update, no_update
        return page_at(path or "/"), path

    # With the slow clock: a rolling period has other dates tomorrow.
    @app.callback(
        Output(ids.SENTENCE, "children"), Input(ids.QUERY, "data"), Input(ids.LIVE_SLOW, "data")
    )
    def say(query: str | None, _live: Any) -> Any:
        if query is None:
            return no_update
        store = current_store()
        reference = store.reference()
        complaint_filter = ComplaintFilter.from_query(query)
        return complaint_filter.describe(
            reference, current_language(), local_today(reference), layer_names(store)
        )


def _layer_choices(store: Store) -> list[dict[str, Any]]:
    layers = tuple(known_layers(store).values())
    return layer_choices(layers, store.reference(), current_language())


def page_at(path: str) -> html.Div:
    """The page of an address; a plain sentence where there is none."""
    match path.strip("/").split("/"):
        case [""]:
            return map.layout()
        case ["kpi"]:
            return kpi.layout()
        case ["complaints"]:
            return complaint.look_up_page()
        case ["complaints", service_request_id]:
            return complaint.layout(unquote(service_request_id))
        case ["channels"]:
            return channels.layout()
        case ["views"]:
            return views.layout()
        case ["channels", code]:
            return channels.channel_layout(unquote(code))
        case ["layers"]:
            return layers.layout()
        case ["reports"]:
            return reports.layout()
        case ["reports", number]:
            return reports.edition_layout(unquote(number))
        case ["reports", number, before]:
            return reports.compare_layout(unquote(number), unquote(before))
        case ["layers", code]:
            return layers.layer_layout(unquote(code))
    return html.Div(
        [
            html.H2(_("There is no page here")),
            html.P(html.A(_("To the map"), href="/", **{"data-page": "map"})),
        ],
        className="text-page",
    )


def local_today(reference: Reference) -> Any:
    """The city's own date."""
    instant: datetime = now()
    return instant.astimezone(reference.city.time_zone).date()


def _say_what_failed(error: Exception) -> None:
    """One panel failed: say so, keep its old picture, and let the others be."""
    if isinstance(error, FilterError):
        words = _("This filter means nothing: {reason}").format(reason=error)
    else:
        _log.exception("a callback failed", exc_info=error)
        words = _("One part of the page could not be computed; the others are up to date.")
    set_props(ids.NOTICE, {"data": {"words": words, "at": now().isoformat()}})
