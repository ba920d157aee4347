"""The map page: complaints in place and time, and how fast they are answered."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from flask import current_app

from components import ids
from components.basics import panel
from components.complaint_view import complaint_card
from components.drawn import drawn, register_drawn
from components.figure_cards import figure_cards, unmapped_note
from components.map_view import map_view
from components.measures import DEFAULT_MEASURE
from components.newest_list import newest_list
from components.repeats_view import most_reported_list
from components.series_chart import series_chart
from components.service_bars import service_bars
from components.tokens import theme_of
from data.i18n import current_language
from data.i18n import gettext as _
from data.instants import now
from data.store import Store, current_store
from pages import combining
from pages.painting import View, names_of_layers, paint
from queries.comparison import compared_with, whole_days
from queries.counts import count_by
from queries.figures import daily_series, figures
from queries.figures import service_bars as count_services
from queries.filters import ComplaintFilter
from queries.layers.features import known_layers
from queries.points import newest
from queries.repeats import most_reported
from queries.timeline import complaint_page

_NEWEST = 12
_MOST_REPORTED = 6
_ALL_TIME: dict[str, Any] = {"period": "all", "start": None, "end": None}
_PAINTED = (ids.MEASURE, ids.LEVEL, ids.COMPARE, ids.SECOND, ids.AREAS)
_GRAPH_CONFIG = {"displayModeBar": False, "responsive": True, "doubleClick": False}


def layout() -> html.Div:
    store = current_store()
    return html.Div(
        [
            map_view(
                store.reference(),
                layers=names_of_layers(store),
                geometries={
                    code: one.version.geometry for code, one in known_layers(store).items()
                },
                basemap_url=current_app.config["PANTAU"].basemap_url,
            ),
            html.Aside(
                [
                    html.Section(
                        html.Div(id=ids.FIGURES, className="figures"),
                        className="panel",
                        **{"aria-label": _("Key figures")},
                    ),
                    *combining.panels(),
                    panel(
                        _("Received per day"),
                        [
                            dcc.Graph(
                                id=ids.SERIES,
                                config=_GRAPH_CONFIG,
                                className="series",
                                figure={"layout": {"height": 112}},
                            ),
                            html.Div(id=ids.SERIES_TABLE, className="table-view"),
                        ],
                        name="series",
                        has_table=True,
                        note=_("drag to choose days"),
                    ),
                    panel(
                        _("Services"),
                        drawn(ids.SERVICE_BARS),
                        name="services",
                        note=_("click to filter"),
                    ),
                    panel(
                        _("Most reported"),
                        drawn(ids.MOST_REPORTED),
                        name="most-reported",
                        note=_("still open"),
                    ),
                    combining.repeat_panel(),
                    panel(_("Newest"), drawn(ids.NEWEST), name="newest"),
                ],
                id="figures-column",
                className="column",
                tabIndex="-1",
                **{"aria-label": _("Figures")},
            ),
        ],
        className="map-page",
    )


def register(app: Dash) -> None:
    """One callback per panel, so that they are computed at the same time."""
    query, live, live_slow = (Input(name, "data") for name in (ids.QUERY, ids.LIVE, ids.LIVE_SLOW))
    theme = Input(ids.THEME, "data")
    _register_scripts(app)
    combining.register(app)
    register_drawn(app, ids.SERVICE_BARS, ids.MOST_REPORTED, ids.NEWEST, ids.LEGEND)

    @app.callback(
        Output(ids.FIGURES, "children"),
        Output(ids.UNMAPPED, "children"),
        query,
        live,
        Input(ids.COMPARE, "value"),
    )
    def show_figures(query: str | None, _live: Any, compare: str | None) -> Any:
        if query is None:
            return no_update, no_update
        return figures_of(current_store(), ComplaintFilter.from_query(query), compare or "off")

    @app.callback(
        Output(ids.DISTRICT_VALUES, "data"),
        Output(ids.parts(ids.LEGEND), "data"),
        query,
        live_slow,
        *(Input(name, "value") for name in _PAINTED),
    )
    def show_districts(query: str | None, _live: Any, *chosen: str | None) -> Any:
        if query is None:
            return no_update, no_update
        measure, level, compare, second, areas = chosen
        view = View(measure or DEFAULT_MEASURE, level or "", compare or "off", second, areas)
        return paint(current_store(), ComplaintFilter.from_query(query), view)

    @app.callback(
        Output(ids.SERIES, "figure"),
        query,
        live_slow,
        theme,
        Input(ids.SCALE, "data"),
    )
    def show_series(query: str | None, _live: Any, theme: str | None, scale: float) -> Any:
        if query is None:
            return no_update
        daily = daily_series(current_store(), ComplaintFilter.from_query(query))
        return series_chart(daily, theme=theme_of(theme), scale=scale)

    @app.callback(Output(ids.parts(ids.SERVICE_BARS), "data"), query, live_slow)
    def show_services(query: str | None, _live: Any) -> Any:
        if query is None:
            return no_update
        chosen = ComplaintFilter.from_query(query)
        # Its own choice does not empty the panel: the others stay to be compared and chosen.
        return service_bars(
            count_services(current_store(), chosen.replace(services=()), current_language()),
            chosen=chosen.services,
        )

    @app.callback(Output(ids.parts(ids.MOST_REPORTED), "data"), query, live_slow)
    def show_most_reported(query: str | None, _live: Any) -> Any:
        if query is None:
            return no_update
        store = current_store()
        wanted = ComplaintFilter.from_query(query)
        return most_reported_list(most_reported(store, wanted, _MOST_REPORTED), store.reference())

    @app.callback(Output(ids.parts(ids.NEWEST), "data"), query, live)
    def show_newest(query: str | None, live: dict[str, Any] | None) -> Any:
        if query is None:
            return no_update
        store = current_store()
        return newest_list(
            newest(store, ComplaintFilter.from_query(query), _NEWEST),
            store.reference(),
            today=now(),
            arrived=(live or {}).get("arrived", ()),
        )

    @app.callback(Output(ids.CARD, "children"), Input(ids.CHOSEN, "data"), live)
    def show_card(chosen: str | None, _live: Any) -> Any:
        found = complaint_page(current_store(), chosen) if chosen else None
        return complaint_card(found, current_store().reference()) if found else None


def _register_scripts(app: Dash) -> None:
    query, view = Input(ids.QUERY, "data"), Input(ids.VIEW, "data")
    controls = [(name, "value") for name in (*_PAINTED, ids.LAYERS)]
    app.clientside_callback(
        ClientsideFunction("pantau", "readView"),
        [Output(*control) for control in controls],
        Input(ids.LOCATION, "search"),
        [State(name, "options") for name in _PAINTED],
        [State(*control) for control in controls],
    )
    app.clientside_callback(
        ClientsideFunction("pantau", "composeView"),
        Output(ids.VIEW, "data"),
        [Input(*control) for control in controls],
        State(ids.VIEW, "data"),
    )
    app.clientside_callback(
        ClientsideFunction("pantau", "drawDistricts"),
        Output(ids.DISTRICT_LAYER, "data"),
        Output(ids.DISTRICT_LAYER, "hideout"),
        Output(ids.OUTLINE_LAYER, "data"),
        Input(ids.DISTRICT_VALUES, "data"),
        view,
        query,
    )
    app.clientside_callback(
        ClientsideFunction("pantau", "drawHeat"),
        query,
        view,
        Input(ids.LIVE_SLOW, "data"),
    )
    app.clientside_callback(ClientsideFunction("pantau", "drawPoints"), query, view)
    app.clientside_callback(
        ClientsideFunction("pantau", "brush"), Input(ids.SERIES, "selectedData")
    )
    app.clientside_callback(ClientsideFunction("pantau", "tabulate"), Input(ids.SERIES, "figure"))


def figures_of(
    store: Store, complaint_filter: ComplaintFilter, compare: str
) -> tuple[list[Any], str]:
    """The four cards, and the note on complaints without a place."""
    other = compared_with(store, complaint_filter, compare)
    present = figures(store, complaint_filter)
    before = figures(store, other) if other else None
    cards = figure_cards(
        present,
        daily=daily_series(store, complaint_filter)["n"].tolist(),
        received_change=_received_change(store, complaint_filter, compare),
        before=before,
        before_word=_("on a year ago") if compare == "year" else _("on the period before"),
        is_empty_city=store.latest_seq() == 0,
        all_time=0 if present.received else _received(store, complaint_filter.replace(**_ALL_TIME)),
    )
    return cards, unmapped_note(present)


def _received_change(
    store: Store, complaint_filter: ComplaintFilter, compare: str
) -> tuple[int, int] | None:
    """Received over the whole days of the period, and over as many it is compared with."""
    whole = whole_days(store, complaint_filter)
    earlier = whole and compared_with(store, whole, "year" if compare == "year" else "before")
    if not whole or not earlier:
        return None
    return _received(store, whole), _received(store, earlier)


def _received(store: Store, complaint_filter: ComplaintFilter) -> int:
    return int(count_by(store, ["day"], complaint_filter)["n"].sum())
