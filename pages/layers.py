"""The catalogue of city layers, and each layer's own page."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from dash import ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update

from components import ids
from components.drawn import awaited, drawn, register_drawn
from components.layer_forms import about_form, style_form
from components.layer_page import (
    fields_table,
    layer_facts,
    layer_head,
    removal,
    unknown_layer,
    versions_table,
)
from components.layer_table import layers_table, removed_list
from components.layer_upload import drop_zone, upload_panel
from components.layer_words import freshness
from data.i18n import gettext as _
from data.instants import now
from data.layers.catalogue import Layer, find_layer, list_layers, list_versions
from data.layers.model import LayerMissing
from data.store import Store, current_store

_LOOK_SECONDS = 15  # layers are no events: nothing else tells of what others change
_PARTS = (
    ids.LAYER_HEAD,
    ids.LAYER_FACTS,
    ids.LAYER_FIELDS,
    ids.LAYER_VERSIONS,
    ids.LAYER_ABOUT,
    ids.LAYER_STYLE,
)


def layout() -> html.Div:
    """All layers, and the way in for another."""
    return html.Div(
        [
            html.Header(
                [
                    html.H2(_("City layers")),
                    html.P(
                        _(
                            "Other data of the city to lay over the map and to ask about: what "
                            "lies near the pumps, within the floods, along the roads."
                        ),
                        className="note",
                    ),
                ]
            ),
            _fold(_("Add a layer"), upload_panel(), name="add"),
            *awaited(ids.LAYER_LIST),
            *drawn(ids.LAYERS_REMOVED),
            dcc.Store(id=ids.LAYERS_STAMP),
            dcc.Store(id=ids.LAYERS_CHANGED),
            dcc.Interval(id=ids.LAYERS_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="text-page channels-page layers-page",
    )


def layer_layout(code: str) -> html.Div:
    """One layer."""
    try:
        layer = find_layer(current_store(), code)
    except LayerMissing:
        return html.Div(unknown_layer(code), className="text-page")
    return html.Div(
        [
            html.P(html.A(_("All layers"), href="/layers", **{"data-page": "layers"})),
            *awaited(ids.LAYER_HEAD),
            html.Div(
                [
                    html.Div(
                        [
                            _sheet(_("Facts"), awaited(ids.LAYER_FACTS)),
                            _sheet(_("Fields"), awaited(ids.LAYER_FIELDS)),
                        ],
                        className="layer-column channel-sheets",
                    ),
                    html.Div(
                        [
                            html.Div(
                                id="layer-whole",
                                className="layer-map",
                                **{"data-layer": code, "aria-label": _("Map of the layer")},
                            ),
                            _sheet(_("Versions"), awaited(ids.LAYER_VERSIONS)),
                        ],
                        className="layer-column channel-sheets",
                    ),
                ],
                className="layer-sheets",
            ),
            _fold(_("How it is drawn"), awaited(ids.LAYER_STYLE), name="style"),
            _fold(_("Change the description"), awaited(ids.LAYER_ABOUT), name="about"),
            *_replacing(layer),
            removal(layer),
            dcc.Store(id=ids.LAYER_SHOWN, data=code),
            dcc.Store(id=ids.LAYER_STAMP),
            dcc.Store(id=ids.LAYER_DRAWN),
            dcc.Store(id=ids.LAYERS_CHANGED),
            dcc.Interval(id=ids.LAYER_LOOK, interval=_LOOK_SECONDS * 1_000),
        ],
        className="text-page channels-page layers-page",
    )


def register(app: Dash) -> None:
    register_drawn(app, ids.LAYER_LIST, ids.LAYERS_REMOVED, ids.LAYER_DROP, *_PARTS)

    app.clientside_callback(
        ClientsideFunction("pantau", "drawLayer"), Input(ids.LAYER_DRAWN, "data")
    )

    @app.callback(Output(ids.parts(ids.LAYER_DROP), "data"), Input(ids.LAYER_DROP, "id"))
    def open_door(_place: str) -> Any:
        return drop_zone()

    @app.callback(
        Output(ids.parts(ids.LAYER_LIST), "data"),
        Output(ids.parts(ids.LAYERS_REMOVED), "data"),
        Output(ids.LAYERS_STAMP, "data"),
        Input(ids.LAYERS_LOOK, "n_intervals"),
        Input(ids.LAYERS_CHANGED, "data"),
        State(ids.LAYERS_STAMP, "data"),
    )
    def follow_all(_look: Any, _changed: Any, stamp: str | None) -> Any:
        store, at = current_store(), now()
        there, gone = list_layers(store), list_layers(store, removed=True)
        newest = _stamp((*there, *gone), at)
        if newest == stamp:
            return no_update
        reference = store.reference()
        return layers_table(there, reference, at), removed_list(gone, reference), newest

    @app.callback(
        *(Output(ids.parts(part), "data") for part in _PARTS),
        Output(ids.LAYER_STAMP, "data"),
        Output(ids.LAYER_DRAWN, "data"),
        Input(ids.LAYER_LOOK, "n_intervals"),
        Input(ids.LAYERS_CHANGED, "data"),
        State(ids.LAYER_STAMP, "data"),
        State(ids.LAYER_SHOWN, "data"),
    )
    def follow_one(_look: Any, _changed: Any, stamp: str | None, code: str) -> Any:
        store = current_store()
        try:
            layer = find_layer(store, code)
        except LayerMissing:  # removed meanwhile: what is shown stays to be read
            return no_update
        newest = _stamp([layer], now())
        if newest == stamp:
            return no_update
        drawn_now = {"extent": layer.version.extent, "stamp": newest}
        return *_parts(layer, store), newest, drawn_now


def _parts(layer: Layer, store: Store) -> list[Any]:
    """In the order of _PARTS."""
    reference, at = store.reference(), now()
    return [
        layer_head(layer, at),
        layer_facts(layer, reference, at),
        fields_table(layer),
        versions_table(layer, list_versions(store, layer.code), reference),
        about_form(layer, reference),
        style_form(layer),
    ]


def _stamp(layers: Sequence[Layer], at: datetime) -> str:
    """Changes whenever what is shown of the layers would; alike in every server process."""
    shown = [(layer, freshness(layer, at)) for layer in layers]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]


def _sheet(title: str, children: Any) -> html.Section:
    return html.Section([html.H3(title), *children], className="sheet")


def _replacing(layer: Layer) -> list[html.Details]:
    """None of a layer that is fetched: its source would replace the file again."""
    if layer.url is not None:
        return []
    return [_fold(_("Replace by other files"), upload_panel(replaces=layer.code), name="replace")]


def _fold(title: str, children: Any, *, name: str) -> html.Details:
    """What one comes for now and then: closed until then."""
    return html.Details(
        [
            html.Summary(title, className="fold-line"),
            html.Div(children, className="fold-body"),
        ],
        className="sheet layer-fold",
        id=f"layer-fold-{name}",
    )
