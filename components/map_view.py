"""The map and what floats over it: the layers that assets/61-map.js and its kin draw into."""

from collections.abc import Mapping

import dash_leaflet as dl
from dash import dcc, html

from components import ids
from components.basics import icon
from components.layer_filter import draw_tools
from components.map_legend import legend_box
from components.measure_box import measure_box
from components.overlay_box import overlay_box, overlay_card, overlay_note
from data.i18n import gettext as _
from data.reference import Reference

LAYERS = ("districts", "points", "heat")
DEFAULT_LAYERS = ("districts", "points")


def map_view(
    reference: Reference,
    *,
    layers: Mapping[str, str],
    geometries: Mapping[str, str],
    basemap_url: str | None = None,
) -> html.Section:
    """The map, its layer switches, legends and notes.

    `layers` are the names of city layers and `geometries` what they are of, by code.
    """
    return html.Section(
        [
            html.A(_("Skip the map"), href="#figures-column", className="skip-link"),
            _leaflet(reference, basemap_url),
            html.Div(
                [
                    html.Div(
                        [measure_box(reference, layers, geometries), draw_tools()],
                        className="top-left",
                    ),
                    html.Div(
                        [
                            _layer_box(),
                            html.Div(
                                id=ids.CARD, className="card-holder", **{"aria-live": "polite"}
                            ),
                            overlay_card(),
                        ],
                        className="top-right",
                    ),
                ],
                className="map-corner top",
            ),
            html.Div([legend_box()], className="map-corner bottom-left"),
            html.Div(
                [
                    html.Span(id="points-note", className="map-note", role="status"),
                    html.Span(id="reach-note", className="map-note", role="status"),
                    overlay_note(),
                    html.Span(id=ids.UNMAPPED, className="map-note"),
                ],
                className="map-corner bottom-right notes",
            ),
            dcc.Store(id=ids.DISTRICT_VALUES),
            dcc.Store(id=ids.CHOSEN),
        ],
        id="map-frame",
        className="map-frame",
        **{"aria-label": _("Map")},
    )


def _leaflet(reference: Reference, basemap_url: str | None) -> dl.Map:
    base = [dl.TileLayer(url=basemap_url, className="basemap")] if basemap_url else []
    city = reference.city
    return dl.Map(
        id=ids.MAP,
        center=[city.latitude, city.longitude],
        zoom=city.zoom,
        minZoom=7,
        maxZoom=18,
        zoomSnap=0.5,
        zoomControl=False,
        attributionControl=bool(basemap_url),
        doubleClickZoom=False,
        trackViewport=False,
        keyboard=True,
        className="map",
        children=[
            *base,
            dl.Pane(
                dl.GeoJSON(
                    id=ids.DISTRICT_LAYER,
                    data={"type": "FeatureCollection", "features": []},
                    style={"variable": "pantau.map.districtStyle"},
                    onEachFeature={"variable": "pantau.map.eachDistrict"},
                    pointToLayer={"variable": "pantau.map.colouredPoint"},
                    hideout={"values": {}},
                ),
                name="districts",
                style={"zIndex": 410},
            ),
            dl.Pane(
                dl.GeoJSON(
                    id=ids.OUTLINE_LAYER,
                    data={"type": "FeatureCollection", "features": []},
                    style={"variable": "pantau.map.outlineStyle"},
                    interactive=False,
                ),
                name="outlines",
                style={"zIndex": 425, "pointerEvents": "none"},
            ),
            dl.Pane(name="names", style={"zIndex": 427, "pointerEvents": "none"}),
            dl.Pane(name="reach", style={"zIndex": 415, "pointerEvents": "none"}),
            dl.Pane(name="areas", style={"zIndex": 428}),
            dl.Pane(name="area-handles", style={"zIndex": 640}),
            dl.Pane(name="heat", style={"zIndex": 420, "pointerEvents": "none"}),
            dl.Pane(
                dl.GeoJSON(
                    id=ids.POINT_LAYER,
                    data={"type": "FeatureCollection", "features": []},
                    pointToLayer={"variable": "pantau.map.point"},
                    hideout={},
                ),
                name="points",
                style={"zIndex": 430},
            ),
            dl.ScaleControl(imperial=False, position="bottomright"),
            dl.ZoomControl(position="bottomright"),
        ],
    )


def _layer_box() -> html.Details:
    words = {"districts": _("Districts"), "points": _("Complaints"), "heat": _("Heat")}
    return html.Details(
        [
            html.Summary([icon("layers"), _("Layers")]),
            html.Div(
                [
                    dcc.Checklist(
                        id=ids.LAYERS,
                        options=[
                            {
                                "label": html.Span(
                                    [words[layer], html.Kbd(str(key))], className="layer-name"
                                ),
                                "value": layer,
                            }
                            for key, layer in enumerate(LAYERS, start=1)
                        ],
                        value=list(DEFAULT_LAYERS),
                        className="layer-switches",
                    ),
                    html.Div(
                        [
                            dcc.Input(
                                id=f"opacity-{layer}",
                                type="range",
                                min=0,
                                max=100,
                                step=5,
                                value=100 if layer == "points" else 80,
                                className="opacity",
                            )
                            for layer in LAYERS
                        ],
                        className="opacities",
                        title=_("Opacity"),
                    ),
                ],
                className="layer-rows",
            ),
            overlay_box(),
        ],
        open=True,
        className="map-box layer-box",
        **{"data-fold": "layers"},
    )
