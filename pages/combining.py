"""The panels beside the map that look across layers: two measures, near and far, repeat places."""

from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, dcc, html, no_update

from components import ids
from components.basics import panel
from components.both_map import together_words
from components.drawn import drawn, register_drawn
from components.measures import HOT_MEASURES
from components.near_far_view import near_far_view
from components.repeat_places_view import repeat_places_list
from components.scatter_chart import scatter_chart
from components.tokens import theme_of
from data.i18n import gettext as _
from data.store import Store, current_store
from pages.painting import names_of_layers
from queries.filters import ComplaintFilter
from queries.layers.both import two_measures
from queries.layers.conditions import LayerCondition
from queries.layers.near_far import near_against_far
from queries.layers.repeat_places import AT_LEAST, repeat_places

_REPEAT_PLACES = 8
_GRAPH_CONFIG = {"displayModeBar": False, "responsive": True}


def panels() -> list[html.Section]:
    """Those that depend on a choice are hidden until it is made."""
    bases = [
        {"label": _("per km²"), "value": "area"},
        {"label": _("per resident"), "value": "residents"},
    ]
    return [
        panel(
            _("Two measures"),
            [
                dcc.Graph(id=ids.SCATTER, config=_GRAPH_CONFIG, className="scatter"),
                html.P(id=ids.SCATTER_NOTE, className="note"),
            ],
            name="scatter",
            note=_("drag to choose districts"),
            id="scatter-panel",
        ),
        panel(
            _("Near against far"),
            [
                dcc.RadioItems(
                    id=ids.NEAR_FAR_BASIS,
                    options=bases,
                    value="area",
                    className="segments",
                    labelClassName="segment",
                ),
                *drawn(ids.NEAR_FAR, className="near-far"),
            ],
            name="near-far",
            id="near-far-panel",
        ),
    ]


def repeat_panel() -> html.Section:
    return panel(
        _("Repeat places"),
        drawn(ids.REPEAT_PLACES),
        name="repeat-places",
        note=_("same service, same 40 m"),
    )


def register(app: Dash) -> None:
    query, live_slow = Input(ids.QUERY, "data"), Input(ids.LIVE_SLOW, "data")
    register_drawn(app, ids.NEAR_FAR, ids.REPEAT_PLACES)
    app.clientside_callback(
        ClientsideFunction("pantau", "brushDistricts"), Input(ids.SCATTER, "selectedData")
    )

    @app.callback(
        Output(ids.SCATTER, "figure"),
        Output(ids.SCATTER_NOTE, "children"),
        Output("scatter-panel", "hidden"),
        query,
        live_slow,
        Input(ids.MEASURE, "value"),
        Input(ids.LEVEL, "value"),
        Input(ids.SECOND, "value"),
        Input(ids.THEME, "data"),
        Input(ids.SCALE, "data"),
    )
    def show_scatter(
        query: str | None,
        _live: Any,
        measure: str,
        level: str,
        second: str | None,
        theme: str | None,
        scale: float,
    ) -> Any:
        if query is None:
            return no_update
        if not second or measure in HOT_MEASURES:
            return no_update, "", True
        store = current_store()
        wanted = ComplaintFilter.from_query(query)
        both = two_measures(store, wanted.replace(districts=()), measure, second, level=level)
        figure = scatter_chart(
            both,
            measure,
            second,
            names_of_layers(store),
            theme=theme_of(theme),
            chosen=wanted.districts,
            scale=scale,
        )
        return figure, together_words(both.together), False

    @app.callback(
        Output(ids.parts(ids.NEAR_FAR), "data"),
        Output("near-far-panel", "hidden"),
        query,
        live_slow,
        Input(ids.NEAR_FAR_BASIS, "value"),
    )
    def show_near_far(query: str | None, _live: Any, basis: str | None) -> Any:
        if query is None:
            return no_update
        wanted = ComplaintFilter.from_query(query)
        condition = compared_condition(wanted)
        if condition is None:
            return None, True
        store = current_store()
        everywhere = without(wanted, condition)
        found = near_against_far(store, everywhere, condition, basis=basis or "area")
        return near_far_view(found, condition, store.reference(), names_of_layers(store)), False

    @app.callback(Output(ids.parts(ids.REPEAT_PLACES), "data"), query, live_slow)
    def show_repeat_places(query: str | None, _live: Any) -> Any:
        if query is None:
            return no_update
        return repeat_view(current_store(), ComplaintFilter.from_query(query))


def repeat_view(store: Store, wanted: ComplaintFilter) -> html.Div:
    places = repeat_places(store, wanted, at_least=AT_LEAST, limit=_REPEAT_PLACES)
    reference = store.reference()
    found = store.locator().locate_many(places["latitude"], places["longitude"])
    places["district_code"] = [reference.districts[int(one)].code if one else None for one in found]
    return repeat_places_list(places, reference, at_least=AT_LEAST)


def compared_condition(wanted: ComplaintFilter) -> LayerCondition | None:
    """The condition whose two sides are compared: the last that says near, else inside."""
    for conditions in (wanted.near, wanted.inside):
        if conditions:
            return conditions[-1]
    return None


def without(wanted: ComplaintFilter, condition: LayerCondition) -> ComplaintFilter:
    """The filter of both sides together."""
    kept = tuple(one for one in getattr(wanted, condition.kind) if one != condition)
    return wanted.replace(**{condition.kind: kept})
