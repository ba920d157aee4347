"""The part of the filter that asks other layers and areas drawn on the map.

assets/65-*.js draws its rows and hears its buttons; the Store `ids.PLACES` holds what is chosen
as the URL writes it: ["near=pumps:200", "area=circle:106.8,-6.2;500"].
"""

import json
from collections.abc import Sequence
from typing import Any

from dash import dcc, html

from components import ids
from components.basics import icon, icon_button
from data.i18n import gettext as _
from data.layers.catalogue import Layer
from data.reference import Reference
from queries.layers.conditions import AREA_KINDS, LARGEST_METRES, MOST_POINTS


def layer_filter(layers: Sequence[dict[str, Any]]) -> html.Details:
    """The section of the filter panel; `layers` as `layer_choices` gives them."""
    return html.Details(
        [
            html.Summary(_("Near and inside")),
            html.Div(id="place-rows", className="place-rows"),
            html.Button(
                [icon("plus"), _("Condition on a layer")],
                id="place-add",
                type="button",
                className="text-button",
            ),
            html.P(_("No layers yet: add one on the page of layers."), id="place-none"),
            html.Div(id="area-rows", className="place-rows"),
            html.P(_("Areas are drawn on the map: polygon, circle or corridor."), id="area-none"),
            dcc.Store(id=ids.PLACES),
            dcc.Store(id=ids.LAYER_CHOICES, data=list(layers)),
        ],
        id="layer-filter",
        className="field layer-filter",
        open=True,
        **{"data-fold": "layer-filter", "data-config": _config()},
    )


def layer_choices(
    layers: Sequence[Layer], reference: Reference, language: str
) -> list[dict[str, Any]]:
    """What the scripts know of each layer: code, name, version, geometry, fields; by name."""
    found = [
        {
            "code": layer.code,
            "name": reference.language_text(layer.about.names, language) or layer.code,
            "version": layer.version.id,
            "geometry": layer.version.geometry,
            "fields": [field.name for field in layer.version.fields],
        }
        for layer in layers
    ]
    return sorted(found, key=lambda choice: str(choice["name"]).casefold())


def draw_tools() -> html.Div:
    """Buttons over the map that draw an area; what is being drawn is told beside them."""
    words = {
        "polygon": _("Draw a polygon"),
        "circle": _("Draw a circle"),
        "corridor": _("Draw a corridor along a line"),
    }
    return html.Div(
        [
            html.Div(
                [
                    icon_button(kind, words[kind], id=f"draw-{kind}", className="small")
                    for kind in AREA_KINDS
                ],
                className="draw-buttons",
                role="group",
                **{"aria-label": _("Draw an area")},
            ),
            html.Div(id="draw-bar", className="draw-bar", hidden=True),
        ],
        className="draw-tools",
    )


def _config() -> str:
    return json.dumps(
        {
            "largest": LARGEST_METRES,
            "mostPoints": MOST_POINTS,
            "kinds": {
                "near": _("near"),
                "far": _("farther than"),
                "inside": _("inside"),
                "outside": _("outside"),
            },
            "areas": {
                "polygon": _("Polygon"),
                "circle": _("Circle"),
                "corridor": _("Corridor"),
            },
            "texts": {
                "condition": _("Condition {n}"),
                "kind": _("How"),
                "layer": _("Layer"),
                "chooseLayer": _("Choose a layer"),
                "gone": _("{code} (not there)"),
                "metres": _("Metres"),
                "less": _("Less"),
                "more": _("More"),
                "remove": _("Remove"),
                "removeArea": _("Remove this area"),
                "change": _("Change on the map"),
                "where": _("only where …"),
                "field": _("Field"),
                "chooseField": _("Field …"),
                "value": _("Value"),
                "chooseValue": _("Value …"),
                "empty": _("(nothing)"),
                "all": _("all its features"),
                "valuesFailed": _("The values of this field could not be loaded."),
                "reachFailed": _("The reach could not be drawn; the figures are right."),
                "tooMany": _("{n} features of {layer} in view: zoom in to see their reach"),
                "radius": _("Radius"),
                "halfWidth": _("Width to either side"),
                "eitherSide": _("to either side"),
                "square": {"m": _("{n} m²"), "ha": _("{n} ha"), "km": _("{n} km²")},
                "length": {"m": _("{n} m"), "km": _("{n} km")},
                "done": _("Done"),
                "back": _("Last point back"),
                "cancel": _("Cancel"),
                "firstPoint": _("Click on the map, or Space for its middle"),
                "firstTap": _("Tap on the map"),
                "polygonHint": _("Enter closes it"),
                "circleHint": _("Click or Enter for the edge"),
                "corridorHint": _("Enter ends it"),
                "fewer": _("A polygon needs three points, a corridor two."),
                "full": _("No more than {n} points."),
                "handle": _("Point {n}; arrows move it, Delete removes it"),
                "middle": _("Between two points; Enter adds one"),
                "centre": _("Centre; arrows move it"),
                "edge": _("Edge; arrows change the size"),
            },
        },
        separators=(",", ":"),
    )
